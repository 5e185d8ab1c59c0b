"""Characters that nobody sees: what is named so is so, by Unicode's own categories."""

import re
import sys
import unicodedata
from functools import cache

import pytest

from bot.text import invisible

CATEGORIES = {
    "CONTROLS": {"Cc"},
    "BIDI_CONTROLS": {"Cf"},
    "ZERO_WIDTH": {"Cf", "Cn"},
    "BYTE_ORDER_MARK": {"Cf"},
    "FILLERS": {"Cf", "Lo", "Mn"},
    "VARIATION_SELECTORS": {"Mn"},
    "ANNOTATIONS": {"Cf"},
    "FORMATS": {"Cf"},
    "TAGS": {"Cf", "Cn"},
    "PRIVATE_USE": {"Co", "Cn"},
    "NONCHARACTERS": {"Cn"},
}
ALL = "".join(map(chr, range(sys.maxunicode + 1)))


@cache
def members(name):
    return re.findall(f"[{getattr(invisible, name)}]", ALL)


@pytest.mark.parametrize("name", CATEGORIES)
def test_a_class_holds_what_its_name_says(name):
    found = members(name)

    assert found
    assert {unicodedata.category(character) for character in found} <= CATEGORIES[name]


def test_every_class_is_looked_at():
    assert {name for name in vars(invisible) if name.isupper()} == {*CATEGORIES}


@pytest.mark.parametrize("character", "\t\n\r a漢e\u0301")
def test_what_is_seen_or_ends_lines_is_in_none(character):
    assert not any(character in members(name) for name in CATEGORIES)


def test_all_controls_of_direction_and_all_private_characters_are_in_one():
    every = {character for name in CATEGORIES for character in members(name)}
    hidden = [
        character
        for character in ALL
        if unicodedata.category(character) == "Co"
        or unicodedata.bidirectional(character) in {"LRE", "LRO", "RLE", "RLO", "PDF", "RLI", "PDI"}
    ]

    assert every.issuperset(hidden)
