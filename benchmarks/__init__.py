"""What the bot costs, printed as tables; run by `make bench`. Nothing here is a test."""
