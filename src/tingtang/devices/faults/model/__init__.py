"""The rules of faults. Pure."""
