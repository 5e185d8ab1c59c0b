"""What may keep the bot from starting, in one line each with what to do."""
