"""The map of errors has no holes."""

import asyncio
import inspect
import ssl

import aiohttp
import httpx2
import openai
import pytest
from openai import _exceptions

from bot.errors import (
    ConnectionLost,
    ModelError,
    ModelHostUnknown,
    ModelRefusedConnection,
    ModelTLSFailed,
    ModelUnreachable,
    StreamGarbled,
)
from bot.llm.error_map import CLASSES, FOREIGN, map_errors, translate

REQUEST = httpx2.Request("POST", "http://x")
NOT_OF_REQUESTS = {"InvalidWebhookSignatureError"}


def classes(module, base):
    found = (one for _, one in inspect.getmembers(module, inspect.isclass))
    return sorted({one for one in found if issubclass(one, base)}, key=lambda one: one.__name__)


def bare(theirs):
    """An instance without its constructor, as each wants something else; with what ours reads."""
    error = theirs.__new__(theirs)
    error.args = ("secret",)
    if issubclass(theirs, openai.APIStatusError):
        status = getattr(theirs, "status_code", None) or 500
        error.status_code, error.body = status, None
        error.response = httpx2.Response(status, request=REQUEST)
    return error


OPENAI = classes(_exceptions, _exceptions.OpenAIError)
HTTPX2 = classes(httpx2, Exception)
AIOHTTP = classes(aiohttp, aiohttp.ClientError) + classes(
    aiohttp.client_exceptions, aiohttp.ClientError
)


def test_the_lists_are_not_empty():
    assert (len(OPENAI) > 15, len(HTTPX2) > 25, len(AIOHTTP) > 25) == (True, True, True)


@pytest.mark.parametrize("theirs", OPENAI + HTTPX2 + AIOHTTP, ids=lambda one: one.__qualname__)
def test_every_foreign_error_becomes_ours(theirs):
    with pytest.raises(ModelError) as caught, map_errors():
        raise bare(theirs)
    assert type(caught.value) is not ModelError
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("theirs", HTTPX2 + AIOHTTP, ids=lambda one: one.__qualname__)
def test_every_cause_has_a_row(theirs):
    assert any(issubclass(theirs, row) for row, _ in CLASSES)


def test_no_row_is_out_of_reach():
    for at, (theirs, _) in enumerate(CLASSES):
        assert not any(issubclass(theirs, before) for before, _ in CLASSES[:at])
        assert issubclass(theirs, FOREIGN)


def timed_out(cause):
    """As the SDK reports what aiohttp says while connecting, whatever it was."""
    middle = httpx2.ConnectTimeout("")
    middle.__cause__ = cause
    error = openai.APITimeoutError(REQUEST)
    error.__cause__ = middle
    return error


def because(error):
    """What aiohttp's connector makes of an error of the system."""
    connector = aiohttp.ClientConnectorError(KEY, error)
    connector.__cause__ = error
    return connector


KEY = aiohttp.client_reqrep.ConnectionKey("h", 1, False, True, None, None, None)


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (because(ConnectionRefusedError()), ModelRefusedConnection),
        (because(OSError()), ModelUnreachable),
        (aiohttp.ClientConnectorDNSError(KEY, OSError()), ModelHostUnknown),
        (aiohttp.ClientConnectorSSLError(KEY, ssl.SSLError()), ModelTLSFailed),
        (aiohttp.ClientConnectorCertificateError(KEY, ssl.CertificateError()), ModelTLSFailed),
        (aiohttp.ConnectionTimeoutError(), ModelUnreachable),
        (aiohttp.ServerDisconnectedError(), ConnectionLost),
        (aiohttp.ClientOSError(), ConnectionLost),
        (aiohttp.ClientConnectionResetError(), ConnectionLost),
        (aiohttp.SocketTimeoutError(), ConnectionLost),
        (aiohttp.ClientPayloadError(), ConnectionLost),
        (aiohttp.ClientResponseError(None, ()), StreamGarbled),
        (None, ModelUnreachable),
    ],
)
def test_the_cause_decides(cause, kind):
    """F058: the SDK calls each of these a time-out."""
    assert type(translate(timed_out(cause))) is kind


def test_the_context_decides_where_there_is_no_cause():
    error = httpx2.ReadError("")
    error.__context__ = aiohttp.ClientConnectorError(KEY, OSError())
    assert type(translate(error)) is ModelUnreachable

    error.__suppress_context__ = True
    assert type(translate(error)) is ConnectionLost


def test_a_circle_of_causes_ends():
    first, second = httpx2.ReadError(""), httpx2.ReadError("")
    first.__context__, second.__context__ = second, first
    assert type(translate(first)) is ConnectionLost


@pytest.mark.parametrize("bug", [KeyError, TypeError, asyncio.CancelledError, GeneratorExit])
def test_bugs_and_cancellation_pass(bug):
    with pytest.raises(bug), map_errors():
        raise bug
