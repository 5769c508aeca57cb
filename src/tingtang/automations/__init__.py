"""Automations as people meet them: listed, edited, tried, run. The engine is the kernel's."""
