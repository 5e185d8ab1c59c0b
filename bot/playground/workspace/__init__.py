"""The Slack workspace as plain data: people, channels and messages. Pure: no clock, no I/O."""
