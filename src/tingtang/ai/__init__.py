"""Engines behind ports. One that is not installed is reported as such; nothing pretends."""
