"""The organisation: units, branches, zones, counters, services, staff, plans, and sign-in."""
