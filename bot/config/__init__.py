"""Settings: every environment variable that the bot reads, with type, default and limits.

This is the only module that reads the environment. All mistakes are reported at once, each with the
name of its variable and never with the value.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.config.dotenv_file import DotenvFile
from bot.config.setting_types import (
    FOOTER,
    OFF,
    AdminAddress,
    AppToken,
    BotToken,
    DatabaseURL,
    Footer,
    Key,
    LinkTargets,
    ModelURL,
    Most,
    Port,
    Rate,
    Seconds,
    Secret,
    SlackURL,
    Word,
    is_loopback,
    is_quoted,
    unquoted,
)
from bot.config.variable_names import is_service_link, meant_by, nearest
from bot.core.types import LONGEST_LEASE
from bot.errors import SettingsError
from bot.network.way import Network

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping

    from pydantic_core import ErrorDetails

Transport = Literal["socket", "http"]
Need = Literal["slack", "socket", "http", "model"]
"""`slack` is `http` if only its variables are set, else `socket`."""

Part = Literal["slack", "model", "store", "playground"]
"""A part of the settings that a command may do without."""

PARTS: Mapping[Part, tuple[str, ...]] = {
    "slack": ("SLACK_", "PORT", "BOT_HOST"),
    "model": ("OPENAI_",),
    "store": ("DATABASE_URL",),
    "playground": ("BOT_PLAYGROUND_PORT",),
}
"""How the variables of each part begin."""

NEEDS: Mapping[str, tuple[str, ...]] = {
    "socket": ("slack_bot_token", "slack_app_token"),
    "http": ("slack_bot_token", "slack_signing_secret"),
    "model": ("openai_api_key",),
}
"""The settings that each need requires."""

SENT_AS = {
    "openai_temperature": "temperature",
    "openai_top_p": "top_p",
    "openai_max_tokens": "max_completion_tokens",
    "openai_reasoning_effort": "reasoning_effort",
    "openai_seed": "seed",
}
"""Optional settings that are sent with the request, and their names there."""

EXPECTED = {
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number",
}
"""Our words for the most frequent mistakes. Pydantic's are clear enough for the others."""

OAUTH_VARIABLES = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")


def setting(default: Any, description: str, **limits: Any) -> Any:
    """A default, and the line that `.env.example` and the error messages show."""
    return Field(default=default, description=description, **limits)


