from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper

import pytest

from bot import telemetry
from bot.config import load
from bot.strings import ENGLISH, JAPANESE
from bot.terminal import NOT_SHOWN, as_json, language_of, safe, strings_of
from tests.environment import environment


@pytest.mark.parametrize(("language", "words"), [("ja", JAPANESE), ("en", ENGLISH)])
def test_the_setting_decides(language, words):
    with environment(BOT_LANGUAGE=language):
        settings = load()

    assert language_of(settings) == language
    assert strings_of(settings) is words


def test_what_is_shown_has_no_secret():
    with environment():
        telemetry.hide(["canary-secret"])

        assert safe("key canary-secret\x1b[2J of xoxb-1-canary") == "key [hidden][2J of [hidden]"


def test_what_a_terminal_obeys_is_taken_out():
    assert "a\x1b[31mb\x9b2Jc\u202ed\r\x07e\tf\n".translate(NOT_SHOWN) == "a[31mb2Jcde\tf\n"


@pytest.mark.parametrize(("encoding", "printed"), [("utf-8", '"é"'), ("ascii", '"\\u00e9"')])
def test_json_is_whole_on_any_terminal(encoding, printed):
    """Also where the terminal has only ASCII."""
    with redirect_stdout(TextIOWrapper(BytesIO(), encoding=encoding)):
        assert as_json("é") == printed
