"""The pure part of journeys: scenarios as they are written, one run of one, and what happened."""
