"""One nursery for all trials of a worker."""

import sys

import pytest

from tests.chaos.nursery import Nursery


@pytest.fixture(scope="session")
def nursery():
    if sys.platform != "linux":
        pytest.skip("processes are forked and watched in Linux's way")
    with Nursery() as nursery:
        yield nursery
