"""Every property of every case holds, in all forms in which an answer can be shown."""

import pytest

from tests.rendering.corpus import FORMS, cases, unmet

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
@pytest.mark.parametrize("form", FORMS)
def test_every_property_holds(case, form):
    assert unmet(case, form) == []
