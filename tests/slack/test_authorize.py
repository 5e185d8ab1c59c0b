"""Who we are: asked once, with what the token may do."""

import pytest

from bot.slack.authorize import Identity, identify


async def test_it_knows_the_scopes_of_its_token(slack, client):
    slack.site.scopes.discard("files:write")
    identity = await identify(client)

    assert identity.scopes == slack.site.scopes
    assert (identity.may("chat:write"), identity.may("files:write")) == (True, False)


@pytest.mark.parametrize("scope", ["chat:write", "files:write"])
def test_where_slack_did_not_say_it_may_try(scope):
    assert Identity("T1", "U1", "B1").may(scope)
