"""Identity: who the token makes us, what it may do, and which workspaces are ours."""

import pytest

from bot.errors import SlackRejected
from bot.slack.client import web_client
from bot.slack.identity import Identity, identify
from bot.slack.web_api import SlackApi
from tests.fakes import Free


async def test_who_we_are_is_asked_once(client, slack, identity):
    assert identity.bot_user == slack.workspace.bot.user_id
    assert identity.bot_id == slack.workspace.bot.bot_id
    assert identity.team == slack.workspace.team_id
    assert [record.method for record in slack.calls] == ["auth.test"]


def test_our_messages_are_known_by_user_and_bot():
    assert Identity("T1", "U1", "B1").ids == {"U1", "B1"}
    assert Identity("T1", "U1", "").ids == {"U1"}


async def test_a_token_that_slack_does_not_know_is_rejected(session, slack):
    client = web_client(session, "xoxb-wrong", base_url=slack.api_url)
    with pytest.raises(SlackRejected, match="invalid_auth"):
        await identify(SlackApi(client, Free()))


async def test_it_knows_the_scopes_of_its_token(slack, api):
    slack.backend.scopes.discard("files:write")
    identity = await identify(api)

    assert identity.scopes == slack.backend.scopes
    assert (identity.may("chat:write"), identity.may("files:write")) == (True, False)


@pytest.mark.parametrize("scope", ["chat:write", "files:write"])
def test_where_slack_did_not_say_it_may_try(scope):
    assert Identity("T1", "U1", "B1").may(scope)


@pytest.mark.parametrize(
    ("team", "enterprise", "ours"),
    [("T1", None, True), (None, None, True), ("T2", None, False), ("T2", "E1", False)],
)
def test_a_workspace_covers_itself(team, enterprise, ours):
    assert Identity("T1", "U1", "B1").covers(team, enterprise) is ours


def test_an_identity_in_a_grid_covers_the_grid():
    ours = Identity("T1", "U1", "B1", enterprise="E1")

    assert ours.covers("T2", "E1")
    assert not ours.covers("T2", "E2")
