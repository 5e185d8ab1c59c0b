"""Rich text, as the model reads it."""

import pytest

from bot.transcript.message import to_markdown


def name(user):
    return {"U1": "Alice", "UBOT": "Bot"}.get(user, user)


def text(value, **style):
    return (
        {"type": "text", "text": value, "style": style}
        if style
        else {
            "type": "text",
            "text": value,
        }
    )


def link(url, label="", **style):
    return text(label, **style) | {"type": "link", "url": url}


def section(*elements):
    return {"type": "rich_text_section", "elements": list(elements)}


def rich(*parts):
    return {"type": "rich_text", "elements": list(parts)}


def items(*texts, style="bullet", **more):
    elements = [section(text(each)) for each in texts]
    return {"type": "rich_text_list", "style": style, "elements": elements} | more


def read(*blocks, **more):
    return to_markdown({"text": "fallback", "blocks": list(blocks)} | more, name, bot_user="UBOT")


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (text("a < b &amp; c"), "a < b &amp; c"),
        (text("bold", bold=True), "**bold**"),
        (text("all", bold=True, italic=True, strike=True), "**_~~all~~_**"),
        (text(" edges ", bold=True), " **edges** "),
        (text("a", bold=True, code=True), "**`a`**"),
        (text("a`b", code=True), "``a`b``"),
        (text("*c* <@U1>", code=True), "`*c* <@U1>`"),
        (text("two\nlines", italic=True), "_two_\n_lines_"),
        ({"type": "user", "user_id": "U1"}, "@Alice"),
        ({"type": "user", "user_id": "UBOT"}, "@Bot"),
        ({"type": "channel", "channel_id": "C1"}, "#general"),
        ({"type": "channel", "channel_id": "C2"}, "#C2"),
        ({"type": "broadcast", "range": "here"}, "@here"),
        ({"type": "usergroup", "usergroup_id": "S1"}, "@ops"),
        ({"type": "usergroup", "usergroup_id": "S2"}, "@S2"),
        ({"type": "user", "user_id": "U7"}, "@bob"),
        ({"type": "user", "user_id": "U8"}, "@U8"),
        ({"type": "emoji", "name": "tada", "unicode": "1f389"}, "🎉"),
        ({"type": "emoji", "name": "ours"}, ":ours:"),
        ({"type": "emoji", "name": "bad", "unicode": "d800"}, ":bad:"),
        ({"type": "emoji", "name": "unseen", "unicode": "200b"}, ":unseen:"),
        ({"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fd", "skin_tone": 4}, "👋🏽"),
        ({"type": "emoji", "name": "wave", "skin_tone": 4}, ":wave::skin-tone-4:"),
        ({"type": "emoji", "name": "tada", "style": {"bold": True}}, "**:tada:**"),
        ({"type": "link", "url": "https://x.dev"}, "https://x.dev"),
        ({"type": "link", "url": "https://x.dev", "text": "docs"}, "[docs](https://x.dev)"),
        ({"type": "link", "url": "https://x.dev/a?b", "text": "x.dev/a?b"}, "https://x.dev/a?b"),
        ({"type": "link", "url": "https://x.dev/(a)", "text": "a]"}, r"[a\]](<https://x.dev/(a)>)"),
        ({"type": "link", "url": "https://x.dev/a b"}, "<https://x.dev/a%20b>"),
        ({"type": "link", "url": "mailto:a@x.dev"}, "a@x.dev"),
        ({"type": "link", "url": "mailto:a@x.dev", "text": "Al"}, "[Al](mailto:a@x.dev)"),
        ({"type": "date", "timestamp": 5, "fallback": "today"}, "today"),
        ({"type": "date", "timestamp": 5, "format": "{date_num}"}, "1970-01-01"),
        ({"type": "date", "timestamp": 1392734382}, "2014-02-18 14:39 UTC"),
        ({"type": "date", "timestamp": 1.5}, "1970-01-01 00:00 UTC"),
        ({"type": "color", "value": "#ff0000"}, "#ff0000"),
        ({"type": "news", "text": "later"}, "later"),
    ],
)
def test_each_element_has_its_markdown(element, expected):
    around = [text("x "), element, text(" y")]
    labels = "<#C1|general> <!subteam^S1|@ops> <@U7|bob>"
    message = {"text": labels, "blocks": [rich(section(*around))]}

    got = to_markdown(message, name, bot_user="UBOT")

    assert got == f"x {expected} y"


