"""Sizes: what Slack counts, and how many blocks there will be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.layout.sizes import fitting, is_header, size, units
from bot.text.runs import CODE, Run
from tests.rendering.flows import beginning, flows, length

RUNS = (Run("a < b"), Run("site", url="https://x.example"))


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        (Paragraph(RUNS), 4 + (3 + 8) + (3 + 4 + 17)),
        (Item(RUNS), 4 + (3 + 8) + (3 + 4 + 17)),
        (Heading((Run("Title"),), 1), 130 + 3 + 5),
        (Heading((Run("Title"),), 3), 4 + 3 + 5),
        (Code("a && b"), 50 + 14),
        (Rule(), 50),
        (Table(((RUNS, ()), ((), ()))), 50 + (3 + 8) + (3 + 4 + 17)),
    ],
)
def test_units(flow, expected):
    assert expected == units(flow)


def test_an_entity_counts_whole():
    assert size("&<>") == len("&amp;&lt;&gt;")


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        (Heading((Run("Title"),), 2), True),
        (Heading((Run("Title"),), 3), False),
        (Heading((Run("x" * 150),), 1), True),
        (Heading((Run("x" * 151),), 1), False),
        (Heading((Run("Title", CODE),), 1), False),
        (Heading((Run("Title", url="https://x.example"),), 1), False),
    ],
)
def test_a_header_is_short_and_plain(heading, expected):
    assert expected == is_header(heading)


@given(flows, st.integers(0, 500))
def test_units_never_shrink_while_a_flow_grows(flow, steps):
    assert units(beginning(flow, steps)) <= units(beginning(flow, steps + 1))
    assert units(beginning(flow, length(flow))) == units(flow)


@given(flows.filter(lambda flow: isinstance(flow, Paragraph)), st.integers(0, 3000))
def test_as_much_fits_as_there_is_room_for(flow, room):
    count = fitting(flow.runs, room)
    text = "".join(run.text for run in flow.runs)
    shown = list(beginning_of(flow.runs, count))

    assert sum(3 + len(run.url) + size(run.text) for run in shown) <= room or not shown
    if count < len(text):
        more = list(beginning_of(flow.runs, count + 1))
        assert sum(3 + len(run.url) + size(run.text) for run in more) > room


def beginning_of(runs, count):
    for run in runs:
        if count <= 0:
            return
        yield run._replace(text=run.text[:count])
        count -= len(run.text)
