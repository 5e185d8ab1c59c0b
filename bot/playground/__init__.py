"""A small Slack on loopback, to try, develop and test the bot on; it imports nothing of the bot."""
