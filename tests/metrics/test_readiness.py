"""When the bot counts as ready."""

import pytest

from bot.metrics.readiness import SILENT, Readiness


def readiness(*, socket=9.0, breaker="closed"):
    clock = [0.0]
    ready = Readiness(lambda: clock[0], lambda: socket, lambda: breaker, lambda: 0.02)
    ready.store_answered()
    return ready, clock


def test_a_bot_that_is_connected_and_has_its_database_is_ready():
    ready, _ = readiness()

    assert ready.report() == {
        "ready": True,
        "store": "ok",
        "socket": {"open": True, "age_seconds": 9.0},
        "model": "closed",
        "loop_lag_seconds": 0.02,
    }


def test_without_a_socket_it_is_not():
    ready, _ = readiness(socket=0.0)

    assert (ready.report()["ready"], ready.report()["socket"]["open"]) == (False, False)


@pytest.mark.parametrize("silent", [SILENT - 1, SILENT + 1])
def test_with_a_database_that_has_been_silent_it_is_not(silent):
    ready, clock = readiness()
    clock[0] += silent

    assert ready.report()["ready"] is (silent < SILENT)


def test_with_a_model_that_rests_it_is_and_says_so():
    ready, _ = readiness(breaker="open")

    assert (ready.report()["ready"], ready.report()["model"]) == (True, "open")


def test_before_the_database_has_answered_and_in_http_mode():
    ready = Readiness(lambda: 0.0)

    assert ready.report() == {"ready": False, "store": "silent"}
