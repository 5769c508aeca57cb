"""The bank behind: the core-banking port, and an embedded reference bank that speaks it."""
