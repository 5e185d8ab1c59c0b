"""Codes from outside: which are shown in the log."""

import pytest

from bot.known_words import LONGEST, OTHER, known
from bot.slack.refused_tokens import APP, BOT
from bot.slack.web_api import REFUSED, UNKNOWN


@pytest.mark.parametrize(
    "code",
    [
        "context_length_exceeded",
        "invalid_request_error",
        "InvalidParameter",
        "DataInspectionFailed",
        "insufficient_quota",
        "Arrearage",
        "RESOURCE_EXHAUSTED",
        "messages[12].content",
        "stream_options.include_usage",
        "max_completion_tokens",
        "cant_update_message",
        "edit_window_closed",
        "channel_not_found",
        "msg_too_long",
        "is_archived",
        "chat:write,im:history",
        "app_mention",
        "message.channels",
        "block_actions",
        "member_joined_channel",
        "refresh_requested",
        "too_many_websockets",
        "http_404",
        "1301",
        "429",
        *sorted({*APP, *BOT, *REFUSED, *UNKNOWN}),
    ],
)
def test_codes_are_shown(code):
    assert known(code) == code


@pytest.mark.parametrize(
    "said",
    [
        "canary",
        "my_canary_error",
        "error canary",
        "cat-4711",
        "sk-proj-abcdef",
        "xoxb-1",
        "error\n",
        "message text",
        "4155550123",
        "error_" * 9 + "error",
        "e" * (LONGEST + 1),
        "ünknown_error",
        "",
        "__",
        None,
        True,
        1.5,
        ["error"],
    ],
)
def test_what_people_say_is_not(said):
    assert known(said) == OTHER


def test_a_number_is_a_code():
    assert known(429) == "429"
