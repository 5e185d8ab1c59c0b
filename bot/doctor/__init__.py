"""`bot doctor`: checks what the bot depends on, and says for each how to mend it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from bot import config, telemetry
from bot.doctor import model, setup, slack, store
from bot.doctor.finding import Finding, Status
from bot.doctor.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

CHECKS: Mapping[str, Callable[[Visit], Awaitable[Finding]]] = {
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
"""Every check by its id. Programs read the ids, so they stay."""

LIMIT = 10.0
LIMITS = {"model-stream": 30.0}
"""Seconds; models that reason say nothing for a while."""

MARKS = {
    Status.OK: ("✓", typer.colors.GREEN),
    Status.WARNING: ("!", typer.colors.YELLOW),
    Status.FAILED: ("✗", typer.colors.RED),
    Status.SKIPPED: ("–", typer.colors.BRIGHT_BLACK),
}


async def run(*, as_json: bool = False) -> int:
    """Checks everything at once, prints what was found. 0 when nothing failed, else 1."""
    trap = config.close_bolt_trap()
    settings, problems = config.examine()
    telemetry.set_up(format=settings.bot_log_format, level="error", secrets=settings.secrets)
    async with Visit(settings, problems=problems, trap=trap) as visit:
        findings = await examine(visit)
    typer.echo(telemetry.redact(_as_json(findings) if as_json else _as_text(findings)))
    return int(any(finding.status is Status.FAILED for finding in findings.values()))


async def examine(visit: Visit, limit: float | None = None) -> dict[str, Finding]:
    """Every check's finding, in the order of the table. No check takes longer than its limit."""
    limits = {name: limit or LIMITS.get(name, LIMIT) for name in CHECKS}
    found = await asyncio.gather(*(_limited(name, visit, limits[name]) for name in CHECKS))
    return dict(zip(CHECKS, found, strict=True))


async def _limited(name: str, visit: Visit, limit: float) -> Finding:
    try:
        async with asyncio.timeout(limit):
            return await CHECKS[name](visit)
    except TimeoutError:
        return Finding.failed(f"no answer within {limit:g} s", "Check network, proxy and firewall.")
    except Exception as error:  # noqa: BLE001 - one check that breaks must not hide the others
        return Finding.failed(f"the check itself broke ({type(error).__name__})", "Report this.")


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
