"""Checks of the model's endpoint: does it answer, does it offer the model, does it stream."""

from __future__ import annotations

import time
from contextlib import aclosing
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bot.config import is_loopback
from bot.core.types import Message, ReasoningDelta, TextDelta
from bot.doctor.finding import Finding
from bot.endpoint import model_of
from bot.errors import ModelError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from bot.doctor.probe import Probe

QUESTION: Final = "Count from one to twenty in words, separated by spaces. Nothing else."
NO_KEY = Finding.skipped("OPENAI_API_KEY is not set")

HINTS = {
    "unauthorized": "Check OPENAI_API_KEY, and that OPENAI_BASE_URL is the endpoint of this key.",
    "forbidden": "The key may not use this model; check its permissions and OPENAI_MODEL.",
    "model_not_found": "Check OPENAI_MODEL, and the path of OPENAI_BASE_URL (often /v1).",
    "quota": "Check the plan and the credit of the account.",
    "rate_limited": "Wait a minute and try again.",
    "unreachable": "Check OPENAI_BASE_URL, network and proxy.",
    "connection_refused": "Check the port in OPENAI_BASE_URL, and that the endpoint is running.",
    "host_unknown": "Check the host in OPENAI_BASE_URL, and DNS.",
    "tls": "Check the certificate, and whether OPENAI_BASE_URL should begin with http://.",
    "garbled": "Check OPENAI_BASE_URL: what answers there is no Chat Completions endpoint.",
}
"""How to correct it, by the `kind` of the error."""

NO_LIST: Final = {"model_not_found", "rejected"}
"""The kinds of error of an endpoint that has no path for a list of models."""
NAMES_SHOWN: Final = 8
"""Most names of models in a hint."""


async def https(probe: Probe) -> Finding:
    """The key and what people write are encrypted, unless they stay on this machine."""
    url = probe.settings.openai_base_url
    if urlsplit(url).scheme == "http" and not is_loopback(url):
        return Finding.warning(
            "OPENAI_BASE_URL is plain http", "Use https, unless you trust the whole network."
        )
    return Finding.ok("encrypted, or on this machine")


async def endpoint(probe: Probe) -> Finding:
    """The endpoint answers and accepts the key."""
    if probe.client is None:
        return Finding.failed("OPENAI_API_KEY is not set", "Set it, or a local OPENAI_BASE_URL.")
    found = await probe.models(probe.client)
    if isinstance(found, list):
        return Finding.ok(f"offers {len(found)} models")
    if found.kind in NO_LIST:
        return Finding.warning(
            "does not list its models", "Some endpoints do not; the check model-stream decides."
        )
    return _failed(found)


async def offered(probe: Probe) -> Finding:
    """The endpoint lists the model."""
    if probe.client is None:
        return NO_KEY
    found, wanted = await probe.models(probe.client), probe.settings.openai_model
    if isinstance(found, ModelError):
        return Finding.skipped("the endpoint does not list its models")
    if wanted in found:
        return Finding.ok(f"{wanted} is offered")
    near = get_close_matches(wanted, found, n=NAMES_SHOWN, cutoff=0.5) or found[:NAMES_SHOWN]
    return Finding.warning(
        f"{wanted} is not among the models listed",
        f"Set OPENAI_MODEL to one of them, such as {', '.join(near)}." if near else "",
    )


async def stream(probe: Probe) -> Finding:
    """A short answer arrives, in more than one piece."""
    if probe.client is None:
        return NO_KEY
    try:
        return await _measure(probe, probe.client)
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
        return Finding.warning(what, "The endpoint, or a proxy before it, does not stream.")
    return Finding.ok(what)


def _failed(error: ModelError) -> Finding:
    hint = HINTS.get(error.kind, "Try again; if it fails again, ask the endpoint's operator.")
    return Finding.failed(f"{type(error).__name__}: {error}", hint)
