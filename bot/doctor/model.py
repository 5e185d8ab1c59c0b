"""Checks of the model's endpoint: does it answer, does it offer the model, does it stream."""

from __future__ import annotations

import time
from contextlib import aclosing
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from bot.advice import ENGLISH, EXPOSED
from bot.config.setting_types import is_exposed
from bot.core.types import Message, ReasoningDelta, TextDelta
from bot.doctor.finding import Finding
from bot.endpoint import model_of
from bot.errors import ModelError, ModelNotFound, ModelPathUnknown

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from bot.doctor.probe import Probe

QUESTION: Final = "Count from one to twenty in words, separated by spaces. Nothing else."
NO_KEY = Finding.skipped("OPENAI_API_KEY is not set")

NO_STREAM: Final = (
    "The endpoint, or a proxy before it, does not stream; if it cannot, set OPENAI_STREAM=false."
)
NO_LIST: Final = Finding.skipped("the endpoint does not list its models")
SEE_ENDPOINT: Final = Finding.skipped("see model-endpoint")

DECISIVE: Final = {"unreachable", "connection_refused", "host_unknown", "tls", "unauthorized"}
"""The kinds of error after which no other request is worth a try."""
NAMES_SHOWN: Final = 8
"""Most names of models in a hint."""


async def https(probe: Probe) -> Finding:
    """The key and what people write are encrypted, unless they stay in a private network."""
    if is_exposed(probe.settings.openai_base_url):
        return Finding.warning(EXPOSED.what, EXPOSED.remedy)
    return Finding.ok("encrypted, or in a private network")


async def endpoint(probe: Probe) -> Finding:
    """The endpoint answers and accepts the key."""
    if probe.client is None:
        return probe.not_set(
            "OPENAI_API_KEY", "Set OPENAI_API_KEY, or OPENAI_BASE_URL to this machine."
        )
    found = await probe.models(probe.client)
    if isinstance(found, list):
        return Finding.ok(f"offers {len(found)} models")
    if _decides(found):
        return _failed(found)
    said = f" ({found.said})" if found.said else ""
    return Finding.warning(
        f"does not list its models{said}", "That may be so; the check model-stream decides."
    )


async def offered(probe: Probe) -> Finding:
    """The endpoint lists the model."""
    if probe.client is None:
        return NO_KEY
    found, wanted = await probe.models(probe.client), probe.settings.openai_model
    if isinstance(found, ModelError):
        return SEE_ENDPOINT if _decides(found) else NO_LIST
    if wanted in found:
        return Finding.ok(f"{wanted} is offered")
    return Finding.warning(f"{wanted} is not among the models listed", _choose(wanted, found))


def _decides(error: ModelError) -> bool:
    """Whether an error of the list of models is that of every other request, too."""
    elsewhere = isinstance(error, ModelPathUnknown) and error.models_at
    return error.kind in DECISIVE or bool(elsewhere)


def _choose(wanted: str, found: list[str]) -> str:
    """Names that the endpoint lists, those like the wanted one if there are any; "" without."""
    near = get_close_matches(wanted, found, n=NAMES_SHOWN, cutoff=0.5) or found[:NAMES_SHOWN]
    return f"Set OPENAI_MODEL to one of them, such as {', '.join(near)}." if near else ""


async def stream(probe: Probe) -> Finding:
    """A short answer arrives, in more than one piece."""
    if probe.client is None:
        return NO_KEY
    listed = await probe.models(probe.client)
    if isinstance(listed, ModelError) and _decides(listed):
        return SEE_ENDPOINT
    try:
        return await _measure(probe, probe.client)
    except ModelNotFound as error:
        # The advice for it is to look here.
        known = listed if isinstance(listed, list) else []
        return _failed(error, _choose(probe.settings.openai_model, known) or "Check OPENAI_MODEL.")
    except ModelError as error:
        return _failed(error)


async def _measure(probe: Probe, client: AsyncOpenAI) -> Finding:
    model = model_of(probe.settings, client)
    began, arrived, pieces = time.monotonic(), 0.0, 0
    async with aclosing(model.stream([Message("user", QUESTION)])) as events:
        async for event in events:
            if isinstance(event, TextDelta | ReasoningDelta) and event.text:
                arrived = arrived or time.monotonic() - began
                pieces += 1
    return _judge(pieces, arrived, streaming=probe.settings.openai_stream)


def _judge(pieces: int, arrived: float, *, streaming: bool) -> Finding:
    what = f"{pieces} piece(s), the first after {arrived:.2f} s"
    if pieces == 0:
        return Finding.warning("an empty answer", "Check OPENAI_MAX_TOKENS and OPENAI_MODEL.")
    if pieces == 1 and streaming:
        return Finding.warning(what, NO_STREAM)
    return Finding.ok(what)


def _failed(error: ModelError, remedy: str = "") -> Finding:
    advice = ENGLISH.by_kind[error.kind]
    said = f" ({error.said})" if error.said else ""
    return Finding.failed(f"{advice.what}{said}", remedy or advice.remedy)
