"""The rules of sign-in: pure."""
