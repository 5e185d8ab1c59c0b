"""A workspace, and the changes that it tells of."""

import pytest

from bot.playground.workspace.workspace import Workspace

NOW = 1_764_000_000.0
GENERAL, TRIO, DM = "C0GENERAL", "C0TRIO", "D0ALICE"
ALICE = "U0ALICE"


def say(workspace, text, channel=GENERAL, **fields):
    return workspace.say(channel, user=ALICE, text=text, now=NOW, **fields)


def answer(workspace, text, channel=GENERAL, **fields):
    user = workspace.bot.user_id
    return workspace.post(channel, user=user, text=text, now=NOW, **fields)


@pytest.fixture
def workspace():
    return Workspace.demo(subscriptions={"app_mention", "message.channels", "message.im"})


@pytest.fixture
def changes(workspace):
    heard = []
    workspace.subscribe(heard.append)
    return heard
