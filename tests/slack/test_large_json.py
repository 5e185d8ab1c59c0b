"""Large answers are parsed as the standard library does it, but in slices."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.sliced import result_of
from bot.slack.large_json import parse

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), values, max_size=4), st.sampled_from([None, 1]), st.booleans())
def test_an_object_is_what_it_is(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert result_of(parse(f" {text}\n")) == value


@given(st.dictionaries(st.text(max_size=3), values, max_size=2), st.data())
def test_what_is_broken_is_as_broken_as_for_the_parser(value, data):
    text = json.dumps(value)
    at = data.draw(st.integers(0, len(text)))
    broken = (
        text[:at] + data.draw(st.sampled_from(["", ",", "}", "]", "[", '"', ":", "x"])) + text[at:]
    )
    assert outcome(lambda: result_of(parse(broken))) == outcome(lambda: json.loads(broken))


@pytest.mark.parametrize(
    "text", ["", "[]", "1", "{", '{"a"', '{"a":', '{"a":[', '{"a":[1,]}', "{}{}"]
)
def test_what_is_no_object(text):
    assert outcome(lambda: result_of(parse(text))) == outcome(lambda: json.loads(text))


def test_each_entry_has_a_slice():
    text = json.dumps({"ok": True, "messages": [{"text": "a"}] * 200})
    assert sum(1 for _ in parse(text)) == 200


def outcome(work):
    try:
        return repr(work())
    except ValueError as error:
        return str(error)
