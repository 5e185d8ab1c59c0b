"""What stands in a paragraph: each construct, the text between, and bounded cost for any text."""

import re
import sys
from itertools import pairwise

import pytest
from hypothesis import given

from bot.rendering.parsing.inlines import inlines
from bot.rendering.parsing.links import LinkPolicy
from bot.text.runs import BOLD, CODE, ITALIC, STRIKE, Run
from tests.rendering.soup import inline

POLICY = LinkPolicy()
URL = "https://a.example/b"


def said(text):
    return list(inlines(text, POLICY))


def link(text, url, style=0):
    return Run(text, style, url)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("plain, ünicode 日本", [Run("plain, ünicode 日本")]),
        ("", []),
        ("a `b*c*` d", [Run("a "), Run("b*c*", CODE), Run(" d")]),
        ("`` a`b ``", [Run("a`b", CODE)]),
        ("`  `", [Run("  ", CODE)]),
        ("`a\nb`", [Run("a b", CODE)]),
        ("`a", [Run("`a")]),
        ("``a`", [Run("``a`")]),
        ("日本の`コード`です", [Run("日本の"), Run("コード", CODE), Run("です")]),
        ("**a `b` c**", [Run("a ", BOLD), Run("b", BOLD | CODE), Run(" c", BOLD)]),
        (r"\*a\* \_b\_ \d \\", [Run(r"*a* _b_ \d " + "\\")]),
        ("a\\", [Run("a\\")]),
        (r"C:\dir\file", [Run(r"C:\dir\file")]),
        ("a\\\nb  \n  c \nd", [Run("a\nb\nc\nd")]),
        ("x &amp; y &lt;b&gt; &copy; &#60; &#x41; &nope; &", [Run("x & y <b> © < A &nope; &")]),
        ("&amp;lt;", [Run("&lt;")]),
    ],
)
def test_text_and_code(text, runs):
    assert said(text) == runs


