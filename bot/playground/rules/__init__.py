"""Slack's rules for text and blocks, each with the error it answers with. Pure."""
