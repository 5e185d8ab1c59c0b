"""The manifest, held to the limits of Slack's schema (slackapi/manifest-schema, version 2)."""

import ast
import inspect
import re

import pytest
from slack_bolt.async_app import AsyncApp

from bot.playground.api.backend import BOT_SCOPES
from bot.playground.api.methods import METHODS
from bot.playground.workspace.event_payloads import DEFAULT_SUBSCRIPTIONS
from bot.playground.workspace.workspace import Workspace
from bot.slack.events.listeners import register
from bot.slack.manifest import EVENTS, SCOPES, manifest
from tests.environment import ROOT
from tests.slack.bolt import Backstage

BOT = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "bot").rglob("*.py")}

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
        assert set(value) <= ALLOWED[path], (
            f"look `{path}` up in Slack's schema, and add the new key to ALLOWED if it is there"
        )


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


def called():
    """The methods of the Web API that the Slack side names."""
    for path, file in BOT.items():
        if path.startswith("bot/slack/"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and node.value in METHODS:
                    yield node.value


def needed():
    """The scopes for all that is called, and for all events. `*:history` is for the channels'."""
    by_method = {METHODS[method].scope for method in called()} - {"", "*:history"}
    return by_method | {SCOPES_FOR_EVENTS.get(event) for event in EVENTS}


def test_every_scope_is_needed_and_every_scope_needed_is_asked_for():
    """Too few, and a call is refused; too many, and an admin must trust us with more."""
    assert set(EVENTS) == SCOPES_FOR_EVENTS.keys(), (
        "look up in Slack's documentation which scope an event needs, and add it to the table above"
    )
    assert {"chat.postMessage", "conversations.replies", "users.info"} <= set(called())
    assert set(SCOPES) == needed(), "SCOPES in bot/slack/manifest.py has what calls and events need"


def test_the_small_slack_grants_what_the_manifest_asks_for():
    """With more it would carry out calls that Slack refuses."""
    assert set(SCOPES) == BOT_SCOPES, "grant the same in bot/playground/api/backend.py"


def test_everything_has_its_reason():
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


class Recorder:
    """An app that notes what `register` listens to, such as `("event", "message")`."""

    def __init__(self):
        self.listened = set()

    def __getattr__(self, kind):
        def listen(constraint=None):
            self.listened.add((kind, constraint))
            return lambda listener: listener

        return listen


@pytest.fixture
def listened(client):
    app = Recorder()
    register(app, Backstage(client).handlers)
    return app.listened


def promised(document):
    """What the manifest makes Slack send, in the words of Bolt."""
    features, settings = document["features"], document["settings"]
    kinds = {"global": "global_shortcut", "message": "message_shortcut"}
    yield from {
        ("event", name.partition(".")[0]) for name in settings["event_subscriptions"]["bot_events"]
    }
    yield from {("command", each["command"]) for each in features.get("slash_commands", [])}
    yield from {
        (kinds[each["type"]], each["callback_id"]) for each in features.get("shortcuts", [])
    }


def test_what_the_manifest_promises_is_what_the_code_listens_to(listened):
    """Slack sends nothing else, and what nobody answers is an error before people's eyes."""
    sent = {"event", "command", "shortcut", "global_shortcut", "message_shortcut"}

    assert {each for each in listened if each[0] in sent} == set(promised(manifest())), (
        "listen to what Slack sends, and have Slack send what is listened to: events are in EVENTS "
        "of bot/slack/manifest.py, commands and shortcuts are features of the manifest (for a "
        "shortcut use `app.global_shortcut` or `app.message_shortcut`), and listeners are in "
        "bot/slack/events/listeners.py"
    )


def test_presses_and_forms_need_interactivity(listened):
    pressed = {kind for kind, _ in listened} & {"action", "view", "options"}

    assert bool(pressed) == manifest()["settings"]["interactivity"]["is_enabled"]


LISTENS = {
    name
    for name, method in vars(AsyncApp).items()
    if callable(method) and "matchers" in inspect.signature(method).parameters
} | {"assistant", "step"}
"""The methods of Bolt's app that register a listener."""


def registers(path):
    """Whether a file that knows Bolt's app registers a listener, whatever it calls the app."""
    text = path.read_text("utf-8")
    calls = (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    names = {call.attr for call in calls if isinstance(call, ast.Attribute)}
    return "AsyncApp" in text and not names.isdisjoint(LISTENS)


def test_listeners_are_registered_in_one_place():
    """Otherwise the two tests above would not see them."""
    assert {"event", "message", "action", "command", "view", "global_shortcut"} <= LISTENS
    assert {name for name in BOT if registers(BOT[name])} == {"bot/slack/events/listeners.py"}, (
        "register listeners in bot/slack/events/listeners.py"
    )


def test_the_small_slack_sends_what_the_manifest_subscribes_to():
    commands = {name for kind, name in promised(manifest()) if kind == "command"}

    assert set(EVENTS) == DEFAULT_SUBSCRIPTIONS, (
        "teach the small Slack: bot/playground/workspace/event_payloads.py"
    )
    assert commands == Workspace.demo().commands, (
        "teach the small Slack: bot/playground/workspace/workspace.py"
    )
