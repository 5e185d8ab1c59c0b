"""Slack carries calls out some time after they were given up, whoever made them."""

import asyncio
import random
from contextlib import contextmanager

from bot.playground.faults import Fault, Loss
from bot.playground.model.scripted_reply import Reply
from bot.slack.actions.buttons import STOP
from bot.strings import ENGLISH
from tests.chaos.house import LEASE, open_house
from tests.chaos.oracle import Fate, Violation, bare, judge
from tests.chaos.questions import Question, questions
from tests.chaos.trials.going_on import TABLE

POST, UPDATE, DELETE = "chat.postMessage", "chat.update", "chat.delete"
SHARE, FILE_DELETE = "files.completeUploadExternal", "files.delete"
SHARES = {POST: 0.4, UPDATE: 0.15, DELETE: 0.4, SHARE: 0.5, FILE_DELETE: 0.4}
"""The share of the calls that land late."""

LOOKED = 8.0
"""Seconds after which an answer of a second or two has been looked at once more."""

LATEST = 1.5
"""Seconds. What is given up can land for three times the lease."""


def late(chance, *methods):
    """A rule: of these methods some calls land late."""

    def rule(called, _arguments):
        if called not in methods or chance.random() >= SHARES[called]:
            return None
        how = chance.choice([Loss.GATEWAY, Loss.RESET, Loss.CLOSE])
        return Fault(lost=how, lands=chance.uniform(0.1, LATEST))

    return rule


async def landing(site, seed, *, methods=tuple(SHARES), kills=0, count=6):
    """Calls land late; with `kills` the process dies meanwhile, and another takes over."""
    chance = random.Random(seed)
    async with open_house(site, seed) as house:
        bot = await house.start()
        house.slack.faults.rule = late(chance, *methods)
        await house.put_all(questions(seed, count, words=(10, 60), pause=0.01))
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.1, 1.5))
            await bot.kill()
            bot = await house.start(port=bot.port)
        await house.settled()
        house.slack.faults.rule = None
        await looked_at(house)
    return violations(house)


async def paused(site, seed):
    """A process sleeps while its edit is on its way; another one has ended the answer by then."""
    question = Question("Q0000", seed, "alice", "room-00", words=200, pause=0.005)
    async with open_house(site, seed) as house:
        asleep = await house.start()
        house.replies[question.name] = question.reply(pause=0.1)
        await house.put(question)
        await house.seen(lambda: house.shows(question.name, "word"))
        house.slack.faults.delay(UPDATE, 2 * LEASE + LATEST / 2, how=Loss.SILENCE)
        planned = house.slack.faults._planned
        await house.seen(lambda: not planned.get(UPDATE))
        asleep.process.pause()
        house.replies.clear()
        await house.start()
        await house.settled()
        asleep.process.resume()
        await looked_at(house)
    return violations(house)


async def attached(site, seed, *, kills=0, count=4):
    """Answers come with a file, and are then replaced by others without: each file stands once."""
    chance = random.Random(seed)
    plan = [Question(f"Q{n:04}", seed, "alice", f"room-{n:02}") for n in range(count)]
    async with open_house(site, seed) as house:
        house.replies |= {each.name: Reply([TABLE]) for each in plan}
        bot = await house.start()
        with landing_late(house, chance):
            said = {each.name: await house.put(each, Fate.FREE) for each in plan}
            for _ in range(kills):
                await asyncio.sleep(chance.uniform(0.1, 1.5))
                await bot.kill()
                bot = await house.start(port=bot.port)
            await house.seen(lambda: all(is_whole(house, each, "value") for each in said.values()))
        await house.quiet(LATEST)
        await house.seen(lambda: all(len(files(house, each)) == 1 for each in said.values()))
        await looked_at(house)
        once = [len(files(house, each)) for each in said.values()]
        house.replies.clear()
        with landing_late(house, chance):
            for each in said.values():
                await house.press("alice", house.answer(each), "regenerate")
            await house.seen(lambda: all(is_whole(house, each, "word") for each in said.values()))
        await house.quiet(LATEST)
        await house.seen(lambda: not any(files(house, each) for each in said.values()))
        await looked_at(house)
        left = [len(files(house, each)) for each in said.values()]
    wrong = [f"at first {once}, then {left}"] if any(left) or once != [1] * count else []
    return [Violation("late", "files", each) for each in wrong] + violations(house)


