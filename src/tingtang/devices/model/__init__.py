"""What is known of devices, decided without touching one."""
