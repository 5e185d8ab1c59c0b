"""No word from outside is in the log: canaries in the names of files that people share."""

import pytest

from bot.playground.model.scripted_reply import Reply
from tests.canaries.house import CANARY, CODE, FEW_LOGS, WORDS, written

URL, SHARE = "files.getUploadURLExternal", "files.completeUploadExternal"
LONG = "\n\n".join(f"Paragraph {number}, {WORDS}: " + "word " * 60 for number in range(200))

ODD = [
    {"name": {CANARY: WORDS}, "title": [WORDS], "id": WORDS, "mimetype": {WORDS: CODE}},
    {"name": None, "title": f"{WORDS}.md", "filetype": CODE, "url_private": f"https://{CANARY}/"},
    {"name": 7, "title": 1.5, "id": None, "mode": CODE},
    {"name": f"{CANARY}\x00\u202e.gpj", "title": "", "size": WORDS},
    {"name": f"../{CANARY}/{'x' * 5000}", "file_access": CODE, "mode": "tombstone"},
    WORDS,
    None,
]
"""What stands for a file in a message of Slack's, in shapes that no documentation has."""


@FEW_LOGS
async def test_people_share_files_with_odd_names(form, level):
    """Also where the messages that hold them cannot be read."""

    async def ask(house):
        files = [(f"{CANARY}.pdf", b"?"), (f"{WORDS} {CODE}.md", WORDS.encode())]
        shared = await house.ask("alice", "general", f"@streambot {WORDS}", attach=files)
        thread = {"thread_ts": shared.question["ts"]}
        await house.say("bob", "general", WORDS, files=ODD, subtype="file_share", **thread)
        await house.ask("alice", "general", f"@streambot {WORDS}", files=ODD, **thread)
        for error in (CODE, 503):
            house.slack.faults.fail("conversations.replies", error, times=20)
            await house.ask("alice", "general", "@streambot and now?", **thread)
            house.slack.faults.clear()

    log = await written(form, level, ask)

    assert CANARY not in log
    assert ("history not read whole" in log or "question not looked up" in log) is (
        level != "error"
    )


@FEW_LOGS
@pytest.mark.parametrize("what", ["url", "share", "bytes"])
async def test_files_of_an_answer_cannot_be_sent(form, level, what):
    """Slack refuses to give an address or to share, or the address leads nowhere."""

    async def ask(house):
        house.slack.faults.fail({"url": URL, "share": SHARE}.get(what, ""), CODE, times=20)
        if what == "bytes":
            house.slack.backend.base_url = f"http://127.0.0.1:9/{CANARY}/"
        house.model.enqueue(Reply([LONG]))
        question = await house.say("alice", "general", f"@streambot {WORDS}")
        await house.slack.wait_for(lambda: house.calls(URL))
        if what != "bytes":
            await house.ended(question)

    log = await written(form, level, ask)

    assert CANARY not in log
    assert (("write to come again" if what == "bytes" else "file not attached") in log) is (
        level != "error"
    )


@FEW_LOGS
async def test_files_of_an_answer_cannot_be_removed(form, level):
    """Its question was deleted; other files of the thread have names like those of an answer."""

    async def ask(house):
        house.model.enqueue(Reply([LONG]))
        answer = await house.ask("alice", "general", f"@streambot {WORDS}")
        house.slack.faults.fail("files.delete", CODE, times=20)
        await house.slack.delete("general", answer.question["ts"])
        await house.acknowledged()
        await house.idle()

    log = await written(form, level, ask)

    assert CANARY not in log
