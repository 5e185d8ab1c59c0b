"""Characters beside which words need no spaces."""

import pytest

from bot.text.cjk import is_cjk


@pytest.mark.parametrize("character", "漢かカｶ가ㄅ、（Ａ￥𠮷")
def test_they_are_known(character):
    assert is_cjk(character)


@pytest.mark.parametrize("character", "aé1 .(ก😀⌚‐")
def test_others_are_not(character):
    """Among them Thai, which has no spaces either, and emoji, which are wide."""
    assert not is_cjk(character)
