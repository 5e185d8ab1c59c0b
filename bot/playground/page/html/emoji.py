"""Slack's names of emoji → what they look like.

Slack's names are those of the emoji-data project. Rich knows most of them; here is what it lacks
or calls by another name.
"""

from __future__ import annotations

import re

from rich.emoji import Emoji, NoEmoji

_FLAG = re.compile(r"flag-([a-z]{2})")
_TONE = re.compile(r"skin-tone-([2-6])")
_REGIONAL_A = 0x1F1E6
_LIGHTEST = 0x1F3FB
_JOINER, _FULL = "\u200d", "\ufe0f"

_PEOPLE = {"": "🧑", "male": "👨", "female": "👩"}
_TOOLS = {
    "artist": "🎨",
    "astronaut": "🚀",
    "cook": "🍳",
    "factory_worker": "🏭",
    "farmer": "🌾",
    "firefighter": "🚒",
    "mechanic": "🔧",
    "office_worker": "💼",
    "scientist": "🔬",
    "singer": "🎤",
    "student": "🎓",
    "teacher": "🏫",
    "technologist": "💻",
}
_AT_WORK = re.compile(rf"(?:(male|female)-)?({'|'.join(_TOOLS)})")
_OTHERS = {
    "cn": "🇨🇳",
    "de": "🇩🇪",
    "es": "🇪🇸",
    "face_palm": "🤦",
    "facepalm": "🤦",
    "first_place_medal": "🥇",
    "fr": "🇫🇷",
    "gb": "🇬🇧",
    "hash": "#️⃣",
    "it": "🇮🇹",
    "jp": "🇯🇵",
    "keycap_star": "*️⃣",
    "keycap_ten": "🔟",
    "kr": "🇰🇷",
    "large_green_circle": "🟢",
    "large_green_square": "🟩",
    "large_orange_circle": "🟠",
    "large_purple_circle": "🟣",
    "large_yellow_circle": "🟡",
    "large_yellow_square": "🟨",
    "large_red_square": "🟥",
    "man-shrugging": "🤷‍♂️",
    "medal": "🏅",
    "octagonal_sign": "🛑",
    "ru": "🇷🇺",
    "second_place_medal": "🥈",
    "shrug": "🤷",
    "simple_smile": "🙂",
    "thinking": "🤔",
    "third_place_medal": "🥉",
    "uk": "🇬🇧",
    "upside_down_face": "🙃",
    "us": "🇺🇸",
    "woman-shrugging": "🤷‍♀️",
}


def named(name: str) -> str:
    """The emoji of this name, or "". A skin tone may follow: `+1::skin-tone-3`."""
    base, _, tone = name.partition("::")
    return _toned(_OTHERS.get(base) or _flag(base) or _at_work(base) or _known(base), tone)


def _flag(name: str) -> str:
    found = _FLAG.fullmatch(name)
    return "".join(chr(_REGIONAL_A + ord(c) - ord("a")) for c in found[1]) if found else ""


def _at_work(name: str) -> str:
    found = _AT_WORK.fullmatch(name)
    return f"{_PEOPLE[found[1] or '']}{_JOINER}{_TOOLS[found[2]]}" if found else ""


def _known(name: str) -> str:
    try:
        return str(Emoji(name))
    except NoEmoji:
        return ""


def _toned(shown: str, tone: str) -> str:
    """A skin tone stands after the first character, in place of its full presentation."""
    found = _TONE.fullmatch(tone)
    if not found or not shown:
        return shown
    colour = chr(_LIGHTEST + int(found[1]) - 2)
    return shown[0] + colour + shown[1:].removeprefix(_FULL)
