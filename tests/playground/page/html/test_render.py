"""Slack messages as HTML: what is drawn, and that nothing in a message is ever more than text."""

import copy
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.playground.page.html import render
from bot.playground.page.html.markup import Names

NAMES = Names({"U1": "Aoi <b>", "U2": "ben"}, {"C1": "general"})

_TAGS = (
    "a b blockquote br button code div em h3 h4 h5 h6 hr li ol p path pre s small span strong svg "
    "table tbody td th thead tr u ul"
)
_ATTRIBUTES = (
    "aria-hidden aria-label aria-pressed class d data-action data-channel data-confirm data-url "
    "data-user data-value download href rel role start tabindex target title type viewbox"
)
_SCHEMES = ("https://", "http://", "mailto:", "tel:", "/ui/files/F1/")
ALLOWED, ATTRIBUTES = set(_TAGS.split()), set(_ATTRIBUTES.split())
PAYLOADS = json.loads(Path(__file__).with_name("xss.json").read_text("utf-8"))


class Seen(HTMLParser):
    """Every element and attribute of a document, and what stands open at its end."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.open = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in {"br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def see(html):
    seen = Seen()
    seen.feed(html)
    seen.close()
    return seen


def plain(text):
    return {"type": "plain_text", "text": text}


def mrkdwn(text):
    return render.message({"text": text}, NAMES)


def markdown(text):
    return render.message({"blocks": [{"type": "markdown", "text": text}]}, NAMES)


def rich(*elements, kind="rich_text_section", **more):
    part = {"type": kind, "elements": list(elements)} | more
    return render.message({"blocks": [{"type": "rich_text", "elements": [part]}]}, NAMES)


def everything(text):
    """A message with the same text in every place that takes one."""
    button = {"type": "button", "text": plain(text), "action_id": text, "value": text, "url": text}
    link = {"type": "link", "url": text, "text": text}
    mrkdwn_text = {"type": "mrkdwn", "text": text}
    parts = [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": text}, link]},
        {"type": "rich_text_preformatted", "language": text, "elements": [link]},
        {"type": "rich_text_section", "elements": [{"type": k, k: text} for k in ("emoji", text)]},
    ]
    return {
        "text": text,
        "blocks": [
            {"type": "header", "text": plain(text)},
            {"type": "section", "text": mrkdwn_text, "fields": [plain(text)], "accessory": button},
            {"type": "markdown", "text": text},
            {"type": "rich_text", "elements": parts},
            {"type": "context", "elements": [mrkdwn_text, {"type": "image", "image_url": text}]},
            {"type": "actions", "elements": [button | {"confirm": {"title": plain(text)}}]},
            {"type": "table", "rows": [[{"type": "raw_text", "text": text}]]},
            {"type": "image", "image_url": text, "alt_text": text},
            {"type": text},
        ],
        "attachments": [{"title": text, "fallback": text}],
        "files": [
            {"name": text, "id": text},
            {"name": text, "id": "F1", "preview": text, "filetype": "csv", "pretty_type": text},
            {"name": text, "preview": text, "filetype": text, "lines_more": 2},
        ],
    }


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_becomes_markup(payload):
    """Only the playground's own elements, attributes and schemes come out, properly nested."""
    for html in (render.message(everything(payload), NAMES), mrkdwn(payload), markdown(payload)):
        seen = see(html)
        assert set(seen.tags) <= ALLOWED
        assert {name for name, _ in seen.attributes} <= ATTRIBUTES
        links = [value for name, value in seen.attributes if name in {"href", "data-url"}]
        assert all(link.startswith(_SCHEMES) for link in links)
        assert not seen.open


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("*b* _i_ ~s~ `c`", "<strong>b</strong> <em>i</em> <s>s</s> <code>c</code>"),
        ("*b _i_*", "<strong>b <em>i</em></strong>"),
        ("2 * 3 * 4 snake_case_name", "2 * 3 * 4 snake_case_name"),
        ("a &lt;b&gt; &amp;amp;", "a &lt;b&gt; &amp;amp;"),
        ("&gt; one\n&gt; two\nafter", "<blockquote>one\ntwo</blockquote>after"),
        ("&gt;&gt;&gt; one\ntwo", "<blockquote>one\ntwo</blockquote>"),
        ("`<@U2> *x*`", "<code>&lt;@U2&gt; *x*</code>"),
        ("a < b", "a &lt; b"),
        ("<https://a.example/?a=1&amp;b=2|label>", 'href="https://a.example/?a=1&amp;b=2"'),
        ("<mailto:a@b.example|a@b.example>", 'href="mailto:a@b.example"'),
        ("see https://a.example/x.", ">https://a.example/x</a>."),
    ],
)
def test_mrkdwn(source, expected):
    """Styles at the edges of words, quotes by line, entities shown as what they stand for."""
    assert expected in mrkdwn(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<@U2>", ">@ben<"),
        ("<@U9>", ">@U9<"),
        ("<@U1>", ">@Aoi &lt;b&gt;<"),
        ("<#C1>", ">#general<"),
        ("<!here>", ">@here<"),
        ("<!subteam^S1|@team>", ">@team<"),
        (":tada: :no_such_emoji:", ">🎉<"),
    ],
)
@pytest.mark.parametrize("draw", [mrkdwn, markdown])
def test_tokens_are_live_in_both_dialects(draw, source, expected):
    """In mrkdwn text and in markdown blocks, as in Slack."""
    assert expected in draw(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# Title", '<h3 class="heading-1">Title</h3>'),
        ("- [x] done\n- [ ] open", '<li class="task done"><span'),
        ("| a |\n|--:|\n| 1 |", '<td class="align-right">1</td>'),
        ("```python\ndef f(): ...\n```", '<span class="k">def</span>'),
        ("```nolanguage\n<x>\n```", "&lt;x&gt;"),
        ("~~x~~ **y**", "<s>x</s> <strong>y</strong>"),
        ("5 &lt; 6 `&lt;b&gt;`", "5 &lt; 6 <code>&lt;b&gt;</code>"),
        ("---", "<hr"),
        ("![alt](https://a.example/x.png)", '<a href="https://a.example/x.png"'),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
    ],
)
def test_markdown(source, expected):
    """Standard Markdown with tables and tasks, without HTML and images."""
    assert expected in markdown(source)


