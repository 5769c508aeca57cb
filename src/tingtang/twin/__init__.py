"""The twin: virtual customers, staff and devices, and real days replayed, over the production core."""
