"""`.env`: what it gives to the environment, and what errors say of it."""

import pytest

from bot.config.dotenv_file import DotenvFile
from bot.errors import SettingsError


@pytest.fixture
def file(tmp_path):
    return tmp_path / ".env"


def test_the_environment_wins(file):
    file.write_text("\ufeffA=file\nB='file'\nC\nD=${A}\n", "utf-8")
    environ = {"A": "environment"}
    dotenv = DotenvFile()
    dotenv.read(file, environ)

    assert environ == {"A": "environment", "B": "file", "D": "${A}"}
    assert dotenv.origin("A", environ) == "the environment"
    assert dotenv.origin("b", environ) == str(file)


def test_what_was_changed_since_is_not_from_the_file(file):
    file.write_text("A=file")
    environ = {}
    dotenv = DotenvFile()
    dotenv.read(file, environ)
    environ["A"] = "another"

    assert dotenv.origin("A", environ) == "the environment"


def test_it_says_where_it_has_looked(file):
    dotenv = DotenvFile()
    assert dotenv.searched == ""

    dotenv.read(file, {})
    assert dotenv.searched == f" in the environment, and there is no file {file}"

    file.touch()
    dotenv.read(file, {})
    assert dotenv.searched == f" in the environment or in {file}"


def test_a_folder_of_that_name_says_nothing(file):
    """Some keep their virtual environment there."""
    file.mkdir()
    environ = {}
    DotenvFile().read(file, environ)

    assert environ == {}


@pytest.mark.parametrize("content", [b"A=\xe9", b"A=1\0", "A=1\n".encode("utf-16-le")])
def test_what_is_no_text_is_refused_with_its_path(file, content):
    file.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        DotenvFile().read(file, {})

    assert caught.value.problems == [f"{file}: must be UTF-8 text"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A=1\nB: canary\nC=2\n", 2),
        ("A=1\n# B\n\n\nB canary\nC=2\n", 5),
        ("A=1\nB=1\ncanary\nC=2", 3),  # the second half of a value that was pasted in two lines
        ("A=1\nC=2\nB='canary\n", 3),
    ],
)
def test_a_line_that_sets_nothing_is_told_by_its_number(file, text, line):
    file.write_text(text)
    environ = {}
    dotenv = DotenvFile()
    dotenv.read(file, environ)

    [told] = dotenv.unread
    assert told.startswith(f"line {line} of {file}: ")
    assert "canary" not in told
    assert environ | {"A": "1", "C": "2"} == environ


def test_comments_empty_values_and_exports_are_nothing_to_tell(file):
    file.write_text("\n# A\nA=\nexport B=1 # b\n\n  C = 'x'\nD=\"\n\"\nA=2\n")
    environ = {}
    dotenv = DotenvFile()
    dotenv.read(file, environ)

    assert dotenv.unread == []
    assert environ == {"A": "2", "B": "1", "C": "x", "D": "\n"}
