"""Short spellings of blocks and elements."""

TEXT = {"type": "text", "text": "x"}


SECTION = {"type": "rich_text_section", "elements": [TEXT]}


CELL = {"type": "raw_text", "text": "x"}


def rich(*parts):
    return {"type": "rich_text", "elements": list(parts)}


def section(*elements):
    return rich({"type": "rich_text_section", "elements": list(elements)})


def part(kind, *elements, **more):
    return rich({"type": kind, "elements": list(elements)} | more)


def listed(*items, **more):
    return part("rich_text_list", *items, **({"style": "bullet"} | more))


def link(url, **more):
    return section({"type": "link", "url": url} | more)


def table(*rows, **more):
    return {"type": "table", "rows": list(rows)} | more


def header(text):
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def thumb(**more):
    return {"text": {"type": "plain_text", "text": "Good"}, "value": "up"} | more


def thumbs(**more):
    buttons = {"positive_button": thumb(), "negative_button": thumb()}
    return {"type": "feedback_buttons", "action_id": "rate"} | buttons | more


def below(*elements):
    return {"type": "context_actions", "elements": list(elements)}


BIN = {"type": "icon_button", "icon": "trash", "text": {"type": "plain_text", "text": "Delete"}}
