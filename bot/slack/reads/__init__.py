"""Reads of Slack: a conversation, and who is who."""