def test_rich_text_styles_nest():
    """All of them may be on one text."""
    html = rich({"type": "text", "text": "x", "style": {"bold": True, "code": True}})

    assert "<strong><code>x</code></strong>" in html


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("+1", "👍"),
        ("+1::skin-tone-4", "👍🏽"),
        ("flag-jp", "🇯🇵"),
        ("jp", "🇯🇵"),
        ("female-technologist", "👩\u200d💻"),
        ("simple_smile", "🙂"),
        ("heavy_check_mark", "✔"),
        ("point_up::skin-tone-2", "☝🏻"),
        ("no_such_emoji", ":no_such_emoji:"),
        ("flag-", ":flag-:"),
    ],
)
def test_emoji_go_by_slacks_names(name, shown):
    """An unknown one stays what was written."""
    assert f">{shown}</span>" in rich({"type": "emoji", "name": name})


def test_what_stands_in_a_quote_has_its_bar():
    """Lists and code have no quote around them; `border` says that they are in one."""
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}

    listed = rich(item, kind="rich_text_list", style="bullet", border=1)
    code = rich({"type": "text", "text": "x"}, kind="rich_text_preformatted", border=1)

    assert '<ul class="indent-0 mark-0 bordered">' in listed
    assert '<div class="bordered"><div class="code">' in code


def test_a_tables_columns_have_their_settings():
    """The first row is the header; only a wrapped column breaks its lines."""
    cell = {"type": "raw_text", "text": "x"}
    settings = [{"align": "right"}, {"is_wrapped": True}]
    table = {"type": "table", "rows": [[cell, cell], [cell, cell]], "column_settings": settings}

    html = render.message({"blocks": [table]}, NAMES)

    assert '<th class="align-right">x</th><th class="wrapped">x</th>' in html
    assert '<td class="align-right">x</td><td class="wrapped">x</td>' in html


