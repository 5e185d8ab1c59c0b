"""Switches: how they describe themselves, and what they refuse."""

import json

import pytest


async def test_every_switch_describes_itself_for_a_page(slack):
    switches = slack.describe()
    names = [switch.name for switch in switches]

    assert len(names) == len(set(names))
    assert {"latency", "burst", "drop_sockets", "redeliver"} <= set(names)
    assert json.loads(json.dumps([switch.as_json() for switch in switches]))


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("latency", -1, ValueError),
        ("latency", "soon", ValueError),
        ("lost_answers", 1.5, ValueError),
        ("unavailable", "yes", ValueError),
        ("nonsense", 1, KeyError),
    ],
)
async def test_bad_values_are_refused(slack, name, value, error):
    with pytest.raises(error):
        await slack.switch(name, value)
