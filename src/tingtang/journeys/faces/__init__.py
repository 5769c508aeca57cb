"""Comparing a live picture with that of a paper: with consent, as a reference, and never the only way."""
