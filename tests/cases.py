"""The cases of the field: `tests/field_cases` has them, and maybe folders beside the checkout."""

import json

import pytest
import yaml

from tests.environment import ROOT

BUSY = 4
"""How many times longer than the case says a test waits: machines that test are slow and busy."""


def field_cases(*names, only=lambda _: True):
    """The cases of these files that are `only` so, ours and those beside the checkout, once each.

    They are the parameters of a test, called by their ids.
    """
    files = [ROOT / "tests" / "field_cases" / f"{name}.yaml" for name in names]
    for name in names:
        files += ROOT.parent.glob(f"*/field-cases/{name}.yaml")
    found = {}
    for file in files:
        for case in yaml.safe_load(file.read_text("utf-8"))["cases"]:
            if only(case):
                found.setdefault(json.dumps(case, sort_keys=True), case)
    return [pytest.param(case, id=case["id"]) for case in found.values()]
