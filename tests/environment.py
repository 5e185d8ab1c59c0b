"""An environment with nothing in it but what the test says, put back as it was afterwards."""

import logging
import os
import sys
from contextlib import contextmanager
from pathlib import Path

import structlog

from bot import telemetry

OURS = ("SLACK_", "OPENAI_", "BOT_", "PORT")
ROOT = Path(__file__).parent.parent

BOT_TOKEN = "xoxb-1-canary-bot"
APP_TOKEN = "xapp-1-canary-app"
SECRET = "0123456789abcdef0123456789abcdef"
KEY = "sk-canary-of-openai"


NO_ADMIN = {"BOT_ADMIN_ADDRESS": "off"}
"""Bots that run side by side would want the same port."""


def scrubbed(**variables):
    """What a process of ours would find, with nothing of ours set but `variables`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return kept | NO_ADMIN | variables


@contextmanager
def environment(**variables):
    """The same for this process. What it does to the log is undone as well."""
    before, handlers = dict(os.environ), logging.getLogger().handlers[:]
    os.environ.clear()
    os.environ.update(scrubbed(**variables))
    try:
        yield os.environ
    finally:
        os.environ.clear()
        os.environ.update(before)
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(logging.WARNING)
        structlog.reset_defaults()
        telemetry._known.clear()


def command(*words):
    """The bot's command line as a program."""
    return [sys.executable, "-m", "bot", *words]
