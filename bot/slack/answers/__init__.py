"""To Slack: one answer as messages and files, and what is said below it."""
