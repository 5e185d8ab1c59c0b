"""What is remembered of turns."""
