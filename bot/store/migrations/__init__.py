"""How the schema came to be. A migration only adds: two versions of the bot overlap at a roll."""
