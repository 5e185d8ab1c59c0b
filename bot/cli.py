"""The command line: `run`, `playground`, `ask`, `doctor`, `manifest`.

Each command imports what it needs when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from dotenv import load_dotenv

from bot import __version__
from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from bot.config import Need, Settings, Transport

MISCONFIGURED: Final = 78
"""Exit code for wrong settings (EX_CONFIG of sysexits.h)."""
BUG: Final = 70
"""Exit code for an error nobody expected (EX_SOFTWARE of sysexits.h)."""

app = typer.Typer(
    name="bot",
    help="A Slack bot that streams a language model's answers into the thread.",
    epilog="Without a command: the bot where a SLACK_… variable is set, else the playground. "
    "Settings come from the environment or .env; .env.example lists them.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its tables call every switch a <bool>
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """The console script."""
    app(prog_name="bot")


def _version(value: bool) -> None:  # noqa: FBT001 - typer calls it
    if value:
        typer.echo(f"slack-stream-bot {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001 - `_version` acts on it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Reads `.env`; without a command starts the bot, or the playground."""
    with _exit_codes():
        _load_dotenv()
    if context.invoked_subcommand is None:
        from bot import config  # noqa: PLC0415

        if config.names_slack():
            run()
        else:
            playground()


@app.command()
def run(
    *,
    socket: Annotated[bool, typer.Option("--socket", help="Socket Mode: no public URL.")] = False,
    http: Annotated[bool, typer.Option("--http", help="HTTP: Slack calls us on PORT.")] = False,
) -> None:
    """Run the bot. Socket Mode if SLACK_APP_TOKEN is set, else HTTP."""
    if socket and http:
        raise typer.BadParameter("--socket and --http exclude each other")
    with _exit_codes():
        asked: Transport | None = "socket" if socket else "http" if http else None
        settings = _settings(asked or "slack", "model")
        from bot import app as bot_app  # noqa: PLC0415 - see the module's first lines

        _finish(bot_app.run(settings, transport=settings.transport(asked)))


@app.command()
def playground(
    *,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port on this machine; 0 for any.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page.")] = True,
) -> None:
    """Try the bot in a browser: no workspace, no key."""
    with _exit_codes():
        settings = _settings(level="warning")  # so that the address is easy to see
        port = settings.bot_playground_port if port is None else port
        from bot import demo  # noqa: PLC0415

        _finish(demo.playground(settings, port=port, open_browser=browser))


@app.command()
def ask(
    question: Annotated[
        list[str] | None, typer.Argument(help="What to ask; `-` reads it from the pipe.")
    ] = None,
    *,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Instead of OPENAI_MODEL.")
    ] = None,
    system: Annotated[
        str | None, typer.Option("--system", "-s", help="Instead of BOT_SYSTEM_PROMPT.")
    ] = None,
    stream: Annotated[
        bool | None, typer.Option("--stream/--no-stream", help="Instead of OPENAI_STREAM.")
    ] = None,
    timing: Annotated[bool, typer.Option("--timing", help="Show when each piece arrived.")] = False,
) -> None:
    """Ask the model from the terminal. Piped input is added to the question.

    Exit code: 0 for a complete answer, 3 for an incomplete one, 1 for none.
    """
    with _exit_codes():
        settings = _settings(level="error")
        changes = {"openai_model": model, "bot_system_prompt": system, "openai_stream": stream}
        given = {name: value for name, value in changes.items() if value is not None}
        settings = settings.model_copy(update=given)
        settings.require("model")
        from bot import ask as asking  # noqa: PLC0415

        text = asking.question(question or [], sys.stdin)
        if not text:
            raise typer.BadParameter("nothing to ask: give a question, or pipe one in")
        _finish(asking.run(settings, text, timing=timing))


@app.command()
def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False
) -> None:
    """Check settings, tokens, scopes and connections."""
    with _exit_codes():
        from bot import doctor as checks  # noqa: PLC0415

        _finish(checks.run(as_json=as_json))


@app.command()
def manifest(
    *,
    http: Annotated[
        str | None,
        typer.Option(metavar="URL", help="For HTTP mode: the bot's public https URL."),
    ] = None,
    name: Annotated[str, typer.Option(help="The app's name.")] = "Stream Bot",
) -> None:
    """Print the app manifest to paste into api.slack.com/apps."""
    from bot.slack.manifest import manifest as build  # noqa: PLC0415

    try:
        document = build(name=name, http_url=http)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def _load_dotenv() -> None:
    """Reads `.env` of the working directory. Variables of the environment take precedence."""
    try:
        load_dotenv(Path(".env"), interpolate=False, encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError([".env: must be UTF-8 text"]) from None
    except OSError as error:
        raise SettingsError([f".env: cannot be read ({error.strerror})"]) from None


def _settings(*needs: Need, level: str = "") -> Settings:
    """Returns the settings, and configures the log; `level` is its level unless one is set."""
    from bot import config, telemetry  # noqa: PLC0415

    ignored = config.drop_oauth_variables()
    settings = config.load(*needs)
    if not level or "bot_log_level" in settings.model_fields_set:
        level = settings.bot_log_level
    telemetry.set_up(format=settings.bot_log_format, level=level, secrets=settings.secrets)
    if ignored:
        telemetry.log.warning("ignored: OAuth is not supported yet", names=ignored)
    return settings


def _finish(work: Coroutine[None, None, int]) -> None:
    raise typer.Exit(asyncio.run(work))


@contextmanager
def _exit_codes() -> Iterator[None]:
    """Turns errors into messages and exit codes. An unexpected one is logged, redacted."""
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
        raise
    except SettingsError as error:
        for problem in error.problems:
            typer.echo(f"bot: {problem}", err=True)
        raise typer.Exit(MISCONFIGURED) from None
    except Exception:  # noqa: BLE001 - the outermost place: above it is only the terminal
        from bot import telemetry  # noqa: PLC0415

        telemetry.crashed()
        raise typer.Exit(BUG) from None
