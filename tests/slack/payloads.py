"""Recorded shapes of what Slack sends, from tests/payloads/events."""

import json
from pathlib import Path

EVENTS = Path(__file__).parent.parent / "payloads" / "events"
NAMES = sorted(path.stem for path in EVENTS.glob("*.json"))

BOT_USER, BOT_ID, TEAM = "U01BOT", "B01BOT", "T01TEAM"


def payload(name):
    return json.loads((EVENTS / f"{name}.json").read_text())
