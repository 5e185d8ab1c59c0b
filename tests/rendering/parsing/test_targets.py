"""Where links lead, as it is written."""

import pytest

from bot.rendering.parsing.targets import (
    UNFINISHED,
    UNFINISHED_AUTOLINK,
    autolink,
    target,
)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("(https://a.example)", "https://a.example"),
        ("( https://a.example )", "https://a.example"),
        ("(\nhttps://a.example\n)", "https://a.example"),
        ("(<https://a.example/b c>)", "https://a.example/b c"),
        ('(https://a.example "a title")', "https://a.example"),
        ("(https://a.example 'a (title')", "https://a.example"),
        ("(https://a.example (a title))", "https://a.example"),
        ("(https://a.example/b_(c)_(d(e)))", "https://a.example/b_(c)_(d(e))"),
        (r"(https://a.example/\(b)", "https://a.example/(b"),
        ("(https://a.example/?a&amp;b)", "https://a.example/?a&b"),
        ("(https://a.example/b c.txt)", "https://a.example/b c.txt"),
        ('(https://a.example/b c "a title")', "https://a.example/b c"),
        ("(https://a.example/b (c).txt)", "https://a.example/b (c).txt"),
        ("(https://a.example/b (c))", "https://a.example/b (c)"),
        ("(https://a.example/\n  b/\nc)", "https://a.example/b/c"),
        ("()", ""),
    ],
)
def test_a_target(text, url):
    found = target(f"{text} and so on)", 0)

    assert found == (url, len(text))


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "(a b)",
        "(<a<b>)",
        "(<a\nb>)",
        "(a(b c",
        '(a "b" c)',
        "(https://a.example/b c\nd)",
        "(https://a.example/b c [d](e)",
        "(https://a, https://b)",
    ],
)
def test_no_target(text):
    assert target(text, 0) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "(", "(\n", "(a", "(a ", "(a(b)", "(a\\", "(https://a b", "(https://a b (c)",
        "(<a", "(<a)", "(<a\\>b", "(<a> ", '(a "b',
        '(a "b" ', "(a 'b)", "(a 'b\\", "(a (b) ",
    ],
)  # fmt: skip
def test_a_target_whose_end_has_not_arrived(text):
    assert target(text, 0) is UNFINISHED


@pytest.mark.parametrize(
    ("text", "url", "label"),
    [
        ("<https://a.example>", "https://a.example", "https://a.example"),
        ("<https://a.example/b|two words>", "https://a.example/b", "two words"),
        ("<mailto:me@a.example|me>", "mailto:me@a.example", "me"),
        ("<me@a.example>", "mailto:me@a.example", "me@a.example"),
        ("<tel:+49>", "tel:+49", "tel:+49"),
    ],
)
def test_a_link_in_angle_brackets(text, url, label):
    assert autolink(f"{text} and", 0) == (url, label, len(text))
    assert all(autolink(text[:end], 0) is UNFINISHED_AUTOLINK for end in range(1, len(text)))


@pytest.mark.parametrize(
    "text", ["< a", "<b>", "<@U1>", "<a b", "<slack://x", "<https://a b", "<me@a.example|", "<a@b>"]
)
def test_no_link_in_angle_brackets(text):
    assert autolink(text, 0) is None
