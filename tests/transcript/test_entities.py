"""mrkdwn: tokens, entities, code and styles, each as Markdown."""

import pytest

from bot.transcript.entities import (
    MATCHES,
    code_block,
    escaped_label,
    from_text,
    labels,
    link,
    mention,
    read_text,
    repeats_address,
    token,
    unescape,
)

NAMES = {"U1": "Alice"}


def name(user):
    return NAMES.get(user, user)


@pytest.mark.parametrize(
    ("mrkdwn", "markdown"),
    [
        ("*bold* _it_ ~gone~", "**bold** _it_ ~~gone~~"),
        ("2*3*4 a~b~c", "2*3*4 a~b~c"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("• one\n◦ two", "- one\n- two"),
        ("`*a* &lt;`", "`*a* <`"),
        ("x ```a\nb``` y", "x \n```\na\nb\n```\n y"),
        ("<@U1> <@U9|bob> <@U9>", "@Alice @bob @U9"),
        ("<#C1|general> <#C2>", "#general #C2"),
        ("<!here> <!subteam^S1|@team>", "@here @team"),
        ("<!date^1392734382^{date}|then> <!date^1392734382^{date}>", "then 2014-02-18"),
        ("<https://a.example|a> <https://a.example>", "[a](https://a.example) https://a.example"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("`<https://a.example|a.example>`", "`a.example`"),
        ("a\x00b", "ab"),
    ],
)
def test_mrkdwn_as_markdown(mrkdwn, markdown):
    assert from_text(mrkdwn, name) == markdown


@pytest.mark.parametrize(
    ("label", "escaped"),
    [("a [b] c", "a [b] c"), ("a ] b", "a \\] b"), ("a](b", "a\\](b"), ("a\\", "a\\\\")],
)
def test_a_label_does_not_end_early(label, escaped):
    assert escaped_label(label) == escaped


@pytest.mark.parametrize(
    ("url", "label", "markdown"),
    [
        ("https://a.example", "", "https://a.example"),
        ("https://a.example", "a.example", "https://a.example"),
        ("https://a.example", "here", "[here](https://a.example)"),
        ("https://a.example/(b)", "here", "[here](<https://a.example/(b)>)"),
        ("https://a.example/ b", "here", "[here](https://a.example/%20b)"),
        ("", "here", "here"),
    ],
)
def test_a_link_has_a_label_where_that_says_more(url, label, markdown):
    assert link(url, label) == markdown


def test_a_label_that_says_more_is_known():
    assert repeats_address("https://a.example", "a.example")
    assert not repeats_address("https://a.example", "a.example/b")


def test_a_name_that_is_known_is_better_than_a_label():
    assert mention("U1", name, "al") == "@Alice"
    assert mention("U9", name, "bob") == "@bob"


def test_names_are_learnt_from_labels():
    text = "<@U9|bob> <#C1|general> <!subteam^S1|@team> <@U8>"

    assert labels(text) == {"U9": "bob", "C1": "general", "S1": "team"}


def test_a_block_is_longer_than_what_it_holds():
    assert code_block("a ``` b\n", "md") == "````md\na ``` b\n````"


def test_entities_are_read_once():
    assert unescape("&amp;lt;") == "&lt;"
    assert token("https://a.example?a=1&amp;b=2|x", name) == "[x](https://a.example?a=1&b=2)"


@pytest.mark.parametrize("piece", ["`a` ", "<@U1> ", "```a``` "])
def test_no_slice_has_many_pieces(piece):
    """A text of ten thousand pieces is read in as many more slices."""
    slices = sum(1 for _ in read_text(piece * 10_000, str))

    assert slices > 10_000 / MATCHES
