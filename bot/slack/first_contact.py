"""The first call to Slack at the start: tried until Slack answers, its refusals in plain words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from bot.errors import SettingsError, SlackRefused, SlackRejected, SlackUnknown, SlackUnreachable
from bot.slack.identity import identify
from bot.slack.refused_tokens import bot_token_refused

if TYPE_CHECKING:
    from bot.slack.identity import Identity
    from bot.slack.web_api import SlackApi
    from bot.starting.start_patience import StartPatience

log = structlog.get_logger(__name__)

UNREACHABLE: Final = "SLACK_API_URL: Slack cannot be reached"
NO_ANSWER: Final = (
    "check that no proxy and no login page answers in its place, and see https://status.slack.com"
)
NOT_SLACK: Final = "SLACK_API_URL: what answers there is not Slack's Web API"


async def wait_for_identity(api: SlackApi, patience: StartPatience) -> Identity:
    """Who we are. Waits while Slack is down.

    Raises `SettingsError` when Slack rejects the token or can never be reached, and `NotAvailable`
    when it does not answer for longer than `patience` has.
    """
    while True:
        try:
            return await identify(api)
        except SlackRejected as error:
            raise SettingsError([_rejected(error.code)]) from error
        except SlackRefused as error:
            log.warning("slack refuses for now", pause=error.retry_after)
            await asyncio.sleep(error.retry_after)
            continue
        except SlackUnreachable as error:
            problem = f"{UNREACHABLE}: {error.reason}"
            if error.lasting:
                raise SettingsError([problem]) from error
        except SlackUnknown as error:
            problem = f"SLACK_API_URL: Slack does not answer ({error}); {NO_ANSWER}"
        await patience.wait(problem)


def _rejected(code: str) -> str:
    if code.startswith("http_"):
        return f"{NOT_SLACK} ({code.replace('_', ' ').upper()}); check SLACK_API_URL and the proxy"
    return bot_token_refused(code)
