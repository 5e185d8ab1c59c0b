"""Slack's side: events in, calls out."""
