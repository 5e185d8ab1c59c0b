"""Settings: every mistake told at once, with its name and without its value."""

import re
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp

from bot.config import (
    Settings,
    drop_oauth_variables,
    examine,
    has_display,
    load,
    loses_files,
    names_slack,
)
from bot.errors import SettingsError
from tests.environment import APP_TOKEN, BOT_TOKEN, KEY, ROOT, SECRET, environment

EXAMPLE = (Path(__file__).parent.parent / ".env.example").read_text(encoding="utf-8")


def problems(*needs, **variables):
    with environment(**variables), pytest.raises(SettingsError) as caught:
        load(*needs)
    return caught.value.problems


def test_nothing_needs_to_be_set():
    with environment():
        settings = load()

    assert settings.openai_model == "gpt-5.5"
    assert settings.slack_bot_token is None


@pytest.mark.parametrize("nothing", ["", " ", "\n"])
def test_empty_is_not_set(nothing):
    with environment(PORT=nothing, SLACK_BOT_TOKEN=nothing, BOT_LANGUAGE=nothing):
        settings = load()

    assert (settings.port, settings.slack_bot_token, settings.bot_language) == (3000, None, "auto")


def test_blanks_of_copying_are_forgiven():
    with environment(SLACK_BOT_TOKEN=f" {BOT_TOKEN}\n", BOT_LOG_LEVEL="INFO"):
        settings = load()

    assert settings.slack_bot_token.get_secret_value() == BOT_TOKEN
    assert settings.bot_log_level == "info"


MISTAKES = {
    "SLACK_BOT_TOKEN": ("canary-none", "must begin with xoxb-"),
    "SLACK_APP_TOKEN": ("canary-none", "must begin with xapp-"),
    "SLACK_SIGNING_SECRET": (BOT_TOKEN, "looks swapped with SLACK_BOT_TOKEN"),
    "OPENAI_API_KEY": ("canary with blanks", "without blanks"),
    "SLACK_API_URL": ("http://canary.example/api/", "https://"),
    "OPENAI_BASE_URL": ("canary", "must be a URL"),
    "PORT": ("canary", "must be a whole number"),
    "OPENAI_STREAM": ("canary", "must be true or false"),
    "OPENAI_TEMPERATURE": ("2.987", "less than or equal to 2"),
    "OPENAI_TOP_P": ("canary", "must be a number"),
    "OPENAI_MAX_TOKENS": ("-987", "greater than or equal to 1"),
    "BOT_LANGUAGE": ("canary", "'auto', 'en' or 'ja'"),
    "BOT_RENDER": ("canary", "'rich', 'markdown' or 'text'"),
    "BOT_LINK_ALLOW": ("example.com, https://canary.example", "entry 2 must be a host"),
    "BOT_FOOTER": ("model,canary", "must be off, or some of caution, model, seconds"),
    "BOT_REASONING": ("canary", "'hide', 'status' or 'quote'"),
    "BOT_TURN_TIMEOUT": ("nan", "finite number"),
    "BOT_EDIT_INTERVAL": ("-987", "greater than 0"),
    "BOT_LOG_LEVEL": ("canary", "'debug', 'info', 'warning' or 'error'"),
    "BOT_TURN_TIMOUT": ("canary", "did you mean BOT_TURN_TIMEOUT?"),
}


def test_all_mistakes_at_once():
    """F112."""
    found = problems(**{name: value for name, (value, _) in MISTAKES.items()})

    assert {line.partition(":")[0] for line in found} == set(MISTAKES)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_and_its_value_is_not(name):
    value, expected = MISTAKES[name]

    [line] = problems(**{name: value})

    assert line.startswith(f"{name}: ")
    assert expected in line
    assert value not in line.replace("'nan'", "")


def test_swapped_tokens_look_swapped():
    """F112."""
    found = problems(SLACK_BOT_TOKEN=APP_TOKEN, SLACK_APP_TOKEN=BOT_TOKEN)

    assert found == [
        "SLACK_BOT_TOKEN: must begin with xoxb-; it looks swapped with SLACK_APP_TOKEN",
        "SLACK_APP_TOKEN: must begin with xapp-; it looks swapped with SLACK_BOT_TOKEN",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://user:canary@host/v1",
        "https://host/v1?key=canary",
        "https://host:canary/",
        "https://",
    ],
)
def test_urls_are_plain(url):
    [line] = problems(OPENAI_BASE_URL=url)

    assert "canary" not in line


@pytest.mark.parametrize("host", ["127.0.0.1:99", "localhost", "[::1]:5", "slack.localhost"])
def test_slack_may_be_plain_http_on_this_machine(host):
    with environment(SLACK_API_URL=f"http://{host}/api"):
        assert load().slack_api_url == f"http://{host}/api/"


def test_what_is_wrong_is_not_missing_as_well():
    found = problems("socket", "model", SLACK_BOT_TOKEN="canary")

    assert [line.partition(":")[0] for line in found] == [
        "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "OPENAI_API_KEY",
    ]  # fmt: skip


def test_what_is_missing_may_be_there_under_another_name():
    [line] = problems("model", OPENAI_KEY=KEY)

    assert line.endswith("; OPENAI_KEY is set, but not read")
    assert KEY not in line


