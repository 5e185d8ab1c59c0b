"""Markdown as no model would write it, and every way to cut it."""

import re

from hypothesis import strategies as st

INLINE = [
    "a", "word ", "two words ", "日本語", "。", "、", "「重要」", "注意：", "한국어", "é", "5", " ",
    "  ", "👩\u200d👩\u200d👧", "❤️", "\n", "!", "\t", ".", "?", "(", ")", "|", "'", '"', "\\",
    "\\*", "*", "**", "***", "_", "__", "~", "~~", "**太字**", "**bold", "*em*",
    "`", "``", "`code`", "<code>", "</code>", "</CODE>", "<kbd>",
    "[", "]", "![", "](", "](https://example.com/a_b)", "(<", "[^1]", "[^",
    "https://example.com/x", "https://ja.example/", "](https://example.com/a b)", "ระบบ", "ที่",
    "을", "查看", "\u200b", "<id>", "…", "http", "h", "://", "s:",
    "<https://example.com>", "<me@x.example>",
    "<https://example.com/y|two words>", "<https://example.com/y|", "<mailto:me@x.example|me>",
    "|x>", "<", ">", "<br>", "<b>", "</b>", "<b ", "<u>", "</u>", "</", "<!--", "-->", "--",
    "&", "&amp;", "&lt;", "&#x202e;", ":tada:", ":", "10:30",
    "<!channel>", "<@U1>", "@here", "javascript:alert(1)",
    "$$", "$", "\\(", "\\)", "\\[", "\\]", "\\\n", "$$x^2$$", "\\(x\\)",
]  # fmt: skip
"""What inline markup is made of, whole and in pieces."""

BLOCKS = [
    "\n\n", "\n\n\n", "    ", "- ", "* ", "+ ", "1. ", "2) ", "> ", "# ", "## ", "#", "---\n",
    "---", "- [ ] ", "- [x] ", "| a | b |\n", "|---|---|\n", "| 1 | 2 |\n", "a | b\n",
    "--- | ---\n", "\\[\n", "\\]\n", "```", "~~~", "```python\n", "```\n", "  ```\n",
    "   code\n", "x = 1\n", "```markdown\n", "````md\n", "\n\n```\n",
]  # fmt: skip

SHORT = 150
"""Characters; less than the shortest time that anything is waited for."""

markdown = st.lists(st.sampled_from(INLINE + BLOCKS), max_size=40).map("".join)
"""Texts that are mostly markup."""

inline = (
    st.lists(st.sampled_from(INLINE), max_size=25)
    .map("".join)
    .map(lambda text: re.sub(r"\n\s+", "\n", text).strip())
)
"""Texts of one paragraph that are mostly markup."""


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
