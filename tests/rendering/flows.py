"""Flows made up by hypothesis, answers that grow, and what is read in them."""

import re
from dataclasses import replace
from random import Random

from hypothesis import strategies as st

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.text.runs import BOLD, CODE, ITALIC, PLAIN, STRIKE, Run, merged, text_of

WORDS = [
    "word",
    " ",
    "The cat sat. ",
    "\n",
    "日本語の文です。",
    "「はい」、",
    "a < b & c > d",
    "漢字かな交じり",
    "👩‍👩‍👧",
    "e\u0301",
    "half, ",
    "verylongwordwithoutanyspace",
]
STYLES = [PLAIN, PLAIN, PLAIN, BOLD, ITALIC, STRIKE, BOLD | ITALIC]


def text(random, most=60):
    return "".join(random.choices(WORDS, k=random.randint(1, most)))


def line(random, most=6):
    return text(random, most).replace("\n", " ").strip() or "x"


def run(random):
    style = random.choice(STYLES)
    match random.randrange(8):
        case 0:
            return Run(line(random), CODE)
        case 1:
            return Run(line(random), style, random.choice(["https://a.example/b", "tel:1"]))
        case 2:
            name = random.choice(["tada", "wave"])
            return Run(f":{name}:", emoji=name)
    return Run(text(random), style)


def tidy(runs):
    """As a parser gives them: like neighbours merged, no white space at either end."""
    runs = merged(runs)
    while runs and not runs[0].text.lstrip():
        del runs[0]
    while runs and not runs[-1].text.rstrip():
        del runs[-1]
    if runs:
        runs[0] = runs[0]._replace(text=runs[0].text.lstrip())
        runs[-1] = runs[-1]._replace(text=runs[-1].text.rstrip())
    return tuple(runs)


def runs(random):
    return tidy(run(random) for _ in range(random.randint(1, 6))) or (Run("x"),)


def paragraph(random):
    return Paragraph(runs(random), random.choice([0, 0, 1, 2]), random.choice([0, 0, 1]))


def item(random):
    number = random.choice([None, random.randint(0, 20)])
    inside = runs(random) if random.random() < 0.9 else ()
    return Item(inside, random.randint(0, 3), number, random.choice([0, 0, 1]))


def heading(random):
    inside = tidy(each._replace(text=each.text.replace("\n", " ")) for each in runs(random))
    return Heading(inside or (Run("x"),), random.randint(1, 6))


def short_heading(random):
    return Heading((Run(line(random)),), random.randint(1, 3))


def code(random):
    lines = [random.choice(["", "    "]) + text(random, 12) for _ in range(random.randint(1, 25))]
    return Code("\n".join(lines).strip("\n"), random.choice(["", "python", "tex"]))


def cell(random):
    style = random.choice([PLAIN, BOLD])
    return random.choice([(), (Run(line(random, 2), style),), (Run(line(random), style),)])


def table(random):
    width, height = random.choice([1, 2, 2, 3, 6]), random.choice([0, 2, 5, 12, 25])
    rows = [tuple(cell(random) for _ in range(width)) for _ in range(height)]
    header = ((Run("H"),),) * width
    return Table((header, *rows), tuple(random.choices(["", "left", "center", "right"], k=width)))


MAKERS = [paragraph, paragraph, item, item, heading, short_heading, code, table, lambda _: Rule()]


def pool(size=400):
    """Flows of all kinds, small ones first, so that failures are reported with small ones."""
    random = Random(4)
    return sorted(
        (random.choice(MAKERS)(random) for _ in range(size)), key=lambda flow: len(str(flow))
    )


def named(answer):
    """Each table has a name in its header, so that it is known again where it goes on."""
    return [
        replace(flow, rows=(((Run(f"T{index}"),), *flow.rows[0][1:]), *flow.rows[1:]))
        if isinstance(flow, Table)
        else flow
        for index, flow in enumerate(answer)
    ]


flows = st.sampled_from(pool())
answers = (st.lists(flows, max_size=40) | st.lists(flows, min_size=10, max_size=25)).map(named)


def length(flow):
    """How many steps it takes to come in."""
    match flow:
        case Table():
            return len(flow.rows)
        case Code():
            return max(len(flow.text), 1)
        case Rule() | Heading():
            return 1
    return max(len(text_of(flow.runs)), 1)


def beginning(flow, steps):
    """What of it has come in by then; a link, code or an emoji comes in whole."""
    match flow:
        case Table():
            return replace(flow, rows=flow.rows[:steps])
        case Code():
            return replace(flow, text=flow.text[:steps])
        case Rule() | Heading():
            return flow
    taken = []
    for run in flow.runs:
        whole = run.url or run.emoji or run.style & CODE
        if len(run.text) <= steps:
            taken.append(run)
        elif not whole and steps > 0:
            taken.append(run._replace(text=run.text[:steps]))
        steps -= len(run.text)
        if steps <= 0:
            break
    return replace(flow, runs=tuple(taken))


def grown(answer, steps):
    """The first `steps` of an answer, and how many of its flows are complete."""
    out = []
    for flow in answer:
        if steps <= 0:
            break
        out.append(beginning(flow, steps))
        steps -= length(flow)
    settled = len(out) - (1 if out and steps < 0 else 0)
    return out, settled


def total(answer):
    return sum(map(length, answer))


def torn(answer, at):
    """The same answer with long paragraphs and tables in two, as they are parsed bit by bit."""
    out = []
    for flow in answer:
        if isinstance(flow, Table) and len(flow.rows) > at + 1:
            rest = (flow.rows[0], *flow.rows[at + 1 :])
            out += [replace(flow, rows=flow.rows[: at + 1]), replace(flow, rows=rest, joins=True)]
        elif isinstance(flow, Paragraph | Item) and len(text_of(flow.runs)) > at > 0:
            out += [beginning(flow, at), Paragraph(remainder(flow.runs, at), joins=True)]
        else:
            out.append(flow)
    return out


def remainder(runs, at):
    """What `beginning` leaves."""
    taken = len(text_of(beginning(Paragraph(runs), at).runs))
    out = []
    for run in runs:
        if len(run.text) > taken:
            out.append(run._replace(text=run.text[max(taken, 0) :]))
        taken -= len(run.text)
    return tuple(out)


def squeezed(text):
    """Without what is added where text is laid out: white space, the rules and bars of tables."""
    return re.sub(r"[\s─|]", "", text)


def read(flows):
    """What is read, squeezed; the header of a table once, however often it is repeated."""
    out, header = [], None
    for flow in flows:
        match flow:
            case Table():
                rows = flow.rows[1:] if flow.rows[0] == header else flow.rows
                header = flow.rows[0]
                out += [text_of(cell) for row in rows for cell in row]
            case Code():
                out.append(flow.text)
            case Rule():
                out.append("§")
            case _:
                out.append(text_of(flow.runs))
    return squeezed("".join(out))
