import pytest

from bot.advice import ENGLISH
from bot.doctor.finding import Status
from bot.doctor.model import SEE_ENDPOINT
from bot.playground.model.endpoint import MISSING_MODEL, REFUSED_KEY
from bot.playground.model.scripted_reply import Reply
from tests.doctor.fake_slack import failed, findings, warned


async def test_a_key_in_the_clear_is_warned_of(healthy):
    """The address is one for documentation: nobody is there, so nobody is waited for."""
    found = await findings(healthy | {"OPENAI_BASE_URL": "http://192.0.2.1/v1"}, patience=0.1)

    assert "model-https" in warned(found)


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (Reply(["all at once"]), Status.WARNING),
        (Reply([]), Status.WARNING),
        (Reply(["one ", "two"]), Status.OK),
        (Reply(["one ", "two"], finish_reason="length"), Status.OK),
        (Reply(["one ", "two"], finish_reason=None), Status.FAILED),
        (Reply.error(404, "no such model", "model_not_found"), Status.FAILED),
        (Reply.error(429, "pay", "insufficient_quota"), Status.FAILED),
    ],
)
async def test_the_stream_of_the_model(reply, status, healthy, model):
    model.enqueue(reply)

    assert (await findings(healthy))["model-stream"].status is status


@pytest.mark.parametrize("path", ["nothing", "api"])
async def test_an_endpoint_that_lists_nothing_may_still_answer(path, healthy, slack):
    """`/models` is a 404 or a 405 there; the list is not what the bot needs."""
    base = f"http://127.0.0.1:{slack.port}/{path}"

    found = await findings(healthy | {"OPENAI_BASE_URL": base})

    assert "model-endpoint" in warned(found)
    assert found["model-offered"].status is Status.SKIPPED


async def test_a_model_that_is_not_offered_is_named_with_those_that_are(healthy):
    finding = (await findings(healthy | {"OPENAI_MODEL": "playground-dem"}))["model-offered"]

    assert finding.status is Status.WARNING
    assert healthy["OPENAI_MODEL"] in finding.hint


async def test_a_model_that_does_not_exist_is_answered_with_those_that_do(healthy):
    """And not with the advice to run what one has just run."""
    found = await findings(healthy | {"OPENAI_MODEL": MISSING_MODEL})

    assert found["model-stream"].status is Status.FAILED
    assert healthy["OPENAI_MODEL"] in found["model-stream"].hint


async def test_an_error_has_a_hint_of_its_kind(healthy):
    found = await findings(healthy | {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
    finding = found["model-endpoint"]

    advice = ENGLISH.by_kind["connection_refused"]
    assert (finding.what, finding.hint) == (advice.what, advice.remedy)
    assert found["model-offered"] == found["model-stream"] == SEE_ENDPOINT


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (lambda base: {"OPENAI_API_KEY": REFUSED_KEY}, "OPENAI_API_KEY"),
        (lambda base: {"OPENAI_BASE_URL": base.removesuffix("/v1/")}, "/v1"),
    ],
)
async def test_a_wrong_key_and_a_wrong_path_come_alone(changed, named, healthy, model):
    found = await findings(healthy | changed(model.base_url))

    assert failed(found) == {"model-endpoint"}
    assert warned(found) == set()
    assert named in found["model-endpoint"].hint
    assert found["model-offered"] == found["model-stream"] == SEE_ENDPOINT
    assert model.requests == []


async def test_what_the_endpoint_said_is_shown(healthy, model):
    model.enqueue(Reply.error(400, "temperature is not for this model", "unsupported_value"))

    finding = (await findings(healthy))["model-stream"]

    assert "(HTTP 400: temperature is not for this model)" in finding.what
