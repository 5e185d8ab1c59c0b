from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.types import Opened, ReasoningDelta, TextDelta
from bot.llm.thoughts import TAGS, ThoughtDecoder


def read(*pieces):
    """All of the reasoning and all of the answer."""
    decoder, events = ThoughtDecoder(), []
    for piece in pieces:
        events.extend(decoder.feed(TextDelta(piece)))
    events.extend(decoder.end())
    kinds = (ReasoningDelta, TextDelta)
    return tuple("".join(e.text for e in events if isinstance(e, kind)) for kind in kinds)


@pytest.mark.parametrize(
    ("text", "reasoning", "answer"),
    [
        ("<think>hm</think>Hello", "hm", "Hello"),
        ("<think>\nhm\n</think>\n\nHello\n", "\nhm\n", "Hello\n"),
        ("\n <THINK>hm</Think> Hello", "hm", "Hello"),
        ("<think></think>Hello", "", "Hello"),
        ("<think>\n\n</think>\n\nHello", "\n\n", "Hello"),
        ("<think>a</think>\n<think>b</think>\nHello", "ab", "Hello"),
        ("<think>hm", "hm", ""),
        ("<think>hm</think>", "hm", ""),
        ("<think>hm</think>\n", "hm", ""),
        ("<think>hm</thi", "hm</thi", ""),
        ("<think>a < b </ c</think>Hello", "a < b </ c", "Hello"),
        ("<think>a</thinking>b</think>Hello", "a</thinking>b", "Hello"),
        ("Hello <think>hm</think>", "", "Hello <think>hm</think>"),
        ("`<think>` opens it", "", "`<think>` opens it"),
        ("<thinker>", "", "<thinker>"),
        ("<think", "", "<think"),
        ("  indented", "", "  indented"),
        (" ", "", " "),
        ("", "", ""),
    ],
)
def test_reasoning_and_answer(text, reasoning, answer):
    assert read(text) == (reasoning, answer)
    assert read(*text) == (reasoning, answer)


@pytest.mark.parametrize("opener", TAGS)
def test_every_pair_of_tags(opener):
    assert read(f"{opener}hm{TAGS[opener]}Hello") == ("hm", "Hello")


def test_reasoning_is_not_held_back():
    """Only what may be the closing tag is."""
    decoder = ThoughtDecoder()

    assert list(decoder.feed(TextDelta("<think>hm </t"))) == [ReasoningDelta("hm ")]
    assert list(decoder.feed(TextDelta("able>"))) == [ReasoningDelta("</table>")]


def test_other_events_pass():
    decoder = ThoughtDecoder()

    assert list(decoder.feed(Opened())) == [Opened()]
    assert list(decoder.feed(ReasoningDelta("<think>"))) == [ReasoningDelta("<think>")]


pieces = st.sampled_from(
    [*TAGS, *TAGS.values(), "<", "think", ">", "/", "\n", " ", "a", "İ", "<th"]
)


@given(st.lists(pieces, max_size=8), st.data())
def test_any_cutting_gives_the_same(parts, data):
    text = "".join(parts)
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=6))
    edges = [0, *sorted(cuts), len(text)]

    assert read(*(text[start:end] for start, end in pairwise(edges))) == read(text)
    assert read(*text) == read(text)