def test_a_file_is_a_card_with_a_preview():
    """Rows for a spreadsheet, coloured lines for code, and how much more there is."""
    about = {"id": "F1", "size": 1234, "pretty_type": "CSV", "lines_more": 7}
    sheet = about | {"name": "table-1.csv", "filetype": "csv", "preview": '\ufeffa,"b,c"\n1,2'}
    code = {"name": "code.py", "filetype": "py", "preview": "def f(): ...", "size": 12}

    html = render.message({"text": "", "files": [sheet, code]}, NAMES)

    assert 'href="/ui/files/F1/table-1.csv" download="table-1.csv"' in html
    assert "<b>table-1.csv</b><small>CSV · 1.2 kB</small>" in html
    assert "<tr><th>a</th><th>b,c</th></tr><tr><td>1</td>" in html
    assert "+7 more lines" in html
    assert '<small>12 bytes</small></span></div><div class="preview">' in html
    assert '<span class="k">def</span>' in html


def test_a_list_keeps_its_numbers_and_its_depth():
    """Slack splits one list over many; offset and indent put it together again."""
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}

    html = rich(item, kind="rich_text_list", style="ordered", indent=1, offset=4)

    assert '<ol class="indent-1 mark-1" start="5"><li>x</li></ol>' in html


def test_preformatted_text_is_coloured_by_its_language():
    """The optional field that Slack has for it."""
    text = {"type": "text", "text": "def f(): ..."}

    html = rich(text, kind="rich_text_preformatted", language="python")

    assert '<span class="k">def</span>' in html


def test_an_emoji_is_drawn_from_its_code_points():
    """Also when its name is unknown."""
    assert "👨\u200d💻" in rich({"type": "emoji", "name": "x", "unicode": "1f468-200d-1f4bb"})


def test_a_button_knows_what_it_does():
    """The page reads action and value from it."""
    button = {
        "type": "button",
        "text": plain("Stop"),
        "style": "danger",
        "action_id": "stop",
        "value": "v",
    }

    html = render.message({"blocks": [{"type": "actions", "elements": [button]}]}, NAMES)

    assert 'class="button danger" data-action="stop" data-value="v"' in html


def test_feedback_has_two_buttons_with_one_action():
    """Told apart by their values."""
    thumbs = {
        "type": "feedback_buttons",
        "action_id": "rate",
        "positive_button": {"text": plain("Good"), "value": "up"},
        "negative_button": {"text": plain("Bad"), "value": "down"},
    }

    html = render.message({"blocks": [{"type": "context_actions", "elements": [thumbs]}]}, NAMES)

    assert html.count('data-action="rate"') == 2
    assert 'data-value="down" title="Bad" aria-label="Bad" aria-pressed="false"' in html


def test_blocks_replace_the_text():
    """The text beside blocks is for notifications."""
    html = render.message({"text": "fallback", "blocks": [{"type": "divider"}]}, NAMES)

    assert "fallback" not in html


def test_what_is_unknown_is_named():
    """A grey box, so that somebody sees that something is missing."""
    html = render.message({"blocks": [{"type": "carousel"}]}, NAMES)

    assert "block “carousel” is not drawn by the playground" in html


def spoilt(value):
    """Every copy of a value in which one part has become something else."""
    yield from (None, 7, "x", [], {}, [[]], [None])
    if isinstance(value, dict):
        for key in value:
            yield from (value | {key: other} for other in spoilt(value[key]))
    if isinstance(value, list):
        for n, each in enumerate(value):
            yield from ([*value[:n], other, *value[n + 1 :]] for other in spoilt(each))


def test_no_shape_is_an_error():
    """Whatever stands in the place of anything, something is drawn."""
    message = everything("*x* <@U1>")

    for other in spoilt(message):
        shown = other if isinstance(other, dict) else {"blocks": other}
        assert isinstance(render.message(copy.copy(shown), NAMES), str)
