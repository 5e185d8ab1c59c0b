"""The objects of users and channels."""

import pytest

from bot.playground.workspace.people import channel_object, user_object
from bot.playground.workspace.workspace import Workspace


@pytest.fixture
def workspace():
    return Workspace.demo()


def test_a_user_object_has_the_locale_only_when_asked(workspace):
    yuki = workspace.user("yuki")
    bare = user_object(yuki, workspace.team_id, workspace.bot)
    whole = user_object(yuki, workspace.team_id, workspace.bot, locale=True)

    assert "locale" not in bare
    assert whole == bare | {"locale": "ja-JP"}


def test_the_bots_profile_names_bot_and_app(workspace):
    bot = workspace.bot
    profile = user_object(workspace.user(bot.user_id), workspace.team_id, bot)["profile"]

    assert (profile["bot_id"], profile["api_app_id"]) == (bot.bot_id, bot.app_id)


@pytest.mark.parametrize(
    ("channel", "flag", "private"),
    [
        ("C0GENERAL", "is_channel", False),
        ("C0LEADS", "is_group", True),
        ("C0TRIO", "is_mpim", True),
        ("D0BOB", "is_im", True),
    ],
)
def test_a_channel_object_says_its_kind(workspace, channel, flag, private):
    shown = channel_object(workspace.channel(channel), workspace.bot)
    kinds = ("is_channel", "is_group", "is_mpim", "is_im")

    assert [kind for kind in kinds if shown[kind]] == [flag]
    assert shown["is_private"] is private


def test_a_dm_names_the_other_user_and_has_no_name(workspace):
    shown = channel_object(workspace.channel("D0BOB"), workspace.bot)

    assert shown["user"] == "U0BOB"
    assert "name" not in shown
