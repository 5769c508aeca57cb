"""Every scenario that ships, walked from its start to its end."""
