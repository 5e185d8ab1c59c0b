"""Tests mirror `bot/`: `tests/a/test_b.py` tests `bot/a/b.py`, or `mirror.toml` says what does."""

import ast
import tomllib
from functools import cache
from pathlib import Path

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
    missing = [module for module in MODULES if not (ROOT / own_tests(module)).is_file()]

    assert sorted(ELSEWHERE) == missing, "a row too many, or a test file is missing"


def test_every_test_file_is_at_the_place_of_its_module_or_in_the_table():
    assert [tests for tests in TESTS if has_subject(tests) == is_listed(tests)] == []


def test_every_row_names_the_file_that_tests_the_module():
    wrong = {module: missing_link(module) for module in ELSEWHERE}

    assert {module: what for module, what in wrong.items() if what} == {}


def test_every_row_has_a_reason():
    assert all(row["modules"] and row["why"] for row in TABLE["elsewhere"])
    assert all(SEVERAL.values())


def test_every_module_is_named_once():
    assert sum(len(row["modules"]) for row in TABLE["elsewhere"]) == len(ELSEWHERE)


def test_every_test_file_of_the_table_exists():
    assert [tests for tests in SEVERAL if not (ROOT / tests).exists()] == []
