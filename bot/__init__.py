"""A Slack bot that streams a language model's answers into the thread."""

__version__ = "0.1.0"
