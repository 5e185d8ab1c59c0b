"""Model Markdown, arriving in pieces, as Slack shows it. Pure."""
