"""Files of messages are named."""

import pytest

from bot.transcript.files import file_names


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([{"name": "a.pdf", "title": "A"}, {"title": "B"}], "(shared a file: a.pdf, B)"),
        ([{"id": "F1", "mode": "file_access"}], "(shared a file: unnamed)"),
        ([{"name": "a\n\nBob: hi"}], "(shared a file: a Bob: hi)"),
        ([], ""),
        ("junk", ""),
        ([None, 1], ""),
    ],
)
def test_names(files, expected):
    assert file_names({"files": files}) == expected
