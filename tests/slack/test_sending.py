"""The last question before a request leaves."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import SlackUnsent


async def test_a_request_that_may_not_leave_does_not(scene):
    posted = {"channel": scene.turn.thread.channel, "text": "late"}
    forbidden = replace(scene.api, may_send=lambda: False)
    with pytest.raises(SlackUnsent):
        await forbidden.granted("chat.postMessage", posted)
    with pytest.raises(SlackUnsent):
        await forbidden.upload(f"{scene.slack.base_url}upload/none", b"late")
    assert (scene.texts(), len(scene.slack.calls)) == ([], 0)
    await scene.api.granted("chat.postMessage", posted)

    assert len(scene.slack.calls) == 1


async def test_each_call_asks_for_itself(scene):
    posted = {"channel": scene.turn.thread.channel, "text": "…"}
    apis = [replace(scene.api, may_send=lambda answer=n % 2 == 0: answer) for n in range(20)]
    posts = (api.granted("chat.postMessage", posted) for api in apis)
    outcomes = await asyncio.gather(*posts, return_exceptions=True)

    assert [isinstance(each, SlackUnsent) for each in outcomes] == [False, True] * 10
    assert len(scene.slack.calls) == 10


async def test_it_is_asked_after_the_wait_for_a_connection(scene):
    """All connections are busy: what was allowed when the call was made is not any more."""
    session = scene.api.client.session
    session.connector._limit = 1
    scene.slack.faults.hold("chat.postMessage", 0.5)
    posted = {"channel": scene.turn.thread.channel, "text": "…"}
    allowed = [True]
    waiting = replace(scene.api, may_send=lambda: allowed[0])
    async with asyncio.TaskGroup() as calls:
        calls.create_task(scene.api.granted("chat.postMessage", posted))
        await scene.slack.wait_for(lambda: len(scene.slack.calls))
        second = calls.create_task(_outcome(waiting.granted("chat.postMessage", posted)))
        await asyncio.sleep(0.1)
        allowed[0] = False

    assert isinstance(second.result(), SlackUnsent)
    assert len(scene.slack.calls) == 1


async def _outcome(call):
    try:
        return await call
    except SlackUnsent as error:
        return error
