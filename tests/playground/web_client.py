"""What the tests share that call the Web API through the real client."""

import pytest
from slack_sdk.errors import SlackApiError

GENERAL = "C0GENERAL"


async def refusal(call):
    with pytest.raises(SlackApiError) as raised:
        await call
    return raised.value.response["error"]


async def post(client, **content):
    return await client.chat_postMessage(channel=GENERAL, **({"text": "…"} | content))
