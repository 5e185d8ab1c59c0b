"""What several rooms share of text: runs, scripts, what is invisible or special in it. Pure."""
