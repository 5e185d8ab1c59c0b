"""The `markdown` block, the way Slack draws it: Markdown → HTML, with Slack's tokens live."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from bot.playground.page.html import markup, mrkdwn
from bot.playground.page.html.markup import Names

_TOKEN = re.compile(r"<([@#!][^<>\n]+)>")
_EMOJI = re.compile(r"(?<![\w:]):([a-z0-9_+'-]{1,60}):(?!\w)")
_TASK = re.compile(r"\[([ xX])\] ")
_ALIGNED = re.compile(r"text-align:(left|center|right)")


def to_html(source: object, names: Names) -> str:
    return str(_parser().render(markup.text(source), {"names": names}))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=Drawing)
    parser.enable(["table", "strikethrough"])
    parser.inline.ruler.before("autolink", "slack_token", _read_token)
    parser.validateLink = markup.linkable  # type: ignore[method-assign] # its documented way to override
    return parser


def _read_token(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    found = _TOKEN.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("slack_token", "", 0).content = found[1]
    state.pos = found.end()
    return True


Rule = Callable[[Sequence[Token], int, OptionsDict, EnvType], str]


class Drawing(RendererHTML):
    """Differs from plain HTML where a page of ours must not, or Slack does not, do the usual."""

    def slack_token(self, tokens: Sequence[Token], at: int, _: OptionsDict, env: EnvType) -> str:
        return mrkdwn.token(tokens[at].content, env["names"])

    def text(self, tokens: Sequence[Token], at: int, *_: Any) -> str:
        parts = _EMOJI.split(tokens[at].content)
        odd = [False, True] * len(parts)
        return "".join(
            markup.emoji(part) if is_name else markup.escape(part)
            for part, is_name in zip(parts, odd, strict=False)
        )

    def code_inline(self, tokens: Sequence[Token], at: int, *_: Any) -> str:
        return markup.tag("code", markup.escape(markup.decode(tokens[at].content)))

    def fence(self, tokens: Sequence[Token], at: int, *_: Any) -> str:
        language = (tokens[at].info.split() or [""])[0]
        return markup.code(markup.decode(tokens[at].content), language)

    def code_block(self, tokens: Sequence[Token], at: int, *_: Any) -> str:
        return markup.code(markup.decode(tokens[at].content))

    def image(self, tokens: Sequence[Token], at: int, *_: Any) -> str:
        """A link: an image would be fetched from somewhere without anybody's click."""
        token = tokens[at]
        url = str(token.attrGet("src") or "")
        return markup.link(url, markup.escape(token.content or url))

    def link_open(self, tokens: Sequence[Token], at: int, *_: Any) -> str:
        url = str(tokens[at].attrGet("href") or "")
        return markup.link(url, "").removesuffix("</a>")

    def heading_open(self, tokens: Sequence[Token], at: int, *_: Any) -> str:
        """Two levels down, for the page has headings of its own."""
        level = int(tokens[at].tag[1])
        return f'<h{min(6, level + 2)} class="heading-{level}">'

    def heading_close(self, tokens: Sequence[Token], at: int, *_: Any) -> str:
        return f"</h{min(6, int(tokens[at].tag[1]) + 2)}>"

    def table_open(self, *_: Any) -> str:
        return '<div class="table" tabindex="0"><table>'

    def table_close(self, *_: Any) -> str:
        return "</table></div>"

    def th_open(self, tokens: Sequence[Token], at: int, *_: Any) -> str:
        return f"<{tokens[at].tag}{_alignment(tokens[at])}>"

    td_open = th_open

    def list_item_open(self, tokens: Sequence[Token], at: int, *_: Any) -> str:
        """A task's box is drawn, and its brackets are taken out of the text that follows."""
        first = next((t for t in tokens[at + 1 : at + 3] if t.type == "inline"), None)
        task = _TASK.match(first.content) if first else None
        if not (first and first.children and task):
            return "<li>"
        first.children[0].content = _TASK.sub("", first.children[0].content, count=1)
        done = task[1] != " "
        box = markup.tag(
            "span", "✓" if done else "", class_="box", role="img", aria_label=_DONE[done]
        )
        return f'<li class="task{" done" if done else ""}">{box}'


_DONE = {True: "done", False: "to do"}


def _alignment(token: Token) -> str:
    """By class, since the page's policy forbids inline style."""
    found = _ALIGNED.match(str(token.attrGet("style") or ""))
    return f' class="align-{found[1]}"' if found else ""
