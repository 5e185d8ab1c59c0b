"""What one reads of an answer in Slack, whatever blocks it stands in; furniture is left out."""

import html

from bot.strings import ENGLISH

JOINER = "\u2060"


def shown(blocks):
    """The words, without markup where the blocks have structure of their own."""
    return "\n".join(filter(None, map(_block, blocks)))


def words(blocks):
    """The same without any white space."""
    return flat(shown(blocks))


def flat(text):
    """A text without white space, to compare with what went through several messages."""
    return "".join(text.split())


def partial(sentence):
    """The notice below a part of an answer, in English; `sentence` says what happened."""
    return ENGLISH.incomplete.format(sentence=sentence)


def is_answer(block):
    return block["type"] in _BLOCKS


def _block(block):
    read = _BLOCKS.get(block["type"])
    text = read(block) if read else ""
    return "" if text == JOINER else text


def _rich(block):
    return "\n".join(map(_element, block["elements"])).strip("\n")


def _element(element):
    match element["type"]:
        case "rich_text_list":
            return "\n".join(map(_element, element["elements"]))
        case "rich_text_section" | "rich_text_quote" | "rich_text_preformatted":
            return "".join(map(_element, element["elements"]))
        case "emoji":
            return f":{element['name']}:"
        case "link":
            return element.get("text") or element["url"]
    return element["text"]


def _table(block):
    return "\n".join(" | ".join(map(_cell, row)) for row in block["rows"])


def _cell(cell):
    return cell["text"] if cell["type"] == "raw_text" else _rich(cell)


_BLOCKS = {
    "divider": lambda _: "",
    "header": lambda block: block["text"]["text"],
    "markdown": lambda block: html.unescape(block["text"]),
    "rich_text": _rich,
    "section": lambda block: html.unescape(block["text"]["text"]),
    "table": _table,
}
