"""How much of a half-written paragraph can be shown."""

import pytest
from hypothesis import given

from bot.rendering.parsing.hold import CODE, SPAN, STRONG, TARGET, hold, settled_cut
from tests.rendering.soup import markdown


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


@pytest.mark.parametrize(
    ("opened", "patience"),
    [("*", SPAN), ("**", STRONG), ("`", CODE), ("[", SPAN), ("[a](", TARGET), ("<b>", STRONG)],
)
def test_it_does_not_wait_for_ever(opened, patience):
    assert hold(opened + "x" * (patience - len(opened) - 1)) == 0
    assert hold(opened + "x" * (patience + 1)) > patience


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
