"""What `rendering` and `transcript` share of text: runs, scripts, invisible characters. Pure."""
