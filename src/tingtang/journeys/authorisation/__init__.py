"""授权: a second person's yes, on site, on the PAD or in the remote centre."""
