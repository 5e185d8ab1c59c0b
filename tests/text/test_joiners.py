"""Text that would call somebody no longer does, and reads as before."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.joiners import WORD_JOINER, escaped, without_broadcasts, without_tokens

CALL = re.compile(r"@(?:here|channel|everyone)(?![a-z0-9_])", re.IGNORECASE)
TOKEN = re.compile("<[!@#]")
PIECES = st.lists(
    st.sampled_from(
        [
            "@",
            "here",
            "HERE",
            "@channel",
            "@everyOne",
            "<",
            "!",
            "&",
            "a",
            "1",
            " ",
            "日",
            "<!here>",
        ]
    )
)


@pytest.mark.parametrize(
    "word", ["@here", "@Channel", "@EVERYONE", "a@here.", "@here日本", "@@here"]
)
def test_who_is_called_is_called_no_more(word):
    assert without_broadcasts(word) == re.sub("@(?=[a-zA-Z])", f"@{WORD_JOINER}", word)


@pytest.mark.parametrize("word", ["@hereby", "@channels", "@everyone1", "@here_now"])
def test_what_may_be_cut_to_a_call_is_none(word):
    for cut in range(len(word) + 1):
        assert not CALL.search(escaped(word)[:cut])


@pytest.mark.parametrize("word", ["here", "me@example.com", "@her", "@ here", "@every one"])
def test_other_words_stay(word):
    assert without_broadcasts(word) == word


@given(PIECES)
def test_it_is_enough_to_do_it_once(pieces):
    text = "".join(pieces)

    for defuse in (without_broadcasts, without_tokens):
        assert defuse(defuse(text)) == defuse(text)
        assert defuse(text).replace(WORD_JOINER, "") == text


@given(PIECES, st.integers(0, 60), st.integers(0, 60))
def test_escaped_text_calls_nobody_wherever_it_is_cut(pieces, start, end):
    text = escaped("".join(pieces))[start : start + end]

    assert "<" not in text
    assert not CALL.search(text)


@given(PIECES, st.integers(0, 60), st.integers(0, 60))
def test_code_calls_nobody_wherever_it_is_cut(pieces, start, end):
    assert not TOKEN.search(without_tokens("".join(pieces))[start : start + end])


@pytest.mark.parametrize("token", ["<!here>", "<@U1>", "<#C1>", "<!subteam^S1>"])
def test_no_token_is_left_in_code(token):
    assert without_tokens(token) == f"<{WORD_JOINER}{token[1:]}"


def test_code_without_tokens_stays():
    assert without_tokens("if (a<b) <html>") == "if (a<b) <html>"