def test_lists_nest_and_count():
    block = rich(
        section(text("Steps:\n")),
        items("one", "two\nmore", style="ordered", offset=2),
        items("deep", indent=1),
        section(text("done")),
    )

    assert read(block) == "Steps:\n\n3. one\n4. two\n   more\n   - deep\n\ndone"


def test_code_and_quotes_stand_on_their_own():
    block = rich(
        {"type": "rich_text_preformatted", "language": "py", "elements": [text("a = '```'\n")]},
        {"type": "rich_text_quote", "elements": [text("one\ntwo")]},
        items("in a quote", border=1),
    )

    assert read(block) == "````py\na = '```'\n````\n\n> one\n> two\n\n> - in a quote"


def test_the_bots_mention_at_the_beginning_is_left_out():
    bot, alice = ({"type": "user", "user_id": user} for user in ("UBOT", "U1"))

    assert read(rich(section(bot, text(" ask "), alice, text(" not "), bot))) == (
        "ask @Alice not @Bot"
    )


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ([text("2*3*4")], r"2\*3\*4"),
        ([text("2 * 3 * 4, *.py, snake_case")], "2 * 3 * 4, *.py, snake_case"),
        ([text("a*b, "), text("c", bold=True)], r"a\*b, **c**"),
        ([text(" * ", bold=True), text("_", italic=True)], r"<b>\*</b> <i>\_</i>"),
        ([text("__init__ and _x_")], r"\_\_init\_\_ and \_x\_"),
        ([text("~5 and ~6 of ~~7~~")], r"~5 and ~6 of \~\~7\~\~"),
        ([text("a`b "), text("c", code=True)], r"a\`b `c`"),
        ([text("```\nnot a fence")], r"\`\`\`" + "\nnot a fence"),
        ([text("# no heading, [x](y), 1. <b> &amp;")], "# no heading, [x](y), 1. <b> &amp;"),
        ([text("C:\\dir\\")], "C:\\dir\\"),
        ([text("C:\\"), text("dir", bold=True)], "C:\\\\**dir**"),
        ([text("bold ", bold=True), text("x")], "**bold** x"),
        ([text("a ", bold=True), text("b", bold=True, italic=True)], "**a _b_**"),
        ([text("a", bold=True), text("b", italic=True), text(" c")], "**a**_b_ c"),
        ([text("これは"), text("太字", bold=True), text("です")], "これは**太字**です"),
        ([text("これは"), text("「太字」", bold=True), text("です")], "これは**「太字」**です"),
        ([text("これは"), text("斜体", italic=True), text("です")], "これは*斜体*です"),
        ([text("a"), text("(b)", bold=True), text("c")], "a<b>(b)</b>c"),
        ([text("a"), text("b", italic=True), text("c")], "a*b*c"),
        ([text("two\nlines", italic=True), text("!")], "_two_\n_lines_!"),
        ([text("look!"), link("https://x.dev", "here")], r"look\![here](https://x.dev)"),
        ([text("at "), link("https://x.dev"), text(". ok")], "at https://x.dev. ok"),
        ([text("は"), link("https://x.dev"), text("です")], "は<https://x.dev>です"),
        (
            [link("https://x.dev", "with "), link("https://x.dev", "bold", bold=True)],
            "[with **bold**](https://x.dev)",
        ),
    ],
)
def test_marks_are_read_as_they_were_meant(elements, expected):
    assert read(rich(section(*elements))) == expected


def test_numbers_that_do_not_go_on_begin_anew():
    block = rich(
        items("a", "b", style="ordered"),
        items("deep", "er", style="ordered", indent=1),
        items("c", style="ordered", offset=2),
        items("again", style="ordered"),
        items("ninth", style="ordered", indent=1, offset=8),
        items("bullet", "", indent=9),
    )

    assert read(block) == (
        "1. a\n2. b\n   1. deep\n   2. er\n3. c\n1) again\n\n   9. ninth\n      - bullet\n      -"
    )


def test_a_quote_keeps_the_blanks_of_its_code():
    code = {"type": "rich_text_preformatted", "border": 1, "elements": [text("a  \n\n  b")]}

    assert read(rich(code)) == "> ```\n> a  \n>\n>   b\n> ```"


def test_a_language_is_one_word():
    for language in ("py\n# Title", "a`b", 5, None):
        code = {"type": "rich_text_preformatted", "language": language, "elements": [text("x")]}

        assert read(rich(code)) == "```\nx\n```"
