"""The organisation's records, events and rules: pure."""
