"""The figures, their list in the documentation, and the board that shows them."""

import json
import re

from bot.metrics.figures import Figures
from tests.environment import ROOT
from tests.metrics.reading import samples, value

PAGE = (ROOT / "docs/metrics.md").read_text("utf-8")
BOARD = json.loads((ROOT / "deploy/grafana.json").read_text("utf-8"))
LISTED = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
PARTS = re.compile(r"_(?:bucket|sum|count|created)$")


def whole():
    figures = Figures()
    figures.answers(lambda: 3, lambda: 2)
    figures.breaker(lambda: "half_open")
    figures.socket(lambda: 7.5)
    figures.tasks(lambda: 12)
    figures.lag(lambda: 0.1, lambda: 4)
    for each in (figures.calls, figures.refusals, figures.endings, figures.requests):
        each.labels("x").inc()
    for each in (figures.retries, figures.store_errors):
        each.labels("x").inc()
    figures.store.labels("x").observe(0.1)
    return figures


def test_the_page_lists_every_figure_and_no_other():
    names = {PARTS.sub("", name) for name, _, _ in samples(whole().text())}

    assert names == LISTED


def test_the_board_shows_only_figures_that_there_are_and_all_of_them():
    expressions = [
        target["expr"] for panel in BOARD["panels"] for target in panel.get("targets", [])
    ]
    shown = {PARTS.sub("", name) for each in expressions for name in re.findall(r"bot_\w+", each)}

    assert shown == LISTED


def test_what_is_now_is_asked_for_when_it_is_read():
    figures = whole()

    assert value(figures, "bot_answers_running") == 3
    assert value(figures, "bot_answers_waiting") == 2
    assert value(figures, "bot_breaker_open") == 0.5
    assert value(figures, "bot_socket_age_seconds") == 7.5
    assert value(figures, "bot_loop_lag_seconds") == 0.1
    assert value(figures, "bot_loop_stalls") == 4
