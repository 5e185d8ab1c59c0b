import pytest

from bot.config import Settings
from bot.doctor import setup
from bot.doctor.finding import Status
from bot.doctor.probe import Probe


@pytest.mark.parametrize(("problems", "status"), [([], Status.OK), (["PORT: x"], Status.FAILED)])
async def test_settings_with_problems_fail(problems, status):
    finding = await setup.settings(Probe(Settings(), problems=problems))

    assert finding.status is status
    assert all(problem in finding.what for problem in problems)


async def test_oauth_variables_are_named():
    """They are ignored, which somebody who set them should know."""
    names = ["SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"]
    finding = await setup.oauth_variables(Probe(Settings(), oauth_names=names))

    assert finding.status is Status.WARNING
    assert all(name in finding.what for name in names)
    assert (await setup.oauth_variables(Probe(Settings()))).status is Status.OK
