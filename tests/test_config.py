"""Settings: every mistake told at once, with its name and without its value."""

import ast
import re
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp

from bot.config import (
    SENT_AS,
    Settings,
    drop_oauth_variables,
    examine,
    has_display,
    load,
    loses_files,
    names_slack,
    unread,
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


QUOTED = {
    "SLACK_BOT_TOKEN": f'"{BOT_TOKEN}',
    "SLACK_APP_TOKEN": f"“{APP_TOKEN}”",
    "OPENAI_API_KEY": "sk-canary'",
    "OPENAI_MODEL": "“canary”",
    "OPENAI_BASE_URL": '"https://canary.example/v1',
    "DATABASE_URL": "sqlite:///canary.db'",
    "PORT": "`3000`",
    "BOT_HOST": "127.0.0.1”",
}


@pytest.mark.parametrize("name", QUOTED)
def test_quotes_are_no_part_of_a_value(name):
    """A pair of plain ones is taken away; these are told."""
    assert problems(**{name: QUOTED[name]}) == [
        f"{name}: must be without quotes around it (from the environment)"
    ]


def test_a_prompt_may_have_quotes_of_its_own():
    with environment(BOT_SYSTEM_PROMPT='"Yes" or "no"'):
        assert load().bot_system_prompt == '"Yes" or "no"'


@pytest.mark.parametrize(
    ("token", "said"), [("xoxp-canary", "user token"), ("xoxe.xoxb-1-canary", "token rotation")]
)
def test_another_token_of_slack_is_named(token, said):
    [line] = problems(SLACK_BOT_TOKEN=token)

    assert said in line
    assert "canary" not in line


def test_swapped_tokens_look_swapped():
    """F112."""
    found = problems(SLACK_BOT_TOKEN=APP_TOKEN, SLACK_APP_TOKEN=BOT_TOKEN)

    here = " (from the environment)"
    assert found == [
        f"SLACK_BOT_TOKEN: must begin with xoxb-; it looks swapped with SLACK_APP_TOKEN{here}",
        f"SLACK_APP_TOKEN: must begin with xapp-; it looks swapped with SLACK_BOT_TOKEN{here}",
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

    assert line.startswith("OPENAI_API_KEY: not set")
    assert "; did you mean it by OPENAI_KEY? (" in line
    assert KEY not in line


def test_what_is_close_to_a_setting_is_told_once():
    """As a question for what is missing, and in a line of its own for what has a default."""
    found = problems("socket", "model", OPENAI_MODLE=KEY, SLACK_TOKEN=KEY, PORT="x")

    assert [line.partition(":")[0] for line in found] == [
        "PORT", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "OPENAI_API_KEY", "OPENAI_MODLE",
    ]  # fmt: skip
    assert found[-1] == (
        "OPENAI_MODLE: set, but not read; did you mean OPENAI_MODEL? (from the environment)"
    )
    assert KEY not in "".join(found)


@pytest.mark.parametrize(
    "variables",
    [
        {"OPENAI_MODLE": ""},
        {"OPENAI_MODLE": "x", "OPENAI_MODEL": "y"},
        {"DB_URL": "x", "database_url": "sqlite:///x"},
        {"OPENAI_ORG_ID": "x"},
    ],
)
def test_what_is_empty_or_set_rightly_too_is_not_told(variables):
    with environment(**variables):
        assert unread() == []


def test_a_service_of_kubernetes_may_be_called_like_us():
    with environment(BOT_SERVICE_HOST="10.0.0.1", BOT_PORT="tcp://10.0.0.1:80"):
        assert load()
    with environment(SLACK_SERVICE_HOST="10.0.0.1"):
        assert not names_slack()


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
    assert found == ["PORT: must be a whole number (from the environment)"]


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

    assert {name for _, name, _ in listed} == {name.upper() for name in Settings.model_fields}, (
        ".env.example lists each setting of bot/config/__init__.py, and nothing else"
    )
    assert listed == [
        (field.description, name.upper(), shown(field.default))
        for name, field in Settings.model_fields.items()
    ], "write each as `# its description` and `# NAME=default` (`NAME=` without one), in this order"


def test_the_example_works_as_it_is():
    live = re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE)

    assert not [value for _, value in live if value]


def test_the_example_works_with_every_default_taken_in():
    listed = dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))

    with environment(**listed):
        assert load() == Settings()


def test_every_setting_is_used():
    """One that nothing reads is one more that everybody reads about."""
    read = {
        node.attr
        for path in (ROOT / "bot").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
    }

    assert Settings.model_fields.keys() - read - SENT_AS.keys() == set(), (
        "read these settings where they matter (bot/app.py hands most of them on), or remove them"
    )


def test_the_environment_is_read_in_one_place():
    """Everything else is given values; `cli` loads `.env` into it before."""
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "bot").rglob("*.py")
        if re.search(r"\bos\.(environ|getenv)\b|import environ", path.read_text("utf-8"))
    }

    assert readers == {"bot/config/__init__.py"}, (
        "add a setting to bot/config/__init__.py, and hand its value on from bot/app.py"
    )


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


def test_a_name_of_ours_that_is_like_no_setting_is_told_and_stops_nothing():
    """It may be of a later version. One that is a slip stops the bot."""
    with environment(BOT_XYZZY="1", BOT_FOOTR="off"):
        _, problems = examine()
        told = unread()

    assert [problem.partition(":")[0] for problem in problems] == ["BOT_FOOTR"]
    assert told == ["BOT_XYZZY: no such setting (from the environment)"]
