"""Strings: every language says the same things, with the same names to fill in."""

from string import Formatter

import pytest

from bot import errors
from bot.core.feedback import Fault
from bot.strings import ENGLISH, JAPANESE, LANGUAGES, LONGEST_WAIT, strings_for

EVERY_LANGUAGE = pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)


def kinds(error):
    """The kinds of an error class and of all below it."""
    return {error.kind}.union(*map(kinds, error.__subclasses__()))


def names(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def texts(value, path=""):
    """Every string of a language, by where it is."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from texts(each, f"{path}.{key}")
    else:
        for key in value.__slots__:
            yield from texts(getattr(value, key), f"{path}.{key}")


@EVERY_LANGUAGE
def test_every_error_of_the_model_has_its_sentence(words):
    assert kinds(errors.ModelError) <= words.failures.keys()


@EVERY_LANGUAGE
def test_every_language_has_the_same_strings_to_fill_in(words):
    ours, english = dict(texts(words)), dict(texts(ENGLISH))

    assert ours.keys() == english.keys()
    assert {path: names(text) for path, text in ours.items()} == {
        path: names(text) for path, text in english.items()
    }
    assert all(ours.values())


@EVERY_LANGUAGE
def test_the_form_is_within_slacks_limits(words):
    """Docs: modal views, block kit's option object."""
    form = words.feedback_form

    assert all(len(text) <= 24 for text in (form.title, form.send, form.skip))
    assert form.faults.keys() == {*Fault}
    assert all(len(text) <= 75 for text in form.faults.values())


@EVERY_LANGUAGE
def test_an_error_has_its_id_and_one_of_an_unknown_kind_is_internal(words):
    assert words.failure("made up", "abc") == words.failures["internal"] + words.error_id.format(
        id="abc"
    )


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        (2, "2 seconds"),
        (90, "90 seconds"),
        (91, "2 minutes"),
        (5400, "90 minutes"),
        (5401, "2 hours"),
        (LONGEST_WAIT, "48 hours"),
    ],
)
def test_a_wait_is_told_in_a_unit_that_is_easy_to_read(wait, said):
    assert f"in about {said}." in ENGLISH.failure("rate_limited", "abc", wait)


@pytest.mark.parametrize(
    ("kind", "wait"),
    [("rate_limited", 1), ("rate_limited", LONGEST_WAIT + 1), ("rate_limited", None), ("tls", 60)],
)
def test_a_wait_that_helps_nobody_is_not_told(kind, wait):
    assert ENGLISH.failure(kind, "abc", wait) == ENGLISH.failures[kind] + " (error abc)"


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("ja-JP", JAPANESE),
        ("JA", JAPANESE),
        ("en-GB", ENGLISH),
        ("fr-FR", ENGLISH),
        (None, ENGLISH),
    ],
)
def test_a_locale_has_its_language_or_english(locale, words):
    assert strings_for(locale) is words
