"""Sign-in: staff, terminals, and customers' phones."""
