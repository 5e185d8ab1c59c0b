"""One fork_server for all trials of a worker."""

import sys

import pytest

from tests.chaos.fork_server import ForkServer


@pytest.fixture(scope="session")
def fork_server():
    if sys.platform != "linux":
        pytest.skip("processes are forked and watched in Linux's way")
    with ForkServer() as fork_server:
        yield fork_server
