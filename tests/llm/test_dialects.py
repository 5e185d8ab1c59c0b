import httpx2
import openai
import pytest

from bot.llm.dialects import NAMES, Dialect

BODY = {
    "model": "m",
    "messages": [{"role": "user", "content": "hi", "name": "ann"}],
    "stream": True,
    "stream_options": {"include_usage": True},
    "max_tokens": 9,
    "temperature": 0.5,
}


def refusal(message="no", status=400, **body):
    response = httpx2.Response(status, request=httpx2.Request("POST", "http://x"))
    return openai.APIStatusError(message, response=response, body={"message": message, **body})


def learned(**given):
    dialect = Dialect().learn(refusal(**given), BODY)
    return dialect and set(dialect.refused)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"param": "stream_options"}, "stream_options"),
        ({"param": "stream_options.include_usage"}, "stream_options"),
        ({"param": "temperature", "code": "unsupported_value"}, "temperature"),
        ({"param": "max_tokens"}, "max_tokens"),
        ({"param": "stream"}, "stream"),
        ({"param": "messages[0].name"}, NAMES),
        ({"message": "Unrecognized request argument supplied: stream_options"}, "stream_options"),
        ({"message": "Extra inputs: ('body', 'stream_options')", "status": 422}, "stream_options"),
        (
            {"message": "'max_tokens' is not supported. Use 'max_completion_tokens' instead."},
            "max_tokens",
        ),
        ({"message": "'stream' is not supported with this model"}, "stream"),
    ],
)
def test_a_refusal_names_a_parameter(given, name):
    assert learned(**given) == {name}


@pytest.mark.parametrize(
    "given",
    [
        {"param": "messages"},
        {"param": "model", "message": "temperature"},
        {"param": "top_p"},
        {"param": "temperature", "status": 403},
        {"message": "cannot stream anything"},
        {"message": "This model's maximum context length is 10"},
    ],
)
def test_a_refusal_for_another_reason(given):
    assert learned(**given) is None


def test_nothing_is_learned_twice():
    """A limit refused under both its names is not dropped: it is wrong itself."""
    dialect = Dialect(frozenset({"max_tokens"}))
    body = dialect.adapt(BODY)
    assert dialect.learn(refusal(param="max_completion_tokens"), body) is None
    assert dialect.learn(refusal(param="max_tokens"), body) is None


def test_a_body_is_adapted():
    assert Dialect().adapt(BODY) == BODY
    adapted = Dialect(frozenset({"max_tokens", "temperature", "stream", NAMES})).adapt(BODY)
    assert adapted == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "max_completion_tokens": 9,
    }