def test_a_local_endpoint_needs_no_key():
    with environment(OPENAI_BASE_URL="http://localhost:11434/v1"):
        settings = load("model")

    assert settings.has_model
    assert settings.api_key


def test_without_a_key_there_is_no_key_to_send():
    with environment(), pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        _ = load().api_key


@pytest.mark.parametrize(
    ("variables", "asked", "transport"),
    [
        ({}, None, "socket"),
        ({"SLACK_SIGNING_SECRET": SECRET}, None, "http"),
        ({"SLACK_SIGNING_SECRET": SECRET, "SLACK_APP_TOKEN": APP_TOKEN}, None, "socket"),
        ({"SLACK_APP_TOKEN": APP_TOKEN}, "http", "http"),
    ],
)
def test_transport(variables, asked, transport):
    with environment(**variables):
        assert load().transport(asked) == transport


def test_only_what_is_set_goes_into_the_request():
    with environment(OPENAI_TEMPERATURE="0", OPENAI_MAX_TOKENS="50"):
        settings = load()

    assert settings.model_options == {"temperature": 0.0, "max_completion_tokens": 50}


def test_secrets_do_not_print():
    with environment(
        SLACK_BOT_TOKEN=BOT_TOKEN,
        SLACK_APP_TOKEN=APP_TOKEN,
        SLACK_SIGNING_SECRET=SECRET,
        OPENAI_API_KEY=KEY,
    ):
        settings = load()

    assert settings.secrets == [BOT_TOKEN, APP_TOKEN, SECRET, KEY, "sqlite:///bot.db"]
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert not [secret for secret in settings.secrets if secret in shown]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, {"model", "seconds", "caution"}),
        ("", {"model", "seconds", "caution"}),
        (" Caution , MODEL,", {"model", "caution"}),
        ("off", set()),
    ],
)
def test_each_part_of_the_footer_is_a_choice(value, shown):
    with environment(**({} if value is None else {"BOT_FOOTER": value})):
        assert load().footer == shown


def test_the_doctor_goes_on_with_what_can_be_read():
    with environment(PORT="x", OPENAI_MODEL="m"):
        settings, found = examine()

    assert (settings.port, settings.openai_model) == (3000, "m")
    assert found == ["PORT: must be a whole number"]


@pytest.mark.parametrize("value", ["", "x"])
def test_oauth_variables_are_dropped(value):
    """With both names in the environment Bolt forgets its token; without them it does not."""
    with environment(SLACK_CLIENT_ID=value, SLACK_CLIENT_SECRET=value) as environ:
        assert drop_oauth_variables() == ["SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"]
        assert not {"SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"} & set(environ)

        app = AsyncApp(token=BOT_TOKEN, signing_secret=SECRET)

    assert app.oauth_flow is None
    assert drop_oauth_variables({}) == []


def shown(value):
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("example.com", ("example.com",)),
        (" *.example.com/docs/, 例え.jp ,,localhost:8000 ", None),
        ("mailto:,tel:", ("mailto:", "tel:")),
    ],
)
def test_links_may_be_limited_to_some_hosts(value, expected):
    with environment(BOT_LINK_ALLOW=value):
        allowed = load().bot_link_allow

    assert allowed == (expected or ("*.example.com/docs/", "例え.jp", "localhost:8000"))


@pytest.mark.parametrize(
    "value", ["https://x.example", "a b", "user@x.example", "x.example?q", "*", "-a.example"]
)
def test_what_is_no_host_is_no_limit(value):
    assert "host" in problems(BOT_LINK_ALLOW=value)[0]


def test_the_example_lists_every_setting_with_its_default_and_its_line():
    listed = re.findall(r"^# (.+)\n(?:# )?([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE)

    assert listed == [
        (field.description, name.upper(), shown(field.default))
        for name, field in Settings.model_fields.items()
    ]


def test_the_example_works_as_it_is():
    live = re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE)

    assert not [value for _, value in live if value]


def test_the_example_works_with_every_default_taken_in():
    listed = dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))

    with environment(**listed):
        assert load() == Settings()


def test_the_environment_is_read_in_one_place():
    """Everything else is given values; `cli` loads `.env` into it before."""
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "bot").rglob("*.py")
        if re.search(r"\bos\.(environ|getenv)\b|import environ", path.read_text("utf-8"))
    }

    assert readers == {"bot/config.py"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, False), ({"SLACK_BOT_TOKEN": " "}, False), ({"SLACK_TOKEN": "x"}, True)],
)
def test_a_variable_of_slacks_means_the_bot(given, expected):
    with environment(**given):
        assert names_slack() is expected


@pytest.mark.parametrize("given", [{}, {"DYNO": "web.1"}])
def test_a_host_that_loses_its_files_is_known(given):
    with environment(**given) as variables:
        assert loses_files() is ("DYNO" in variables)


@pytest.mark.parametrize("display", ["", ":0"])
def test_a_display_is_known(display):
    with environment(DISPLAY=display, WAYLAND_DISPLAY=""):
        assert has_display() is (sys.platform in {"darwin", "win32"} or bool(display))
