"""Devices that are reached over XFS4IoT (CEN CWA 17852)."""
