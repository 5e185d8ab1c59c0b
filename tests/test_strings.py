"""Strings: every language says the same things, with the same names to fill in."""

import ast
import re
from dataclasses import fields
from string import Formatter

import pytest

from bot import errors
from bot.core.feedback import Fault
from bot.strings import (
    ENGLISH,
    FOR_ADMIN,
    JAPANESE,
    LANGUAGES,
    LONGEST_WAIT,
    FeedbackFormStrings,
    Strings,
    strings_for,
)
from tests.environment import ROOT

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


OWNER = re.compile(r"(.*\.)?_?((words|texts)(\(\))?|strings_\w+\(.*\))")
"""What a value of `Strings` is called, or the value of its `feedback_form`."""

HOME = ROOT / "bot/strings.py"
ELSEWHERE = [path for path in (ROOT / "bot").rglob("*.py") if path != HOME]


def nodes(*paths):
    """Everything in these files, as syntax."""
    for path in paths:
        yield from ast.walk(ast.parse(path.read_text("utf-8")))


def read():
    """The attributes that are read of strings: `words.stop`. Other things have such names, too."""
    for node in nodes(*ELSEWHERE):
        if isinstance(node, ast.Attribute) and OWNER.fullmatch(ast.unparse(node.value)):
            yield node.attr
    yield from {node.attr for node in nodes(HOME) if isinstance(node, ast.Attribute)}


def test_every_string_is_used():
    """A string that nobody reads is one more that everybody translates."""
    named = {each.name for of in (Strings, FeedbackFormStrings) for each in fields(of)}

    assert named - set(read()) == set(), (
        "read these strings of a value called `words` or `texts`, or remove them"
    )


def test_every_sentence_for_an_error_is_used():
    sentences = ENGLISH.failures.keys() | ENGLISH.waits.keys()
    kinds_named = {node.value for node in nodes(*ELSEWHERE) if isinstance(node, ast.Constant)}

    assert sentences - kinds_named == set(), (
        "give an error this `kind`, or remove its sentence in every language"
    )


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
def test_the_help_names_the_button_as_it_is_labelled(words):
    assert f"**{words.stop}**" in words.help


@EVERY_LANGUAGE
def test_the_form_is_within_slacks_limits(words):
    """Docs: modal views, block kit's option object."""
    form = words.feedback_form

    assert all(len(text) <= 24 for text in (form.title, form.send, form.skip))
    assert form.faults.keys() == {*Fault}
    assert all(len(text) <= 75 for text in form.faults.values())


@EVERY_LANGUAGE
def test_an_error_has_its_id_and_one_of_an_unknown_kind_is_internal(words):
    told = words.tell_admin_id.format(id="abc")

    assert words.failure("made up", "abc") == words.failures["internal"] + told


@EVERY_LANGUAGE
def test_an_admin_is_told_at_once_only_of_what_does_not_pass(words):
    assert words.failure("tls", "abc").endswith(words.tell_admin_id.format(id="abc"))
    assert words.failure("stalled", "abc").endswith(words.if_it_lasts.format(id="abc"))
    assert words.failures.keys() >= FOR_ADMIN


@EVERY_LANGUAGE
def test_without_an_id_none_is_told(words):
    assert words.failure("tls", "") == words.failures["tls"] + words.tell_admin
    assert words.failure("stalled", "") == words.failures["stalled"]


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
    assert ENGLISH.failure(kind, "", wait).startswith(ENGLISH.failures[kind])


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
