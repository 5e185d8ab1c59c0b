"""mrkdwn in sections: nothing lost, nothing too long, code blocks whole in each."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.flow import Paragraph
from bot.rendering.formats.mrkdwn import mrkdwn
from bot.slack.answers.sections import sections
from bot.slack.limits import SECTION_CHARACTERS
from bot.text.runs import Run

LINK = "<https://a.example/path|a label>"


def bare(text):
    return "".join(text.replace("```", "").split())


@given(
    st.lists(
        st.sampled_from(["", "a line", "漢字の行。", "word " * 300, "x" * 4000, "&lt;b&gt;", LINK]),
        max_size=12,
    )
)
def test_nothing_is_lost_or_too_long(lines):
    text = "\n".join(lines)
    pieces = sections(text)

    assert all(0 < len(piece) <= SECTION_CHARACTERS for piece in pieces)
    assert bare("".join(pieces)) == bare(text)


def test_what_fits_is_one_section():
    assert sections("*a*\n\nb") == ["*a*\n\nb"]


def test_nothing_makes_none():
    assert sections("") == []


def test_lines_stay_whole():
    lines = [f"{number} " + "x" * 90 for number in range(200)]

    assert "\n".join(sections("\n".join(lines))).split("\n") == lines


def test_code_goes_on_as_code():
    pieces = sections("before\n```\n" + "code\n" * 1500 + "```\nafter")

    assert len(pieces) > 2
    assert all(piece.count("```") == 2 for piece in pieces)
    assert pieces[-1].endswith("after")


@pytest.mark.parametrize("before", range(2960, 2996))
def test_links_and_entities_stay_whole(before):
    text = "x" * before + f"{LINK}&amp;{LINK}" + "y" * 3000

    for piece in sections(text):
        assert not re.search(r"<[^>]*$|^[^<]*>|&[a-z]*$|^[a-z]*;", piece)


@pytest.mark.parametrize("call", ["@everyone1", "@here", "<!channel>", "<@U123>", "<!subteam^S1>"])
def test_nobody_is_called_by_a_cut(call):
    for before in range(2960, 2996):
        for piece in sections(mrkdwn([Paragraph((Run("x" * before + call + "y" * 3000),))])):
            assert not re.search(r"<[!@#]|@(?:here|channel|everyone)(?![a-z0-9_])", piece)


@pytest.mark.parametrize("sign", [">", "＞", "* b*", "_b_", "~b~", "`b`"])
def test_what_was_text_is_no_markup_after_a_cut(sign):
    """Within a word no sign is markup; at the beginning of a section it may be."""
    for before in range(2960, 2996):
        for piece in sections(mrkdwn([Paragraph((Run("x" * before + sign + "y" * 3000),))])):
            assert not piece.startswith(("&gt;", "＞", "*", "_", "~", "`"))


def test_a_marker_stays_one_after_a_cut():
    assert sections("word " * 598 + "*bold* " * 20)[1].startswith("*bold*")
