"""The Web API: its methods, their arguments, the rate limits, and a log of all calls."""
