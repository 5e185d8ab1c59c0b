"""The few drawings on buttons, as lines on a sheet of 20 by 20."""

from bot.playground.page.html import markup

_LINES = {
    "thumbs-up": "M6.5 9 9.6 3.2c1.3 0 2.2 1 2 2.3L11.2 8h4.1c1 0 1.8 1 1.5 2l-1.4 5.2c-.2.8-.9 "
    "1.3-1.7 1.3H6.5zM6.5 9H3.6v7.5h2.9",
    "thumbs-down": "M13.5 11 10.4 16.8c-1.3 0-2.2-1-2-2.3L8.8 12H4.7c-1 0-1.8-1-1.5-2l1.4-5.2c.2-.8"
    ".9-1.3 1.7-1.3H13.5zM13.5 11H16.4V3.5H13.5",
    "trash": "M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.8 11h7.4l.8-11",
    "file": "M5.5 2.8h6l3.5 3.5v10.9h-9.5zM11.5 2.8v3.5H15M8 10h4.5M8 13h4.5",
}


def icon(name: str) -> str:
    """A dot where there is no drawing of that name."""
    lines = markup.tag("path", "", d=_LINES.get(name, "M10 10h.01"))
    return markup.tag("svg", lines, viewBox="0 0 20 20", aria_hidden="true")
