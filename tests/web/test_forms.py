"""Forms as Slack sends them, read as the standard library reads them, but in a few calls."""

import json
import sys
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.forms import MOST_FIELDS, json_of

texts = st.text(st.characters(exclude_categories=["Cs"]))


def form(fields):
    return urlencode(fields).encode()


def calls(body):
    """How many functions, Python's and those written in C, are called to read a form."""
    count = 0

    def note(_frame, event, _what):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        json_of(body)
    finally:
        sys.setprofile(before)
    return count


@given(texts)
def test_the_payload_is_the_json(text):
    assert json_of(form({"payload": text})) == text
    assert json_of(form({"token": "x", "payload": text, "more": ""})) == text


@given(st.dictionaries(texts.filter(lambda name: name != "payload"), texts, max_size=5))
def test_without_a_payload_the_fields_are_the_json(fields):
    assert json.loads(json_of(form(fields))) == fields


def test_every_byte_comes_through():
    """What quoted-printable or a form takes for a sign of its own, too."""
    text = "".join(map(chr, range(256))) + "=\n=\r\n==41 %41 +&;=\t\n \n"

    assert json_of(form({"payload": text})) == text


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", {}),
        (b"&&a=1&", {"a": "1"}),
        (b"a", {"a": ""}),
        (b"a=1=2&a=3", {"a": "3"}),
        (b"%61%5f=%C3%A9+b", {"a_": "\u00e9 b"}),
        (b"text=a+payload&command=/x", {"text": "a payload", "command": "/x"}),
    ],
)
def test_odd_forms(body, fields):
    assert json.loads(json_of(body)) == fields


@pytest.mark.parametrize(
    "body", [b"payload=%", b"payload=%4", b"payload=%zz", b"payload=%FF", b"&" * MOST_FIELDS]
)
def test_what_slack_has_not_made(body):
    with pytest.raises(ValueError, match=r"fields|digits|decode"):
        json_of(body)


def test_however_large_it_is_it_takes_the_same_few_calls():
    """A call for each escape would keep the loop for a fifth of a second."""
    assert calls(b"payload=" + b"%41" * 100_000) == calls(b"payload=%41") < 30
