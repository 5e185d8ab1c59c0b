"""Markdown as no model would write it, and every way to cut it."""

from hypothesis import strategies as st

ATOMS = [
    "a", "word ", "two words ", "日本語", "。", "、", "「重要」", "注意：", "한국어", "é",
    "👩\u200d👩\u200d👧", "❤️", "*", "**", "***", "_", "__", "~", "~~", "`", "``", "```", "~~~",
    "\n", "\n\n", "\n\n\n", " ", "  ", "    ", "- ", "* ", "+ ", "1. ", "2) ", "> ", ">", "# ",
    "## ", "#", "---\n", "- [ ] ", "- [x] ", "[", "]", "(", ")", "](https://example.com/a_b)",
    "![", "https://example.com/x", "http", "<https://example.com>", "<br>", "<b>", "</b>", "<",
    ">", "&", "&amp;", "&lt;", "<!channel>", "<@U1>", "@here", ":tada:", ":", "10:30", "|",
    "| a | b |\n", "|---|---|\n", "| 1 | 2 |\n", "---", "a | b\n", "--- | ---\n", "$$", "$", "\\",
    "\\(", "\\)", "\\[\n", "\\]\n", "[^1]", "```python\n", "```\n", "  ```\n", "   code\n",
    "x = 1\n", "!", "\t", ".", "?", "5", "**太字**", "*em*", "`code`",
]  # fmt: skip

markdown = st.lists(st.sampled_from(ATOMS), max_size=40).map("".join)
"""Texts that are mostly markup."""


def _led(text):
    """A line is only known for a table's from its beginning where it begins with a pipe."""
    return "\n".join(
        line if line.startswith("|") else line.replace("|", "") for line in text.split("\n")
    )


led = markdown.map(_led)
"""The same without tables that begin like any other text."""

sizes = st.lists(st.integers(1, 12), min_size=1, max_size=12)
"""How long the pieces are that a text comes in, over and over."""


def pieces(text, lengths):
    """The text in pieces of these lengths, begun again until it ends."""
    at = turn = 0
    while at < len(text):
        size = lengths[turn % len(lengths)]
        yield text[at : at + size]
        at, turn = at + size, turn + 1
