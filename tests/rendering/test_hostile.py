"""Answers that no model should write: shown all the same, within Slack's limits, none too slow."""

import pytest

from bot.playground.rules.block_rules import check_blocks
from bot.rendering.formats.blocks import blocks
from bot.rendering.formats.commonmark import markdown
from bot.rendering.formats.mrkdwn import mrkdwn
from bot.rendering.formats.plain import plain
from bot.rendering.layout.frame import PartLimits
from bot.rendering.renderer import Renderer

HOSTILE = {
    "nothing": "",
    "white": " \n\t\n" * 50,
    "emoji": "👩‍👩‍👧‍👦🇯🇵❤️1️⃣" * 500,
    "marks over marks": "e" + "\u0301" * 5_000,
    "right to left": "مرحبا \u202eabc שלום" * 200,
    "surrogates": "a\ud800b\udc00c" * 100,
    "controls": "a\x00b\x1b[31mc\x07\x9b" * 100,
    "lists in lists": "".join("  " * depth + "- x\n" for depth in range(500)),
    "lists on a line": "- " * 10_000 + "x",
    "quotes on a line": "> " * 10_000 + "x",
    "a megabyte of code": "```\n" + "x = 1  # a line\n" * 66_000,
    "one long line of code": "```\n" + "x" * 100_000,
    "a wide table": "|" + "a|" * 500 + "\n|" + "-|" * 500 + "\n|" + "b|" * 500 + "\n",
    "a table of long cells": "| a |\n|---|\n" + f"| {'x' * 2_900} |\n" * 30,
    "images": "![" * 20_000,
    "stars": "*" * 10_000 + "x",
    "underscores and stars": "_*" * 5_000,
    "brackets": "[" * 20_000,
    "backticks": "".join("`" * n + "a" for n in range(1, 200)),
    "tags": "<b><i>" * 5_000,
    "entities": "&lt;" * 10_000,
    "one word": "x" * 40_000,
    "one address": "https://example.com/" + "a" * 20_000,
    "many addresses": "https://example.com/a " * 2_000,
    "headings": "# x\n" * 500,
    "rules": "---\n" * 500,
    "small tables": "| a |\n|---|\n| b |\n\ntext\n\n" * 100,
}


@pytest.mark.parametrize("files", [True, False])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_every_frame_is_one_that_slack_takes(text, files):
    """F110, in every form; frames are far apart, so that a million characters are no million."""
    renderer = Renderer(PartLimits(files=files))
    step = max(200, len(text) // 40)
    for at in range(0, len(text), step):
        renderer.feed(text[at : at + step])
        check(renderer.frame().parts[-1:])
    renderer.finish()
    check(renderer.frame().parts)


def check(parts):
    for part in parts:
        check_blocks(blocks(part.flows))
        assert len(plain(part.flows).encode()) <= 3_000
        assert markdown(part.flows).strip()
        assert mrkdwn(part.flows).strip()


UNCLOSED = [
    "**bold",
    "*it",
    "~~gone",
    "`code",
    "``co`de",
    "```py\nx = 1",
    "> ```\n> x",
    "[a](https://e",
    "$$x",
    "\\[\nx",
]


@pytest.mark.parametrize("text", UNCLOSED)
def test_what_is_never_closed_is_shown_in_the_end(text):
    """F110: at every cut, too."""
    for end in range(1, len(text) + 1):
        renderer = Renderer()
        renderer.feed("Well: " + text[:end])
        renderer.finish()
        assert plain([flow for part in renderer.frame().parts for flow in part.flows]).startswith(
            "Well:"
        )