class Settings(BaseSettings):
    """One field per variable, named like it in lower case. Durations are in seconds."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    slack_bot_token: BotToken | None = setting(
        None, "Bot token, xoxb-…: “OAuth & Permissions” of the Slack app"
    )
    slack_app_token: AppToken | None = setting(
        None, "App-level token, xapp-…, for Socket Mode: “Basic Information” of the Slack app"
    )
    slack_signing_secret: Secret | None = setting(
        None, "Signing secret, for HTTP mode: “Basic Information” of the Slack app"
    )
    slack_api_url: SlackURL = setting(
        "https://slack.com/api/", "Base URL of Slack's Web API; another one only for tests"
    )
    port: Port = setting(3000, "Port of HTTP mode")

    openai_api_key: Key | None = setting(
        None, "Key for the model's endpoint; an endpoint on this machine needs none"
    )
    openai_base_url: ModelURL = setting(
        "https://api.openai.com/v1", "Any endpoint that speaks Chat Completions"
    )
    openai_model: str = setting("gpt-5.5", "Name of the model")
    openai_stream: bool = setting(True, "Stream the answer; false for endpoints that cannot stream")
    openai_temperature: float | None = setting(
        None, "Temperature, 0 to 2; sent only when set", ge=0, le=2
    )
    openai_top_p: float | None = setting(
        None, "Nucleus sampling, 0 to 1; sent only when set", ge=0, le=1
    )
    openai_max_tokens: int | None = setting(
        None, "Maximum number of tokens of one answer; sent only when set", ge=1
    )
    openai_reasoning_effort: str | None = setting(
        None, "Reasoning effort, such as low or high; sent only when set"
    )
    openai_seed: int | None = setting(None, "Seed, for repeatable answers; sent only when set")

    database_url: DatabaseURL = setting(
        SecretStr("sqlite:///bot.db"),
        "Where questions and answers in progress are kept: sqlite:///file, or postgresql://…",
    )

    bot_system_prompt: str | None = setting(None, "System prompt; replaces the built-in one")
    bot_language: Annotated[Literal["auto", "en", "ja"], Word] = setting(
        "auto", "Language of the bot's own words: auto (the asker's), en or ja"
    )
    bot_render: Annotated[Literal["rich", "markdown", "text"], Word] = setting(
        "rich", "Format of answers: rich, markdown or text; a simpler one if Slack rejects it"
    )
    bot_link_allow: LinkTargets = setting(
        (), "Allowed link targets: example.com, *.example.com/docs, mailto:, tel:; empty allows all"
    )
    bot_footer: Footer = setting(
        "model,seconds,caution",
        "Shown under an answer: model, seconds, caution (once in a thread); or off",
    )
    bot_reasoning: Annotated[Literal["hide", "status", "quote"], Word] = setting(
        "hide", "Where the model's reasoning is shown: hide, status (its last sentence) or quote"
    )
    bot_context_tokens: int = setting(
        16_000, "Maximum number of tokens of the conversation that are sent with a question", ge=500
    )
    bot_dm_pause: Seconds = setting(
        3600.0, "In a direct message, a pause of this length starts a new conversation"
    )
    bot_connect_timeout: Seconds = setting(5.0, "Longest wait for a connection to the model")
    bot_first_token_timeout: Seconds = setting(120.0, "Longest wait for the first token")
    bot_stall_timeout: Seconds = setting(30.0, "Longest silence between two tokens")
    bot_turn_timeout: Seconds = setting(600.0, "Longest time for one answer")
    bot_max_running: Most = setting(
        100, "Answers at the same time; further questions wait, and show their place in line"
    )
    bot_max_running_per_workspace: Most = setting(50, "The same, in one workspace")
    bot_max_running_per_person: Most = setting(3, "The same, for one person")
    bot_max_waiting: Most = setting(
        200, "Questions that wait; what comes beyond that is refused, with a button to ask again"
    )
    bot_edit_interval: Seconds = setting(1.0, "Shortest time between two edits of one message")
    bot_status_interval: Seconds = setting(
        10.0, "Shortest time between two edits that only update the elapsed time"
    )
    bot_edits_per_minute: Rate = setting(
        50.0, "Edits per minute in one workspace; Slack allows at least 50"
    )
    bot_posts_per_minute: Rate = setting(300.0, "Posts per minute in one workspace")
    bot_burst: int = setting(5, "Edits that may be sent at once after a quiet time", ge=1)
    bot_start_timeout: Annotated[float, Field(ge=0, allow_inf_nan=False)] = setting(
        60.0, "Longest wait at the start for a database or a Slack that does not answer"
    )
    bot_drain_seconds: Seconds = setting(
        25.0, "Longest time a stop takes, for running answers to finish or be handed over"
    )
    bot_lease_seconds: Annotated[Seconds, Field(ge=0.5, le=LONGEST_LEASE)] = setting(
        10.0, "Time after a crash until other processes take over its questions"
    )
    bot_retention_days: Annotated[float, Field(ge=2, allow_inf_nan=False)] = setting(
        30.0, "Days until answered questions are deleted; their texts are deleted at once"
    )
    bot_host: str = setting("0.0.0.0", "Address that HTTP mode listens on")  # noqa: S104
    bot_admin_address: AdminAddress = setting(
        "127.0.0.1:9090", "Address of /readyz and /metrics, for whoever runs the bot; or off"
    )
    bot_playground_port: Port = setting(
        8808, "Port of the playground; if it is taken, any free port"
    )
    bot_log_format: Annotated[Literal["auto", "console", "json"], Word] = setting(
        "auto", "Log format: console or json; auto is console on a terminal"
    )
    bot_log_level: Annotated[Literal["debug", "info", "warning", "error"], Word] = setting(
        "info", "Log level: debug, info, warning or error"
    )

    _network: Network = PrivateAttr(default_factory=lambda: Network(dict(os.environ)))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment only; `.env` is read by `cli`, once."""
        return init_settings, env_settings

    @field_validator("*", mode="before")
    @classmethod
    def _unquoted(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuses what `unquoted` has left: one alone, or typographic ones, but for a prompt."""
        if info.field_name != "bot_system_prompt" and is_quoted(value):
            raise ValueError("must be without quotes around it")
        return value

    @model_validator(mode="before")
    @classmethod
    def _tidy(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Strips blanks, which copying and pasting adds, and quotes, which `--env-file` keeps.

        A value of blanks counts as not set.
        """
        tidied = {k: unquoted(v.strip()) if isinstance(v, str) else v for k, v in values.items()}
        return {name: value for name, value in tidied.items() if value != ""}

    @property
    def has_model(self) -> bool:
        """True when there is a model to ask: a key, or an endpoint that needs none."""
        return self.openai_api_key is not None or is_loopback(self.openai_base_url)

    @property
    def api_key(self) -> str:
        """The key to send; `none` for an endpoint on this machine. Raises `SettingsError`."""
        self.require("model")
        return self.openai_api_key.get_secret_value() if self.openai_api_key else "none"

    @property
    def footer(self) -> frozenset[str]:
        """What is shown under an answer."""
        return FOOTER & {part.strip() for part in self.bot_footer.split(",")}

    @property
    def admin_address(self) -> tuple[str, int] | None:
        """Host and port of the admin pages; None for none."""
        host, _, port = self.bot_admin_address.rpartition(":")
        return None if self.bot_admin_address == OFF else (host.strip("[]"), int(port))

    @property
    def model_options(self) -> dict[str, Any]:
        """The parameters of the request beside model and messages."""
        options = {sent: getattr(self, name) for name, sent in SENT_AS.items()}
        return {name: value for name, value in options.items() if value is not None}

    @property
    def secrets(self) -> list[str]:
        """All secret values, which the log redacts."""
        values = [getattr(self, name) for name in Settings.model_fields]
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]

    @property
    def network(self) -> Network:
        """The proxies and certificates that the environment names."""
        return self._network

    def transport(self, asked: Transport | None = None) -> Transport:
        """Returns `asked`, else `http` if only its variables are set, else `socket`."""
        only_http = self.slack_signing_secret is not None and self.slack_app_token is None
        return asked or ("http" if only_http else "socket")

    def require(self, *needs: Need) -> None:
        """Raises `SettingsError` with all variables that are missing for `needs`."""
        if problems := self.missing(*needs):
            raise SettingsError(problems)

    def missing(self, *needs: Need) -> list[str]:
        """A line for each variable that must be set for `needs` and is not."""
        whole = [self.transport() if need == "slack" else need for need in needs]
        names = dict.fromkeys(name for need in whole for name in NEEDS[need])
        if self.has_model:
            names.pop("openai_api_key", None)
        return [_not_set(name) for name in names if getattr(self, name) is None]


