"""Who is who: names and languages from a bounded cache that nobody has to wait for."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import structlog

from bot.core.types import CallKind
from bot.errors import SlackError, SlackRefused
from bot.slack.web_api import call_within_budget
from bot.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.ports import Budget

log = structlog.get_logger(__name__)

NAMES: Final = ("display_name", "real_name")
LONGEST_NAME: Final = 80
MOST_AT_ONCE: Final = 20
"""Calls that one question may cause: `users.info` allows some hundred a minute."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a user, and until when; a name of None means that Slack did not say."""

    until: float
    name: str | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class CacheLimits:
    """For how long something is known (seconds), and of how many people."""

    known: float = 3600.0
    unknown: float = 60.0
    people: int = 10_000


class SlackPeople:
    """Implements the People port with `users.info`. Leaving it ends what is being looked up."""

    def __init__(
        self,
        client: AsyncWebClient,
        budget: Budget,
        team: str,
        *,
        memory: CacheLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._budget = budget
        self._team = team
        self._memory = memory or CacheLimits()
        self._clock = clock
        self._people: dict[str, Person] = {}
        self._asked: dict[str, asyncio.Task[None]] = {}
        self._tasks = Tasks("people")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._tasks.cancel()

    def name(self, user: str) -> str:
        """The display name as far as known, even if it is old, else the id."""
        person = self._people.get(user)
        return (person and person.name) or user

    def locale(self, user: str) -> str | None:
        """The Slack locale, such as `ja-JP`, when known."""
        person = self._people.get(user)
        return person.locale if person else None

    def look_up(
        self, users: Iterable[str], kind: CallKind = CallKind.MORE
    ) -> list[asyncio.Task[None]]:
        """Begins to ask Slack about those who are not known, without waiting."""
        now = self._clock()
        strangers = [user for user in dict.fromkeys(users) if not self._knows(user, now)]
        return [self._ask(user, kind) for user in strangers[:MOST_AT_ONCE]]

    async def learn(self, users: Iterable[str], *, within: float = 1.0) -> None:
        """Looks people up and waits for it, at most `within` seconds."""
        if asked := self.look_up(users):
            await asyncio.wait(asked, timeout=within)

    def _knows(self, user: str, now: float) -> bool:
        person = self._people.get(user)
        return person is not None and now < person.until

    def _ask(self, user: str, kind: CallKind) -> asyncio.Task[None]:
        if user not in self._asked:
            task = self._tasks.start(self._fetch(user, kind), name=f"users.info {user}")
            task.add_done_callback(lambda _: self._asked.pop(user, None))
            self._asked[user] = task
        return self._asked[user]

    async def _fetch(self, user: str, kind: CallKind) -> None:
        where = {"user": user, "include_locale": True}
        try:
            answer = await call_within_budget(
                self._client, self._budget, "users.info", where, team=self._team, kind=kind
            )
        except SlackRefused as error:
            self._keep(user, self._unknown(user, error.retry_after))
        except SlackError as error:
            log.info("user not found out", user=user, detail=str(error))
            self._keep(user, self._unknown(user, self._memory.unknown))
        else:
            self._keep(user, self._known(answer.get("user")))

    def _known(self, found: Any) -> Person:
        user: Mapping[str, Any] = found if isinstance(found, dict) else {}
        locale = user.get("locale")
        return Person(
            self._clock() + self._memory.known,
            name_of(user),
            locale if isinstance(locale, str) else None,
        )

    def _unknown(self, user: str, seconds: float) -> Person:
        """What was known stays, but is asked for again soon."""
        until = self._clock() + seconds
        before = self._people.get(user)
        return Person(until, before.name, before.locale) if before else Person(until)

    def _keep(self, user: str, person: Person) -> None:
        self._people.pop(user, None)
        self._people[user] = person
        if len(self._people) > self._memory.people:
            del self._people[next(iter(self._people))]


def name_of(user: Mapping[str, Any]) -> str | None:
    """The name that Slack shows, on one line."""
    profile = user.get("profile")
    shown = profile if isinstance(profile, dict) else {}
    candidates = (*(shown.get(name) for name in NAMES), user.get("real_name"), user.get("name"))
    for candidate in candidates:
        if isinstance(candidate, str) and (name := " ".join(candidate.split())):
            return name[:LONGEST_NAME]
    return None
