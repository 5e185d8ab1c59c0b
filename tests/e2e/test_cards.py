"""What other apps post, as the model reads it: `tests/field_cases` has the messages.

Cases that lie beside the checkout are run, too. Those about events and greetings are not run here.
"""

import json

import pytest

from bot.playground.workspace.people import App
from bot.slack.answers.post_metadata import METADATA
from tests.cases import field_cases

KEYS = {"id", "what", "today", "before", "ask", "where", "expect"}
READ = {"prompt_contains", "prompt_lacks"}
APP = App("U0CARDS", "B0CARDS", "A0CARDS", "Cards")
WEBHOOK = App("", "B0HOOK", "A0HOOK", "Hook")


def about_reading(case):
    return "events" not in case and case["expect"].keys() <= READ


def filled(case, house):
    """The case with the ids of this Slack."""
    workspace, text = house.slack.workspace, json.dumps(case)
    ids = {"bot": workspace.bot.user_id, "channel": workspace.channel("general").id}
    for name, found in ids.items():
        text = text.replace(f"{{{name}}}", found)
    return json.loads(text)


async def post(house, said, channel, **where):
    """Somebody's message, with the fields that it has in the case."""
    fields = {key: value for key, value in said.items() if key != "by"} | where
    slack, by = house.slack, said.get("by", "app")
    if by == "app":
        app = WEBHOOK if "username" in fields else APP
        return await slack.post_as(app, channel, **fields)
    user = slack.workspace.bot.user_id if by == "bot" else slack.workspace.user("alice").id
    if by == "bot":
        payload = {"question": where["thread_ts"], "part": 0}
        fields["metadata"] = {"event_type": METADATA, "event_payload": payload}
    return slack.workspace.post(channel, user=user, now=slack.clock.wall(), **fields)


@pytest.mark.parametrize("case", field_cases("slack-messages", "cards", only=about_reading))
async def test_what_the_model_reads(house, case):
    assert case.keys() <= KEYS
    case = filled(case, house)
    workspace = house.slack.workspace
    direct = case.get("where") == "direct"
    channel = (workspace.dm("alice") if direct else workspace.channel("general")).id
    where = {}
    for message in case.get("before", ()):
        posted = await post(house, message, channel, **where)
        where = where or {"thread_ts": posted["ts"]}

    question = await post(house, {"by": "person"} | case["ask"], channel, **where)
    await house.ended(question | {"where": channel})

    prompt = "\n\n".join(message["content"] for message in house.prompts[-1][1:])
    assert [each for each in case["expect"]["prompt_contains"] if each not in prompt] == [], prompt
    found = [each for each in case["expect"].get("prompt_lacks", ()) if each in prompt]
    assert found == [], prompt
