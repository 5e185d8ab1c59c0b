"""How much of a half-written paragraph can be shown."""

import pytest
from hypothesis import given, settings

from bot.rendering.parsing.hold import hold, settled_cut
from bot.rendering.parsing.inlines import inlines
from bot.rendering.parsing.links import LinkPolicy
from tests.rendering.soup import SHORT, inline, markdown

POLICY = LinkPolicy()


def look(text):
    """Each character that is read, with its style, and where it leads."""
    runs = inlines(text.strip(), POLICY)
    return [(c, *run[1:]) for run in runs for c in run.text if not c.isspace()]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("**bold** and *it", "**bold** and "),
        ("***both** one", ""),
        ("**one *two*", ""),
        ("**太字***em", ""),
        ("5 * 3 = 15", "5 * 3 = 15"),
        ("snake_case_name", "snake_case_name"),
        ("20~25 ~~gone", "20~25 "),
        ("20~25 ~~gone~~ x", "20~25 ~~gone~~ x"),
        ("`a` and ``b ` c", "`a` and "),
        ("`a`", ""),  # one more, and the code goes on
        ("\\(x + y", ""),
        ("\\(x\\) z", "\\(x\\) z"),
        ("$$x", ""),
        ("costs $5", "costs $5"),
        ("costs $", "costs "),
        ("[label]", ""),
        ("[label] x", "[label] x"),
        ("[a](https://example.com/(b", ""),
        ("[a](https://example.com/(b)) x", "[a](https://example.com/(b)) x"),
        ("[a](<b c", ""),
        ('[a](b "c"', ""),
        ("[a](b 'c\" ' ", ""),
        ('[a](b "c" d', '[a](b "c" d'),
        ("![alt", ""),
        ("see https://example.com/a)", "see "),
        ("(https://example.com/a) x", "(https://example.com/a) x"),
        ("リンクはhttps://example.com/aです", "リンクはhttps://example.com/aです"),
        ("<b>bold", ""),
        ("<b>bold</b> x", "<b>bold</b> x"),
        ("<!-- note", ""),
        ("1 < 2", "1 < 2"),
        ("if i<n, then", "if i<n, then"),
        ("もしa<bの場合", "もしa<bの場合"),
        ("a List<T and", "a List<T and"),
        ("a <bold", "a "),
        ('a <span style="color: red', "a "),
        ("a <me@example", "a "),
        ("a <https://example.com|two words", "a "),
        ("a <!channel", "a "),
        ("&am", ""),
        ("&amp; x", "&amp; x"),
        (":tada", ""),
        (":tada: x", ":tada: x"),
        ("10:30", "10:30"),
        ("\\*not", "\\*not"),
        ("a\\\n", "a"),
        ("a\\\nb", "a\\\nb"),
    ],
)
def test_what_may_become_markup_waits(text, shown):
    assert text[: hold(text)] == shown


@settings(max_examples=500, deadline=None)
@given(inline)
def test_what_is_shown_is_how_the_whole_text_begins(text):
    """Long texts apart: there, what waited for too long is taken for text, and may be wrong."""
    text = text[:SHORT]
    final = look(text)
    for end in range(1, len(text)):
        shown = look(text[: hold(text[:end])])
        assert shown == final[: len(shown)], text[:end]


@settings(max_examples=300, deadline=None)
@given(inline, inline)
def test_what_follows_a_cut_changes_nothing_before_it(text, following):
    """A long paragraph is cut in two; neither half reads differently for it, if nothing is open."""
    text = f"{text}. {following}"[:SHORT]
    cut = settled_cut(text)
    if hold(text) >= cut:
        whole = look(text)
        first = look(text[:cut])
        assert first == whole[: len(first)]


@pytest.mark.parametrize(
    "construct",
    [
        "`code`", "``co`de``", "<code>co*de</code>", "<KBD>key</kbd >", r"\(x\)", "$$x$$",
        "[^note]", "**bold**", "*em*", "__bold__", "_em_", "~~gone~~", "***both***", "<b>bold</b>",
        r"\*", "[a](https://example.com/b)", '[a](https://example.com/(b) "t")', r"[a](<b\>c> (t))",
        "![a](https://example.com/b.png)", "[![a](b)](https://example.com/c)", "[a `b` *c*](d)",
        "<https://example.com>", "<https://example.com/a|two words>", "<mailto:me@x.example|me>",
        "<me@x.example>", "<tel:+49>", "<!channel>", "<@U1>", "<!-- note -->", "<br />", "<u>",
        '<span class="a" id=b hidden>', "</span\n>", "&amp;", "&#x3c;", "&#60;", ":tada:", ":+1:",
        "\\[\nx\n\\]",
    ],
)  # fmt: skip
@pytest.mark.parametrize("following", [" x", "x"])
def test_every_construct_waits_for_its_end(construct, following):
    """However much of it has arrived, what is shown is how it reads in the end."""
    text = construct + following
    final = look(text)
    for end in range(1, len(text)):
        shown = look(text[: hold(text[:end])])
        assert shown == final[: len(shown)], text[:end]


def test_what_is_complete_does_not_wait():
    assert hold("`a` <code>b</code> **c** <b>d</b> [e](f) <https://g.example|h> \\(i\\) j") == 70


@given(markdown)
def test_a_paragraph_is_cut_within_it(text):
    assert not text or 0 < settled_cut(text) <= len(text)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("one two. three. four", "one two. three."),
        ("一。二。三。四。**五。六**", "一。二。三。四。"),
        ("words and more words", "words and more"),
        ("x" * 10 + "**" + "y" * 5, "x" * 10),
        ("x" * 20, "x" * 20),
    ],
)
def test_it_is_cut_where_nothing_is_open(text, cut):
    assert text[: settled_cut(text)] == cut
