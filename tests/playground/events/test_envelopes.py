"""The outer event."""

from bot.playground.events.envelopes import event_envelope
from bot.playground.workspace.workspace import Workspace


def test_an_event_in_its_envelope():
    workspace = Workspace.demo()
    event = {"type": "app_home_opened"}
    envelope = event_envelope(workspace, event, 7, 1_764_000_000.9)

    assert envelope.kind == "events_api"
    assert envelope.payload["event"] == event
    assert (envelope.payload["event_id"], envelope.payload["event_time"]) == (
        "Ev000000007",
        1_764_000_000,
    )
    assert envelope.payload["api_app_id"] == workspace.bot.app_id
    (authorization,) = envelope.payload["authorizations"]
    assert authorization["user_id"] == workspace.bot.user_id
