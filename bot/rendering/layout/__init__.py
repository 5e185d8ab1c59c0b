"""Flows → the parts and files of an answer, each within the sizes that Slack takes. Pure."""
