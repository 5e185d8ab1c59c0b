"""How the tests share a machine: `make test` runs them in several processes."""

import gc
import os
from operator import itemgetter
from pathlib import Path

import pytest
from hypothesis import settings

# With more processes than cores, how long one example takes says nothing about the code.
settings.register_profile("shared", parent=settings.default, deadline=None)
settings.load_profile("shared")


def pytest_configure(config):
    """Several processes find no test in a path that does not exist, and say nothing of it."""
    missing = [name for name in config.args if not Path(name.partition("::")[0]).exists()]
    if missing and not hasattr(config, "workerinput"):
        raise pytest.UsageError(f"no such file or folder: {', '.join(missing)}")


PER_CORE = 2
"""Processes for each core: the tests of chaos, e2e and the store wait most of their time."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """What `-n auto` means."""
    return PER_CORE * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items):
    """Spreads the tests that kill bots evenly among the files of the others.

    They wait longest and work least. Each process begins with a stretch of this list, so each gets
    its share of them; side by side they would keep one process long after the others have ended.
    """
    waiting = [item for item in items if is_waiting(item)]
    working = [item for item in items if not is_waiting(item)]
    items[:] = spread(waiting, working)


def pytest_collection_finish():
    """Modules and tests are never garbage: from now on no collection looks at them again."""
    gc.collect()
    gc.freeze()


def is_waiting(item):
    return "fork_server" in getattr(item, "fixturenames", ())


def spread(some, others):
    """`some` one by one between the files of `others`, which stay whole for their fixtures."""
    begins = {}
    for index, item in enumerate(others):
        begins.setdefault(item.path, index / len(others))
    placed = [(begins[item.path], item) for item in others]
    placed += [((index + 0.5) / len(some), item) for index, item in enumerate(some)]
    return [item for _, item in sorted(placed, key=itemgetter(0))]
