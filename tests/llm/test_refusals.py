from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    ContextTooLong,
    ModelForbidden,
    ModelNotFound,
    ModelPathUnknown,
    ModelRateLimited,
    ModelRejected,
    ModelUnauthorized,
    ModelUnavailable,
    ModelUnreachable,
    QuotaExhausted,
    StreamGarbled,
)
from bot.llm.refusals import LONGEST_PAUSE, detail, mask, refused, retry_after

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
        (404, "<html>", ModelPathUnknown),
        (408, {}, ModelUnavailable),
        (409, {}, ModelRejected),
        (413, {}, ContextTooLong),
        (413, {"code": "rate_limit_exceeded"}, ContextTooLong),
        (422, [], ModelRejected),
        (429, {"code": "rate_limit_exceeded"}, ModelRateLimited),
        (429, {"code": "insufficient_quota", "type": "insufficient_quota"}, QuotaExhausted),
        (429, {"code": None, "type": "insufficient_quota"}, QuotaExhausted),
        (500, {}, ModelUnavailable),
        (503, {"message": "overloaded"}, ModelUnavailable),
        (529, {}, ModelUnavailable),
        (302, {}, StreamGarbled),
        (301, "<html>", StreamGarbled),
        (400, "<html>", StreamGarbled),
        (403, "<html>blocked", StreamGarbled),
        (403, " no", ModelForbidden),
        (401, "<html>", ModelUnauthorized),
        (405, "<html>", ModelPathUnknown),
        (407, "<html>", ModelUnreachable),
        (501, {}, ModelRejected),
        (502, "<html>", ModelUnavailable),
        (999, {}, ModelRejected),
    ],
)
def test_each_refusal_has_its_class(status, body, kind):
    """F075 F076 F077 F078: the code knows better than the status."""
    error = refused(status, body, {})
    assert type(error) is kind
    assert f"status={status}" in str(error)


@pytest.mark.parametrize(
    ("status", "body", "headers", "said"),
    [
        (401, {"message": "bad key", "code": "x"}, {}, "HTTP 401: bad key"),
        (403, "<html>\n<title>Sign in", {}, "HTTP 403 with a web page"),
        (500, None, {}, "HTTP 500"),
        (404, "404 page not found", {}, "HTTP 404: page not found"),
        (404, "404: Not Found", {}, "HTTP 404: Not Found"),
        (400, "4000 is too many", {}, "HTTP 400: 4000 is too many"),
        (500, {"message": "Try later."}, {}, "HTTP 500: Try later"),
        (429, {"message": "混雑しています。"}, {}, "HTTP 429: 混雑しています"),
        (429, {}, {"retry-after": "20"}, "HTTP 429; it asks for a pause of 20 s"),
        (
            302,
            "",
            {"location": "https://user:canary@login.example:8/in?ticket=canary#canary"},
            "HTTP 302, a redirect to login.example/in",
        ),
        (308, "", {"location": "/v2"}, "HTTP 308, a redirect to /v2"),
        (308, "", {"location": "https://[::1"}, "HTTP 308, a redirect to no URL"),
        (302, "", {}, "HTTP 302, a redirect to nowhere"),
    ],
)
def test_what_the_operator_reads(status, body, headers, said):
    assert refused(status, body, headers).said == said


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
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "1e3"}, None),
        ({"retry-after": "1_0"}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "9" * 5000}, None),
        ({"retry-after": "999999999"}, LONGEST_PAUSE),
        ({"retry-after-ms": "999999999999"}, LONGEST_PAUSE),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 -2359"}, LONGEST_PAUSE),
        ({"retry-after": "Mon, 01 Jan 99999999999999 00:00:00 GMT"}, None),
        ({"retry-after": "Mon, 99999999999999999999 Jan 2024 00:00:00 GMT"}, None),
    ],
)
def test_retry_after(headers, seconds):
    """F075: seconds, milliseconds, a date, or garbage, which says nothing."""
    assert retry_after(headers) == seconds


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_header_makes_the_pause_fail(seconds, milliseconds, date):
    headers = {"retry-after": seconds, "retry-after-ms": milliseconds, "date": date}
    pause = retry_after(headers)

    assert pause is None or 0 <= pause <= LONGEST_PAUSE


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


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (
            {"code": 400, "type": "request_error", "param": "messages[0].name"},
            "code=400 type=request_error param=messages[0].name",
        ),
        (
            {"code": "what_people_say", "type": "Eva", "param": "tea"},
            "code=other type=other param=other",
        ),
        (
            {"code": "x" * 500, "type": "two words", "param": "sk-proj-abcdef"},
            "code=other type=other param=other",
        ),
        ({"message": "first secret", "input": "secret"}, ""),
        ("secret", ""),
        (None, ""),
    ],
)
def test_the_log_is_told_words_and_no_message(body, shown):
    """The message may quote what people wrote."""
    assert detail(body) == shown
