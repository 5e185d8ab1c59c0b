"""Every trial there is, by family, with the places where it runs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from itertools import product

from bot.playground.faults import Loss
from tests.chaos.house import Site
from tests.chaos.oracle import Violation
from tests.chaos.trials import (
    databases,
    going_on,
    gone,
    in_parts,
    kills,
    late_writes,
    leaving,
    lines,
    losses,
    moments,
    poison,
    redelivery,
    refusals,
    sockets,
    stores,
    strain,
    taking_back,
    zombies,
)

Trial = Callable[[Site, int], Awaitable[list[Violation]]]
PLACES = tuple(product(("socket", "http"), ("sqlite", "postgres")))
SERVERS = [place for place in PLACES if "postgres" in place]
HOME = (("socket", "sqlite"),)


@dataclass(frozen=True, slots=True)
class Case:
    """A trial and where it takes place. Its name begins with its family's."""

    name: str
    trial: Trial
    transport: str = "socket"
    store: str = "sqlite"

    async def run(self, fork_server, folder, seed) -> list[Violation]:
        return await self.trial(Site(fork_server, folder, self.transport, self.store), seed)


def family(name, trials, places=PLACES) -> list[Case]:
    """Each of the trials at each of the places."""
    return [
        Case(f"{name}/{trial}/{transport}-{store}", run, transport, store)
        for trial, run in trials.items()
        for transport, store in places
    ]


def killed(*points) -> Trial:
    return lambda site, seed: kills.killed(site, seed, *points)


SINGLE = {point: killed(point) for point in kills.POINTS}
PAIRS = {f"{a},{b}": killed(a, b) for a, b in product(kills.POINTS, repeat=2)}
MOMENTS = {
    "in-flight": moments.in_flight,
    "placeholder": moments.placeholder_accepted,
    "last-word": moments.last_word_accepted,
}
REDELIVERY = {
    "storm": redelivery.storm,
    "two-processes": partial(redelivery.storm, processes=2),
    "after-restart": redelivery.after_restart,
    "while-down": redelivery.while_down,
    "strange-ids": redelivery.strange_ids,
}
LOSSES = {
    f"{method}-{how.value}": partial(losses.lost, how=how, method=method)
    for method, how in product((losses.POST, losses.UPDATE), Loss)
} | {"any": losses.lost}
REFUSALS = {"storm": refusals.storm, "outage": refusals.outage}
LEAVING = {
    "drained": leaving.drained,
    "twice": partial(leaving.drained, again=True),
    "rolled": leaving.rolled,
}
GOING_ON = {
    name + point: partial(trial, point=point)
    for name, trial, points in (
        ("", going_on.continued, going_on.POINTS),
        ("again-", going_on.regenerated, going_on.REPLACING),
    )
    for point in points
}
TAKING_BACK = {
    name + point: partial(trial, point=point)
    for name, trial, points in (
        ("", taking_back.while_written, taking_back.WHILE_WRITTEN),
        ("", taking_back.afterwards, taking_back.AFTERWARDS),
        ("half-", taking_back.half, taking_back.HALF),
    )
    for point in points
}
IN_PARTS = {point: partial(in_parts.in_parts, point=point) for point in in_parts.POINTS}
GONE = {
    "reply": gone.reply_deleted,
    "question": gone.question_deleted,
    "channel": gone.channel_archived,
    "bot": gone.bot_removed,
    "token": gone.token_revoked,
}
LATE = {
    "posts": partial(late_writes.landing, methods=(late_writes.POST,)),
    "edits": partial(late_writes.landing, methods=(late_writes.UPDATE,)),
    "any": late_writes.landing,
    "taken-over": partial(late_writes.landing, kills=1),
    "paused": late_writes.paused,
    "files": late_writes.attached,
    "files-taken-over": partial(late_writes.attached, kills=1),
    "withdrawn": late_writes.withdrawn,
    "pressed": late_writes.pressed,
}
DATABASES = {
    "restarted": databases.restarted,
    "cut": databases.cut,
    "black-hole": databases.black_hole,
    "black-hole-long": partial(databases.black_hole, seconds=12.0),
    "black-hole-old": partial(databases.black_hole, new=False),
    "one-hangs": databases.one_hangs,
}
LINES = {
    "killed": lines.killed,
    "store-down": lines.store_down,
    "crowded": lines.crowded,
    "crowded-killed": lines.crowded_killed,
    "crowded-store-down": lines.crowded_store_down,
}
STRAIN = {
    "crowd": strain.crowd,
    "slow-network": strain.slow_network,
}

CASES = [
    *family("kills", SINGLE),
    *family("pairs", PAIRS, HOME),
    *family("moments", MOMENTS),
    *family("redelivery", REDELIVERY),
    *family("losses", LOSSES),
    *family("refusals", REFUSALS),
    *family("stores", {"down": stores.down}),
    *family("stores", {"cut": stores.cut, "slow": stores.slow}, SERVERS),
    *family("databases", DATABASES, SERVERS),
    *family("sockets", {"too-many": sockets.too_many}, HOME),
    *family("leaving", LEAVING),
    *family("zombies", {"zombie": zombies.zombie}),
    *family("poison", {"poisoned": poison.poisoned, "late": partial(poison.poisoned, late=True)}),
    *family("going-on", GOING_ON),
    *family("taking-back", TAKING_BACK),
    *family("in-parts", IN_PARTS),
    *family("gone", GONE),
    *family("late", LATE),
    *family("lines", LINES),
    *family("strain", STRAIN),
    # Over HTTP it is the kernel that lets nobody in then, and asyncio that complains.
    *family("strain", {"few-files": strain.few_files}, [p for p in PLACES if "socket" in p]),
]


def named(beginning: str) -> list[Case]:
    """The cases whose names begin so, up to a slash or the end."""
    wanted = beginning.split("/")
    return [case for case in CASES if case.name.split("/")[: len(wanted)] == wanted]