KNOWN = tuple(name.upper() for name in Settings.model_fields)

DOTENV = DotenvFile()
"""The `.env` that `read_dotenv` has read into the environment."""


def read_dotenv() -> None:
    """Reads `.env` of the working directory into the environment. Raises `SettingsError`."""
    here = Path.cwd()
    # As the shell shows it: the system's name for it has no symbolic links.
    shown = Path(os.environ.get("PWD", ""))
    if shown.is_absolute() and shown.is_dir() and shown.samefile(here):
        here = shown
    DOTENV.read(here / ".env", os.environ)


def load(*needs: Need, without: Iterable[Part] = ()) -> Settings:
    """Returns the settings. Raises `SettingsError` with all that is wrong or missing.

    What is wrong in the parts that the command does `without` is not its concern.
    """
    settings, problems = examine()
    unused = tuple(beginning for part in without for beginning in PARTS[part])
    problems = [line for line in problems if not line.startswith(unused)]
    wrong = {_variable(problem) for problem in problems}
    problems += [line for line in settings.missing(*needs) if _variable(line) not in wrong]
    if problems:
        told = "\n".join(problems)
        raise SettingsError(problems + [line for line in unread() if _variable(line) not in told])
    return settings


def examine() -> tuple[Settings, list[str]]:
    """Returns the settings, wrong ones with their default, and a line for each problem."""
    unknown = [_no_such(name) for name in _unknown() if nearest(name, KNOWN)]
    try:
        return Settings(), unknown
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        wrong = {str(detail["loc"][0]): detail for detail in details}
    defaults = {name: Settings.model_fields[name].default for name in wrong}
    problems = [
        f"{name.upper()}: {_expected(detail)}{_origin(name)}" for name, detail in wrong.items()
    ]
    return Settings(**defaults), problems + unknown


