"""Who and what is in the small Slack, as plain values. Pure."""
