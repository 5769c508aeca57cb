"""Automations: what may be written, when they run, and that they stay within bounds."""
