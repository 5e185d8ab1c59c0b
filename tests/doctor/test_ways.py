import pytest

from bot.config import Settings
from bot.doctor.ways import broken_ways, described
from tests.environment import environment

FAR = {"OPENAI_BASE_URL": "https://llm.example.test/v1"}
NEAR = {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "SLACK_API_URL": "http://127.0.0.1:1/api/"}
PLAIN = {"SSL_CERT_FILE": "", "SSL_CERT_DIR": "", "NO_PROXY": "", "no_proxy": ""}


def settings(**variables):
    with environment(**PLAIN | variables):
        return Settings()


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "certificates of the machine"),
        (
            FAR | {"ALL_PROXY": "http://user:canary@proxy:3128"},
            (
                "SLACK_API_URL through proxy:3128 (ALL_PROXY); "
                "OPENAI_BASE_URL through proxy:3128 (ALL_PROXY); certificates of the machine"
            ),
        ),
        (
            {"HTTPS_PROXY": "proxy", "NO_PROXY": "slack.com", "REQUESTS_CA_BUNDLE": "/ca"},
            "OPENAI_BASE_URL through proxy (HTTPS_PROXY); certificates of REQUESTS_CA_BUNDLE",
        ),
    ],
)
def test_what_is_in_use_is_told(variables, said):
    assert described(settings(**variables)) == said


@pytest.mark.parametrize(
    ("variables", "broken"),
    [
        ({}, []),
        ({"ALL_PROXY": "socks5://proxy:1"}, ["SLACK_API_URL", "OPENAI_BASE_URL"]),
        ({"ALL_PROXY": "socks5://proxy:1", "NO_PROXY": "slack.com"}, ["OPENAI_BASE_URL"]),
        ({"ALL_PROXY": "socks5://proxy:1", "SSL_CERT_FILE": "/missing"} | NEAR, []),
        ({"SSL_CERT_FILE": "/missing"}, ["SLACK_API_URL", "OPENAI_BASE_URL"]),
        ({"HTTPS_PROXY": "http://proxy:80a"} | {"NO_PROXY": "api.openai.com"}, ["SLACK_API_URL"]),
    ],
)
def test_what_is_broken_is_told_for_the_url_that_needs_it(variables, broken):
    assert list(broken_ways(settings(**variables))) == broken
