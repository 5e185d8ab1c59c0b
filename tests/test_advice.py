"""The operator's sentences: every language has one for every error of the model."""

import re

import pytest

from bot import errors
from bot.advice import ENGLISH, JAPANESE, advice_in
from bot.config import Settings

EVERY_LANGUAGE = pytest.mark.parametrize("words", [ENGLISH, JAPANESE], ids=["en", "ja"])
SETTING = re.compile(r"\b(?:SLACK|OPENAI|BOT)_[A-Z_]+\b")


def kinds(error):
    return {error.kind}.union(*map(kinds, error.__subclasses__()))


@EVERY_LANGUAGE
def test_every_error_of_the_model_has_advice_and_no_other_kind(words):
    assert words.by_kind.keys() == kinds(errors.ModelError)
    assert all(advice.what and advice.remedy for advice in words.by_kind.values())


def named(advice):
    return set(SETTING.findall(advice.remedy))


@pytest.mark.parametrize("kind", ENGLISH.by_kind)
def test_every_setting_named_exists_and_is_named_in_every_language(kind):
    english, japanese = ENGLISH.by_kind[kind], JAPANESE.by_kind[kind]

    assert named(english) == named(japanese)
    assert named(english) <= {name.upper() for name in Settings.model_fields}


@EVERY_LANGUAGE
def test_nobody_is_sent_to_an_admin(words):
    """Who reads this is the admin."""
    assert not re.search("admin|管理者", str(words))


def test_a_sentence_is_one_line_with_what_was_said():
    said = ENGLISH.sentence("unauthorized", "HTTP 401: bad key")

    assert said.startswith("The endpoint does not accept the key (HTTP 401: bad key). Check OPENAI")
    assert "(" not in ENGLISH.sentence("unauthorized", "")
    assert ENGLISH.sentence("stalled", "", partial=True).startswith("Incomplete: The endpoint fell")
    assert "（HTTP 401）。" in JAPANESE.sentence("unauthorized", "HTTP 401")


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", JAPANESE), ("ja-JP", JAPANESE), ("JA", JAPANESE), ("en", ENGLISH), ("fr-FR", ENGLISH)],
)
def test_a_language_has_its_advice_or_english(language, words):
    assert advice_in(language) is words
