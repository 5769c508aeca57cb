"""One further thing after a piece of business: chosen by head office's table, and easy to decline."""