def unread() -> list[str]:
    """A line for each line of `.env` that sets nothing, and for each variable that is not read.

    That is a `BOT_…` that is like none of ours, and one of another name that is close to one of
    ours which is not set.
    """
    found = {name: meant for name in os.environ if (meant := _meant_by(name))}
    return (
        DOTENV.unread
        + [
            f"{name}: set, but not read; did you mean {meant}?{_origin(name)}"
            for name, meant in found.items()
        ]
        + [_no_such(name) for name in _unknown() if not nearest(name, KNOWN)]
    )


def names_slack() -> bool:
    """Whether any `SLACK_…` variable is set. Then the bot starts, else the playground."""
    return any(
        name.startswith("SLACK_") and value.strip() and not is_service_link(name, value)
        for name, value in os.environ.items()
    )


def loses_files() -> bool:
    """Whether this host loses its files at every restart, as Heroku does (it sets DYNO)."""
    return "DYNO" in os.environ


def has_display() -> bool:
    """Whether a browser can show a page on this machine."""
    return sys.platform in {"darwin", "win32"} or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )


def drop_oauth_variables(environ: MutableMapping[str, str] = os.environ) -> list[str]:
    """Removes the two OAuth variables from the environment. Returns those that were set.

    If both are set, even to "", Bolt's `AsyncApp` builds an OAuth flow with file stores and ignores
    its token.
    """
    return [name for name in OAUTH_VARIABLES if environ.pop(name, None) is not None]


def _variable(problem: str) -> str:
    return problem.partition(":")[0]


def _unknown() -> list[str]:
    """The names that only we can have, and that are no settings."""
    return [name for name, value in os.environ.items() if _is_unknown(name, value)]


def _is_unknown(name: str, value: str) -> bool:
    upper = name.upper()
    return upper.startswith("BOT_") and upper not in KNOWN and not is_service_link(name, value)


def _no_such(name: str) -> str:
    near = nearest(name, KNOWN)
    return f"{name}: no such setting{f'; did you mean {near}?' if near else ''}{_origin(name)}"


def _meant_by(name: str) -> str | None:
    """Returns the setting that a variable seems to be meant for, if that one is not set itself."""
    if name.upper().startswith("BOT_") or not os.environ[name].strip():
        return None
    meant = meant_by(name, KNOWN)
    values = (value for other, value in os.environ.items() if other.upper() == meant)
    return None if any(value.strip() for value in values) else meant


def _not_set(name: str) -> str:
    variable, what = name.upper(), Settings.model_fields[name].description
    near = [other for other in os.environ if _meant_by(other) == variable]
    question = f"; did you mean it by {' or '.join(near)}?" if near else ""
    return f"{variable}: not set{DOTENV.searched}{question} ({what})"


def _origin(name: str) -> str:
    """Where a variable is set, at the end of a line about it."""
    return f" (from {DOTENV.origin(name, os.environ)})"


def _expected(detail: ErrorDetails) -> str:
    message = detail["msg"].removeprefix("Value error, ")
    return EXPECTED.get(detail["type"], message.replace("Input should be", "must be"))
