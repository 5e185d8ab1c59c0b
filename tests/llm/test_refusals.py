from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.errors import (
    ContextTooLong,
    ModelForbidden,
    ModelNotFound,
    ModelRateLimited,
    ModelRejected,
    ModelUnauthorized,
    ModelUnavailable,
    QuotaExhausted,
)
from bot.llm.refusals import detail, mask, refused, retry_after

TOO_LONG = "This model's maximum context length is 8192 tokens. However, you requested 9000."


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {}, ModelRejected),
        (400, {"code": "context_length_exceeded"}, ContextTooLong),
        (400, {"message": TOO_LONG, "code": 400}, ContextTooLong),
        (400, {"type": "exceed_context_size_error"}, ContextTooLong),
        (401, {"code": "invalid_api_key"}, ModelUnauthorized),
        (401, None, ModelUnauthorized),
        (402, {}, QuotaExhausted),
        (403, {"code": "unsupported_country_region_territory"}, ModelForbidden),
        (404, {"code": "model_not_found"}, ModelNotFound),
        (404, "<html>", ModelNotFound),
        (408, {}, ModelUnavailable),
        (409, {}, ModelRejected),
        (413, {}, ContextTooLong),
        (413, {"code": "rate_limit_exceeded"}, ModelRateLimited),
        (422, [], ModelRejected),
        (429, {"code": "rate_limit_exceeded"}, ModelRateLimited),
        (429, {"code": "insufficient_quota", "type": "insufficient_quota"}, QuotaExhausted),
        (429, {"code": None, "type": "insufficient_quota"}, QuotaExhausted),
        (500, {}, ModelUnavailable),
        (503, {"message": "overloaded"}, ModelUnavailable),
        (529, {}, ModelUnavailable),
        (302, {}, ModelRejected),
    ],
)
def test_each_refusal_has_its_class(status, body, kind):
    """F075 F076 F077 F078: the code knows better than the status."""
    error = refused(status, body, {})
    assert type(error) is kind
    assert f"status={status}" in str(error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9),
        ({"retry-after": "Mon, 01 Jan 2024 00:00:30 GMT"}, 0),
        (
            {
                "retry-after": "Mon, 01 Jan 2024 00:00:30 GMT",
                "date": "Mon, 01 Jan 2024 00:00:00 GMT",
            },
            30,
        ),
        ({"retry-after": "Mon, 99 Jan 2024 00:00:30 GMT"}, None),
    ],
)
def test_retry_after(headers, seconds):
    """F075: seconds, milliseconds, a date, or garbage, which says nothing."""
    assert retry_after(headers) == seconds


def test_retry_after_by_our_clock_when_the_endpoint_shows_none():
    """F075: a date."""
    at = datetime.now(UTC) + timedelta(seconds=60)
    assert retry_after({"retry-after": format_datetime(at, usegmt=True)}) == pytest.approx(
        60, abs=2
    )


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-abcdef",
        "sk-ab**********yz",
        "abcd********************wxyz",
        "0123456789abcdef0123456789abcdef",
        "gsk_abcdefghij",
        "Bearer abc.def",
        "123e4567-e89b-12d3-a456-426614174000",
    ],
)
def test_a_key_is_masked(key):
    """F077: whatever it looks like."""
    text = f"Incorrect API key provided: {key}. Find yours in the settings."
    assert mask(text).startswith("Incorrect API key provided: ***")
    assert key not in mask(text)


def test_words_are_not_masked():
    text = "code=context_length_exceeded insufficient_system_resource gpt-4o-mini-2024-07-18"
    assert mask(text) == text


def test_the_detail_is_short_and_on_one_line():
    body = {"code": "x" * 500, "type": "t", "message": "first\nsecond " * 100, "input": "secret"}
    shown = detail(body)
    assert len(shown) < 300
    assert "\n" not in shown
    assert "secret" not in shown
