"""`bot doctor`: checks everything that the bot depends on, and says how to correct what fails."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from bot import config, telemetry
from bot.doctor import model, setup, slack, store
from bot.doctor.finding import Finding, Status
from bot.doctor.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

CHECKS: Mapping[str, Callable[[Probe], Awaitable[Finding]]] = {
    "settings": setup.settings,
    "oauth-variables": setup.oauth_variables,
    "database": store.database,
    "slack-bot-token": slack.bot_token,
    "slack-scopes": slack.scopes,
    "slack-clock": slack.clock,
    "slack-app-token": slack.app_token,
    "slack-socket": slack.socket,
    "slack-signing-secret": slack.signing_secret,
    "model-https": model.https,
    "model-endpoint": model.endpoint,
    "model-offered": model.offered,
    "model-stream": model.stream,
}
"""Every check by its id. Programs read the ids of `--json`, so an id is never changed."""

LIMIT = 10.0
"""Most seconds of one check."""
LIMITS = {"model-stream": 30.0}
"""Checks with another limit. A model that reasons may be silent for a while."""

MARKS = {
    Status.OK: ("✓", typer.colors.GREEN),
    Status.WARNING: ("!", typer.colors.YELLOW),
    Status.FAILED: ("✗", typer.colors.RED),
    Status.SKIPPED: ("–", typer.colors.BRIGHT_BLACK),
}


async def run(*, as_json: bool = False) -> int:
    """Runs all checks at once and prints the findings. Returns 0 when nothing failed, else 1."""
    oauth_names = config.drop_oauth_variables()
    settings, problems = config.examine()
    telemetry.set_up(format=settings.bot_log_format, level="error", secrets=settings.secrets)
    async with Probe(settings, problems=problems, oauth_names=oauth_names) as probe:
        findings = await examine(probe)
    typer.echo(telemetry.redact(_as_json(findings) if as_json else _as_text(findings)))
    return int(any(finding.status is Status.FAILED for finding in findings.values()))


async def examine(probe: Probe, limit: float | None = None) -> dict[str, Finding]:
    """Returns the finding of each check, in the order of `CHECKS`.

    No check takes longer than `limit` seconds, or its own limit without one.
    """
    limits = {name: limit or LIMITS.get(name, LIMIT) for name in CHECKS}
    found = await asyncio.gather(*(_limited(name, probe, limits[name]) for name in CHECKS))
    return dict(zip(CHECKS, found, strict=True))


async def _limited(name: str, probe: Probe, limit: float) -> Finding:
    try:
        async with asyncio.timeout(limit):
            return await CHECKS[name](probe)
    except TimeoutError:
        return Finding.failed(f"no answer within {limit:g} s", "Check network, proxy and firewall.")
    except Exception as error:  # noqa: BLE001 - a bug in one check must not hide the other findings
        return Finding.failed(
            f"the check itself failed ({type(error).__name__})", "Report this as a bug."
        )


def _as_text(findings: Mapping[str, Finding]) -> str:
    return "\n".join(line for name, finding in findings.items() for line in _lines(name, finding))


def _lines(name: str, finding: Finding) -> Iterable[str]:
    mark, colour = MARKS[finding.status]
    yield f"{typer.style(mark, fg=colour)} {name:<21} {finding.what}"
    if finding.hint:
        yield f"  {'':<21} → {finding.hint}"


def _as_json(findings: Mapping[str, Finding]) -> str:
    ok = all(finding.status is not Status.FAILED for finding in findings.values())
    rows = [{"id": name} | asdict(finding) for name, finding in findings.items()]
    return json.dumps({"ok": ok, "findings": rows}, indent=2, ensure_ascii=False)
