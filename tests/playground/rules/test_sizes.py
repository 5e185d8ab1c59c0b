"""Limits that can be switched."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.playground.rules.builders import TEXT, header, section
from tests.playground.web_client import GENERAL


async def test_the_total_is_slacks_secret(client, slack):
    """A test may lower it, for a bot that has to find out."""
    slack.backend.sizes.block_units = 600
    blocks = [section({"type": "text", "text": "x" * 601})]

    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        await client.chat_postMessage(channel=GENERAL, text="x", blocks=blocks)


@pytest.mark.parametrize("kept", [False, True])
async def test_rich_text_may_have_to_stay(client, slack, kept):
    """Documented for edits, unknown for a bot's own messages: a switch."""
    slack.backend.sizes.keeps_rich_text = kept
    posted = await client.chat_postMessage(channel=GENERAL, text="x", blocks=[section(TEXT)])
    where = {"channel": GENERAL, "ts": posted["ts"], "text": "x"}

    await client.chat_update(**where, blocks=[header("x"), section(TEXT)])
    if kept:
        with pytest.raises(SlackApiError, match="block_mismatch"):
            await client.chat_update(**where, blocks=[header("x")])
    else:
        await client.chat_update(**where, blocks=[header("x")])
