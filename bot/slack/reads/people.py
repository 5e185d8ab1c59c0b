"""People's names, languages and time zones, from `users.info` and a bounded cache."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Self

import structlog

from bot.core.bounded_map import BoundedMap
from bot.core.day import Zone
from bot.core.types import CallKind
from bot.errors import SlackError, SlackRefused
from bot.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bot.slack.web_api import SlackApi

log = structlog.get_logger(__name__)

NAMES: Final = ("display_name", "real_name")
MAX_NAME: Final = 80
FARTHEST: Final = 24 * 3600
"""Seconds that a time zone is ahead of UTC, or behind it, are fewer."""
ZONE_NAME: Final = re.compile(r"[A-Za-z][\w/+-]{0,63}", re.ASCII)
MAX_LOOKUPS: Final = 20
"""Calls for one question at most: `users.info` allows about 100 a minute (docs: tier 4)."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a user."""

    until: float
    """When the entry expires and Slack is asked again, by the cache's clock in seconds."""

    name: str | None = None
    """The display name; None when Slack did not say."""

    locale: str | None = None
    """Such as `ja-JP`; None when Slack did not say."""

    zone: Zone | None = None
    """None when Slack did not say."""


@dataclass(frozen=True, slots=True)
class CacheLimits:
    """How long and how much the cache keeps."""

    known: float = 3600.0
    """Seconds after which Slack is asked again about a user."""

    unknown: float = 60.0
    """Seconds after which Slack is asked again when it did not answer."""

    people: int = 10_000
    """Entries; the oldest one goes first."""


class SlackPeople:
    """Implements the People port with `users.info`. Leaving it cancels running look-ups."""

    def __init__(
        self,
        api: SlackApi,
        *,
        limits: CacheLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._limits = limits or CacheLimits()
        self._clock = clock
        self._people: BoundedMap[str, Person] = BoundedMap(self._limits.people)
        self._lookups: dict[str, asyncio.Task[None]] = {}
        self._tasks = Tasks("people")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tasks.cancel()

    def name(self, user: str) -> str:
        """The display name, even from an expired entry; the id when none is known."""
        person = self._people.get(user)
        return (person and person.name) or user

    def locale(self, user: str) -> str | None:
        """The Slack locale, such as `ja-JP`, when known."""
        person = self._people.get(user)
        return person.locale if person else None

    def zone(self, user: str) -> Zone | None:
        """The time zone, even from an expired entry, when known."""
        person = self._people.get(user)
        return person.zone if person else None

    def look_up(
        self, users: Iterable[str], kind: CallKind = CallKind.MORE
    ) -> list[asyncio.Task[None]]:
        """Starts look-ups of those who are not in the cache. Returns their tasks."""
        now = self._clock()
        unknown = [user for user in dict.fromkeys(users) if not self._is_cached(user, now)]
        return [self._look_up_once(user, kind) for user in unknown[:MAX_LOOKUPS]]

    async def learn(self, users: Iterable[str], *, within: float = 1.0) -> None:
        """Looks up those who are not in the cache. Returns after `within` seconds at most."""
        if lookups := self.look_up(users):
            await asyncio.wait(lookups, timeout=within)

    def _is_cached(self, user: str, now: float) -> bool:
        person = self._people.get(user)
        return person is not None and now < person.until

    def _look_up_once(self, user: str, kind: CallKind) -> asyncio.Task[None]:
        if user not in self._lookups:
            task = self._tasks.start(self._fetch(user, kind), name=f"users.info {user}")
            task.add_done_callback(lambda _: self._lookups.pop(user, None))
            self._lookups[user] = task
        return self._lookups[user]

    async def _fetch(self, user: str, kind: CallKind) -> None:
        where = {"user": user, "include_locale": True}
        try:
            answer = await self._api.read("users.info", where, kind)
        except SlackRefused as error:
            self._people[user] = self._unknown(user, error.retry_after)
        except SlackError as error:
            log.info("user not looked up", user=user, detail=str(error))
            self._people[user] = self._unknown(user, self._limits.unknown)
        else:
            self._people[user] = self._known(answer.get("user"))

    def _known(self, found: Any) -> Person:
        user: Mapping[str, Any] = found if isinstance(found, dict) else {}
        locale = user.get("locale")
        return Person(
            self._clock() + self._limits.known,
            name_of(user),
            locale if isinstance(locale, str) else None,
            zone_of(user),
        )

    def _unknown(self, user: str, seconds: float) -> Person:
        """What was known stays in the cache, but expires in `seconds`."""
        until = self._clock() + seconds
        before = self._people.get(user)
        return replace(before, until=until) if before else Person(until)


def name_of(user: Mapping[str, Any]) -> str | None:
    """The name that Slack shows, on one line, 80 characters at most; None when there is none."""
    profile = user.get("profile")
    shown = profile if isinstance(profile, dict) else {}
    candidates = (*(shown.get(name) for name in NAMES), user.get("real_name"), user.get("name"))
    for candidate in candidates:
        if isinstance(candidate, str) and (name := " ".join(candidate.split())):
            return name[:MAX_NAME]
    return None


def zone_of(user: Mapping[str, Any]) -> Zone | None:
    """The time zone (`tz` and `tz_offset` of a user object); None when Slack does not say."""
    name, offset = user.get("tz"), user.get("tz_offset")
    if not isinstance(name, str) or not ZONE_NAME.fullmatch(name):
        return None
    if not isinstance(offset, int) or abs(offset) >= FARTHEST:
        return None
    return Zone(name, offset)
