"""The end of a paragraph that broke off: each construct that is half open is shown as its words."""

import pytest

from bot.rendering.parsing.broken_off import words
from bot.rendering.parsing.inlines import inlines
from bot.rendering.parsing.links import LinkPolicy
from bot.text.runs import BOLD, CODE, ITALIC, STRIKE, Run, text_of

POLICY = LinkPolicy()
ALL = 10_000


def ended(text, held=ALL):
    return words(text, POLICY, held)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("so **tell me", [Run("so "), Run("tell me", BOLD)]),
        ("**tell*", [Run("tell", BOLD)]),
        ("***both", [Run("both", BOLD | ITALIC)]),
        ("***both**", [Run("both", BOLD | ITALIC)]),
        ("*a **b", [Run("a ", ITALIC), Run("b", BOLD | ITALIC)]),
        ("~~old~", [Run("old", STRIKE)]),
        ("`print(n, *ar", [Run("print(n, *ar", CODE)]),
        ("``a`b`", [Run("a`b", CODE)]),
        ("<b>bold </", [Run("bold ", BOLD)]),
        ("<code>x < y</co", [Run("x < y", CODE)]),
        ("$$x^2 + ", [Run("x^2 +", CODE)]),
        ("$$x^2$", [Run("x^2", CODE)]),
        ("\\(f(x)\\", [Run("f(x)", CODE)]),
        ("\\[ x", [Run("x", CODE)]),
    ],
)
def test_the_end_closes_styles_code_and_formulas(text, runs):
    assert ended(text) == tuple(runs)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("see [the docs](https://exam", "see the docs"),
        ("see [the docs](<https://a b", "see the docs"),
        ('see [the docs](https://a.example "ti', "see the docs"),
        ("see [the docs]", "see the docs"),
        ("see [the do", "see the do"),
        ("an ![image](htt", "an image"),
        ("an ![im", "an im"),
        ("a [^no", "a "),
        ("see <https://a.example|the do", "see the do"),
        ("see <https://a.exam", "see https://a.exam"),
        ("mail <me@a.ex", "mail me@a.ex"),
        ("a <!-- secret", "a "),
        ("a <!-", "a "),
        ("a <br", "a "),
        ("H<su", "H"),
        ('<span class="x', ""),
        ("x **", "x "),
        ("x `", "x "),
        ("x ~", "x "),
        ("x $", "x "),
        ("x \\", "x "),
        ("x &am", "x "),
        ("x &#x2", "x "),
        ("x :smi", "x "),
        ("👩\u200d", "👩"),
        ("🇯🇵🇫", "🇯🇵"),
    ],
)
def test_half_of_something_else_is_its_words_or_nothing(text, read):
    assert text_of(ended(text)) == read


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 and 4 < 5",
        "AT&T",
        "R & D",
        "names[0]",
        "as in [1]",
        "List<String",
        "10:30",
        "Hi!",
        "Note:",
        "名前:taro",
        "🇯🇵",
        "snake_case_name",
        "**bold** and `code`",
    ],
)
def test_what_is_not_half_open_is_read_as_ever(text):
    assert ended(text) == inlines(text, POLICY)


def test_what_was_given_up_is_text_as_readers_have_seen():
    """A single star is waited for so long; then it was shown."""
    text = "*args, " + "word " * 40

    assert ended(text) == inlines(text, POLICY)
    assert text_of(ended("**x" + text)) == "x" + text


def test_before_what_is_held_nothing_changes():
    text = "a *b c"

    assert text_of(ended(text, held=2)) == "a *b c"
    assert text_of(ended(text, held=3)) == "a b c"
    assert text_of(ended(text, held=0)) == "a *b c"


def test_a_link_is_judged_with_the_word_that_broke_off():
    """As in a text that goes on: else its note would be taken back."""
    said = ended("[google.](https://evil.example)[com](https://evil.example) and **mo", held=4)

    assert text_of(said) == "google.com (evil.example) and mo"
