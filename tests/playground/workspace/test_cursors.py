"""Pages and their cursors."""

import pytest

from bot.playground.workspace.api_error import ApiError
from tests.playground.workspace.conftest import GENERAL, say


def test_pages_go_on_at_the_cursor_until_there_is_none(workspace):
    expected = [say(workspace, f"{n}")["ts"] for n in range(5)][::-1]
    found, cursor = [], None
    while cursor != "":
        listed = workspace.history(GENERAL, limit=2, cursor=cursor)
        found, cursor = [*found, *(m["ts"] for m in listed.items)], listed.next_cursor

    assert found == expected


def test_a_foreign_cursor_is_refused(workspace):
    with pytest.raises(ApiError, match="invalid_cursor"):
        workspace.history(GENERAL, cursor="nonsense")
