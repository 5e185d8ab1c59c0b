"""The steps of the schema. A migration only adds, because two versions may run at the same time."""
