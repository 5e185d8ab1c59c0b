"""The figures of one bot, as Prometheus reads them. `docs/metrics.md` lists them for the operator.

Labels are words of our own code (a method, a kind of error): never anything from outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

if TYPE_CHECKING:
    from collections.abc import Callable

disable_created_metrics()  # type: ignore[no-untyped-call]

QUICK: Final = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
"""Seconds of what people wait for: the upper ends of the histograms' buckets."""

STORE: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5)
"""Seconds of a transaction."""

BREAKER: Final = {"closed": 0.0, "half_open": 0.5, "open": 1.0}


class Figures:
    """All figures. Each bot has its own, so that several can run in one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.placeholder = self._seconds(
            "bot_placeholder_seconds", "From taking a question up to its placeholder in Slack"
        )
        self.first_text = self._seconds(
            "bot_first_text_seconds", "From taking a question up to the first words in Slack"
        )
        self.text_age = self._seconds(
            "bot_shown_text_age_seconds", "How long the oldest new words of an edit had waited"
        )
        self.calls = self._counter("bot_slack_calls", "Calls of Slack's Web API", "method")
        self.refusals = self._counter("bot_slack_refusals", "Calls that got a 429", "method")
        self.endings = self._counter("bot_endings", "Answers that have ended", "kind")
        self.requests = self._counter("bot_model_requests", "Requests to the model", "outcome")
        self.retries = self._counter(
            "bot_model_retries", "Requests made again, by the error before them", "kind"
        )
        self.store = Histogram(
            "bot_store_seconds",
            "Time of a transaction, waiting and retries included",
            ["operation"],
            buckets=STORE,
            registry=self._registry,
        )
        self.store_errors = self._counter(
            "bot_store_errors", "Transactions that failed", "operation"
        )

    def answers(self, running: Callable[[], int], waiting: Callable[[], int]) -> None:
        """Shows how many answers are under way now, and how many questions wait."""
        self._gauge("bot_answers_running", "Answers that are being written", running)
        self._gauge("bot_answers_waiting", "Questions that wait in line", waiting)

    def breaker(self, state: Callable[[], str]) -> None:
        """Shows the state of the model's circuit breaker."""
        what = "Circuit breaker of the model: 0 closed, 0.5 probing, 1 open"
        self._gauge("bot_breaker_open", what, lambda: BREAKER.get(state(), 0.0))

    def socket(self, age: Callable[[], float]) -> None:
        """Shows for how many seconds the present socket has been open."""
        self._gauge("bot_socket_age_seconds", "Age of the open socket; 0 while there is none", age)

    def tasks(self, count: Callable[[], int]) -> None:
        """Shows how many tasks the process has: more and more of them would be a leak."""
        self._gauge("bot_tasks", "Tasks of the process", count)

    def lag(self, worst: Callable[[], float], stalls: Callable[[], float]) -> None:
        """Shows by how many seconds the event loop was late at worst, and how often by too many."""
        self._gauge(
            "bot_loop_lag_seconds", "The loop's worst lag of this minute and the last", worst
        )
        self._gauge("bot_loop_stalls", "How often the loop was late by more than 0.25 s", stalls)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)

    def _seconds(self, name: str, what: str) -> Histogram:
        return Histogram(name, what, buckets=QUICK, registry=self._registry)

    def _counter(self, name: str, what: str, label: str) -> Counter:
        return Counter(name, what, [label], registry=self._registry)

    def _gauge(self, name: str, what: str, value: Callable[[], float]) -> None:
        Gauge(name, what, registry=self._registry).set_function(value)
