"""What the browser shows: the page, its socket, and the workspace as JSON."""
