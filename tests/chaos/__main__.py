"""The long tier: `make chaos`, or with variables `make chaos FAMILY=kills TRIALS=1000 SEED=7`.

Each family's cases take turns, each trial with the next seed. FAMILY may name one case, such as
`kills/post.after/socket-sqlite`. Ends with 1 when anything was violated. Ctrl-C ends it early, with
the table of what has run.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.house import table
from tests.chaos.families import CASES, named
from tests.chaos.fork_server import ForkServer
from tests.chaos.oracle import Violation
from tests.chaos.stores import has_postgres

LONGEST = 180.0
"""Seconds for one trial."""


@dataclass(slots=True)
class Tally:
    trials: int = 0
    seconds: float = 0.0
    failed: list[tuple[str, int]] = field(default_factory=list)

    @property
    def row(self) -> list[str]:
        bound = f"{upper_bound(len(self.failed), self.trials):.2%}"
        seeds = ", ".join(str(seed) for seed in sorted(seed for _, seed in self.failed)[:8])
        return [str(self.trials), str(len(self.failed)), bound, f"{self.seconds:.0f}", seeds]


def upper_bound(failures: int, trials: int) -> float:
    """The failure rate that 95 % confidence cannot rule out; 3/n where nothing has failed."""
    if not trials:
        return 1.0
    if not failures:
        return min(3 / trials, 1.0)
    low, high = failures / trials, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(failures, trials, middle) > 0.05 else (low, middle)
    return high


def _at_most(failures: int, trials: int, rate: float) -> float:
    """The chance of so few failures or fewer."""
    chance, total = (1 - rate) ** trials, 0.0
    for number in range(failures + 1):
        total += chance
        chance *= (trials - number) / (number + 1) * rate / max(1 - rate, 1e-12)
    return total


async def run(case, fork_server, seed) -> list[Violation]:
    """A trial in a folder of its own; what breaks the trial itself is a violation, too."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        try:
            async with asyncio.timeout(LONGEST):
                return await case.run(fork_server, Path(folder), seed)
        except Exception:  # noqa: BLE001 - the other trials go on
            return [Violation("trial", case.name, traceback.format_exc())]


async def tier(families, fork_server, options, tallies: dict[str, Tally]) -> None:
    """Runs all trials and counts them in `tallies`, which are right at any time."""
    gate = asyncio.Semaphore(options.jobs)

    async def trial(name, case, seed):
        async with gate:
            began = time.monotonic()
            violations = await run(case, fork_server, seed)
            tally = tallies[name]
            tally.trials += 1
            tally.seconds += time.monotonic() - began
            if violations:
                tally.failed.append((case.name, seed))
                _tell(case, seed, violations)

    async with asyncio.TaskGroup() as trials:
        for name, cases in families.items():
            for number in range(options.trials or len(cases)):
                case = cases[number % len(cases)]
                trials.create_task(trial(name, case, options.seed + number))


def _tell(case, seed, violations) -> None:
    write(
        f"\n{case.name} with seed {seed}: {len(violations)} violations; once more with",
        f"  make chaos FAMILY={case.name} SEED={seed} TRIALS=1",
        *(f"  {violation}" for violation in violations[:5]),
    )


def write(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def choose(families, *, postgres) -> dict:
    """The cases by family; without a server those that need one are left out."""
    cases = [case for name in families.split(",") for case in named(name)] if families else CASES
    if unknown := [name for name in families.split(",") if name and not named(name)]:
        known = sorted({case.name.split("/")[0] for case in CASES})
        sys.exit(f"no such family: {', '.join(unknown)}; there are {', '.join(known)}")
    chosen: dict = {}
    for case in cases:
        if postgres or case.store != "postgres":
            chosen.setdefault(case.name.split("/")[0], []).append(case)
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--family", default="", help="families or cases, with commas; else all")
    parser.add_argument("--trials", type=int, default=0, help="of each family; else each case once")
    parser.add_argument("--seed", type=int, default=1, help="of the first trial")
    parser.add_argument("--jobs", type=int, default=4, help="trials at the same time")
    options = parser.parse_args()
    # Whoever is killed leaves connections behind, of which the playground's server would complain.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    families = choose(options.family, postgres=asyncio.run(has_postgres()))
    began = time.monotonic()
    tallies = {name: Tally() for name in families}
    with suppress(KeyboardInterrupt), ForkServer() as fork_server:
        asyncio.run(tier(families, fork_server, options, tallies))
    head = ["family", "trials", "failures", "95 % bound", "seconds", "seeds of failures"]
    write("", table("Chaos", head, [[name, *tally.row] for name, tally in tallies.items()]))
    done, took = sum(tally.trials for tally in tallies.values()), time.monotonic() - began
    write(f"{done} trials in {took:.0f} s, {done / took * 60:.0f} a minute")
    return int(any(tally.failed for tally in tallies.values()))


if __name__ == "__main__":
    sys.exit(main())
