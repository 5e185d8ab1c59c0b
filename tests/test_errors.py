import re

import pytest

from bot import errors
from bot.errors import BotError, ModelError, SettingsError, SlackRefused, SlackRejected

CLASSES = {
    name: each
    for name, each in vars(errors).items()
    if isinstance(each, type) and issubclass(each, BotError)
}

MODEL_ERRORS = [name for name, each in CLASSES.items() if issubclass(each, ModelError)]


def test_the_tree_in_the_docstring_is_complete():
    lines = errors.__doc__.splitlines()
    tree = [line for line in lines if "─" in line or line == "BotError"]
    words = re.findall(r"\b[A-Z][A-Za-z]+\b", "\n".join(tree))

    assert set(CLASSES) <= set(words)


@pytest.mark.parametrize("name", MODEL_ERRORS)
def test_each_error_of_the_model_has_a_kind_of_its_own(name):
    """Each kind has its own sentence; people can do something else about each of them."""
    same = [other for other in CLASSES if CLASSES[other].kind == CLASSES[name].kind]

    assert same == [name]


def test_all_problems_with_settings_are_in_one_error():
    error = SettingsError(["PORT: no", "BOT_BURST: no"])

    assert str(error) == "PORT: no\nBOT_BURST: no"
    assert error.problems == ["PORT: no", "BOT_BURST: no"]


def test_an_error_of_slack_says_its_method():
    assert str(SlackRejected("chat.update", "msg_too_long")) == "chat.update: msg_too_long"
    assert str(SlackRefused("chat.update", 30.0)) == "chat.update refused for 30 s"


def test_retry_after_is_kept():
    assert errors.ModelRateLimited("x", retry_after=7.0).retry_after == 7.0
    assert errors.ModelRateLimited().retry_after is None
