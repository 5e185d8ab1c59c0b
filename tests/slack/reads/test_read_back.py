"""What the sink wrote, read back by the history: the model's own Markdown, and nothing else."""

from dataclasses import replace

import pytest

from bot.core.reply import Phase
from bot.rendering.layout.frame import PartLimits
from bot.slack.answers.forms import Form, Forms
from bot.slack.capabilities import Capabilities
from bot.slack.identity import identify
from bot.slack.reads.history import SlackHistory
from bot.slack.reads.people import SlackPeople
from tests.shown import flat
from tests.slack.scene import WAITING, done, live

ANSWER = """\
## Plan

Some **bold** and *slanted* text, `code`, and a [link](https://a.example/x).

1. one
2. two
   - deeper

> quoted

```py
print("**kept**")
```

| n | value |
| --- | --- |
| 1 | a |

---

The end."""


async def read_back(scene):
    """The answer as the next prompt has it."""
    identity = await identify(scene.api)
    where, asked = scene.turn.thread, "@streambot and now?"
    said = await scene.slack.say("alice", "general", asked, thread_ts=where.root)
    async with SlackPeople(scene.api) as people:
        history = SlackHistory(scene.api, people, identity)
        found = await history.read(replace(scene.turn, ts=said["ts"], text=asked), 16_000)
        messages = found.messages
    assert [message.role for message in messages] == ["user", "assistant", "user"]
    return messages[1].text


@pytest.mark.parametrize("form", Form)
async def test_an_answer_in_any_form(scene, form):
    scene.capabilities = Capabilities(Forms(form))
    scene.open()
    await scene.show(live(ANSWER[:100]))
    await scene.show(done(ANSWER, Phase.STOPPED))
    text = await read_back(scene)

    assert all(word in text for word in ("Plan", "**bold**", "`code`", "https://a.example/x"))
    assert all(word in text for word in ('print("**kept**")', "1. one", "deeper", "The end."))
    assert "Stopped" not in text


async def test_rich_text_is_the_same_markdown(scene):
    await scene.show(done(ANSWER))
    text = await read_back(scene)

    assert flat(text).replace("_", "*") == flat(ANSWER)


async def test_an_answer_in_parts_and_a_file(scene):
    scene.capabilities = Capabilities(limits=PartLimits(units=600, parts=3))
    scene.open()
    long = "\n\n".join(f"Sentence number {number} of **many**." for number in range(100))
    await scene.show(live(long[:700]))
    await scene.show(done(long))
    text = await read_back(scene)

    assert len(scene.answers) == 3
    assert len(scene.files) == 1
    assert flat(long).startswith(flat(text))
    assert len(text) > 1000


async def test_what_keeps_the_rich_text_is_not_read(scene):
    scene.slack.backend.sizes.keeps_rich_text = True
    await scene.show(done("Half", Phase.STOPPED))
    scene.capabilities = Capabilities(Forms(Form.MARKDOWN))
    scene.open(posts=scene.sink.posts)
    await scene.show(WAITING)
    await scene.show(done("Whole **answer**."))

    assert scene.types() == [["rich_text", "markdown"]]
    assert await read_back(scene) == "Whole **answer**."
