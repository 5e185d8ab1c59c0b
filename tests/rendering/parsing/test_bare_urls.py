"""URLs in plain text: a whole address, or text."""

import pytest

from bot.rendering.parsing.bare_urls import bare_url


@pytest.mark.parametrize(
    ("text", "may_grow"),
    [
        ("https://", True),
        ("https://a.example", True),
        ("https://a.example/b)", True),
        ("https://a.example/?b[c", True),
        ("https://a.example/?b[c d", False),
        ("https://a.example ", False),
        ("https://a.example**", True),
        ("https://a.exampleです", False),
        ("https://a.example/wiki/日本", True),
        ("https://a.example/wiki/日本 ", False),
        ("https://a.example/で", True),
        ("https://a.example/<us", True),
    ],
)
def test_a_url_at_the_end_of_the_text_may_grow(text, may_grow):
    assert bare_url(text, 0).may_grow == may_grow


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
        (r"https://a.example/b\_c\_d", r"https://a.example/b\_c\_d"),
        ("https://a.example/b_ c", "https://a.example/b_"),
        ("https://a.example/b/**/*.c", "https://a.example/b/**/*.c"),
        ("https://a.example/E\u0301 b", "https://a.example/E\u0301"),
        ("https://a.example/wiki/日本 の", "https://a.example/wiki/日本"),
        ("https://a.example/wiki/กรุงเทพ b", "https://a.example/wiki/กรุงเทพ"),
        ("https://a.example/wiki/이순신 b", "https://a.example/wiki/이순신"),
        ("https://a.example/?q=日本&b=c", "https://a.example/?q=日本&b=c"),
        ("https://a.example/を見る", "https://a.example/"),
        ("https://a.example/에서 b", "https://a.example/"),
        ("https://日本.example/b", "https://日本.example/b"),
        ("https://", ""),
        ("https://…", ""),
        ("https://)", ""),
    ],
)
def test_a_url_in_plain_text_ends_where_its_sentence_goes_on(text, url):
    assert bare_url(text, 0).source == url


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/<id>/b",
        "https://a.example/&lt;id&gt;",
        "https://a.example/b…",
        "https://a.example/... b",
        "https://a.example/*",
        "https://a.example/** b",
        'https://a.example/?q="b c"',
        "https://a.example/wiki/日本を見る",
        "https://a.example/日本",
        "https://a.example/wiki/C言語",
        "https://日本.exampleの",
    ],
)
def test_what_may_be_a_part_or_a_pattern_is_no_link(text):
    assert bare_url(text, 0).source == ""


@pytest.mark.parametrize(
    ("before", "behind", "url"),
    [
        ("(", "b)c", "https://a.example/b"),
        ("(", "b_(c))", "https://a.example/b_(c)"),
        ("'", "b'c", "https://a.example/b"),
        ('"', 'b"', "https://a.example/b"),
        ('"', "b c", ""),
        ("<", "b c>", ""),
        ("](", "b c", ""),
        ("](", "b)", "https://a.example/b"),
        ("](<", "b c", ""),
        ("は", "wiki/日本 b", ""),
        ("は", "wikiの", "https://a.example/wiki"),
    ],
)
def test_what_opens_before_a_url_closes_behind_it(before, behind, url):
    assert bare_url(f"{before}https://a.example/{behind}", len(before)).source == url


def test_marks_that_are_open_are_no_part_of_a_url():
    assert bare_url("https://a.example/_ b", 0, frozenset("_")).source == "https://a.example/"
    assert bare_url("https://a.example/**/b", 0, frozenset("*")).source == "https://a.example/"
    assert not bare_url("https://a.example**", 0, frozenset("*")).may_grow


def test_a_url_is_read_without_escapes():
    assert bare_url(r"https://a.example/b\_c?d&amp;e", 0).url == "https://a.example/b_c?d&e"
