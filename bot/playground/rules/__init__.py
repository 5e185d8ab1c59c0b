"""Slack's rules for text and blocks, each with its error. Pure."""
