"""Settings → the model: the bot, `ask` and `doctor` reach it in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.engine.model_call import Deadlines
from bot.llm.chat_completions import OpenAIModel
from bot.llm.client import make_client

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from bot.config import Settings


def client_of(settings: Settings) -> AsyncOpenAI:
    """The endpoint's client; whoever asks for it closes it. Raises `SettingsError`."""
    return make_client(
        settings.api_key,
        settings.openai_base_url,
        connect_timeout=settings.bot_connect_timeout,
    )


def model_of(settings: Settings, client: AsyncOpenAI) -> OpenAIModel:
    """The model that the settings name, asked as they say."""
    return OpenAIModel(
        client,
        model=settings.openai_model,
        stream=settings.openai_stream,
        options=settings.model_options,
    )


def deadlines_of(settings: Settings) -> Deadlines:
    """How long each step of an answer may take."""
    return Deadlines(
        first_token=settings.bot_first_token_timeout,
        silence=settings.bot_stall_timeout,
        turn=settings.bot_turn_timeout,
    )
