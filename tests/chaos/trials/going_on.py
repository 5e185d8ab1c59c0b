"""Somebody presses Continue or Regenerate, and the process is killed before that is done."""

from bot.playground.model.scripted_reply import Reply
from tests.chaos.house import open_house
from tests.chaos.oracle import Fate, Violation, bare, judge
from tests.chaos.questions import Question

POINTS = (
    "reopen.after",
    "claim.after:2",
    "posted.after:2",
    "buttons.before",
    "buttons.after",
    "close.after:2",
    "last.after:2",
    "ended.before:2",
)
"""Where it dies; the second time it comes there, where the first round comes by, too."""

REPLACING = (
    "close.after:2",
    "last.before:2",
    "last.after:2",
    "delete.before",
    "delete.after",
    "delete.after:2",
    "ended.before:2",
)
"""Where it dies when the answer before came with a file."""

TABLE = "Here:\n\n| n | v |\n|---|---|\n" + "".join(f"| {n} | value {n} |\n" for n in range(200))


async def continued(site, seed, point):
    """The next process goes on below, and takes the buttons off the message above (F098)."""
    async with open_house(site, seed) as house:
        question = Question("Q0000", seed, "alice", "room-00")
        half, rest = question.answer[:30], question.answer[30:]
        house.model.answer = lambda _: (
            Reply([rest]) if pressed else Reply([half], finish_reason="length")
        )
        pressed = False
        first = await house.start(kill_at=point)
        said = await house.put(question, Fate.FREE)
        await house.seen(lambda: "continue" in house.answer(said).buttons)
        # The end is committed after the buttons are shown.
        await first.says('"answer ended"')
        await house.quiet(1.0)
        pressed = True
        early = not first.alive
        await house.press("alice", house.answer(said), "continue")
        reached = await first.died(10)
        await house.start(port=first.port)
        done = await house.seen(lambda: house.answer(said).buttons == ["regenerate"])
        await house.quiet()
        answer = house.answer(said)
    missed = [] if reached else [Violation("trial", point, "the process lived on")]
    if early:
        missed.append(Violation("trial", point, "the process died before the press"))
    if not done or answer.notices or len(answer.messages) != 2:
        shown = f"{answer.texts} {answer.notices} {answer.buttons}"
        missed.append(Violation("I4", "Q0000", f"leads nowhere: {shown}"))
    return missed + judge(house.history())


async def regenerated(site, seed, point):
    """The file of the answer before stays until the new one stands, and then it goes (F098)."""
    async with open_house(site, seed) as house:
        question = Question("Q0000", seed, "alice", "room-00")
        house.model.answer = lambda _: question.reply() if pressed else Reply([TABLE])
        pressed = False
        first = await house.start(kill_at=point)
        said = await house.put(question, Fate.FREE)
        await house.seen(lambda: "regenerate" in house.answer(said).buttons)
        # The end is committed after the buttons are shown.
        await first.says('"answer ended"')
        await house.quiet(1.0)
        pressed, files = True, house.slack.workspace.files
        had = len(files)
        await house.press("alice", house.answer(said), "regenerate")
        reached = await first.died(10)
        stands = bare(house.answer(said).text) == bare(question.answer)
        lost = not files and not stands
        await house.start(port=first.port)
        done = await house.seen(lambda: not _shared(house, said), 30)
        await house.quiet()
        answer = house.answer(said)
    missed = [] if reached else [Violation("trial", point, "the process lived on")]
    if had != 1 or lost or not done or answer.buttons != ["regenerate"]:
        shown = f"{had} {lost} {done} {answer.texts} {answer.notices} {answer.buttons}"
        missed.append(Violation("F098", "Q0000", f"file of the answer before: {shown}"))
    return missed + judge(house.history())


def _shared(house, said):
    """The files that stand in the conversation."""
    messages = house.slack.workspace.messages(said["where"])
    return [file for message in messages for file in message.get("files") or ()]