def test_entities_smuggle_nothing_in():
    assert said("&#x202e;&#xE0041;&#27;") == [Run("\ufffd\ufffd&#27;")]
    assert said("<code>&#x202e;a</code>") == [Run("a", CODE)]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        (f"[a]({URL})", [link("a", URL)]),
        (f"[リンク]({URL})です", [link("リンク", URL), Run("です")]),
        (
            f"[a **b** `c`]({URL})",
            [link("a ", URL), link("b", URL, 1), Run(" ", 0, URL), link("c", URL, 8)],
        ),
        (f"**[a]({URL})**", [link("a", URL, BOLD)]),
        (f"[[1]]({URL})", [link("[1]", URL)]),
        (f"[a\nb]({URL})", [link("a b", URL)]),
        (f"[]({URL})", [link(URL, URL)]),
        (f"[{URL}/c]({URL})", [link(f"{URL}/c", URL)]),
        (
            f"[a [b]({URL}) c](https://d.example)",
            [
                Run("[a "),
                link("b", URL),
                Run(" c]("),
                link("https://d.example", "https://d.example"),
                Run(")"),
            ],
        ),
        (f"[a*]({URL})*", [link("a*", URL), Run("*")]),
        ("[a][b] [c] [d]: e", [Run("[a][b] [c] [d]: e")]),
        ("[a](b c)", [Run("[a](b c)")]),
        (f"\\[a]({URL}", [Run(f"[a]({URL}")]),
        (f"`[a`]({URL})", [Run("[a", CODE), Run("]("), link(URL, URL), Run(")")]),
        (f"<{URL}>", [link(URL, URL)]),
        ("<me@x.example>", [link("me@x.example", "mailto:me@x.example")]),
        (f"<{URL}|a label>", [link("a label", URL)]),
        ("<mailto:me@x.example|me>", [link("me", "mailto:me@x.example")]),
    ],
)
def test_links(text, runs):
    assert said(text) == runs


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        (f"![a]({URL}.png)", [link("a", f"{URL}.png")]),
        (f"![]({URL}.png 't')", [link("b.png", f"{URL}.png")]),
        ("![](https://a.example/)", [link("a.example", "https://a.example/")]),
        (f"[![a](https://i.example/c.png)]({URL})", [link("a", URL)]),
        (f"![a *b*]({URL})", [link("a b", URL)]),
        (
            "![a](data:image/png;base64,AA)",
            [Run("a ("), Run("data:image/png;base64,AA", CODE), Run(")")],
        ),
        ("![](data:image/png;base64,AA)", [Run("data:image/png;base64,AA", CODE)]),
        ("!a ![b] !", [Run("!a ![b] !")]),
    ],
)
def test_an_image_is_a_link(text, runs):
    assert said(text) == runs


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        (f"見て{URL}です。", [Run("見て"), link(URL, URL), Run("です。")]),
        (f"**{URL}**、", [link(URL, URL, BOLD), Run("、")]),
        (f"_{URL}_", [link(URL, URL, ITALIC)]),
        (f"~~{URL}~~", [link(URL, URL, STRIKE)]),
        (f"({URL}).", [Run("("), link(URL, URL), Run(").")]),
        (f"{URL}?a&amp;b", [link(f"{URL}?a&b", f"{URL}?a&b")]),
        (f"x{URL}", [Run(f"x{URL}")]),
        (f"`{URL}`", [Run(URL, CODE)]),
        ("https:// http", [Run("https:// http")]),
        ("ftp://a.example", [Run("ftp://a.example")]),
        ("https://u:p@evil.example/ x", [Run("https://u:p@evil.example/", CODE), Run(" x")]),
    ],
)
def test_urls_in_plain_text(text, runs):
    assert said(text) == runs


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("[a](javascript:alert(1))", [Run("a ("), Run("javascript:alert(1)", CODE), Run(")")]),
        ("[a](docs/b.md)", [Run("a ("), Run("docs/b.md", CODE), Run(")")]),
        ("[file:///a](file:///a)", [Run("file:///a", CODE)]),
        ("[a](#b) [c]()", [Run("a c")]),
        ("<javascript:alert(1)>", [Run("<javascript:alert(1)>")]),
        ("<slack://x|y>", [Run("<slack://x|y>")]),
        ("<https://u@evil.example>", [Run("https://u@evil.example", CODE)]),
        (
            "[https://bank.example](https://evil.example/)",
            [link("https://bank.example (evil.example)", "https://evil.example/")],
        ),
    ],
)
def test_what_is_no_link_shows_where_it_would_lead(text, runs):
    assert said(text) == runs


def test_a_refused_target_is_not_shown_without_end():
    (label, target, _) = said(f"[a](data:{'x' * 5000})")

    assert label.text == "a ("
    assert len(target.text) == 301


def test_the_policy_decides():
    limited = LinkPolicy(("a.example",))

    assert inlines(f"{URL} https://b.example/?q=secret", limited) == (
        link(URL, URL),
        Run(" "),
        Run("https://b.example/?q=secret", CODE),
    )


@pytest.mark.parametrize(
    "text",
    [
        "<!channel>",
        "<!here|here>",
        "<!subteam^S1|@ops>",
        "<@U1>",
        "<@W1|x>",
        "<#C1|g>",
        "<U1>",
        "@here",
    ],
)
def test_mentions_are_text(text):
    assert said(f"a {text} b") == [Run(f"a {text} b")]


