"""The whole way from pieces of Markdown to parts: the same however it came in, never taken back."""

from collections import Counter

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.layout.frame import PartLimits
from bot.rendering.parsing.links import LinkPolicy
from bot.rendering.parsing.parse import parse
from bot.rendering.parsing.regions import Scanner
from bot.rendering.renderer import Renderer
from tests.rendering.corpus import FORMS, cases
from tests.rendering.corpus import rendered as whole_frame
from tests.rendering.soup import led, markdown, pieces, sizes

SHORT_CASES = [
    case for case in cases() if len(case.markdown) < 2_500 and not whole_frame(case.markdown).files
]
MARKS = set("*_`~[]<>|\\$#&")
LOOKS = {"rich": Counter(), "markdown": Counter(), "text": Counter("**__~~``|")}
"""What styles and tables are in mrkdwn; the last of them may not be there in the whole text."""


def marks(shown):
    return Counter(character for character in shown.everything if character in MARKS)


def letters(shown):
    return "".join(character for character in shown.everything if character.isalnum())


def seen(flows):
    """What a reader sees, character by character: each with its look and the kind of its block."""
    for flow in flows:
        match flow:
            case Paragraph() | Item() | Heading():
                for run in flow.runs:
                    yield from (
                        (c, run.style, run.url, run.emoji) for c in run.text if not c.isspace()
                    )
            case Code():
                yield from ((c, "code", flow.language) for c in flow.text if not c.isspace())
            case Table():
                for row in flow.rows[flow.joins :]:
                    for cell in row:
                        yield "|"
                        for run in cell:
                            yield from (
                                (c, run.style, run.url, run.emoji)
                                for c in run.text
                                if not c.isspace()
                            )
            case Rule():
                yield "---"


def put_right(text):
    """The document with what models get wrong put right, such as code too far out in a list."""
    scanner = Scanner()
    scanner.feed(text)
    scanner.finish()
    return "".join(region.text for region in scanner.take())


def picture(frame):
    return [each for part in frame.parts for each in seen(part.flows)]


def rendered(text, lengths=None, **limits):
    renderer = Renderer(PartLimits(**limits))
    for piece in pieces(text, lengths or [max(1, len(text))]):
        renderer.feed(piece)
    renderer.finish()
    return renderer.frame()


@given(markdown, sizes)
def test_an_answer_is_the_same_however_it_came_in(text, lengths):
    assert rendered(text, lengths) == rendered(text)


@given(markdown)
def test_an_answer_is_what_the_document_says(text):
    document = parse(put_right(text), LinkPolicy())
    # A second table is shown as text.
    assume(sum(isinstance(flow, Table) for flow in document) < 2)
    assert picture(rendered(text)) == list(seen(document))


@given(markdown, sizes, st.integers(60, 400))
def test_closed_parts_never_change(text, lengths, units):
    renderer = Renderer(PartLimits(units=units, parts=50))
    before = ()
    for piece in pieces(text * 3, lengths):
        renderer.feed(piece)
        parts = renderer.frame().parts
        assert parts[: max(0, len(before) - 1)] == before[:-1]
        before = parts


@settings(derandomize=True, max_examples=400, deadline=None)
@given(led, sizes)
def test_what_is_shown_is_never_taken_back(text, lengths):
    final = picture(rendered(text))
    renderer = Renderer()
    for piece in pieces(text, lengths):
        renderer.feed(piece)
        shown = picture(renderer.frame())
        assert shown == final[: len(shown)], text


@pytest.mark.parametrize(
    "text",
    [
        "see **<code>** here, </code> x",
        "see *a <!-- b* c --> d* e",
        "a **b <https://example.com|c** d> e** f",
        "_a x_http://example.com",
        r"**\(a** b\) c",
        "[a](<b\\>c>) d",
        "- [ ] \\[\na **b** <https://example.com/a_b_c>\\]",
        "1. > $$x^2$$ <b>c</b>",
        "> **a\n>**日本** b",
        "[a `]` b](https://example.com/c) d",
        "[a `[b](c)` d](https://example.com/e) f",
        "1. a\n   \\[ b **c**\n   d \\]\n   e",
        "> **a\nb\n> c** d",
        "> **a [b\n> c](https://example.com/d) e** f",
        "**a https://example.com/wiki/東京 b** c",
        "a https://example.com/で b, https://example.com/でa c",
        "*a https://example.com/<b>c* d https://example.com/<id> e",
        "a https://example.com/** b, https://example.com/**/c **d** e",
        "[a](https://example.com/b c [d](https://example.com/e f) g",
        "ก\u200b**(ข)**\u200bค **ง**",
        "a\n\n```markdown\nb\n\n```\nc\n\n```\n\n```\n\nd",
        "````md\n```\na\n````\n\n- ```md\n  ```sh\n  b\n  ```\n\n  ```\n\nc",
    ],
)
def test_markup_in_markup_is_never_taken_back(text):
    final = picture(rendered(text))
    for end in range(1, len(text)):
        renderer = Renderer()
        renderer.feed(text[:end])
        shown = picture(renderer.frame())
        assert shown == final[: len(shown)], text[:end]


def test_a_crowded_item_keeps_its_numbers_and_its_depths():
    text = (
        "1. top\n"
        + "".join(f"   1. **inner** {n}\n      - deep\n" for n in range(300))
        + "2. next\n"
    )
    frame = rendered(text, [150], parts=99, units=10**6, blocks=10**6)
    assert [flow for part in frame.parts for flow in part.flows] == parse(text, LinkPolicy())


@settings(derandomize=True, max_examples=400, deadline=None)
@given(led, sizes)
@example("a\\ ", [1])
@example("a* ", [1])
def test_an_answer_that_breaks_off_takes_nothing_back(text, lengths):
    """Only what nobody has seen yet loses its marks."""
    renderer = Renderer()
    shown = []
    for piece in pieces(text, lengths):
        renderer.feed(piece)
        shown = picture(renderer.frame())
    renderer.finish(broke_off=True)
    assert picture(renderer.frame())[: len(shown)] == shown, text


@given(markdown, sizes, st.integers(60, 400))
def test_closed_parts_never_change_when_it_breaks_off(text, lengths, units):
    renderer = Renderer(PartLimits(units=units, parts=50))
    before = ()
    for piece in pieces(text * 3, lengths):
        renderer.feed(piece)
        before = renderer.frame().parts
    renderer.finish(broke_off=True)
    kept = max(0, len(before) - 1)
    assert renderer.frame().parts[:kept] == before[:kept]


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.sampled_from(SHORT_CASES), st.integers(0, 10_000), st.sampled_from(sorted(FORMS)))
def test_a_text_that_broke_off_ends_in_words(case, cut, form):
    """Cut anywhere, it shows no marks that the whole text does not show, in no form of Slack's."""
    text = case.markdown[: 1 + cut % len(case.markdown)]
    part, whole = FORMS[form](text, broke_off=True), FORMS[form](case.markdown)

    extra = marks(part) - marks(whole) - LOOKS[form] - Counter(text[-1:])
    assert not extra, text
    assert letters(whole).startswith(letters(part).rstrip("0123456789")), text
