"""Flows → the forms Slack takes: blocks, Markdown, mrkdwn, plain text and files. Pure."""
