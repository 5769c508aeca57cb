"""Virtual devices: each a small simulation behind the real protocol."""
