"""What a reader sees of an answer, read from what was sent to Slack and from nothing else."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from markdown_it import MarkdownIt

INVISIBLE = str.maketrans("", "", "\u200b\u2060")


class Span(NamedTuple):
    """Text in one look: `styles` holds of "bold", "italic", "strike" and "code"."""

    text: str
    styles: frozenset = frozenset()
    url: str = ""


class ListItem(NamedTuple):
    text: str
    depth: int
    ordered: bool
    number: int | None


@dataclass
class Shown:
    """All messages of an answer together. `texts` are sections, quotes, items and cells."""

    texts: list = field(default_factory=list)
    visible: list = field(default_factory=list)
    headings: list = field(default_factory=list)
    quotes: list = field(default_factory=list)
    list_items: list = field(default_factory=list)
    code_blocks: list = field(default_factory=list)
    tables: list = field(default_factory=list)
    emoji: list = field(default_factory=list)
    mentions: list = field(default_factory=list)
    dividers: int = 0
    image_blocks: int = 0
    most_tables: int = 0

    @property
    def everything(self):
        return "\n".join(self.visible)

    @property
    def links(self):
        """Address and label; neighbours that lead to one place are one link."""
        return [
            (url, "".join(span.text for span in spans))
            for text in self.texts
            for url, spans in stretches(text, lambda span: span.url)
            if url
        ]

    def styled(self, style):
        """The spans of each stretch of text in this style."""
        return [
            spans
            for text in self.texts
            for held, spans in stretches(text, lambda span: style in span.styles)
            if held
        ]

    def tell(self, spans):
        self.texts.append(spans)
        self.visible.append("".join(span.text for span in spans))

    def head(self, spans):
        self.tell(spans)
        self.headings.append(self.visible[-1])

    def code(self, text, language):
        self.code_blocks.append((language, text))
        self.visible.append(text)

    def table(self, rows):
        for row in rows:
            for cell in row:
                self.tell(cell)
        self.tables.append([["".join(span.text for span in cell) for cell in row] for row in rows])


def stretches(spans, look):
    """Neighbours that look the same in some respect, with how that is."""
    out = []
    for span in spans:
        if out and out[-1][0] == look(span):
            out[-1][1].append(span)
        else:
            out.append((look(span), [span]))
    return out


def of_blocks(messages):
    """From Slack's blocks, message by message."""
    shown = Shown()
    for blocks in messages:
        for block in blocks:
            _BLOCKS[block["type"]](shown, block)
        shown.most_tables = max(shown.most_tables, sum(b["type"] == "table" for b in blocks))
    return shown


def _header(shown, block):
    text = block["text"]["text"]
    shown.emoji += SHORTCODE.findall(text) if block["text"].get("emoji") else []
    shown.head([Span(text)])


def _rich_text(shown, block):
    for part in block["elements"]:
        _PARTS[part["type"]](shown, part)


def _table(shown, block):
    shown.table([[_cell(shown, cell) for cell in row] for row in block["rows"]])


def _cell(shown, cell):
    if cell["type"] == "raw_text":
        return [Span(cell["text"].strip())]
    return [span for part in cell["elements"] for span in _spans(shown, part)]


def _divider(shown, _):
    shown.dividers += 1


def _image(shown, _):
    shown.image_blocks += 1


def _section(shown, part):
    spans = _spans(shown, part)
    shown.tell(spans)
    shown.headings += _bold_paragraphs(spans)


def _quote(shown, part):
    shown.tell(_spans(shown, part))
    shown.quotes.append(shown.visible[-1])


def _list(shown, part):
    ordered = part["style"] == "ordered"
    for index, item in enumerate(part["elements"]):
        shown.tell(_spans(shown, item))
        number = part.get("offset", 0) + index + 1 if ordered else None
        text = shown.visible[-1].strip()
        shown.list_items.append(ListItem(text, part.get("indent", 0), ordered, number))
        if part.get("border"):
            shown.quotes.append(text)


def _preformatted(shown, part):
    text = "".join(span.text for span in _spans(shown, part))
    shown.code(text, part.get("language", ""))
    if part.get("border"):
        shown.quotes.append(text)


def _spans(shown, part):
    return [_element(shown, each) for each in part["elements"]]


def _element(shown, each):
    styles = frozenset(each.get("style", ()))
    match each["type"]:
        case "text":
            return Span(each["text"], styles)
        case "link":
            return Span(each["text"], styles, each["url"])
        case "emoji":
            shown.emoji.append(each["name"])
            return Span(f":{each['name']}:", styles)
    shown.mentions.append(each)
    return Span(str(each))


def _bold_paragraphs(spans):
    """Bold text that stands alone is how a heading looks where there is no header."""
    marked = "".join(
        char if char == "\n" or "bold" in span.styles or char.isspace() else f"\0{char}"
        for span in spans
        for char in span.text
    )
    return [each.strip() for each in marked.split("\n\n") if each.strip() and "\0" not in each]


