"""Where links lead, as it is written."""

import pytest

from bot.rendering.parsing.targets import bare_url, target


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
        ("()", ""),
    ],
)
def test_a_target(text, url):
    found = target(f"{text} and so on)", 0)

    assert found == (url, len(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "(",
        "(a",
        "(a b)",
        "(<a)",
        "(<a<b>)",
        "(<a\nb>)",
        "(a(b)",
        "(a 'b)",
        '(a "b" c)',
        "(a\\",
    ],
)
def test_no_target(text):
    assert target(text, 0) is None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://a.example", "https://a.example"),
        ("HTTPS://a.example/B, and", "HTTPS://a.example/B"),
        ("http://localhost:8000/a_b_c/_d_?x=1&y=2#z.", "http://localhost:8000/a_b_c/_d_?x=1&y=2#z"),
        ("https://a.example/b_(c))", "https://a.example/b_(c)"),
        ("https://a.example/b)", "https://a.example/b"),
        ("https://a.example/?!'.,:;", "https://a.example/"),
        ("https://a.example/b**、", "https://a.example/b"),
        ("https://a.example/b~~", "https://a.example/b"),
        ("https://a.example/b*", "https://a.example/b"),
        ("https://a.example/bです", "https://a.example/b"),
        ("https://a.example/b。次", "https://a.example/b"),
        ("https://a.example/b）と", "https://a.example/b"),
        ("https://a.example<b>", "https://a.example"),
        ('https://a.example">', "https://a.example"),
        ("https://a.example`", "https://a.example"),
        ("https://a.example/?a[]=1&b[c]=2](x)", "https://a.example/?a[]=1&b[c]=2"),
        ("https://a.example&gt;", "https://a.example"),
        ("https://ru.example/Москва и", "https://ru.example/Москва"),
        ("https://", ""),
        ("https://…", ""),
        ("https://)", ""),
    ],
)
def test_a_url_in_plain_text_ends_where_its_sentence_goes_on(text, url):
    assert bare_url(text, 0) == url
