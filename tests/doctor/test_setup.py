import pytest

from bot.config import Settings
from bot.doctor import setup
from bot.doctor.finding import Status
from bot.doctor.probe import Probe
from tests.environment import environment


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


async def test_two_broken_ways_have_a_line_each():
    given = {"HTTPS_PROXY": "socks5://proxy:1", "ALL_PROXY": "http://proxy:80a", "NO_PROXY": ""}
    with environment(**given, OPENAI_BASE_URL="http://llm.example/v1"):
        finding = await setup.network(Probe(Settings()))

    assert [line.partition(":")[0] for line in finding.what.splitlines()] == list(given)[:2]
    assert finding.hint == "Correct HTTPS_PROXY and ALL_PROXY."
