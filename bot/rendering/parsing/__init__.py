"""Markdown that arrives in pieces → flows: cleaned, cut into regions, and parsed. Pure."""
