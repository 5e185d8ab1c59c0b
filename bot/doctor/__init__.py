"""`bot doctor`: checks everything that the bot depends on, and says how to correct what fails."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot import config, telemetry
from bot.doctor import http_mode, model, setup, slack, store
from bot.doctor.finding import Finding
from bot.doctor.probe import PATIENCE, Probe
from bot.doctor.report import Report, failed
from bot.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """One check, and what it depends on."""

    look: Callable[[Probe], Awaitable[Finding]]

    settings: tuple[str, ...] = ()
    """The settings that it uses. It is skipped while one of them has no valid value."""

    patience: float = 2.0
    """Most time that it takes, in units of `Probe.patience`."""


SLACK_BOT = ("SLACK_API_URL", "SLACK_BOT_TOKEN")
SLACK_APP = ("SLACK_API_URL", "SLACK_APP_TOKEN")
MODEL = ("OPENAI_BASE_URL", "OPENAI_API_KEY")

CHECKS: Mapping[str, Check] = {
    "settings": Check(setup.settings),
    "oauth-variables": Check(setup.oauth_variables),
    "network": Check(setup.network),
    "database": Check(store.database, ("DATABASE_URL",)),
    "slack-bot-token": Check(slack.bot_token, SLACK_BOT),
    "slack-scopes": Check(slack.scopes, SLACK_BOT),
    "slack-clock": Check(slack.clock, SLACK_BOT),
    "slack-app-token": Check(slack.app_token, SLACK_APP),
    "slack-socket": Check(slack.socket, SLACK_APP),
    "slack-signing-secret": Check(http_mode.signing_secret, ("SLACK_SIGNING_SECRET",)),
    "http-address": Check(http_mode.address, ("PORT", "BOT_HOST")),
    "model-https": Check(model.https, ("OPENAI_BASE_URL",)),
    "model-endpoint": Check(model.endpoint, MODEL),
    "model-offered": Check(model.offered, MODEL),
    "model-stream": Check(model.stream, MODEL, patience=4.0),
}
"""Every check by its id. Programs read the ids of `--json`, so an id is never changed."""


async def run(*, as_json: bool = False, patience: float = PATIENCE) -> int:
    """Runs all checks at once, prints what they find. Returns 0 when nothing failed, else 1.

    `patience` is how many seconds one request may take.
    """
    oauth_names = config.drop_oauth_variables()
    settings, problems = config.examine()
    level = settings.bot_log_level if settings.bot_log_level == "debug" else "error"
    telemetry.set_up(format=settings.bot_log_format, level=level, secrets=settings.secrets)
    unread = config.unread()
    probing = Probe(
        settings,
        problems=problems,
        unread=unread,
        searched=config.DOTENV.searched,
        oauth_names=oauth_names,
        patience=patience,
    )
    report = Report(for_people=not as_json, on_terminal=sys.stderr.isatty())
    async with probing as probe:
        findings = await examine(probe, CHECKS, report)
    report.end(findings)
    return int(bool(failed(findings)))


async def examine(
    probe: Probe, checks: Mapping[str, Check] = CHECKS, report: Report | None = None
) -> dict[str, Finding]:
    """Returns the finding of each check, in their order, in which `report` learns of them, too.

    Nothing raises.
    """
    findings: dict[str, Finding] = {}
    async with Tasks("checks") as tasks:
        running = {
            name: tasks.start(_guarded(name, check, probe), name=name)
            for name, check in checks.items()
        }
        for name, task in running.items():
            if report:
                report.wait(name)
            findings[name] = await task
            if report:
                report.tell(name, findings[name])
    return findings


async def _guarded(name: str, check: Check, probe: Probe) -> Finding:
    """The finding of one check. Whatever it checks, there is one, and in time."""
    limit = check.patience * probe.patience
    if wrong := [each for each in check.settings if probe.is_wrong(each)]:
        return Finding.skipped(f"needs a valid {wrong[0]}")
    try:
        async with asyncio.timeout(limit):
            return await check.look(probe)
    except TimeoutError:
        return Finding.failed(f"no answer within {limit:g} s", _suspects(check))
    except Exception as error:  # whatever is checked, the other findings stay
        log.debug("check broke off", check=name, exc_info=error)
        return Finding.failed("an answer that this check does not understand", _suspects(check))


def _suspects(check: Check) -> str:
    """What to check where a check found no cause. BOT_LOG_LEVEL=debug logs what it came upon."""
    if not check.settings:
        return "Run it with BOT_LOG_LEVEL=debug, which shows more."
    return (
        f"Check {check.settings[0]}, network, proxy and firewall; BOT_LOG_LEVEL=debug shows more."
    )
