"""Arguments and permissions of one call."""

import pytest

from bot.playground.api.backend import Backend
from bot.playground.api.calls import Call
from bot.playground.api.triggers import Triggers
from bot.playground.workspace.api_error import ApiError
from bot.playground.workspace.workspace import Workspace


@pytest.fixture
def backend():
    return Backend(Workspace.demo(), Triggers(), open_socket=lambda: "ws://127.0.0.1/")


@pytest.fixture
def call(backend):
    return lambda **arguments: Call("chat.postMessage", arguments, backend, now=0.0)


@pytest.mark.parametrize("value", [True, "true", "1", 1])
def test_a_flag_in_json_and_in_a_form(call, value):
    assert call(inclusive=value).flag("inclusive")


@pytest.mark.parametrize("value", [False, "false", "0", "", None])
def test_a_flag_that_is_off(call, value):
    assert not call(inclusive=value).flag("inclusive")


def test_a_list_in_json_and_in_a_form(call):
    assert call(blocks=[1]).json("blocks") == call(blocks="[1]").json("blocks") == [1]
    with pytest.raises(ApiError, match="invalid_blocks_format"):
        call(blocks="[").json("blocks", "invalid_blocks_format")


@pytest.mark.parametrize(
    ("given", "expected"), [(None, 100), ("", 100), (0, 100), ("5", 5), (2000, 999)]
)
def test_a_limit_has_a_default_and_a_maximum(call, given, expected):
    assert call(limit=given).limit(100, 999) == expected


def test_a_limit_that_is_no_number(call):
    with pytest.raises(ApiError, match="invalid_limit"):
        call(limit="many").limit(100, 999)


def test_a_missing_argument_is_named(call):
    with pytest.raises(ApiError, match="invalid_arguments") as missing:
        call(ts="").required("ts")

    assert missing.value.extra["response_metadata"]["messages"] == [
        "[ERROR] missing required field: ts"
    ]


@pytest.mark.parametrize(
    ("channel", "scope"),
    [
        ("C0GENERAL", "channels:history"),
        ("C0LEADS", "groups:history"),
        ("D0BOB", "im:history"),
        ("C0TRIO", "mpim:history"),
        ("C0NOWHERE", "channels:history"),
    ],
)
def test_the_scope_is_that_of_the_channels_kind(call, backend, channel, scope):
    backend.scopes.clear()
    with pytest.raises(ApiError, match="missing_scope") as missing:
        call(channel=channel).require_scope("*:history")

    assert missing.value.extra["needed"] == scope


def test_a_private_channel_without_the_app_does_not_exist(call, backend):
    for name in ("C0LEADS", "C0RANDOM"):
        backend.workspace.channel(name).members.remove(backend.workspace.bot.user_id)

    with pytest.raises(ApiError, match="channel_not_found"):
        call(channel="C0LEADS").channel()
    assert call(channel="C0RANDOM").channel().id == "C0RANDOM"
    with pytest.raises(ApiError, match="not_in_channel"):
        call(channel="C0RANDOM").joined()
