"""What the app is told: events over a socket or HTTP, clicks, commands and forms."""
