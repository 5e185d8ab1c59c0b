"""No text of the model can mention anybody, wherever it stands and however it is cut."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.escape import escape, open_fence, plain, unescape

TOKENS = ["<!channel>", "<!here|here>", "<!everyone>", "<!subteam^S1|@x>", "<@U123>", "<#C1|g>"]
SOUP = [
    *TOKENS,
    "`",
    "``",
    "```",
    "```py\n",
    "~~~\n",
    "\n",
    "\n\n",
    "> ",
    "- ",
    "1. ",
    "\\",
    "*",
    " ",
]
soup = st.lists(st.sampled_from([*SOUP, "word", "日本語", "&lt;", "a < b"]), max_size=25).map(
    "".join
)
LIVE = re.compile(r"<[!@#]")


@given(soup)
def test_no_token_is_live_in_any_soup(text):
    assert not LIVE.search(escape(text))


@given(soup, st.integers(0, 200))
def test_no_token_is_live_at_any_cut(text, cut):
    assert not LIVE.search(escape(text[:cut]))


def bare(text):
    """Without the backslashes that escape what becomes an entity anyway."""
    return re.sub(r"\\\\|\\([<>])", lambda match: match[1] or match[0], text)


@given(st.text())
def test_every_character_is_still_there(text):
    back = unescape(escape(text)).replace("\u2060", "")

    assert bare(text).replace("\u2060", "") == back


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b > c", "a &lt; b &gt; c"),
        ("`a < b` < c", "`a < b` &lt; c"),
        ("``a ` < b`` <", "``a ` < b`` &lt;"),
        ("\\`a < b\\`", "\\`a &lt; b\\`"),
        ("`open < ", "`open &lt; "),
        ("> quoted > x", "> quoted &gt; x"),
        (">> deep <", ">> deep &lt;"),
        ("```html\n<b>\n```\n<b>", "```html\n<b>\n```\n&lt;b&gt;"),
        ("~~~\n```\n<b>\n~~~\n<b>", "~~~\n```\n<b>\n~~~\n&lt;b&gt;"),
        ("- ```\n  <b>\n  ```\n<b>", "- ```\n  <b>\n  ```\n&lt;b&gt;"),
        ("`<@U1>`", "`<\u2060@U1>`"),
        ("```\n<!channel>\n```", "```\n<\u2060!channel>\n```"),
        ("@channel", "@\u2060channel"),
        (r"a \<x> b", "a &lt;x&gt; b"),
        ("&lt; is <", "&amp;lt; is &lt;"),
        ("`&lt;` & co", "`&lt;` & co"),
        ("<https://x.y>", "&lt;https://x.y&gt;"),
    ],
)
def test_what_is_code_stays_readable(source, expected):
    assert expected == escape(source)


@pytest.mark.parametrize(
    ("text", "fence"),
    [
        ("text", ""),
        ("```py\nx", "```py"),
        ("```py\nx\n```", ""),
        ("````\n```\n", "````"),
        ("~~~\n```\n~~~~", ""),
        ("- ```py\n  x", "- ```py"),
        ("``` not ` a fence", ""),
    ],
)
def test_the_open_fence_is_known(text, fence):
    assert fence == open_fence(text)


@given(st.text())
def test_plain_fits_and_is_inert(text):
    shown = plain(text * 3, 200)

    assert len(shown.encode()) <= 200
    assert "<" not in shown
    assert ">" not in shown


def test_plain_cuts_no_entity_in_half():
    assert plain("<" * 100, 50).rstrip("…").endswith("&lt;")
