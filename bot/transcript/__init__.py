"""What stands in Slack → Markdown for the model. Pure; the twin of `rendering`."""
