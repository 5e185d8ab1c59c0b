"""Emphasis: CommonMark's rules, and what writers expect of it in scripts without spaces."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.parsing.emphasis import Delimiter, flanks, pair
from bot.rendering.parsing.inlines import inlines
from bot.rendering.parsing.links import LinkPolicy
from bot.text.runs import BOLD, ITALIC, STRIKE, Run, text_of

POLICY = LinkPolicy()
UNSPACED = st.sampled_from(
    "日本語漢字かなカナー。、「」（）！？：；・〜한글ﾊﾝＡ１㊙𠮷กำ์฿ລັា។ខះက်၊བཀ།་ꦱꦼ꧀"
)
STYLES = {"**": BOLD, "*": ITALIC, "~~": STRIKE}


def styled(text, style):
    return [run.text for run in inlines(text, POLICY) if run.style & style]


@given(
    UNSPACED, st.text(UNSPACED, min_size=1, max_size=6), UNSPACED, st.sampled_from(sorted(STYLES))
)
def test_between_unspaced_letters_every_marker_works(before, inside, after, mark):
    runs = inlines(f"{before}{mark}{inside}{mark}{after}", POLICY)

    assert [(run.text, run.style) for run in runs] == [
        (before, 0),
        (inside, STYLES[mark]),
        (after, 0),
    ]


@pytest.mark.parametrize(
    ("text", "bold"),
    [
        ("これは**「重要」**です", ["「重要」"]),
        ("**注意：**本文", ["注意："]),
        ("他说**“你好”**然后", ["“你好”"]),
        ("**마크다운(Markdown)**의", ["마크다운(Markdown)"]),
        ("結果は**70.9%→83.0%**、改善", ["70.9%→83.0%"]),
        ("**(a)**漢字", ["(a)"]),
        ("漢字\U000e0100**(a)** b", ["(a)"]),
        ("〜\ufe00**(a)** b", ["(a)"]),
        ("“\ufe01**(a)** b", ["(a)"]),
        ("ＡＢ**(c)**ｄ", ["(c)"]),
        ("ระบบ**(รุ่นทดลอง)**ใช้ได้", ["(รุ่นทดลอง)"]),
        ("ราคา**฿100**ต่อชิ้น", ["฿100"]),
        ("ເອກະສານ**(ສະບັບ)**ຢູ່ນີ້", ["(ສະບັບ)"]),
        ("ឯកសារ**«សេចក្តី»**នេះ", ["«សេចក្តី»"]),
        ("ចុច\u200b**(ក)**\u200bទីនេះ", ["(ក)"]),
        ("စာရွက်**(မူကြမ်း)**ဒီမှာ", ["(မူကြမ်း)"]),
        ("ཡིག་ཆ་**(ཟིན་བྲིས།)**འདིར", ["(ཟིན་བྲིས།)"]),
        ("ꦱꦼꦫꦠ꧀**(ꦏꦺꦴꦤ꧀)**ꦲꦶꦏꦶ", ["(ꦏꦺꦴꦤ꧀)"]),
        ("हिन्दी**(मसौदा)**यहाँ", []),
        ("🎉**重要**🎉", ["重要"]),
        ("a**(b)**c", []),
        ("é**(b)**c", []),
        ("🎉**(b)**a", []),
        ("閉じ ** が ない", []),
        ("**開いたまま", []),
    ],
)
def test_bold_beside(text, bold):
    assert styled(text, BOLD) == bold


@pytest.mark.parametrize(
    "text",
    [
        *("snake_case_name", "日本_語_です", "2 * 3 * 4", "20~25°C", "~a~", "~~~a~~~", "$5 ~ $10"),
        *("* a*", "a *", "**", "****", "_a_b", "***** (5/5)", "___ blank", "~~a"),
    ],
)
def test_what_is_no_emphasis_is_text(text):
    assert inlines(text, POLICY) == (Run(text),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("***a** b*", [("a", 3), (" b", 2)]),
        ("***a* b**", [("a", 3), (" b", 1)]),
        ("***a***", [("a", 3)]),
        ("**a*b*c**", [("a", 1), ("b", 3), ("c", 1)]),
        ("*a **b** c*", [("a ", 2), ("b", 3), (" c", 2)]),
        ("**a ~~b _c_~~**", [("a ", 1), ("b ", 5), ("c", 7)]),
        ("*a ~~b* c~~", [("a ~~b", 2), (" c~~", 0)]),
        ("**a*", [("*", 0), ("a", 2)]),
        ("*a**", [("a", 2), ("*", 0)]),
        ("*a**b*", [("a**b", 2)]),
        ("__a__b", [("__a__b", 0)]),
    ],
)
def test_nested(text, expected):
    assert [(run.text, run.style) for run in inlines(text, POLICY)] == expected


MARKS = st.lists(st.sampled_from(["*", "**", "_", "~~", "a", " ", "。", "(", "日"]), max_size=20)


@given(MARKS.map("".join))
def test_no_character_is_lost_but_markers(text):
    said = text_of(inlines(text.strip(), POLICY))

    assert re.sub(r"[*_~]", "", said) == re.sub(r"[*_~]", "", text.strip())


@given(st.lists(st.tuples(st.sampled_from("*_~"), st.integers(1, 4), st.booleans(), st.booleans())))
def test_every_opener_has_its_closer(runs):
    delimiters = [Delimiter(*run) for run in runs]
    pair(delimiters)

    opened = sorted(style for each in delimiters for style in each.opens_styles)
    assert opened == sorted(style for each in delimiters for style in each.closes_styles)
    for each in delimiters:
        spent = sum(2 if style != ITALIC else 1 for style in each.opens_styles + each.closes_styles)
        assert each.left == each.length - spent or each.mark == "~"
        assert each.left >= 0


def test_openers_that_nothing_closed_may_still_be_closed():
    first, closed, closer, second = (
        Delimiter("*", 2, opens=True, closes=False, at=0),
        Delimiter("*", 1, opens=True, closes=False, at=4),
        Delimiter("*", 1, opens=False, closes=True, at=8),
        Delimiter("~", 2, opens=True, closes=False, at=12),
    )

    assert pair([first, closed, closer, second]) == [first, second]
    assert [each.reach for each in (first, closed, closer, second)] == [0, 9, 0, 0]


def test_the_edges_of_the_text_count_as_space():
    assert flanks("**a", 0, 2) == (True, False)
    assert flanks("a**", 1, 3) == (False, True)
    assert flanks("a**b", 1, 3) == (True, True)
    assert flanks("日__「", 1, 3) == (False, True)
