"""What models really write, from the endpoint's bytes to what is seen in Slack, in every form.

`tests/field_cases` has the answers: those of the field, and more of each kind. Cases that lie
beside the checkout are run, too.
"""

from contextlib import aclosing

import pytest

from bot.core.types import Message, TextDelta
from bot.llm.chat_completions import OpenAIModel
from bot.rendering.renderer import Renderer
from tests.cases import field_cases
from tests.llm.endpoint import data, delta, head
from tests.rendering.corpus import SEEN, Case, judged_as_seen
from tests.rendering.soup import pieces
from tests.rendering.test_renderer import picture

KEYS = {"id", "what", "today", "text", "expect"}
WHOLE = 1_000_000
CASES = field_cases("markdown", "markdown-more")


@pytest.mark.parametrize("size", [WHOLE, 7, 3, 1])
@pytest.mark.parametrize("case", CASES)
async def test_what_is_seen_of_an_answer(endpoint, client, case, size):
    assert case.keys() <= KEYS
    chunks = [delta(content=piece) for piece in pieces(case["text"], [size])]
    endpoint.answer((head(), data(*chunks, delta("stop"), "[DONE]")))
    renderer, frames = Renderer(), []

    async with aclosing(OpenAIModel(client, model="m").stream([Message("user", "hi")])) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                renderer.feed(event.text)
                frames.append(picture(renderer.frame()))
    renderer.finish()

    final = picture(renderer.frame())
    assert [shown for shown in frames if shown != final[: len(shown)]] == []
    judge = Case(case["id"], (), case["text"], case["expect"])
    for form, seen in SEEN.items():
        verdicts = judged_as_seen(judge, seen(renderer.frame()), form)
        assert [said for said, held in verdicts if not held] == [], form
