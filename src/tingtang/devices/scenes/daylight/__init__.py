"""Daylight control: lamps give what the daylight does not, and what that saves is shown (R146)."""
