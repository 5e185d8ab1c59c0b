"""Tests mirror `bot/`: `tests/a/test_b.py` tests `bot/a/b.py`, or `mirror.toml` says what does."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TABLE = tomllib.loads((ROOT / "tests/mirror.toml").read_text())
ELSEWHERE = {module: row for row in TABLE["elsewhere"] for module in row["modules"]}
SEVERAL = TABLE["several"]


def found(pattern):
    """The files of the project that match, as paths from its root."""
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))


def is_tested(module):
    """Packages may re-export, `__main__` calls `cli`, and migrations run with every store."""
    return Path(module).name not in {"__init__.py", "__main__.py"} and "/migrations/" not in module


MODULES = [module for module in found("bot/**/*.py") if is_tested(module)]
TESTS = found("tests/**/test_*.py")


def own_tests(module):
    inside = Path(module).relative_to("bot")
    return str(Path("tests") / inside.parent / f"test_{inside.name}")


def subjects(tests):
    """What a test file at this place is about: a module, or a whole package."""
    inside = Path(tests).relative_to("tests")
    subject = Path("bot") / inside.parent / inside.stem.removeprefix("test_")
    return f"{subject}.py", f"{subject}/__init__.py"


def has_subject(tests):
    return any((ROOT / subject).is_file() for subject in subjects(tests))


def name(module):
    """`bot/a/b.py` and `bot/a/b/__init__.py` are imported as `bot.a.b`."""
    return module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def imports(path):
    """The names that a file imports: of modules, and of what it takes from them."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def followed(paths, files):
    """The names that files import, themselves or through the others of `files` (name: path)."""
    names, waiting = set(), [*paths]
    while waiting:
        here = imports(waiting.pop()) - names
        names |= here
        waiting += [files[each] for each in here & files.keys()]
    return names


@cache
def reached(module):
    """The names that a module imports, itself or through other modules of `bot`."""
    return followed([module], BOT)


@cache
def used_by(tests):
    """The names that a test file imports, itself or through its fixtures and helpers."""
    fixtures = [f"{folder}/conftest.py" for folder in Path(tests).parents]
    start = [tests, *(file for file in fixtures if (ROOT / file).is_file())]
    return followed(start, HELPERS)


BOT = {name(path): path for path in found("bot/**/*.py")}
HELPERS = {name(path): path for path in found("tests/**/*.py")}


def missing_link(module):
    """What is wrong with the row of this module, if anything."""
    row = ELSEWHERE[module]
    through = row.get("through")
    if not (ROOT / row["tests"]).is_file():
        return f"{row['tests']} does not exist"
    if name(module) in used_by(row["tests"]):
        return None
    if through is None:
        return f"{row['tests']} does not import {name(module)}"
    if through not in used_by(row["tests"]):
        return f"{row['tests']} does not import {through}"
    return None if name(module) in reached(BOT[through]) else f"{through} does not import it"


def is_listed(tests):
    return any(tests == row or (tests.startswith(row) and row.endswith("/")) for row in SEVERAL)


def test_every_module_is_tested_at_its_place_or_in_the_table():
    missing = {module for module in MODULES if not (ROOT / own_tests(module)).is_file()}

    assert missing - ELSEWHERE.keys() == set(), (
        "test bot/a/b.py in tests/a/test_b.py, or say in tests/mirror.toml which file tests it"
    )
    assert ELSEWHERE.keys() - missing == set(), "remove the row of tests/mirror.toml: not needed"


def test_every_test_file_is_at_the_place_of_its_module_or_in_the_table():
    assert [tests for tests in TESTS if has_subject(tests) == is_listed(tests)] == [], (
        "call the file for the module it tests (tests/a/test_b.py for bot/a/b.py), or say under "
        "`several` in tests/mirror.toml what it is about, but not both"
    )


def test_every_row_names_the_file_that_tests_the_module():
    wrong = {module: missing_link(module) for module in ELSEWHERE}

    assert {module: what for module, what in wrong.items() if what} == {}, (
        "name in tests/mirror.toml the file that tests the module"
    )


def test_every_row_has_a_reason():
    assert all(row["modules"] and row["why"] for row in TABLE["elsewhere"])
    assert all(SEVERAL.values())


