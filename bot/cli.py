"""The command line: `run`, `playground`, `ask`, `doctor`, `feedback`, `manifest`.

Each command imports what it needs when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from bot import __version__
from bot.errors import SettingsError, StartError
from bot.program_name import program_name
from bot.signals import interruptible
from bot.starting.machine_limits import machine_error
from bot.strays import catch_strays

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Iterator

    from bot.config import Need, Part, Settings, Transport

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
    """The command line, as `bot/__main__.py` starts it."""
    with _exit_codes():
        catch_strays()
        _check_working_directory()
        _replace_what_cannot_be_encoded()
        app(prog_name=program_name())


def _replace_what_cannot_be_encoded() -> None:
    """A terminal that has only ASCII is shown `?` in place of other characters."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


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
    from bot import config  # noqa: PLC0415 - see the module's first lines

    with _exit_codes():
        config.read_dotenv()
    if context.invoked_subcommand is None:
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
    """Run the bot. HTTP if of the two only SLACK_SIGNING_SECRET is set, else Socket Mode."""
    if socket and http:
        raise typer.BadParameter("--socket and --http exclude each other")
    with _exit_codes():
        asked: Transport | None = "socket" if socket else "http" if http else None
        settings = _settings(asked or "slack", "model", without=["playground"])
        from bot import app as bot_app  # noqa: PLC0415 - see the module's first lines

        _finish(bot_app.run(settings, transport=settings.transport(asked)))


@app.command()
def playground(
    *,
    port: Annotated[
        int | None,
        typer.Option(metavar="PORT", min=0, max=65535, help="Port on this machine; 0 for any."),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page.")] = True,
) -> None:
    """Try the bot in a browser: no workspace, no key."""
    with _exit_codes():
        settings = _settings(
            level="warning", without=["slack", "store"]
        )  # so that the address is easy to see
        port = settings.bot_playground_port if port is None else port
        from bot import demo  # noqa: PLC0415

        _finish(demo.playground(settings, port=port, open_browser=browser))


@app.command()
def ask(
    question: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUESTION", hidden=True),
    ] = None,
    *,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="NAME", help="Instead of OPENAI_MODEL.")
    ] = None,
    system: Annotated[
        str | None,
        typer.Option("--system", "-s", metavar="PROMPT", help="Instead of BOT_SYSTEM_PROMPT."),
    ] = None,
    stream: Annotated[
        bool | None, typer.Option("--stream/--no-stream", help="Instead of OPENAI_STREAM.")
    ] = None,
    timing: Annotated[bool, typer.Option("--timing", help="Show when each piece arrived.")] = False,
) -> None:
    """Ask the model from the terminal. Piped input is added to the question.

    With `-` it also reads what is typed, until Ctrl-D.

    Exit code: 0 for a complete answer, 3 for an incomplete one, 1 for none.
    """
    with _exit_codes():
        settings = _settings(level="error", without=["slack", "store", "playground"])
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
        import bot.app  # noqa: F401, PLC0415 - a package that only `run` needs is missed here, too
        from bot import doctor as checks  # noqa: PLC0415

        _finish(checks.run(as_json=as_json))


@app.command()
def feedback(
    *,
    since: Annotated[
        float | None,
        typer.Option(metavar="DAYS", min=0.001, help="Only of the last DAYS; all if not given."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, for spreadsheets.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Print what people said of answers: thumbs, reasons, words."""
    if as_csv and as_json:
        raise typer.BadParameter("--csv and --json exclude each other")
    with _exit_codes():
        settings = _settings(level="error", without=["slack", "model", "playground"])
        from bot import feedback as votes  # noqa: PLC0415

        form: votes.Format = "csv" if as_csv else "json" if as_json else "table"
        _finish(votes.run(settings, days=since, form=form))


@app.command()
def manifest(
    *,
    http: Annotated[
        str | None,
        typer.Option(metavar="URL", help="For HTTP mode: the bot's public https URL."),
    ] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="The app's name.")] = "Stream Bot",
) -> None:
    """Print the app manifest to paste into api.slack.com/apps."""
    from bot.slack.manifest import manifest as build  # noqa: PLC0415
    from bot.terminal import as_json  # noqa: PLC0415

    try:
        document = build(name=name, http_url=http)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    typer.echo(as_json(document))


def _check_working_directory() -> None:
    try:
        Path.cwd()
    except OSError:
        problem = "the working directory is gone or may not be read; change to another one"
        raise SettingsError([problem]) from None


def _settings(*needs: Need, level: str = "", without: Iterable[Part] = ()) -> Settings:
    """Returns the settings, and configures the log; `level` is its level unless one is set.

    `without`: the parts that the command does not use, in which anything may be wrong.
    """
    from bot import config, telemetry  # noqa: PLC0415

    ignored = config.drop_oauth_variables()
    settings = config.load(*needs, without=without)
    if not level or "bot_log_level" in settings.model_fields_set:
        level = settings.bot_log_level
    telemetry.set_up(format=settings.bot_log_format, level=level, secrets=settings.secrets)
    if ignored:
        telemetry.log.warning("ignored: OAuth is not supported yet", names=ignored)
    for line in config.unread():
        # Who asks from the terminal reads no log.
        typer.echo(f"bot: {line}", err=True) if level == "error" else telemetry.log.warning(line)
    return settings


def _finish(work: Coroutine[None, None, int]) -> None:
    with interruptible():
        code = asyncio.run(work)
    raise typer.Exit(code)


@contextmanager
def _exit_codes() -> Iterator[None]:
    """Turns errors into messages and exit codes. An unexpected one is logged, redacted."""
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
        raise
    except ImportError:  # `bot.__main__` says what this Python lacks
        raise
    except StartError as error:
        _refuse(error)
    except Exception as error:  # noqa: BLE001 - the outermost place: above it is only the terminal
        if isinstance(error, OSError) and (refusal := machine_error(error)):
            _refuse(refusal)
        from bot import telemetry  # noqa: PLC0415

        telemetry.crashed()
        raise SystemExit(BUG) from None


def _refuse(error: StartError) -> NoReturn:
    for problem in error.problems:
        typer.echo(f"bot: {problem}", err=True)
    raise SystemExit(error.exit_code) from None
