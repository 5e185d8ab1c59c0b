"""Every fault of the catalogue has a test that names it, or a reason why it does not apply yet."""

import ast
import re
import tomllib

import pytest

from tests.environment import ROOT

FAULTS = tuple(f"F{number:03}" for number in range(1, 113))
ID = re.compile(r"\bF\d{3}\b")


def named():
    """The ids in the docstrings of tests, with the tests that name them."""
    found = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_test(node):
                for fault in ID.findall(ast.get_docstring(node) or ""):
                    found.setdefault(fault, []).append(f"{path.name}::{node.name}")
    return found


def _is_test(node):
    return node.name.startswith("test_")


def excused():
    """The table: id → one sentence."""
    return tomllib.loads((ROOT / "tests" / "faults.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def tests():
    return named()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_tested_or_excused(tests, fault):
    """Not both, either: an excuse that is out of date would hide a test that went."""
    assert (fault in tests) != (fault in excused()), (
        f"name {fault} in the docstring of a test, or say in tests/faults.toml why none is needed, "
        f"but not both: {tests.get(fault)}"
    )


def test_only_faults_are_named(tests):
    assert {*tests, *excused()} <= {*FAULTS}, "the catalogue has no such fault: correct its number"


@pytest.mark.parametrize(("fault", "reason"), excused().items())
def test_a_reason_is_a_sentence(fault, reason):
    assert re.fullmatch(r"[A-Z].{15,}\.", reason)
