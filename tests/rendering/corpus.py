"""Cases of Markdown with what must be seen of each, and the judge of that.

A case is a file of Markdown and one of YAML beside it. `python -m tests.rendering.corpus` prints
how many of the properties hold, by tag; the folder is `corpus` here, or that in `MARKDOWN_CORPUS`.
"""

import os
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, urlsplit

import yaml

from bot.rendering.formats.blocks import blocks
from bot.rendering.formats.commonmark import markdown
from bot.rendering.formats.mrkdwn import mrkdwn
from bot.rendering.renderer import Renderer
from tests.rendering.shown import of_blocks, of_markdown, of_mrkdwn

OURS = Path(__file__).with_suffix("")
OTHERS = os.environ.get("MARKDOWN_CORPUS", "")

ASCII = "".join(map(chr, range(0x21, 0x7F)))

ANYWHERE = {
    "links",
    "links_at_most",
    "no_links_to",
    "link_label_not_spoofed",
    "mentions",
    "image_blocks",
}
"""Properties that mrkdwn has, too: there looks are only markers, and in its tables are no links."""


@dataclass(frozen=True)
class Case:
    """Markdown, and the properties of what is seen of it (see the judge below)."""

    id: str
    tags: tuple
    markdown: str
    expect: dict


def load(folder):
    return [_case(path) for path in sorted(Path(folder).glob("*.yaml"))]


def _case(path):
    said = yaml.safe_load(path.read_text())
    source = path.with_suffix(".md").read_text()
    return Case(said["id"], tuple(said["tags"]), source, said["expect"])


def cases():
    return load(OURS) + (load(OTHERS) if OTHERS else [])


def rendered(source, **how):
    """The last picture of an answer that came in whole, or broke off."""
    renderer = Renderer()
    renderer.feed(source)
    renderer.finish(**how)
    return renderer.frame()


def seen_in_blocks(frame):
    shown = of_blocks([blocks(part.flows) for part in frame.parts])
    shown.visible += [file.content for file in frame.files]
    return shown


def seen_in_markdown(frame):
    shown = of_markdown([markdown(part.flows) for part in frame.parts])
    shown.visible += [file.content for file in frame.files]
    return shown


def seen_in_mrkdwn(frame):
    return of_mrkdwn([mrkdwn(part.flows) for part in frame.parts])


SEEN = {"rich": seen_in_blocks, "markdown": seen_in_markdown, "text": seen_in_mrkdwn}
"""What is seen of a picture, in each form in which it can be shown."""


def in_blocks(source, **how):
    return seen_in_blocks(rendered(source, **how))


def in_markdown(source, **how):
    return seen_in_markdown(rendered(source, **how))


def in_mrkdwn(source, **how):
    return seen_in_mrkdwn(rendered(source, **how))


FORMS = {"rich": in_blocks, "markdown": in_markdown, "text": in_mrkdwn}


def judged(case, form="rich"):
    """Each property of the case, in words, and whether it holds."""
    return judged_as_seen(case, FORMS[form](case.markdown), form)


def judged_as_seen(case, shown, form):
    """The same for what has been seen of it."""
    return [
        (f"{name}: {said}", held)
        for name, wanted in case.expect.items()
        if form != "text" or (name in ANYWHERE and not (name == "links" and "table" in case.tags))
        for said, held in _JUDGES[name](shown, wanted)
    ]


def unmet(case, form="rich"):
    return [said for said, held in judged(case, form) if not held]


def _each(holds):
    """A judge of a list: one property for every entry, or that there is none at all."""

    def judge(shown, wanted):
        return [(each, holds(shown, each)) for each in wanted]

    return judge


def _styled(style):
    def judge(shown, wanted):
        found = shown.styled(style)
        if not wanted:
            return [("nothing", not found)]
        return [(text, any(_within(spans, text) for spans in found)) for text in wanted]

    return judge


def _within(spans, text):
    """Whole spans of the stretch say it: nothing more is in that style beside it."""
    said = [span.text for span in spans]
    ends = range(len(said) + 1)
    joined = ("".join(said[begin:end]).strip() for begin in ends for end in ends[begin + 1 :])
    return text.strip() in joined


def _unstyled(style):
    return _each(
        lambda shown, text: (
            not any(text in "".join(span.text for span in spans) for spans in shown.styled(style))
        )
    )


def _code_blocks(shown, wanted):
    return [
        (block, any(_is_block(found, block) for found in shown.code_blocks)) for block in wanted
    ]


def _is_block(found, block):
    language, text = found
    return text == block["text"].rstrip("\n") and block.get("lang") in {None, language}


def _list_items(shown, wanted):
    return [(item, any(_is_item(found, item) for found in shown.list_items)) for item in wanted]