_BLOCKS = {
    "header": _header,
    "rich_text": _rich_text,
    "table": _table,
    "divider": _divider,
    "image": _image,
}
_PARTS = {
    "rich_text_section": _section,
    "rich_text_quote": _quote,
    "rich_text_list": _list,
    "rich_text_preformatted": _preformatted,
}

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
TOKEN = re.compile(r"<[!@#][^<>\s]*>")
SHORTCODE = re.compile(r":([a-z0-9_+'-]*[a-z1][a-z0-9_+'-]*):")


def of_markdown(texts):
    """From Markdown blocks, read as strict CommonMark with tables; tokens of Slack are live."""
    shown = Shown()
    for text in texts:
        _Markdown(shown).read(MARKDOWN.parse(text))
        shown.mentions += TOKEN.findall(text)
    return shown


class _Markdown:
    """Walks over tokens, knowing the lists, quotes and cells it is in."""

    def __init__(self, shown):
        self.shown = shown
        self.lists = []
        self.quotes = 0
        self.item = None
        self.heading = False
        self.rows = None

    def read(self, tokens):
        for token in tokens:
            read = getattr(self, f"on_{token.type}", None)
            if read:
                read(token)

    def on_bullet_list_open(self, _):
        self.lists.append(None)

    def on_ordered_list_open(self, token):
        self.lists.append(token.attrs.get("start", 1))

    def on_bullet_list_close(self, _):
        self.lists.pop()

    on_ordered_list_close = on_bullet_list_close

    def on_list_item_open(self, _):
        number = self.lists[-1]
        self.item = (len(self.lists) - 1, number is not None, number)
        if number is not None:
            self.lists[-1] += 1

    def on_list_item_close(self, _):
        self.item = None

    def on_blockquote_open(self, _):
        self.quotes += 1

    def on_blockquote_close(self, _):
        self.quotes -= 1

    def on_heading_open(self, _):
        self.heading = True

    def on_heading_close(self, _):
        self.heading = False

    def on_hr(self, _):
        self.shown.dividers += 1

    def on_fence(self, token):
        self.shown.code(token.content.removesuffix("\n").translate(INVISIBLE), token.info.strip())
        self._quoted()

    on_code_block = on_fence

    def on_table_open(self, _):
        self.rows = []

    def on_tr_open(self, _):
        self.rows.append([])

    def on_table_close(self, _):
        self.shown.table(self.rows)
        self.rows = None

    def on_inline(self, token):
        spans = list(_inline(self.shown, token.children))
        if self.rows is not None:
            self.rows[-1].append(spans)
        elif self.heading:
            self.shown.head(spans)
        else:
            self._paragraph(spans)

    def _paragraph(self, spans):
        self.shown.tell(spans)
        said = self.shown.visible[-1].strip()
        self._quoted()
        if self.item:
            text = re.sub(r"^\[[ xX]\] ", "", said)
            self.shown.visible[-1] = text
            self.shown.list_items.append(ListItem(text, *self.item))
            self.item = None
        else:
            self.shown.headings += _bold_paragraphs(spans)

    def _quoted(self):
        if self.quotes:
            self.shown.quotes.append(self.shown.visible[-1])


_NAMES = {"strong": "bold", "em": "italic", "s": "strike"}


def _inline(shown, tokens):
    styles, url = [], ""
    for token in tokens:
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if kind in _NAMES:
            styles = [*styles, _NAMES[kind]] if token.nesting > 0 else styles[:-1]
        elif kind == "link":
            url = str(token.attrs["href"]) if token.nesting > 0 else ""
        elif kind == "image":
            shown.image_blocks += 1
        elif text := "\n" if kind in {"softbreak", "hardbreak"} else token.content:
            own = ["code"] if kind == "code_inline" else []
            shown.emoji += [] if own or url else SHORTCODE.findall(text)
            yield Span(text.translate(INVISIBLE), frozenset([*styles, *own]), url)


ANGLE = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
LINK = re.compile(r"https?://|mailto:|tel:")


def of_mrkdwn(texts):
    """From mrkdwn: only what is in angle brackets, and the text as it is, markers included."""
    shown = Shown()
    for text in texts:
        spans, end = [], 0
        for found in ANGLE.finditer(text):
            spans.append(Span(_decoded(text[end : found.start()])))
            target, label = _decoded(found[1]), _decoded(found[2] or found[1])
            is_link = LINK.match(target)
            spans.append(Span(label, url=target if is_link else ""))
            shown.mentions += [] if is_link else [found[0]]
            end = found.end()
        shown.tell([*spans, Span(_decoded(text[end:]))])
    return shown


def _decoded(text):
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return text.translate(INVISIBLE)
