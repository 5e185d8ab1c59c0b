"""Settings → the model, in the same way for the bot, `ask` and `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.engine.model_call import Deadlines
from bot.llm.chat_completions import SILENCE, OpenAIModel
from bot.llm.client import make_client

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from bot.config import Settings


def client_of(settings: Settings) -> AsyncOpenAI:
    """Returns a client, which the caller closes.

    Raises `SettingsError` when there is no key, or the proxy or the certificates cannot be used.
    """
    return make_client(
        settings.api_key,
        settings.openai_base_url,
        connect_timeout=settings.bot_connect_timeout,
        network=settings.network,
    )


def model_of(settings: Settings, client: AsyncOpenAI) -> OpenAIModel:
    """Returns the model that the settings name, with their options."""
    return OpenAIModel(
        client,
        model=settings.openai_model,
        stream=settings.openai_stream,
        options=settings.model_options,
        silence=min(SILENCE, settings.bot_stall_timeout / 2),
    )


def deadlines_of(settings: Settings) -> Deadlines:
    """Returns the deadlines of an answer, in seconds."""
    return Deadlines(
        first_token=settings.bot_first_token_timeout,
        silence=settings.bot_stall_timeout,
        turn=settings.bot_turn_timeout,
    )