def emoji(name):
    return Run(f":{name}:", emoji=name)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        (":tada: ok", [emoji("tada"), Run(" ok")]),
        ("完了:tada:。", [Run("完了"), emoji("tada"), Run("。")]),
        (":+1::-1::100:", [emoji("+1"), emoji("-1"), emoji("100")]),
        (":white_check_mark:", [emoji("white_check_mark")]),
        ("**:tada:**", [emoji("tada")._replace(style=BOLD)]),
        (
            "10:30:45 1:2:3 a:b:c std::vec::x :日本: ::a:: :12:",
            [Run("10:30:45 1:2:3 a:b:c std::vec::x :日本: ::a:: :12:")],
        ),
        ("`:tada:`", [Run(":tada:", CODE)]),
        (":Tada: : :", [Run(":Tada: : :")]),
    ],
)
def test_emoji(text, runs):
    assert said(text) == runs


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        (r"a \(x_1 * y_2\) b", [Run("a "), Run("x_1 * y_2", CODE), Run(" b")]),
        ("$$E = mc^2$$。", [Run("E = mc^2", CODE), Run("。")]),
        ("$5 and $10, $$ $$", [Run("$5 and $10, $$ $$")]),
        (r"\(a", [Run("(a")]),
        (r"\[a\] b", [Run("[a] b")]),
        ("\\[ a\nb \\]\nc", [Run("a b", CODE), Run("\nc")]),
        ("x[^1] y[^note].", [Run("x[1] y[note].")]),
        ("[^1]: text", [Run("[1]: text")]),
        ("[^ ]", [Run("[^ ]")]),
    ],
)
def test_tex_and_footnotes(text, runs):
    assert said(text) == runs


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("a<br>b<br/>\nc<BR />d", [Run("a\nb\nc\nd")]),
        (
            "<b>a</b> <em>b</em> <del>c</del>",
            [Run("a", 1), Run(" "), Run("b", 2), Run(" "), Run("c", 4)],
        ),
        ("<b>a <i>b</b> c</i>", [Run("a ", 1), Run("b", 3), Run(" c", 2)]),
        ("**a <b>b** c</b>", [Run("a b c", 1)]),
        (
            "<kbd>Ctrl</kbd>+<code>a_b_&lt;</code>",
            [Run("Ctrl", CODE), Run("+"), Run("a_b_<", CODE)],
        ),
        ("H<sub>2</sub>O <span class='x'>y</span>", [Run("H2O y")]),
        ("<summary>More</summary>", [Run("More", BOLD)]),
        ("<summary>More", [Run("More")]),
        ("a<!-- b\n **c** -->d <!-- e", [Run("ad <!-- e")]),
        ("<b>open, <code>x, c</i>", [Run("<b>open, <code>x, c</i>")]),
        (
            "<script>a</script> <custom-tag> a<b c>d",
            [Run("<script>a</script> <custom-tag> a<b c>d")],
        ),
        ("[<b>a](https://a.example/b)</b>", [link("<b>a", URL), Run("</b>")]),
    ],
)
def test_a_little_html(text, runs):
    assert said(text) == runs


@given(inline)
def test_runs_are_merged_and_never_empty(text):
    runs = said(text)

    assert all(run.text for run in runs)
    assert all(run[1:] != after[1:] or run.emoji for run, after in pairwise(runs))


@given(inline)
def test_only_safe_links_come_out(text):
    assert all(
        re.match(r"(?:https?://[a-z0-9.]+|mailto:[\w.]+@[\w.]+$)|$", run.url) for run in said(text)
    )


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "![",
            "[",
            "]",
            "*",
            "_*",
            "*a ",
            "a**b",
            "~~a",
            "<",
            "<b>",
            "<b ",
            "<!--",
            "<code>",
            "`a",
        ),
        *(
            "[a](b",
            "[a](b)[",
            "![a](b)",
            '[a](b "',
            "$$",
            "\\(",
            "&",
            ":a",
            "https://",
            "https://a.b/(",
        ),
    ],
)
def test_cost_grows_no_faster_than_the_text(unit):
    """Counted in calls, so that no clock decides."""
    assert calls(unit * 2000) < 2.5 * calls(unit * 1000) + 200


def calls(text):
    count = 0

    def note(*_):
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        inlines(text, POLICY)
    finally:
        sys.setprofile(None)
    return count
