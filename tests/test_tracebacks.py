"""Tracebacks: classes and frames of all exceptions, and no word of their texts."""

from bot.errors import StoreError
from bot.tracebacks import MOST, name_of, traceback_of


def raised(error, cause=None):
    try:
        raise error from cause  # noqa: TRY301
    except BaseException as caught:  # noqa: BLE001
        return caught


def test_each_exception_has_its_frames_and_its_class():
    shown = traceback_of(raised(KeyError("canary"), raised(ValueError("canary"))))

    assert "canary" not in shown
    assert shown.index("ValueError") < shown.index("direct cause") < shown.index("KeyError")
    assert shown.count("in raised\n") == 2


def test_what_was_raised_while_another_was_handled():
    try:
        try:
            {}["canary"]
        except KeyError:
            int("canary")
    except ValueError as error:
        shown = traceback_of(error)

    assert "During handling" in shown
    assert "canary\n" not in shown


def test_the_parts_of_a_group():
    parts = [raised(ValueError("canary")), ExceptionGroup("canary", [OSError(28, "canary")])]
    shown = traceback_of(ExceptionGroup("canary", parts))

    assert "canary\n" not in shown
    assert "  | ValueError" in shown
    assert "  |   | OSError [ENOSPC]" in shown


def test_our_own_errors_have_their_text():
    assert name_of(StoreError("database is locked")) == "bot.errors.StoreError: database is locked"


def test_a_chain_that_is_a_ring_ends():
    one, two = ValueError(), KeyError()
    one.__cause__, two.__cause__ = two, one

    assert traceback_of(one).splitlines()[-1] == "ValueError"


def test_a_long_chain_is_cut():
    error = None
    for _ in range(10 * MOST):
        error = raised(ValueError(), error)

    assert traceback_of(error).count("direct cause") == MOST - 1
