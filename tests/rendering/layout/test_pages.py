"""Parts: the same however the answer came in, closed for ever, none too large, nothing lost."""

import json
from dataclasses import dataclass, field, replace
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.flow import Code, Heading, Item, Paragraph, Rule, Table
from bot.rendering.formats.blocks import blocks
from bot.rendering.formats.tables import csv_of
from bot.rendering.layout.frame import Frame, PartLimits
from bot.rendering.layout.pages import Pages
from bot.rendering.layout.sizes import units
from bot.rendering.layout.slices import BACK
from bot.text.runs import BOLD, CODE, Run, text_of
from tests.rendering.flows import answers, grown, read, torn, total

MANY = 10_000
limits = st.builds(
    PartLimits,
    units=st.integers(400, 2500),
    blocks=st.integers(2, 12),
    parts=st.just(MANY),
    table_rows=st.integers(3, 12),
    table_columns=st.integers(2, 20),
    files=st.just(False),
)
with_files = st.builds(
    PartLimits,
    units=st.integers(400, 2500),
    blocks=st.integers(2, 12),
    parts=st.integers(1, 6),
    table_rows=st.integers(3, 12),
    table_columns=st.integers(2, 4),
    block=st.integers(50, 400),
)
steps = st.lists(st.integers(1, 900), max_size=12)


def whole(answer, within):
    return Pages(within).frame(answer, len(answer), True, lambda: "all of it")


def frames(answer, within, sizes, pages=None):
    """The frames of an answer that comes in by so many steps at a time, the last one final."""
    pages, at = pages or Pages(within), 0
    for size in sizes:
        at += size
        yield pages.frame(*grown(answer, at), False)
    yield pages.frame(answer, len(answer), True, lambda: "all of it")


def flows_of(frame):
    return [flow for part in frame.parts for flow in part.flows]


@settings(deadline=None)
@given(answers, limits | with_files, steps)
def test_however_it_comes_in_the_parts_are_the_same(answer, within, sizes):
    *_, last = frames(answer, within, sizes)

    assert whole(answer, within) == last


