"""Characters of scripts that put no spaces between words."""

import pytest

from bot.text.scripts import is_unspaced

EAST = "漢かカｶ가ㄅ、（Ａ￥𠮷"
SOUTH_EAST = "กำ฿ລາ་ཀကျើខ៛ᥐᦀᨲꪀᨀᬅᯀꤰꦲꨀ𑜀"


@pytest.mark.parametrize("character", EAST + SOUTH_EAST)
def test_they_are_known(character):
    assert is_unspaced(character)


@pytest.mark.parametrize("character", "aé1 .(😀⌚‐אبहதአ")
def test_others_are_not(character):
    """Among them emoji, which are wide, and scripts of Asia and Africa that write spaces."""
    assert not is_unspaced(character)