async def withdrawn(site, seed, *, count=6):
    """Questions are deleted in the midst; half of their answers come with a file."""
    chance = random.Random(seed)
    rooms = [(f"Q{n:04}", seed, "alice", f"room-{n:02}") for n in range(count)]
    plan = [Question(*each, words=60, pause=0.01, finish="length") for each in rooms]
    async with open_house(site, seed) as house:
        cut = Reply([TABLE], finish_reason="length")
        house.replies |= {each.name: cut for each in plan[::2]}
        await house.start()
        with landing_late(house, chance):
            said = [await house.put(each, Fate.FREE) for each in plan]
            for each in said:
                await asyncio.sleep(chance.uniform(0, 0.5))
                await house.slack.delete(each["where"], each["ts"])
            await house.seen(lambda: not any(ours(house, each) for each in said))
        await looked_at(house)
        left = [len(ours(house, each)) for each in said]
    wrong = [f"still there: {left}"] if any(left) else []
    return [Violation("late", "questions", each) for each in wrong] + violations(house)


async def pressed(site, seed, *, count=5):
    """Edits land when all has been looked at; people press, and one of two processes dies."""
    chance = random.Random(seed)
    rooms = [(f"Q{n:04}", seed, "alice", f"room-{n:02}") for n in range(count)]
    plan = [Question(*each, words=40, pause=0.02) for each in rooms]
    async with open_house(site, seed) as house:
        bots = [await house.start(), await house.start()]
        house.spread(*bots)
        house.slack.faults.rule = live_edits_after_the_look(chance)
        said = {each: await house.put(each, Fate.FREE) for each in plan}
        await house.settled()
        await house.quiet(LOOKED + LATEST + 4 * LEASE)
        house.slack.faults.rule = late(chance, UPDATE)
        stale = await pressed_by_two(house, said.values())
        await bots[0].kill()
        house.spread(bots[1])
        house.slack.faults.rule = None
        await house.quiet(LATEST + 4 * LEASE)
        for _ in range(30):
            if not await pressed_by_two(house, said.values()):
                break
            await house.quiet(2 * LEASE)
        shown = [(each, house.answer(where)) for each, where in said.items()]
    missed = [] if stale else [Violation("trial", "late/pressed", "no edit landed after the look")]
    wrong = [
        Violation("late", each.name, f"shows {answer.texts} {answer.notices} {answer.buttons}")
        for each, answer in shown
        if not is_honest(each, answer)
    ]
    return missed + wrong + violations(house)


async def pressed_by_two(house, said):
    """Two people press Stop wherever it stands. Returns how often it stood."""
    live = [answer for answer in map(house.answer, said) if STOP in answer.buttons]
    presses = [house.press(who, answer) for answer in live for who in ("alice", "bob")]
    await asyncio.gather(*presses)
    return len(live)


def is_honest(question, answer):
    """It is whole, or says that it may not be; and it can be asked again."""
    whole, said = bare(question.answer), bare(answer.text)
    notices = {ENGLISH.overwritten} if said else {ENGLISH.overwritten_all}
    known = (said == whole and not answer.notices) or {*answer.notices} == notices
    return known and whole.startswith(said) and answer.buttons == ["regenerate"]


def live_edits_after_the_look(chance):
    """A rule: half of the edits before an answer's end land when it has been looked at."""

    def rule(called, arguments):
        if called != UPDATE or STOP not in str(arguments["blocks"]) or chance.random() >= 0.5:
            return None
        return Fault(lost=Loss.GATEWAY, lands=chance.uniform(LOOKED, LOOKED + LATEST))

    return rule


@contextmanager
def landing_late(house, chance):
    """Some calls of every kind land late."""
    house.slack.faults.rule = late(chance, *SHARES)
    yield
    house.slack.faults.rule = None


def ours(house, said):
    """All that the bot has in the room."""
    bot = house.slack.workspace.bot.user_id
    return [each for each in house.slack.workspace.messages(said["where"]) if each["user"] == bot]


def files(house, said):
    """The messages with a file in the room."""
    return [each for each in ours(house, said) if each.get("files")]


def is_whole(house, said, text):
    """The answer with this text is complete, and closed."""
    answer = house.answer(said)
    return answer.buttons == ["regenerate"] and not answer.notices and text in answer.text


async def looked_at(house):
    """All has landed, and has been looked at."""
    await house.quiet(LATEST + 4 * LEASE)
    await house.settled()
    await house.quiet()


def violations(house):
    """Without what lands: it writes over the end."""
    return [each for each in judge(house.history()) if each.rule != "stale"]
