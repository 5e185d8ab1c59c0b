"""Rich text → Markdown → what a reader of Markdown sees: the same text, styles, links and lists."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.workspace.typed import typed
from bot.rendering.flow import Code, Item
from bot.rendering.parsing.links import LinkPolicy, destination, noted
from bot.rendering.parsing.parse import parse
from bot.text.runs import BOLD, CODE, ITALIC, STRIKE
from bot.transcript.message import to_markdown

STYLES = {"bold": BOLD, "italic": ITALIC, "strike": STRIKE, "code": CODE}
LETTERS = "aZ9é漢あ한😀"
SIGNS = "*_~`.,!?()'\"-—#@%={}/;+「」。、：“”（）"
BLOCK_START = re.compile(
    r"^\s*(?:[-+#>=]|\*\s|[*_]{1,}\s*$|\d+[.)]|(?:[_*-]\s*){3,}$)", re.MULTILINE
)
"""What is typed like a list, a heading or a rule is left to be one."""


def texts(alphabet, **more):
    return st.text(st.sampled_from(alphabet), min_size=1, max_size=6, **more)


def element(kind, style, **more):
    chosen = {name: True for name, bit in STYLES.items() if style & bit}
    return {"type": kind} | ({"style": chosen} if chosen else {}) | more


spoken = st.builds(
    lambda style, text: element("text", style, text=text),
    st.integers(0, 7),
    texts(LETTERS + SIGNS + "  \n"),
)
code = st.builds(
    lambda style, text: element("text", CODE | style, text=text),
    st.sampled_from([0, BOLD, ITALIC, BOLD | ITALIC | STRIKE]),
    texts(LETTERS + SIGNS + "[]<>&\\"),
)
links = st.builds(
    lambda style, url, text: element("link", style, url=url, text=text),
    st.integers(0, 7),
    st.sampled_from(
        ["https://x.dev", "https://x.dev/a_(b)*", "http://x.dev/?a=1&b=2#c", "https://x.dev/a."]
    ),
    st.just("") | texts("aé漢あ*_~`()「」!").filter(str.strip),
)
sections = st.lists(spoken | spoken | code | links, min_size=1, max_size=6).filter(
    lambda elements: not BLOCK_START.search("".join(e["text"] or e["url"] for e in elements))
)


def rich(kind, elements, **more):
    return {"type": f"rich_text_{kind}", "elements": elements} | more


def read(*parts):
    """The Markdown of the parts as flows."""
    return parse(markdown(*parts), LinkPolicy())


def markdown(*parts):
    return to_markdown({"blocks": [{"type": "rich_text", "elements": list(parts)}]}, str)


def shown(elements):
    """Each character that is seen, with its style and where it leads."""
    return [
        (char, sum(STYLES[each] for each in e.get("style", {})), e.get("url", ""))
        for e in elements
        for char in e["text"] or e["url"]
        if not char.isspace()
    ]


def seen(flows):
    """The same of what is read, without the notes where a link leads that touches other text."""
    return [
        (char, run.style, run.url)
        for flow in flows
        for run in flow.runs
        for char in without_note(run)
        if not char.isspace()
    ]


def without_note(run):
    return run.text.removesuffix(noted("", destination(run.url).shown)) if run.url else run.text


@given(sections)
def test_a_section_says_the_same(elements):
    assert seen(read(rich("section", elements))) == shown(elements)


def preformatted(text, language, border):
    elements = [{"type": "text", "text": text}]
    return rich("preformatted", elements, language=language, border=border)


programs = st.builds(
    preformatted,
    st.text(st.sampled_from(LETTERS + SIGNS + "  \n\\<>&|"), max_size=12),
    st.sampled_from(["", "python", "c++"]),
    st.integers(0, 1),
)


@st.composite
def lists(draw):
    """Lists as Slack gives them: each at most one level deeper than the one before."""
    depth, border, found = -1, draw(st.integers(0, 1)), []
    for _ in range(draw(st.integers(1, 4))):
        depth = draw(st.integers(0, min(depth + 1, 8)))
        items = draw(st.lists(st.just([]) | sections, min_size=1, max_size=3))
        numbers = draw(st.just({}) | st.builds(dict, offset=st.integers(0, 120)))
        style = "ordered" if numbers else draw(st.sampled_from(["bullet", "ordered"]))
        parts = [rich("section", item) for item in items]
        found.append(rich("list", parts, style=style, indent=depth, border=border, **numbers))
    return found


parts = st.lists(
    lists()
    | st.builds(lambda e: [rich("section", e)], sections)
    | st.builds(lambda e: [rich("quote", e)], sections)
    | programs.map(lambda code: [code]),
    max_size=4,
).map(lambda found: [part for group in found for part in group])


def outlined(flows):
    """What each flow is, and what it says; text below text is one text."""
    told = []
    for flow in flows:
        if isinstance(flow, Code):
            told.append((("code", flow.language, flow.quote), flow.text))
        elif isinstance(flow, Item):
            told.append((("item", flow.depth, flow.number, flow.quote), seen([flow])))
        elif told and told[-1][0] == ("text", flow.quote):
            told[-1] = (told[-1][0], told[-1][1] + seen([flow]))
        else:
            told.append((("text", flow.quote), seen([flow])))
    return told


def meant(found):
    told = []
    for part in found:
        match part:
            case {"type": "rich_text_preformatted", "elements": [{"text": text}]}:
                text = text.rstrip("\n")
                told.append((("code", part["language"], part["border"]), text))
            case {"type": "rich_text_list"}:
                told += meant_items(part)
            case {"type": kind}:
                head, text = ("text", int(kind == "rich_text_quote")), shown(part["elements"])
                merged = told and told[-1][0] == head
                told[-1:] = [(head, told[-1][1] + text)] if merged else [*told[-1:], (head, text)]
    return [each for each in told if each[1] or each[0][0] != "text"]


def meant_items(part):
    first = part.get("offset", 0) + 1
    for place, item in enumerate(part["elements"]):
        number = first + place if part["style"] == "ordered" else None
        yield ("item", part["indent"], number, part["border"]), shown(item["elements"])


@settings(max_examples=50, deadline=None)
@given(parts)
def test_lists_quotes_and_code_come_back_as_they_were(found):
    assert outlined(read(*found)) == meant(found)


words = st.sampled_from(
    """
    plain *bold* _it_ ~gone~ `a*b` *two_words* a_b :tada: https://x.dev/a_b, <@U1> @here R&D <3
    *太字* 日本語。 `&lt;` ~5
    """.split()  # noqa: SIM905 (a list would have a line for each)
)


@given(st.lists(words, max_size=8))
def test_both_forms_of_what_was_typed_say_the_same(typed_words):
    """Slack has each message as text and as blocks."""
    message = typed(" ".join(typed_words), [])

    text, rich_text = (
        to_markdown(form, str) for form in ({"text": message.text}, {"blocks": message.blocks})
    )

    assert seen(parse(text, LinkPolicy())) == seen(parse(rich_text, LinkPolicy()))
