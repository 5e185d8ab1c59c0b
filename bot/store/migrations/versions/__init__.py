"""One file for each step, each named by its number."""
