import pytest

from bot.doctor.finding import Finding, Status


@pytest.mark.parametrize(
    ("finding", "status", "hint"),
    [
        (Finding.ok("it works"), Status.OK, ""),
        (Finding.warning("it works", "but mend it"), Status.WARNING, "but mend it"),
        (Finding.failed("it works", "mend it"), Status.FAILED, "mend it"),
        (Finding.skipped("it works"), Status.SKIPPED, ""),
    ],
)
def test_only_what_is_not_right_has_a_hint(finding, status, hint):
    assert (finding.status, finding.what, finding.hint) == (status, "it works", hint)
