"""The table of methods: unknown ones, and the token and the scope that each needs."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.playground.web_client import GENERAL, refusal


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-wrong", "auth.test", "invalid_auth"),
        ("bot", "apps.connections.open", "not_allowed_token_type"),
        ("app", "chat.postMessage", "not_allowed_token_type"),
        ("bot", "chat.nonsense", "unknown_method"),
    ],
)
async def test_bad_tokens_and_methods(client, slack, token, method, error):
    client.token = {"bot": slack.bot_token, "app": slack.app_token}.get(token, token)

    assert await refusal(client.api_call(method)) == error


async def test_a_missing_scope_is_named(client, slack):
    slack.backend.scopes.discard("channels:history")
    with pytest.raises(SlackApiError) as raised:
        await client.conversations_history(channel=GENERAL)

    assert raised.value.response["error"] == "missing_scope"
    assert raised.value.response["needed"] == "channels:history"
