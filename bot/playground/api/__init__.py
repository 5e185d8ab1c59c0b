"""The Web API: methods, arguments, limits and a log of every call."""
