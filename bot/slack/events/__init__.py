"""From Slack: events and their inbox, turns, listeners, and the sockets of Socket Mode."""
