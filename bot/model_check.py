"""A check of the model's endpoint at the start, beside the work: are the key and the name right."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from bot.advice import ENGLISH, EXPOSED
from bot.config.setting_types import is_exposed
from bot.errors import ModelError, ModelPathUnknown
from bot.llm.client import models
from bot.program_name import program_name

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = structlog.get_logger(__name__)

LIMIT: Final = 30.0
"""Seconds for the list of models to arrive."""

NO_LIST: Final = {"model_not_found", "path_unknown", "rejected"}
"""Kinds of error of an endpoint that has no list of models."""

UNLISTED: Final = (
    "OPENAI_MODEL is not in the endpoint's list; `{program} doctor` shows names like it"
)


async def check_model(client: AsyncOpenAI, model: str, limit: float = LIMIT) -> None:
    """Logs a line for a wrong key or path, an endpoint that does not answer, or lacks the model.

    Also one for an endpoint to which key and questions travel unencrypted.
    It only lists the models, so it costs nothing. Returns after `limit` seconds at the latest.
    """
    if is_exposed(str(client.base_url)):
        log.warning(EXPOSED.line)
    try:
        async with asyncio.timeout(limit):
            offered = await models(client)
    except TimeoutError:
        log.warning("no list of models from OPENAI_BASE_URL; check network and proxy", limit=limit)
    except ModelError as error:
        _tell(error)
    else:
        if model not in offered:
            # Some endpoints list other names than they take, so this may be nothing.
            log.info(UNLISTED.format(program=program_name()))


def _tell(error: ModelError) -> None:
    elsewhere = isinstance(error, ModelPathUnknown) and error.models_at
    if error.kind in NO_LIST and not elsewhere:
        return
    level = log.warning if error.retryable else log.error
    # What other errors say may be the endpoint's own words.
    level(ENGLISH.sentence(error.kind, error.said if elsewhere else ""), kind=error.kind)
