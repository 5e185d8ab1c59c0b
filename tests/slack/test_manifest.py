"""The manifest, held to the limits of Slack's schema (slackapi/manifest-schema, version 2)."""

import re

import pytest

from bot.slack.manifest import EVENTS, SCOPES, manifest

ALLOWED = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"app_home", "bot_user"},
    "features.app_home": {
        "home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled",
    },
    "features.bot_user": {"display_name", "always_online"},
    "oauth_config": {"scopes"},
    "oauth_config.scopes": {"bot"},
    "settings": {
        "event_subscriptions", "interactivity", "org_deploy_enabled", "socket_mode_enabled",
        "token_rotation_enabled",
    },
    "settings.event_subscriptions": {"request_url", "bot_events"},
    "settings.interactivity": {"is_enabled", "request_url"},
}  # fmt: skip
BOTH = pytest.mark.parametrize("url", [None, "https://bot.example"])

SCOPES_FOR_EVENTS = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
}


def objects(value, path=""):
    yield path, value
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from objects(inner, f"{path}.{key}".strip("."))


@BOTH
def test_every_key_is_known(url):
    for path, value in objects(manifest(http_url=url)):
        assert set(value) <= ALLOWED[path], path


def test_lengths():
    told = manifest(name="n" * 35)["display_information"]

    assert len(told["name"]) == 35
    assert len(told["description"]) <= 140
    assert 175 <= len(told["long_description"]) <= 4000
    assert re.fullmatch("#[0-9a-f]{6}", told["background_color"])


def test_people_can_write_to_the_bot():
    home = manifest()["features"]["app_home"]

    assert home["messages_tab_enabled"]
    assert not home["messages_tab_read_only_enabled"]


def test_every_event_has_its_scope_and_everything_its_reason():
    assert {SCOPES_FOR_EVENTS[event] for event in EVENTS} <= set(SCOPES)
    assert all(SCOPES.values())
    assert all(EVENTS.values())


def test_what_is_asked_for_is_what_the_table_says():
    built = manifest()

    assert built["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    assert built["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)


def test_socket_mode_needs_no_urls():
    settings = manifest()["settings"]

    assert settings["socket_mode_enabled"]
    assert settings["interactivity"] == {"is_enabled": True}
    assert "request_url" not in settings["event_subscriptions"]


@pytest.mark.parametrize(
    "url", ["https://bot.example", "https://bot.example/", "https://bot.example/slack/events"]
)
def test_http_has_one_url_for_everything(url):
    settings = manifest(http_url=url)["settings"]

    assert not settings["socket_mode_enabled"]
    assert settings["event_subscriptions"]["request_url"] == "https://bot.example/slack/events"
    assert settings["interactivity"]["request_url"] == "https://bot.example/slack/events"


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "n" * 36}, {"http_url": "http://x"}, {"http_url": "https://"}]
)
def test_what_slack_would_refuse_is_refused_here(wrong):
    with pytest.raises(ValueError, match="must"):
        manifest(**wrong)