def _is_item(found, item):
    if item.get("startswith"):
        same = found.text.startswith(item["text"])
    elif item.get("contains"):
        same = item["text"] in found.text
    else:
        same = found.text == item["text"]
    where = ("depth", "ordered", "number")
    return same and all(getattr(found, key) == item[key] for key in where if key in item)


def _tables(shown, wanted):
    columns = [text.split("\n") for _, text in shown.code_blocks]
    return [
        (
            table,
            any(_is_table(found, table) for found in shown.tables)
            or any(_is_in_columns(lines, table) for lines in columns),
        )
        for table in wanted
    ]


def _is_table(found, table):
    return len(found) == len(table) and all(
        len(cells) == len(row)
        and all(cell in {None, there.strip()} for cell, there in zip(row, cells, strict=True))
        for cells, row in zip(found, table, strict=True)
    )


def _is_in_columns(lines, table):
    """As text: a header, a rule, and rows, with the cells in their order."""
    if len(lines) != len(table) + 1:
        return False
    rows = zip([lines[0], *lines[2:]], table, strict=True)
    return all(re.search(".*".join(map(re.escape, filter(None, row))), line) for line, row in rows)


def _links(shown, wanted):
    return [(link, any(_is_link(found, link) for found in shown.links)) for link in wanted]


def _links_at_most(shown, wanted):
    """There is no link, or there are these and no others."""
    same = len(shown.links) == len(wanted) and all(held for _, held in _links(shown, wanted))
    return [(wanted, not shown.links or same)]


def _is_link(found, link):
    url, label = found
    # A parser of Markdown may encode letters beyond ASCII.
    if url not in {link["url"], quote(link["url"], safe=ASCII)}:
        return False
    text = link.get("text", label)
    return text in label if link.get("contains") else text == label


def _honest(shown, wanted):
    return [
        (each, all(_tells(label, each) for url, label in shown.links if url == each["url"]))
        for each in wanted
    ]


def _tells(label, spoof):
    return spoof["label"] not in label or urlsplit(spoof["url"]).hostname in label


def _headings(shown, wanted):
    if not wanted:
        return [("none", not shown.headings)]
    return [(each, each in shown.headings) for each in wanted]


def _equal(value):
    return lambda shown, wanted: [(wanted, value(shown) == wanted)]


def _at_most(value):
    return lambda shown, wanted: [(wanted, value(shown) <= wanted)]


def _at_least(value):
    return lambda shown, wanted: [(wanted, value(shown) >= wanted)]


def _ordered(shown, wanted):
    places = [shown.everything.find(each) for each in wanted]
    return [(wanted, -1 not in places and all(a < b for a, b in pairwise(places)))]


_JUDGES = {
    "bold": _styled("bold"),
    "italic": _styled("italic"),
    "strike": _styled("strike"),
    "code": _styled("code"),
    "not_bold": _unstyled("bold"),
    "not_italic": _unstyled("italic"),
    "not_strike": _unstyled("strike"),
    "visible_contains": _each(lambda shown, text: text in shown.everything),
    "visible_not_contains": _each(lambda shown, text: text not in shown.everything),
    "visible_in_order": _ordered,
    "code_blocks": _code_blocks,
    "list_items": _list_items,
    "tables": _tables,
    "links": _links,
    "links_at_most": _links_at_most,
    "no_links_to": _each(lambda shown, text: not any(text in url for url, _ in shown.links)),
    "link_label_not_spoofed": _honest,
    "mentions": _equal(lambda shown: shown.mentions),
    "headings": _headings,
    "quotes": _each(lambda shown, text: any(text in quote for quote in shown.quotes)),
    "dividers": _equal(lambda shown: shown.dividers),
    "emoji": _each(lambda shown, name: name in shown.emoji),
    "image_blocks": _equal(lambda shown: shown.image_blocks),
    "max_native_tables": _at_most(lambda shown: shown.most_tables),
    "min_parts_chars": _at_least(lambda shown: len(shown.everything)),
}


def report(found):
    """The table of scores, and then what does not hold."""
    for form in FORMS:
        verdicts = [(case, each) for case in found if (each := judged(case, form))]
        yield f"{form}: {_score(verdicts)}"
        for tag in sorted({tag for case, _ in verdicts for tag in case.tags}):
            yield f"  {tag:12} {_score([each for each in verdicts if tag in each[0].tags])}"
        for case, each in verdicts:
            yield from (f"  {case.id}: {said}" for said, held in each if not held)


def _score(verdicts):
    right = sum(all(held for _, held in each) for _, each in verdicts)
    held = [held for _, each in verdicts for _, held in each]
    share = 100 * sum(held) / len(held)
    return f"{right:3} of {len(verdicts):3} cases, {share:5.1f}% of {len(held)} properties"


if __name__ == "__main__":
    print("\n".join(report(load(OTHERS or OURS))))  # noqa: T201 - it is what it is for