def test_every_module_is_named_once():
    assert sum(len(row["modules"]) for row in TABLE["elsewhere"]) == len(ELSEWHERE)


def test_every_test_file_of_the_table_exists():
    assert [tests for tests in SEVERAL if not (ROOT / tests).exists()] == []


PATCHERS = ("monkeypatch", "MonkeyPatch", "mocker", "mock", "unittest.mock", "pytest.MonkeyPatch")
"""What patches, by the names under which a test gets it."""

ITS_OWN = {
    "tests/chaos/fork_server.py": "sys.argv",  # of its own process, which no test shares
    "tests/environment.py": "logging.getLogger().handlers[:]",  # puts back what programs set up
}


def assigned(tree):
    """What is assigned to, such as `self.x` and `os.environ['X']`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield ast.unparse(node)


def patches(source):
    """How a test file replaces parts of what it imports, if it does."""
    tree = ast.parse(source)
    nodes = [*ast.walk(tree)]
    taken = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    aliases = [alias for node in taken for alias in node.names]
    imported = {(alias.asname or alias.name).partition(".")[0] for alias in aliases}
    names = {alias.name for alias in aliases} | {getattr(node, "module", "") for node in taken}
    names |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    places = {each for each in assigned(tree) if re.split(r"[.[]", each)[0] in imported}
    return names.intersection(PATCHERS) | places


@pytest.mark.parametrize(
    "source",
    [
        "def test_a(monkeypatch): ...",
        "from unittest import mock",
        "from unittest.mock import patch",
        "with pytest.MonkeyPatch.context() as patch: ...",
        "import bot.tasks\nbot.tasks.start = None",
        "from bot import tasks\ntasks.start = None",
        "from bot.tasks import Tasks\ndel Tasks.start",
        "import os\nos.environ['A'] = 'b'",
    ],
)
def test_a_patch_is_found(source):
    assert patches(source)


def test_what_a_test_has_made_may_be_changed():
    assert patches("import slack\nhouse = slack.house()\nhouse.said = house.heard[0] = 1") == set()


def test_nothing_is_patched():
    found = {path: patches((ROOT / path).read_text()) for path in HELPERS.values()}

    assert {path: what for path, what in found.items() if what - {ITS_OWN.get(path)}} == {}, (
        "give what is tested a parameter for it; variables are set by `tests.environment`"
    )


def definitions(tree):
    """The functions, classes and values of a module, by name."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Assign):
            yield from ((ast.unparse(target), node) for target in node.targets)


def used_names(node):
    """The names that a piece of code uses, also as fixtures."""
    nodes = [*ast.walk(node)]
    names = {each.id for each in nodes if isinstance(each, ast.Name)}
    return names | {each.arg for each in nodes if isinstance(each, ast.arg)}


def with_helpers(name, defined):
    """A definition, and those of the same file that it uses, each with its parts."""
    seen, waiting = set(), [name]
    while waiting:
        here = waiting.pop()
        seen.add(here)
        waiting += (used_names(defined[here]) & defined.keys()) - seen
    return [node for each in seen for node in ast.walk(defined[each])]


def silent(source):
    """The tests that look through files for what breaks a rule, and do not say what to do."""
    defined = dict(definitions(ast.parse(source)))
    for name in defined:
        nodes = with_helpers(name, defined) if name.startswith("test_") else ()
        looks = any(getattr(node, "attr", "") in {"glob", "rglob"} for node in nodes)
        if looks and not any(isinstance(node, ast.Assert) and node.msg for node in nodes):
            yield name


def test_a_rule_that_is_broken_says_what_to_do():
    """A newcomer reads the message, and not the test."""
    quiet = {path: list(silent((ROOT / path).read_text())) for path in TESTS}

    assert {path: names for path, names in quiet.items() if names} == {}, (
        "write behind the comparison what somebody has to do: assert found == {}, 'move it to …'"
    )


def test_a_rule_without_a_message_is_found():
    files = "FILES = ROOT.rglob('*.py')\n\ndef broken():\n    return set(FILES)\n\n"

    assert [*silent(files + "def test_a():\n    assert broken() == set()")] == ["test_a"]
    assert [*silent(files + "def test_a():\n    assert broken() == set(), 'move it'")] == []