@settings(deadline=None, max_examples=30)
@given(answers, limits | with_files, st.integers(3, 40))
def test_step_by_step_too(answer, within, size):
    sizes = [size] * (total(answer) // size)
    *_, last = frames(answer, within, sizes)

    assert whole(answer, within) == last


@settings(deadline=None)
@given(answers, limits | with_files, st.integers(1, 200), steps)
def test_it_makes_no_difference_where_it_was_parsed_bit_by_bit(answer, within, at, sizes):
    *_, last = frames(torn(answer, at), within, sizes)
    shown = [part.flows for part in last.parts]

    assert shown == [part.flows for part in whole(answer, within).parts]


@settings(deadline=None)
@given(answers, limits | with_files, steps)
def test_a_closed_part_never_changes(answer, within, sizes):
    before: tuple = ()
    for frame in frames(answer, within, sizes):
        for part, same in zip(before, frame.parts, strict=False):
            assert part is same
        assert all(part.closed for part in frame.parts[:-1])
        before = tuple(part for part in frame.parts if part.closed)
        assert len(frame.parts) >= len(before)


@settings(deadline=None)
@given(answers, limits)
def test_nothing_is_lost_or_doubled(answer, within):
    assert read(answer) == read(flows_of(whole(answer, within)))


@settings(deadline=None)
@given(answers, limits, steps)
def test_what_was_shown_is_the_beginning_of_the_answer(answer, within, sizes):
    for frame in frames(answer, within, sizes):
        assert read(answer).startswith(read(flows_of(frame)))


@settings(deadline=None)
@given(answers, with_files, steps)
def test_what_was_shown_stays_where_the_rest_is_attached(answer, within, sizes):
    *growing, last = frames(answer, replace(within, parts=MANY), sizes)
    for frame in growing:
        assert read(flows_of(last)).startswith(read(flows_of(frame)))


@settings(deadline=None)
@given(answers, limits | with_files, steps)
def test_every_part_fits(answer, within, sizes):
    for frame in frames(answer, within, sizes):
        assert len(frame.parts) <= within.parts
        for part in frame.parts:
            assert sum(map(units, part.flows)) <= within.units
            assert len(blocks(part.flows)) <= within.blocks
            tables = [flow for flow in part.flows if isinstance(flow, Table)]
            assert len(tables) <= 1
            assert all(len(table.rows) <= within.table_rows for table in tables)
            assert all(len(table.rows[0]) <= within.table_columns for table in tables)
            assert read(part.flows)


@settings(deadline=None)
@given(answers, limits)
def test_no_heading_ends_a_part_alone(answer, within):
    *closed, _ = [*whole(answer, within).parts, None]
    for part in closed:
        alone = all(isinstance(flow, Heading) for flow in part.flows)
        assert alone or not part.closed or not isinstance(part.flows[-1], Heading)


@dataclass
class Slack:
    """Takes no message larger than a size it does not tell; that of the blocks' JSON, say."""

    limit: int
    pages: Pages
    messages: list = field(default_factory=list)
    ends: list = field(default_factory=list)
    refused: int = 0

    def show(self, *seen):
        """All parts, from the first one on; after a refusal, what they have become."""
        frame = self.pages.frame(*seen)
        while (part := self.take(frame)) is not None:
            self.refused += 1
            assert self.refused < 200
            accepted = self.ends[part] if part < len(self.ends) else None
            self.pages.refuse(part, accepted)
            frame = self.pages.frame(*seen)
        return frame

    def take(self, frame: Frame):
        """The first part that is refused, if one is."""
        for number, part in enumerate(frame.parts):
            if self.size(part.flows) > self.limit:
                return number
            self.messages[number:] = [part.flows, *self.messages[number + 1 :]]
            self.ends[number:] = [part.end, *self.ends[number + 1 :]]
        return None

    def size(self, flows):
        return len(json.dumps(blocks(flows)))


@settings(deadline=None)
@given(answers, st.integers(6000, 20_000), st.integers(2000, 9000), st.integers(1, 300), steps)
def test_slack_may_refuse_at_any_size(answer, limit, budget, at, sizes):
    slack = Slack(limit, Pages(PartLimits(budget, blocks=20, parts=MANY, files=False)))
    for steps in accumulate(sizes):
        growing, _ = grown(answer, steps)
        slack.show(torn(growing, at), 0, False)
        assert read(answer).startswith(read(flow for flows in slack.messages for flow in flows))
    frame = slack.show(torn(answer, at), 0, True)

    assert slack.messages == [part.flows for part in frame.parts]
    assert read(answer) == read(flows_of(frame))


@settings(deadline=None)
@given(answers, limits, steps, st.integers(0, 5), st.data())
def test_parts_before_a_refused_one_stay(answer, within, sizes, part, data):
    pages = Pages(within)
    *_, before, last = [Frame(()), *frames(answer, within, sizes, pages)]
    accepted = before.parts[part].end if part < len(before.parts) else None
    pages.refuse(part, data.draw(st.sampled_from([accepted, None])))
    after = pages.frame(answer, len(answer), True)

    for kept, same in zip(last.parts[:part], after.parts, strict=False):
        assert kept is same or not kept.closed
    assert read(answer) == read(flows_of(after))


TEXT = "The cat sat on the mat, and it slept. "


def paragraph(text, **where):
    return Paragraph((Run(text),), **where)


def laid(*answer, final=True, settled=None, **within):
    pages = Pages(PartLimits(**within))
    return pages.frame(answer, len(answer) if settled is None else settled, final)


def shown(frame):
    return [part.flows for part in frame.parts]


def table(rows, columns=2, name="T"):
    header = tuple((Run(f"{name}{column}"),) for column in range(columns))
    body = [tuple((Run(f"{row}.{column}"),) for column in range(columns)) for row in range(1, rows)]
    return Table((header, *body))


def test_a_part_ends_at_a_line_then_a_sentence():
    lines = laid(paragraph("x" * 700 + "\n" + "y " * 300), units=1000)
    sentences = laid(paragraph((TEXT * 60).strip()), units=1000)

    assert text_of(lines.parts[0].flows[0].runs) == "x" * 700
    assert all(text_of(part.flows[0].runs).endswith("slept.") for part in sentences.parts)


def test_a_well_filled_part_ends_rather_before_a_paragraph():
    first, second = paragraph("x" * 700), paragraph(TEXT * 20)
    frame = laid(first, second, units=1000)

    assert frame.parts[0].flows == (first,)
    assert frame.parts[1].flows == (second,)


def test_the_rest_of_an_item_has_no_mark_and_the_next_its_number():
    items = [Item((Run(TEXT * 14),), 1, number) for number in (3, 4, 5)]
    first, second, *_ = shown(laid(*items, units=1000))

    assert [flow.number for flow in first] == [3, 4]
    assert isinstance(second[0], Paragraph)
    assert second[0].depth == 2
    assert second[1].number == 5


def test_code_goes_on_as_code_of_its_language():
    code = Code("\n".join(f"    line({number})" for number in range(100)), "python", depth=1)
    frame = laid(code, units=600)

    assert len(frame.parts) > 2
    assert all(flow.language == "python" and flow.depth == 1 for (flow,) in shown(frame))
    assert code.text == "\n".join(flow.text for (flow,) in shown(frame))


def test_a_line_of_code_longer_than_a_part_is_cut():
    frame = laid(Code("x" * 3000), units=1000)

    assert "".join(flow.text for (flow,) in shown(frame)) == "x" * 3000
    assert len(frame.parts) == 4


def test_a_table_goes_on_with_its_header():
    frame = laid(table(80), units=1000)
    rows = [row for (part,) in shown(frame) for row in part.rows[1:]]

    assert {part.rows[0] for (part,) in shown(frame)} == {table(2).rows[0]}
    assert tuple(rows) == table(80).rows[1:]


def test_a_heading_goes_on_to_the_next_part_with_its_text():
    heading = Heading((Run("Next"),), 2)
    frame = laid(paragraph("x" * 800), heading, paragraph(TEXT), units=1000)

    assert frame.parts[1].flows == (heading, paragraph(TEXT))


def test_headings_that_nothing_fits_below_go_on_with_it():
    heading = Heading((Run("Next"),), 2)
    frame = laid(table(3), heading, heading, table(40), units=3000)

    assert frame.parts[0].flows == (table(3),)
    assert frame.parts[1].flows == (heading, heading, table(40))


def test_half_of_a_long_heading_is_no_header():
    heading = Heading((Run("word " * 400),), 1)
    first, *_ = shown(laid(heading, units=600))

    assert first[0].level == 3


def test_neither_a_link_nor_code_nor_an_emoji_is_cut_late_in_the_room():
    for special in (
        Run("label " * 10, url="https://x.example"),
        Run("code " * 10, CODE),
        Run(":tada:", emoji="tada"),
    ):
        runs = (Run("x" * 486), special, Run("y" * 300))
        first, second, *_ = shown(laid(Paragraph(runs), units=500))
        assert first[0].runs == runs[:1]
        assert second[0].runs[0] == special


def test_an_address_longer_than_a_part_holds_up_nothing():
    frame = laid(Paragraph((Run("label", url="https://x.example/" + "y" * 900),)), units=500)

    assert read(flows_of(frame)) == "label"


def test_a_small_further_table_is_text_once_it_is_known_to_be_small():
    first, second = table(3), table(3, name="U")
    growing = [first, second]
    pages = Pages()

    assert shown(pages.frame(growing, 1, False)) == [(first,)]
    known = pages.frame([*growing, paragraph("end")], 2, False)
    assert shown(known)[0][1] == Code("U0   U1\n───  ───\n1.0  1.1\n2.0  2.1")
    assert known.parts[0].flows[2] == paragraph("end")


def test_a_small_further_table_is_known_when_it_is_settled_or_the_answer_ends():
    answer = (table(3), table(3, name="U"))

    assert len(laid(*answer, final=False, settled=1).parts[0].flows) == 1
    assert len(laid(*answer, final=False, settled=2).parts[0].flows) == 2
    assert len(laid(*answer, final=True, settled=0).parts[0].flows) == 2


@pytest.mark.parametrize("second", [table(11, name="U"), table(2, columns=20, name="U" * 5)])
def test_a_large_further_table_begins_a_part(second):
    frame = laid(table(3), second, final=False, settled=1)

    assert shown(frame) == [(table(3),), (second,)]


def pointer(name, **where):
    return Paragraph((Run("📎 "), Run(name, CODE)), **where)


def test_a_long_table_is_attached():
    long = table(150)
    frame = laid(long, paragraph("end"))

    assert shown(frame) == [(table(100), pointer("table-1.csv"), paragraph("end"))]
    assert [(file.name, file.kind) for file in frame.files] == [("table-1.csv", "csv")]
    assert frame.files[0].content == csv_of(long.rows)


def test_a_file_is_known_only_at_the_end():
    assert not laid(table(150), final=False).files


def test_a_table_with_much_text_is_attached():
    rows = [((Run(f"{number} " + "x" * 500),),) for number in range(30)]
    frame = laid(Table((((Run("H"),),), *rows)))
    first, second = shown(frame)[0]

    assert len(first.rows) == 16
    assert second == pointer("table-1.csv")


def test_a_wide_table_is_attached_once_its_rows_are_there():
    wide, narrow = table(5, columns=30), table(5, columns=20)

    assert shown(laid(wide, final=False, settled=0)) == [(narrow,)]
    assert shown(laid(wide)) == [(narrow, pointer("table-1.csv"))]


def test_without_files_a_long_table_goes_on():
    frame = laid(table(150), files=False)

    assert [len(flows[0].rows) for flows in shown(frame)] == [100, 51]
    assert not frame.files


def test_without_files_a_wide_table_is_text():
    (first,) = shown(laid(table(2, columns=30), files=False))[0]

    assert isinstance(first, Code)
    assert first.text.split("\n")[0].split(" | ")[-1] == "T29"


def test_a_row_that_no_part_can_hold_is_text_between_the_others():
    rows = table(4).rows
    huge = ((Run("x" * 1500),), (Run("y"),))
    frame = laid(Table((*rows[:2], huge, *rows[2:])), units=1000, files=False)
    kinds = [type(flow) for flow in flows_of(frame)]

    assert kinds[0] is kinds[-1] is Table or kinds[-1] is Code
    assert Code in kinds
    assert read(flows_of(frame)).count("x") == 1500


def test_long_code_is_attached():
    code = Code("print('hello')\n" * 1000, "python")
    frame = laid(code, paragraph("end"))
    *parts, last = shown(frame)

    assert last[-2:] == (pointer("code-1.py"), paragraph("end"))
    assert 12_000 <= sum(len(flow.text) for (flow, *_) in (*parts, last)) < 12_100
    assert [(file.name, file.kind) for file in frame.files] == [("code-1.py", "python")]
    assert frame.files[0].content == code.text + "\n"


def test_without_files_long_code_goes_on():
    code = Code("\n".join(["print('hello')"] * 1000), "python")
    frame = laid(code, files=False)

    assert code.text == "\n".join(flow.text for (flow,) in shown(frame))


def test_what_is_attached_is_numbered_by_kind():
    frame = laid(table(150), Code("x\n" * 7000, "js"), table(150), Code("y\n" * 7000), parts=9)

    assert [file.name for file in frame.files] == [
        "table-1.csv",
        "code-1.js",
        "table-2.csv",
        "code-2.txt",
    ]


def test_what_the_last_part_cannot_hold_is_a_file():
    answer = [paragraph(f"{number} " + TEXT * 10) for number in range(100)]
    pages = Pages(PartLimits(units=1000, parts=3))
    growing = pages.frame(answer, 50, False, lambda: "source")
    final = pages.frame(answer, 100, True, lambda: "source")

    assert growing.rest == final.rest == "file"
    assert not growing.files
    assert growing.parts == final.parts
    assert len(final.parts) == 3
    assert [(file.name, file.kind, file.content) for file in final.files] == [
        ("answer.md", "markdown", "source")
    ]


@pytest.mark.parametrize(
    "long",
    [
        paragraph("word " * 500),
        paragraph("長い文です。" * 300),
        Item((Run("word " * 500),)),
        Code("\n".join("x" * 90 for _ in range(40))),
        Code("x" * 3000),
    ],
    ids=["words", "sentences", "item", "lines", "line"],
)
@pytest.mark.parametrize("before", [100, 700])
def test_what_the_last_part_showed_stays_there(long, before):
    answer = [paragraph("a" * before), long]
    within = PartLimits(units=1000, parts=1)
    shown = ""
    for frame in frames(answer, within, [10] * (total(answer) // 10)):
        now = read(flows_of(frame))
        assert now.startswith(shown[: max(before, len(shown) - BACK)])
        shown = now

    assert len(read(flows_of(frame))) > 700


def test_or_it_is_cut():
    frame = laid(paragraph(TEXT * 200), units=1000, parts=3, files=False)

    assert frame.rest == "cut"
    assert len(frame.parts) == 3
    assert not frame.files


def test_the_rest_is_nothing_while_all_fits():
    assert not laid(paragraph(TEXT)).rest


@pytest.mark.parametrize(
    "answer",
    [[], [Code("")], [Code(" \n ")], [paragraph("  ")], [Item(())]],
)
def test_where_there_is_nothing_to_see_there_is_no_part(answer):
    assert not laid(*answer).parts


def test_a_rule_alone_is_something():
    assert shown(laid(Rule())) == [(Rule(),)]


def test_a_refused_part_ends_where_it_was_accepted():
    pages = Pages(PartLimits(units=2000))
    early = pages.frame([paragraph(TEXT * 10)], 0, False)
    answer = [paragraph(TEXT * 40)]
    pages.frame(answer, 0, False)
    pages.refuse(0, early.parts[0].end)
    first, second = pages.frame(answer, 1, True).parts

    assert text_of(first.flows[0].runs) == (TEXT * 10).rstrip()
    assert first.closed
    assert read([paragraph(TEXT * 30)]) == read(second.flows)


def test_it_ends_not_within_a_word():
    pages = Pages()
    pages.frame([paragraph(TEXT + "Unbeli")], 0, False)
    pages.frame([paragraph(TEXT + "Unbelievable.")], 0, False)
    pages.refuse(0, (0, len(TEXT) + 6))
    first, second = pages.frame([paragraph(TEXT + "Unbelievable.")], 1, True).parts

    assert text_of(first.flows[0].runs) == TEXT.rstrip()
    assert text_of(second.flows[0].runs) == "Unbelievable."


def test_refused_again_and_again_it_becomes_smaller():
    answer, pages = [paragraph(TEXT * 300)], Pages(PartLimits(parts=MANY))
    sizes = []
    for _ in range(12):
        sizes.append(sum(map(units, pages.frame(answer, 1, True).parts[0].flows)))
        pages.refuse(0, None)

    assert sizes[:9] == sorted(set(sizes), reverse=True)[:9]
    assert 300 <= sizes[-1] <= 500


def test_after_a_refusal_the_later_parts_are_smaller_too():
    answer, pages = [paragraph(TEXT * 200)], Pages(PartLimits(units=2000, parts=MANY))
    before = pages.frame(answer, 1, True)
    pages.refuse(1, before.parts[0].end)
    after = pages.frame(answer, 1, True)

    assert after.parts[0] is before.parts[0]
    assert all(sum(map(units, part.flows)) <= 1500 for part in after.parts[1:])


def test_a_part_that_is_not_there_is_not_refused():
    answer, pages = [paragraph(TEXT)], Pages()
    before = pages.frame(answer, 1, True)
    pages.refuse(7, None)

    assert before == pages.frame(answer, 1, True)


def test_further_text_joins_whatever_it_goes_on_with():
    item = Item((Run("one ", BOLD),), 0, 1)
    frame = laid(item, Paragraph((Run("two", BOLD),), joins=True))

    assert shown(frame) == [(Item((Run("one two", BOLD),), 0, 1),)]
