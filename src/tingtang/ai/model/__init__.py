"""What engines say, and what is made of it: pure."""
