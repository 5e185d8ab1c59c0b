"""What endpoints say, in their own words and shapes, and what they mean by it.

The bodies are as the pages and sources named in `meanings` have them, shortened.
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    ContextTooLong,
    ModelError,
    ModelForbidden,
    ModelNotFound,
    ModelPathUnknown,
    ModelRateLimited,
    ModelUnauthorized,
    ModelUnavailable,
    PromptFiltered,
    QuotaExhausted,
)
from bot.llm.meanings import CODES, VAGUE, meaning


def error(message="", **more):
    return {"error": {"message": message, **more}}


def google(code, message, status, **more):
    return [{"error": {"code": code, "message": message, "status": status, **more}}]


INVALID = {"type": "invalid_request_error"}

TOO_LONG = [
    (400, error("This model's maximum context length is 8192 tokens.", code="x", **INVALID)),
    (400, error("Your input exceeds the context window of this model.", **INVALID)),
    (400, {"type": "error", "error": {"message": "prompt is too long: 2 tokens > 1", **INVALID}}),
    (400, error("input length and `max_tokens` exceed context limit: 1 + 2 > 2", **INVALID)),
    (413, {"type": "error", "error": {"type": "request_too_large", "message": "too large"}}),
    (
        400,
        google(
            400,
            "The input token count (9) exceeds the maximum number of tokens allowed (8).",
            "INVALID_ARGUMENT",
        ),
    ),
    (400, {"code": "x", "error": "This model's maximum prompt length is 9 but it contains 10"}),
    (400, {"message": "Input is too long for requested model."}),
    (400, {"code": "invalid_parameter_error", "message": "Range of input length should be [1, 9]"}),
    (400, {"object": "error", "message": "Prompt contains 9 tokens, too large for model with 8"}),
    (400, {"message": "too many tokens: total number of tokens in the prompt cannot exceed 4081"}),
    (400, error("Please reduce the length of the messages or completion.", code="x", **INVALID)),
    (400, error("This endpoint's maximum context length is 9 tokens.", code=400)),
    (400, error('litellm.BadRequestError: x - {"error":{"code":"context_length_exceeded"}}')),
    (400, error("litellm.ContextWindowExceededError: the rest", type=None, code="400")),
    (400, {"object": "error", "message": "This model's maximum context length is 9.", "code": 400}),
    (
        422,
        {
            "error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 9",
            "error_type": "validation",
        },
    ),
    (422, {"error": "Input validation error: `inputs` must have less than 9 tokens. Given: 10"}),
    (
        400,
        error(
            "the request exceeds the available context size. try increasing the context size",
            code=400,
            type="exceed_context_size_error",
        ),
    ),
    (500, error("the request exceeds the available context size", code=500, type="server_error")),
    (
        400,
        {
            "error": "The number of tokens to keep from the initial prompt is greater than the "
            "context length."
        },
    ),
    (400, error("Your request exceeded model token limit: 8 (requested: 9)", **INVALID)),
    (400, error("prompt token count of 9 exceeds the limit of 8", code="x")),
    (413, "Request Entity Too Large"),
    (
        429,
        error(
            "Request too large for gpt-4 on tokens per min (TPM): Limit 1, Requested 2.",
            type="tokens",
            code="rate_limit_exceeded",
        ),
    ),
    (
        413,
        error(
            "Request too large for model `x` on tokens per minute (TPM): Limit 6, Requested 9",
            type="tokens",
            code="rate_limit_exceeded",
        ),
    ),
]

FILTERED = [
    (
        400,
        error(
            "The response was filtered due to the prompt triggering Azure OpenAI's content "
            "management policy.",
            code="content_filter",
            status=400,
            innererror={"code": "ResponsibleAIPolicyViolation"},
        ),
    ),
    (
        400,
        error(
            "Invalid prompt: your prompt was flagged as potentially violating our usage policy",
            code="invalid_prompt",
            **INVALID,
        ),
    ),
    (400, error("Your request was rejected as a result of our safety system.", **INVALID)),
    (400, {"code": "DataInspectionFailed", "message": "Input data may contain x"}),
    (400, error("Input data may contain inappropriate content.", code="data_inspection_failed")),
    (400, error("Content Exists Risk", type="invalid_request_error")),
    (
        400,
        error(
            "The request was rejected because it was considered high risk", type="content_filter"
        ),
    ),
    (403, {"code": "x", "error": "Content violates usage guidelines."}),
    (
        403,
        error(
            'x/y requires moderation on Z. Your input was flagged for "harassment".',
            code=403,
            metadata={"flagged_input": "..."},
        ),
    ),
    (400, error("litellm.ContentPolicyViolationError: AzureException", code="400")),
]

QUOTA = [
    (
        429,
        error(
            "You exceeded your current quota, please check your plan and billing details.",
            type="insufficient_quota",
            code="insufficient_quota",
        ),
    ),
    (429, error("You exceeded your current quota.", type=None)),
    (402, error("Insufficient Balance", type="unknown_error", code="invalid_request_error")),
    (400, {"type": "error", "error": {"message": "Your credit balance is too low", **INVALID}}),
    (402, error("This request requires more credits, or fewer max_tokens.", code=402)),
    (
        429,
        error(
            "Your account is suspended, please check your plan", type="exceeded_current_quota_error"
        ),
    ),
    (
        400,
        {
            "code": "Arrearage",
            "message": "Access denied, please make sure your account is in good standing.",
        },
    ),
    (
        403,
        {
            "code": "x",
            "error": "Your team has either used all available credits or reached its limit",
        },
    ),
    (
        400,
        error("Budget has been exceeded! Current cost: 1, Max budget: 0", type="budget_exceeded"),
    ),
]

BUSY = [
    (429, error("Rate limit reached: Limit 3, Used 2, Requested 1.", code="rate_limit_exceeded")),
    (
        429,
        {"type": "error", "error": {"type": "rate_limit_error", "message": "This would exceed x"}},
    ),
    (
        429,
        google(
            429,
            "You exceeded your current quota, please check your plan and billing details",
            "RESOURCE_EXHAUSTED",
        ),
    ),
    (429, {"message": "Requests rate limit exceeded"}),
    (429, {"code": "Throttling.RateQuota", "message": "Requests rate limit exceeded"}),
    (429, {"message": "Too many requests, please wait"}),
    (429, "Too Many Requests"),
    (429, None),
]

KEY = [
    (401, error("Incorrect API key provided: sk-x.", code="invalid_api_key", **INVALID)),
    (
        401,
        {
            "type": "error",
            "error": {"type": "authentication_error", "message": "invalid x-api-key"},
        },
    ),
    (
        400,
        google(
            400,
            "API key not valid. Please pass a valid API key.",
            "INVALID_ARGUMENT",
            details=[{"reason": "API_KEY_INVALID"}],
        ),
    ),
    (400, {"code": "x", "error": "Incorrect API key provided: xa***ey."}),
    (401, {"message": "Unauthorized", "request_id": "x"}),
    (401, {"statusCode": 401, "message": "Unauthorized. Access token is missing"}),
    (401, "no"),
    (401, {"code": "InvalidApiKey", "message": "Invalid API-key provided."}),
]

MODEL = [
    (404, error("The model `x` does not exist or you do not have access to it.", **INVALID)),
    (404, error("x", code="DeploymentNotFound")),
    (404, error("The API deployment for this resource does not exist.", code="x")),
    (
        404,
        {
            "type": "error",
            "error": {"type": "not_found_error", "message": "model: claude-x not found"},
        },
    ),
    (404, google(404, "models/x is not found for API version v1main", "NOT_FOUND")),
    (400, error("Model Not Exist", **INVALID)),
    (
        400,
        {"object": "error", "message": "Invalid model: x", "type": "invalid_model", "code": "1500"},
    ),
    (400, error("x is not a valid model ID", code=400)),
    (404, error("No endpoints found for x.", code=404)),
    (404, error('model "x" not found, try pulling it first', type="api_error")),
    (404, {"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError"}),
    (400, error("The model `x` has been decommissioned", code="model_decommissioned", **INVALID)),
    (400, error("Invalid model name passed in model=x. Call `/v1/models`", code="400")),
]

PATH = [
    (404, "404 page not found"),
    (404, "<html><title>404 Not Found</title>"),
    (404, {"detail": "Not Found"}),
    (404, error("Invalid URL (POST /chat/completions)", code=None, **INVALID)),
    (404, error("Resource not found", code="404")),
    (404, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}),
    (404, error("File Not Found", type="not_found_error", code=404)),
    (405, {"detail": "Method Not Allowed"}),
    (404, None),
]

SERVICE = [
    (500, error("The server had an error while processing your request.", type="server_error")),
    (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    (503, google(503, "The model is overloaded. Please try again later.", "UNAVAILABLE")),
    (503, error("Loading model", type="unavailable_error", code=503)),
    (502, "<html><h1>502 Bad Gateway</h1>"),
    (504, "upstream request timeout"),
    (503, "no healthy upstream"),
    (408, None),
]

ALL = {
    ContextTooLong: TOO_LONG,
    PromptFiltered: FILTERED,
    QuotaExhausted: QUOTA,
    ModelRateLimited: BUSY,
    ModelUnauthorized: KEY,
    ModelNotFound: MODEL,
    ModelPathUnknown: PATH,
    ModelUnavailable: SERVICE,
    ModelForbidden: [
        (403, error("x", code="unsupported_country_region_territory")),
        (403, None),
        (
            401,
            error(
                "You have insufficient permissions for this operation. Missing scopes: api.model."
                "read. Check that you have the correct role, and if you're using a restricted API "
                "key, that it has the necessary scopes.",
                **INVALID,
            ),
        ),
    ],
}


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [(kind, *each) for kind, bodies in ALL.items() for each in bodies],
)
def test_what_a_refusal_means(kind, status, body):
    assert meaning(status, body) is kind


@pytest.mark.parametrize(
    "body",
    [
        error("Unsupported parameter: 'max_tokens' is not supported with this model.", **INVALID),
        error("Invalid value for 'temperature'", param="temperature", **INVALID),
        error("Unknown model parameter: seed"),
        {
            "detail": [
                {"loc": ["body", "stop"], "msg": "field required", "input": "prompt is too long"}
            ]
        },
        None,
        "no",
    ],
)
def test_other_refusals_mean_nothing_special(body):
    assert meaning(400, body) is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"code": 429}, ModelRateLimited),
        ({"code": "502", "message": "Provider returned error"}, ModelUnavailable),
        ({"status": 503}, ModelUnavailable),
        ({"type": "overloaded_error"}, ModelUnavailable),
        ({"type": "tokens"}, ModelRateLimited),
        ({"status": "RESOURCE_EXHAUSTED"}, ModelRateLimited),
        ({"type": "InternalServerError"}, ModelUnavailable),
        ({"message": "prompt is too long"}, ContextTooLong),
        ({"message": "it broke"}, None),
        ("words", None),
    ],
)
def test_what_an_error_in_a_stream_means(body, kind):
    """There the body has the status, if anything has; vague codes count, too."""
    assert meaning(0, body, streamed=True) is kind


@pytest.mark.parametrize("body", [bodies[0][1] for bodies in ALL.values() if bodies[0][1]])
def test_a_body_within_a_body(body):
    """As proxies send it: as an object, and as text."""
    kind = next(kind for kind, bodies in ALL.items() if bodies[0][1] == body)
    status = ALL[kind][0][0]

    assert meaning(status, {"error": {"provider": "x", "metadata": {"raw": body}}}) is kind
    assert meaning(status, error(f"provider said {json.dumps(body)}")) is kind


def test_codes_are_written_as_they_are_looked_up():
    assert all(code.isalnum() and code.islower() for code in [*CODES, *VAGUE])
    assert not CODES.keys() & VAGUE.keys()


def test_a_deep_or_wide_body_is_not_searched_for_ever():
    deep = {"error": "prompt is too long"}
    for _ in range(50):
        deep = {"error": deep}

    assert meaning(400, deep) is None
    assert meaning(400, [{"message": "x"}] * 100_000) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "code", "message", "type"]), inner)
    ),
)


@given(st.integers(0, 600), values)
def test_any_body_means_something_or_nothing(status, body):
    kind = meaning(status, body)
    assert kind is None or issubclass(kind, ModelError)
