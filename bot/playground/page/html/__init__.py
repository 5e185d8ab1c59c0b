"""Messages as HTML, escaped in one place. Pure."""
