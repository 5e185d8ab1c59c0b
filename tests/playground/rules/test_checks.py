"""Checks of single values."""

import pytest

from bot.playground.rules import checks
from bot.playground.workspace.api_error import ApiError


def test_an_error_says_what_is_wrong_and_where():
    error = checks.invalid("must be a boolean", "/blocks/0/x")

    assert error.code == "invalid_blocks"
    assert error.extra["errors"] == ["must be a boolean [json-pointer:/blocks/0/x]"]
    assert error.extra["response_metadata"]["messages"][0].startswith("[ERROR] must be a boolean")


@pytest.mark.parametrize(
    ("check", "value", "taken"),
    [
        (checks.bounded, None, True),
        (checks.bounded, "", True),
        (checks.bounded, "xx", True),
        (checks.bounded, "xxx", False),
        (checks.bounded, 1, False),
        (checks.filled, "xx", True),
        (checks.filled, "", False),
        (checks.filled, None, False),
        (checks.whole, None, True),
        (checks.whole, 0, True),
        (checks.whole, 2, True),
        (checks.whole, 3, False),
        (checks.whole, True, False),
        (checks.whole, 1.0, False),
    ],
)
def test_values_up_to_two(check, value, taken):
    """Of two characters, or the number two."""
    if taken:
        check(value, 2, "/x")
    else:
        with pytest.raises(ApiError, match="invalid_blocks"):
            check(value, 2, "/x")


def test_a_value_is_one_of_the_choices():
    checks.chosen(None, {None, "left"}, "/align")
    for value in ("up", ["left"], 1):
        with pytest.raises(ApiError):
            checks.chosen(value, {None, "left"}, "/align")


def test_an_object_has_one_of_the_types():
    assert checks.kind({"type": "text"}, {"text"}, "/x") == "text"
    for value in ("text", {"type": "link"}, {"type": ["text"]}, {}):
        with pytest.raises(ApiError):
            checks.kind(value, {"text"}, "/x")
