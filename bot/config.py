"""Settings: every environment variable that the bot reads, with type, default and limits.

This is the only module that reads the environment. All mistakes are reported at once, each with the
name of its variable and never with the value.
"""

from __future__ import annotations

import os
import re
import sys
from difflib import get_close_matches
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping

    from pydantic_core import ErrorDetails

Transport = Literal["socket", "http"]
Need = Literal["slack", "socket", "http", "model"]
"""`slack` is `http` if only its variables are set, else `socket`."""

NEEDS: Mapping[str, tuple[str, ...]] = {
    "socket": ("slack_bot_token", "slack_app_token"),
    "http": ("slack_bot_token", "slack_signing_secret"),
    "model": ("openai_api_key",),
}
"""The settings that each need requires."""

OWNERS = {"xoxb-": "SLACK_BOT_TOKEN", "xapp-": "SLACK_APP_TOKEN", "sk-": "OPENAI_API_KEY"}
"""The variable of a secret, by how the secret begins."""

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

DATABASES = frozenset({"sqlite", "postgres", "postgresql"})

SCHEMES = frozenset({"mailto:", "tel:"})
HOST_LABEL = r"(?!-)[\w-]{1,63}(?<!-)"
LINK_TARGET = re.compile(rf"(\*\.)?{HOST_LABEL}(\.{HOST_LABEL})*(:\d{{1,5}})?(/[^\s?#]*)?")

FOOTER = frozenset({"model", "seconds", "caution"})

OAUTH_VARIABLES = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")


def is_loopback(url: str) -> bool:
    """True for an address of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _secret(usual: str = "", *, always: bool = False) -> AfterValidator:
    """A check for a secret that begins with `usual`, or must if `always`. It never repeats it."""

    def check(secret: SecretStr) -> SecretStr:
        value = secret.get_secret_value()
        begins = f"must begin with {usual}" if always else "is something else"
        for beginning, owner in OWNERS.items():
            if beginning != usual and value.startswith(beginning):
                raise ValueError(f"{begins}; it looks swapped with {owner}")
        if always and not value.startswith(usual):
            raise ValueError(f"{begins} (no quotes around it)")
        if not (value.isascii() and value.isprintable()) or " " in value:
            raise ValueError("must be plain ASCII without blanks or line breaks")
        return secret

    return AfterValidator(check)


def _url(url: str) -> str:
    try:
        parts = urlsplit(url)
        complete = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        complete = False
    if not complete:
        raise ValueError("must be a URL such as https://host/path")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be a plain URL: no user, password, query or fragment")
    return url


def _slack_url(url: str) -> str:
    if not url.startswith("https://") and not is_loopback(url):
        raise ValueError("must begin with https:// (plain http only on this machine)")
    return url.rstrip("/") + "/"


def _database(url: SecretStr) -> SecretStr:
    if urlsplit(url.get_secret_value()).scheme.partition("+")[0] not in DATABASES:
        raise ValueError("must begin with sqlite:///, postgres:// or postgresql://")
    return url


def _link_targets(value: Any) -> Any:
    """A tuple of hosts, each with an optional `*.` and path, and of schemes without a host."""
    if not isinstance(value, str):
        return value
    targets = [each for each in map(str.strip, value.split(",")) if each]
    for number, target in enumerate(targets, 1):
        if target not in SCHEMES and not LINK_TARGET.fullmatch(target):
            raise ValueError(f"entry {number} must be a host or host/path: example.com/docs")
    return tuple(targets)


def _footer(value: str) -> str:
    parts = {part.strip() for part in value.split(",")} - {""}
    if parts != {"off"} and not parts <= FOOTER:
        raise ValueError(f"must be off, or some of {', '.join(sorted(FOOTER))}")
    return value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


Word = BeforeValidator(_lower)
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=0, le=65535)]
Secret = Annotated[SecretStr, _secret()]
BotToken = Annotated[SecretStr, _secret("xoxb-", always=True)]
AppToken = Annotated[SecretStr, _secret("xapp-", always=True)]
Key = Annotated[SecretStr, _secret("sk-")]
SlackURL = Annotated[str, AfterValidator(_url), AfterValidator(_slack_url)]
ModelURL = Annotated[str, AfterValidator(_url)]
DatabaseURL = Annotated[SecretStr, AfterValidator(_database)]
Footer = Annotated[str, Word, AfterValidator(_footer)]
LinkTargets = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_link_targets)]


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
    bot_edit_interval: Seconds = setting(1.0, "Shortest time between two edits of one message")
    bot_status_interval: Seconds = setting(
        10.0, "Shortest time between two edits that only update the elapsed time"
    )
    bot_edits_per_minute: Rate = setting(
        50.0, "Edits per minute in one workspace; Slack allows at least 50"
    )
    bot_posts_per_minute: Rate = setting(300.0, "Posts per minute in one workspace")
    bot_burst: int = setting(5, "Edits that may be sent at once after a quiet time", ge=1)
    bot_drain_seconds: Seconds = setting(
        25.0, "Time that running answers have to finish when the bot is stopped"
    )
    bot_lease_seconds: Annotated[Seconds, Field(ge=0.5)] = setting(
        10.0, "Time after a crash until other processes take over its questions"
    )
    bot_retention_days: Annotated[float, Field(ge=2, allow_inf_nan=False)] = setting(
        30.0, "Days until answered questions are deleted; their texts are deleted at once"
    )
    bot_host: str = setting("0.0.0.0", "Address that HTTP mode listens on")  # noqa: S104
    bot_playground_port: Port = setting(
        8808, "Port of the playground; if it is taken, any free port"
    )
    bot_log_format: Annotated[Literal["auto", "console", "json"], Word] = setting(
        "auto", "Log format: console or json; auto is console on a terminal"
    )
    bot_log_level: Annotated[Literal["debug", "info", "warning", "error"], Word] = setting(
        "info", "Log level: debug, info, warning or error"
    )

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

    @model_validator(mode="before")
    @classmethod
    def _tidy(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Strips blanks, which copying and pasting adds. A value of blanks counts as not set."""
        tidied = {k: v.strip() if isinstance(v, str) else v for k, v in values.items()}
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
    def model_options(self) -> dict[str, Any]:
        """The parameters of the request beside model and messages."""
        options = {sent: getattr(self, name) for name, sent in SENT_AS.items()}
        return {name: value for name, value in options.items() if value is not None}

    @property
    def secrets(self) -> list[str]:
        """All secret values, which the log redacts."""
        values = [getattr(self, name) for name in Settings.model_fields]
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]

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


