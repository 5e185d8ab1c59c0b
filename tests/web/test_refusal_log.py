"""A flood of requests does not fill the log."""

from structlog.testing import capture_logs

from bot.web.refusal_log import PAUSE, RefusalLog


def test_one_line_of_a_kind_and_then_how_many_were_left_out():
    now = 0.0
    refusals = RefusalLog(lambda: now)
    with capture_logs() as logs:
        for _ in range(1000):
            refusals.add("a", "refused: a", status=401)
        refusals.add("b", "refused: b")
        now = PAUSE
        refusals.add("a", "refused: a")
        refusals.add("a", "refused: a")

    assert [(each["event"], each["left_out"]) for each in logs] == [
        ("refused: a", 0),
        ("refused: b", 0),
        ("refused: a", 999),
    ]
    assert logs[0]["status"] == 401
