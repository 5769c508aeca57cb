"""Assembly of the web application: features, sign-in, limits, live socket, static pages."""