def load(*needs: Need) -> Settings:
    """Returns the settings. Raises `SettingsError` with all that is wrong or missing."""
    settings, problems = examine()
    wrong = {_variable(problem) for problem in problems}
    problems += [line for line in settings.missing(*needs) if _variable(line) not in wrong]
    if problems:
        raise SettingsError(problems)
    return settings


def examine() -> tuple[Settings, list[str]]:
    """Returns the settings, wrong ones with their default, and a line for each problem."""
    unknown = _unknown(os.environ)
    try:
        return Settings(), unknown
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        wrong = {str(detail["loc"][0]): detail for detail in details}
    defaults = {name: Settings.model_fields[name].default for name in wrong}
    problems = [f"{name.upper()}: {_expected(detail)}" for name, detail in wrong.items()]
    return Settings(**defaults), problems + unknown


def names_slack() -> bool:
    """Whether any `SLACK_…` variable is set. Then the bot starts, else the playground."""
    return any(name.startswith("SLACK_") and value.strip() for name, value in os.environ.items())


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


def _unknown(names: Iterable[str]) -> list[str]:
    ours = [name for name in names if name.upper().startswith("BOT_")]
    return [_no_such(name) for name in ours if name.upper() not in KNOWN]


def _no_such(name: str) -> str:
    near = get_close_matches(name.upper(), KNOWN, n=1)
    return f"{name}: no such setting" + (f"; did you mean {near[0]}?" if near else "")


def _not_set(name: str) -> str:
    variable, what = name.upper(), Settings.model_fields[name].description
    strangers = [other for other in os.environ if other not in KNOWN]
    near = get_close_matches(variable, strangers, n=1, cutoff=0.8)
    return f"{variable}: not set ({what})" + (f"; {near[0]} is set, but not read" if near else "")


def _expected(detail: ErrorDetails) -> str:
    message = detail["msg"].removeprefix("Value error, ")
    return EXPECTED.get(detail["type"], message.replace("Input should be", "must be"))
