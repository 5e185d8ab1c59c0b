"""Names close to ours are recognised; names that others really use are left alone."""

import pytest

from bot.config import KNOWN
from bot.config.variable_names import ALIASES, is_service_link, meant_by, nearest


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("OPENAI_MODLE", "OPENAI_MODEL"),
        ("OPENAI_APIKEY", "OPENAI_API_KEY"),
        ("OPENAI_BASEURL", "OPENAI_BASE_URL"),
        ("OPEN_AI_API_KEY", "OPENAI_API_KEY"),
        ("openai_modle", "OPENAI_MODEL"),
        ("OPENAI_API_BASE", "OPENAI_BASE_URL"),
        ("OPENAI_API_MODEL", "OPENAI_MODEL"),
        ("OPENAI_MODEL_NAME", "OPENAI_MODEL"),
        ("OPENAI_KEY", "OPENAI_API_KEY"),
        ("DATABASE_ULR", "DATABASE_URL"),
        ("DATBASE_URL", "DATABASE_URL"),
        ("DB_URL", "DATABASE_URL"),
        ("SLACK_TOKEN", "SLACK_BOT_TOKEN"),
        ("SLACK_API_TOKEN", "SLACK_BOT_TOKEN"),
        ("SLACK_BOT_OAUTH_TOKEN", "SLACK_BOT_TOKEN"),
        ("SLACK_BOT_TOKN", "SLACK_BOT_TOKEN"),
        ("SLACK_APP_LEVEL_TOKEN", "SLACK_APP_TOKEN"),
        ("SLACK_SIGING_SECRT", "SLACK_SIGNING_SECRET"),
        ("SLACK_SIGNING_SECRETS", "SLACK_SIGNING_SECRET"),
    ],
)
def test_a_slip_and_another_name_are_recognised(name, meant):
    assert meant_by(name, KNOWN) == meant


@pytest.mark.parametrize(
    "name",
    [
        "OPENAI_ORG_ID",
        "OPENAI_ORGANIZATION",
        "OPENAI_PROJECT_ID",
        "OPENAI_LOG",
        "OPENAI_WEBHOOK_SECRET",
        "OPENAI_API_TYPE",
        "OPENAI_API_VERSION",
        "OPENAI_ADMIN_KEY",
        "AZURE_OPENAI_API_KEY",
        "SLACK_CLIENT_ID",
        "SLACK_CLIENT_SECRET",
        "SLACK_USER_TOKEN",
        "SLACK_VERIFICATION_TOKEN",
        "SLACK_WEBHOOK_URL",
        "SLACK_APP_ID",
        "SLACK_TEAM_ID",
        "SLACK_PORT_443_TCP_ADDR",
        "SLACK_SERVICE_HOST",
        "SLACK_BOT_TOKEN_STAGING",
        "SLACK_BOT_TOKEN2",
        "OLD_SLACK_BOT_TOKEN",
        "DATABASE_URL_POOLED",
        "DATABASE_URL_UNPOOLED",
        "DATABASE_PUBLIC_URL",
        "DATABASE_USER",
        "TEST_DATABASE_URL",
        "HEROKU_POSTGRESQL_AMBER_URL",
        "PORTS",
        "HOST",
        "PATH",
        "EXPORT",
        *KNOWN,
    ],
)
def test_names_that_others_use_are_left_alone(name):
    assert meant_by(name, KNOWN) is None


def test_each_alias_is_of_a_setting_and_is_none_itself():
    assert set(ALIASES.values()) <= set(KNOWN)
    assert not set(ALIASES) & set(KNOWN)
    assert [name for name, meant in ALIASES.items() if meant_by(name, KNOWN) != meant] == []


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("BOT_TURN_TIMOUT", "BOT_TURN_TIMEOUT"),
        ("BOT_TOKEN", "SLACK_BOT_TOKEN"),
        ("BOT_LANG", "BOT_LANGUAGE"),
        ("BOT_XYZZY_QUUX", None),
    ],
)
def test_a_name_that_begins_like_ours_needs_less_likeness(name, near):
    assert nearest(name, KNOWN) == near


@pytest.mark.parametrize(
    ("name", "value", "link"),
    [
        ("BOT_SERVICE_HOST", "10.0.0.1", True),
        ("BOT_SERVICE_PORT", "80", True),
        ("BOT_SERVICE_PORT_HTTP", "80", True),
        ("BOT_PORT", "tcp://10.0.0.1:80", True),
        ("BOT_PORT_80_TCP", "tcp://10.0.0.1:80", True),
        ("BOT_PORT_80_TCP_ADDR", "10.0.0.1", True),
        ("BOT_PORT", "80", False),
        ("BOT_HOST", "tcp://10.0.0.1:80", False),
    ],
)
def test_what_kubernetes_sets_for_a_service_called_like_us(name, value, link):
    assert is_service_link(name, value) is link
