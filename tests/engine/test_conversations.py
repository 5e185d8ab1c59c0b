"""Conversations: one answer per thread at a time, Stop for the asker, a drain that ends."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from bot.core.line import LoadLimits
from bot.core.reply import Phase, Snapshot
from bot.core.turns import ClickOutcome
from bot.core.types import (
    CallKind,
    Finish,
    FinishReason,
    Hold,
    Message,
    Order,
    Queued,
    ReasoningDelta,
    TextDelta,
)
from bot.engine.answer import AnswerServices
from bot.engine.conversations import Conversations
from bot.engine.turn_policy import TurnPolicy
from bot.errors import ModelUnauthorized, SlackRejected, StoreError
from bot.tasks import Tasks
from tests.fakes import Free, Pages, Screen, ScriptModel, turn

DONE = Finish(FinishReason.STOP)
QUICK = TurnPolicy(check_interval=0.02)


class House:
    """Conversations with a screen per question, which outlives the process that wrote there."""

    def __init__(self, journal, *scripts, errors=(), policy=None, screens=None, budget=None, **how):
        self.model = ScriptModel(*scripts)
        self.journal = journal
        self.screens = {} if screens is None else screens
        self.errors = errors
        self.claims = []
        self.asked = []
        pages = Pages(*how.pop("said", ()))
        day = datetime(2026, 1, 31, tzinfo=UTC)
        names = (lambda: "Bot", lambda: day, lambda turn: "Ask me anything.")
        services = AnswerServices(self.model, pages, pages, budget or Free(), *names, **how)
        self.conversations = Conversations(journal, services, self.screen, policy or QUICK)

    def screen(self, claim, _may_send):
        self.claims.append(claim)
        return self.screens.setdefault(claim.turn.ts, Screen(*self.errors)).inherited()

    async def ask(self, *turns):
        self.asked += turns
        for asked in turns:
            if await self.journal.accept(asked):
                self.conversations.submit(asked)

    async def begun(self, ts="1.000100", text=""):
        while (ts not in self.screens) or not any(text in f[0] for f in self.screens[ts].frames):
            await asyncio.sleep(0.005)

    async def ended(self):
        """As soon as everything that was asked has ended, and nothing runs any more."""
        await self.over(*self.asked)
        await self.drained(5.0)

    async def drained(self, seconds):
        await asyncio.wait_for(self.conversations.drain(seconds), seconds + 10)

    async def over(self, *turns):
        """As soon as these have ended in the journal; their states."""
        states = [await self.state(asked) for asked in turns]
        async with asyncio.timeout(20):
            while not all(state.ended for state in states):
                await asyncio.sleep(0.01)
                states = [await self.state(asked) for asked in turns]
        return states

    async def state(self, asked):
        return (await self.journal.find(asked.key)).state

    def shown(self, ts="1.000100"):
        return self.screens[ts].last


@pytest.fixture
async def open_house(another):
    async with AsyncExitStack() as stack:
        journal = await another("first")

        async def open_(*scripts, journal=journal, **more):
            house = House(journal, *scripts, **more)
            await stack.enter_async_context(house.conversations)
            return house

        yield open_


async def test_a_question_is_answered(open_house):
    house = await open_house([TextDelta("Because."), DONE])
    await house.ask(turn())
    await house.ended()

    assert house.screens["1.000100"].frames[0] == ("", "waiting")
    assert house.shown() == ("Because.", "complete")


async def test_as_long_as_it_thinks_the_time_is_told(open_house):
    house = await open_house(
        [0.1, ReasoningDelta("Hm"), 0.1, TextDelta("Because."), DONE], tick=0.03
    )
    await house.ask(turn())
    await house.ended()
    screen = house.screens["1.000100"]

    assert screen.seconds == sorted(screen.seconds)
    assert len({*screen.seconds}) >= 3
    assert screen.snapshot.seconds >= 0.2


async def test_once_it_writes_the_time_is_not_told_any_more(open_house):
    house = await open_house([TextDelta("Be"), 0.2, TextDelta("cause."), DONE], tick=0.03)
    await house.ask(turn())
    await house.ended()
    planned = house.screens["1.000100"].planned

    assert len({each.seconds for each in planned if each.text == "Be"}) <= 2


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ([], True),
        ([Message("user", "hi", ts="0.5")], True),
        ([Message("user", "hi", ts="0.5"), Message("assistant", "Hello", ts="0.6")], False),
    ],
)
async def test_the_first_answer_of_a_conversation_is_known(open_house, said, first):
    house = await open_house([TextDelta("Because."), DONE], said=said)
    await house.ask(turn())
    await house.ended()

    assert house.screens["1.000100"].snapshot.first == first


@pytest.mark.parametrize(("thoughts", "kept"), [(0, ""), (4, "mmmm")])
async def test_reasoning_is_kept_where_it_is_to_be_shown(open_house, thoughts, kept):
    script = [ReasoningDelta("Hm"), ReasoningDelta("mmm"), TextDelta("Because."), DONE]
    house = await open_house(script, thoughts=thoughts)
    await house.ask(turn())
    await house.ended()

    assert house.screens["1.000100"].snapshot.thoughts == kept


async def test_the_same_question_twice_is_one_turn(open_house):
    house = await open_house([TextDelta("Because."), DONE])
    await house.ask(turn(), turn())
    await house.ended()

    assert len(house.model.prompts) == 1


async def test_one_answer_per_thread_at_a_time_in_order(open_house):
    """F007: whoever asks meanwhile sees that it waits, and gets its turn."""
    go_on = asyncio.Event()
    scripts = [go_on, TextDelta("1"), DONE], [TextDelta("2"), DONE], [TextDelta("3"), DONE]
    house = await open_house(*scripts)
    await house.ask(turn("1.0001"), turn("1.0002"), turn("1.0003"))
    for ts in ("1.0001", "1.0002", "1.0003"):
        await house.begun(ts)

    assert [screen.last for screen in house.screens.values()] == [
        ("", "waiting"),
        ("", "queued"),
        ("", "queued"),
    ]
    go_on.set()
    await house.ended()

    assert [screen.last[0] for screen in house.screens.values()] == ["1", "2", "3"]
    assert len(house.model.prompts) == 3


def questions(*users):
    """A question of each, in a thread of its own; their ts are 1.0, 2.0 and so on."""
    numbered = enumerate(users, start=1)
    return [turn(f"{n}.0", root=f"{n}.0", user=user) for n, user in numbered]


async def test_beyond_the_limit_a_question_waits_and_is_answered_in_its_turn(open_house):
    go_on = asyncio.Event()
    limited = TurnPolicy(check_interval=0.02, load=LoadLimits(running=1))
    scripts = [go_on, TextDelta("1"), DONE], [TextDelta("2"), DONE], [TextDelta("3"), DONE]
    house = await open_house(*scripts, policy=limited)
    await house.ask(*questions("U1", "U2", "U3"))
    for ts in ("1.0", "2.0", "3.0"):
        await house.begun(ts)

    shown = [house.screens[ts].snapshot.queued for ts in ("2.0", "3.0")]
    assert shown == [Queued(Hold.OTHERS, 0), Queued(Hold.OTHERS, 1)]
    assert len(house.model.prompts) == 1
    go_on.set()
    await house.ended()
    assert [house.shown(ts)[0] for ts in ("1.0", "2.0", "3.0")] == ["1", "2", "3"]


async def test_who_waits_in_line_has_not_begun(open_house):
    """A crash counts against those that were being answered, and against nobody else."""
    limited = TurnPolicy(check_interval=0.02, load=LoadLimits(per_person=1))
    house = await open_house([60.0], policy=limited)
    asked = questions("U1", "U1")
    await house.ask(*asked)
    await house.begun("2.0")
    assert house.screens["2.0"].snapshot.queued == Queued(Hold.OWN, 1)
    await house.drained(0.01)

    claims = [await house.journal.claim(each.key) for each in asked]
    assert [claim.attempts for claim in claims] == [1, 1]


async def test_who_waits_in_line_can_stop_it(open_house):
    limited = TurnPolicy(check_interval=0.02, load=LoadLimits(running=1))
    house = await open_house([60.0], policy=limited)
    asked = questions("U1", "U2", "U3")
    await house.ask(*asked)
    await house.begun("3.0")
    assert await house.conversations.stop(asked[1].key, "U2") is ClickOutcome.STOPPED
    await house.over(asked[1])

    assert house.shown("2.0") == ("", "stopped")
    async with asyncio.timeout(20):
        while house.screens["3.0"].snapshot.queued.before:
            await asyncio.sleep(0.01)
    await house.drained(0.01)


async def test_one_too_many_is_refused(open_house):
    limited = TurnPolicy(check_interval=0.02, load=LoadLimits(running=1, waiting=1))
    house = await open_house([60.0], policy=limited)
    asked = questions("U1", "U2", "U3")
    await house.ask(*asked)
    assert [state.value for state in await house.over(asked[2])] == ["failed"]
    await house.begun("2.0")

    assert house.screens["3.0"].snapshot.failure.kind == "crowded"
    assert house.shown("2.0") == ("", "queued")
    await house.drained(0.01)


class OneByOne(Free):
    """A budget in which every call waits until it is `let` go."""

    def __init__(self):
        super().__init__()
        self.let = asyncio.Semaphore(0)

    async def acquire(self, call):
        await self.let.acquire()
        return 0.0


async def test_of_a_flood_only_so_much_is_worked_on_and_nobody_waits_for_all_of_it(open_house):
    limited = TurnPolicy(check_interval=0.02, load=LoadLimits(running=1, waiting=1))
    budget = OneByOne()
    house = await open_house([60.0], policy=limited, budget=budget)
    await house.ask(*questions(*["U1"] * 80))
    other = turn("90.0", root="90.0", user="U2")
    await house.ask(other)
    async with asyncio.timeout(20):
        while len(house.claims) < 52:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert len(house.claims) == 52
    assert (house.conversations.running, house.conversations.waiting) == (1, 80)

    budget.let.release()
    async with asyncio.timeout(20):
        while other not in [claim.turn for claim in house.claims]:
            await asyncio.sleep(0.05)
            budget.let.release()
    assert [claim.turn for claim in house.claims].index(other) < 60
    await house.drained(0.01)


async def test_a_thread_that_another_process_answers_keeps_nobody_else_waiting(open_house, another):
    elsewhere = await another("second")
    busy = turn("1.0", root="1.0")
    await elsewhere.accept(busy)
    claim = await elsewhere.claim(busy.key)
    limited = TurnPolicy(check_interval=0.02, load=LoadLimits(running=1))
    house = await open_house([TextDelta("3"), DONE], [TextDelta("2"), DONE], policy=limited)
    second, third = turn("2.0", root="1.0"), turn("3.0", root="3.0")
    await house.ask(second)
    await house.begun("2.0")
    await house.ask(third)
    await house.over(third)
    assert house.shown("2.0") == ("", "queued")

    await elsewhere.ended(claim.lease, "complete")
    await house.over(second)
    assert house.shown("2.0") == ("2", "complete")


async def test_threads_do_not_wait_for_each_other(open_house):
    house = await open_house([TextDelta("1"), 60.0], [TextDelta("2"), DONE])
    second = turn("1.0002", root="1.0002")
    await house.ask(turn("1.0001", root="1.0001"))
    await house.begun("1.0001", "1")
    await house.ask(second)
    await house.over(second)

    assert house.shown("1.0002") == ("2", "complete")
    await house.drained(0.01)


async def test_an_empty_mention_gets_help_without_a_model(open_house):
    house = await open_house()
    await house.ask(turn(text=" \n"))
    await house.ended()

    assert house.screens["1.000100"].frames == [("Ask me anything.", "complete")]
    assert house.model.prompts == []


async def test_a_file_without_words_is_no_empty_mention(open_house):
    house = await open_house([TextDelta("A cat."), DONE])
    await house.ask(turn(text="", has_more=True))
    await house.ended()

    assert house.shown() == ("A cat.", "complete")


async def test_stop_is_for_the_asker_and_keeps_the_text(open_house):
    house = await open_house([TextDelta("Be"), 9.0])
    asked = turn()
    await house.ask(asked)
    await house.begun(text="Be")

    assert await house.conversations.stop(asked.key, "U2") is ClickOutcome.NOT_YOURS
    assert house.model.closed == 0
    assert await house.conversations.stop(asked.key, "U1") is ClickOutcome.STOPPED
    await house.over(asked)

    assert house.shown() == ("Be", "stopped")
    assert house.model.closed == 1
    assert await house.conversations.stop(asked.key, "U1") is ClickOutcome.OVER
    await house.ended()


async def test_a_failure_is_shown_with_what_came_before(open_house):
    house = await open_house([ModelUnauthorized()])
    await house.ask(turn())
    await house.ended()

    assert house.shown() == ("", "failed")


async def test_a_bug_ends_the_answer_too(open_house):
    house = await open_house([TextDelta("Be"), ZeroDivisionError()])
    await house.ask(turn())
    await house.ended()

    assert house.shown() == ("Be", "failed")


async def test_when_slack_says_no_the_request_is_aborted_and_the_thread_goes_on(open_house):
    archived = SlackRejected("chat.postMessage", "is_archived")
    house = await open_house([TextDelta("2"), DONE], errors=[archived] * 2)
    await house.ask(turn("1.0001"))
    await house.over(turn("1.0001"))
    house.errors = ()
    await house.ask(turn("1.0002"))
    await house.ended()

    assert house.screens["1.0001"].frames == []
    assert house.shown("1.0002") == ("2", "complete")


async def test_drain_lets_an_answer_finish(open_house):
    house = await open_house([0.1, TextDelta("Done."), DONE])
    await house.ask(turn())
    await house.begun()
    await house.drained(5.0)

    assert house.shown() == ("Done.", "complete")


async def test_drain_hands_over_what_does_not_finish_and_begins_nothing(open_house):
    """What waits in line still waits; what runs says that it was interrupted; all stays open."""
    house = await open_house([TextDelta("Be"), 60.0])
    first, second = turn("1.0"), turn("2.0")
    await house.ask(first, second)
    await house.begun("1.0", "Be")
    await house.begun("2.0")
    with capture_logs() as logs:
        await house.drained(0.2)

    assert house.shown("1.0") == ("Be", "interrupted")
    assert {"event": "stopping; answers may finish", "answers": 1}.items() <= logs[0].items()
    assert house.shown("2.0") == ("", "queued")
    assert house.model.closed == 1
    assert not (await house.state(first)).ended
    assert not (await house.state(second)).ended


async def test_stop_works_while_waiting_in_line(open_house):
    go_on = asyncio.Event()
    house = await open_house([go_on, TextDelta("1"), DONE])
    first, second = turn("1.0"), turn("2.0")
    await house.ask(first, second)
    await house.begun("2.0")

    assert await house.conversations.stop(second.key, "U1") is ClickOutcome.STOPPED
    await house.over(second)
    assert house.shown("2.0") == ("", "stopped")

    go_on.set()
    await house.ended()
    assert house.shown("1.0") == ("1", "complete")
    assert len(house.model.prompts) == 1


async def test_what_slack_does_not_take_gets_an_ending_and_the_request_is_aborted(open_house):
    house = await open_house([TextDelta("Be"), 9.0])
    await house.ask(turn())
    await house.begun(text="Be")
    house.screens["1.000100"].errors = [SlackRejected("chat.update", "restricted_action")]
    house.model.scripts = []
    answer = house.conversations._running[turn().key].answer
    answer._delivery.feed(TextDelta(" more"))
    await house.ended()

    assert house.shown() == ("Be more", "failed")
    assert house.model.closed == 1


@pytest.mark.parametrize("questions", [50])
async def test_many_threads_at_once(open_house, questions):
    house = await open_house(*([TextDelta("x"), 0.01, DONE] for _ in range(questions)))
    await house.ask(*(turn(f"{n}.0", root=f"{n}.0") for n in range(questions)))
    await house.ended()

    assert {screen.last for screen in house.screens.values()} == {("x", "complete")}
    assert len(house.screens) == questions


# Taking over


async def died(open_house, another, *scripts, asked=None, text="Be", lease=0.2):
    """A process that answered as far as `text` and then fell silent, without a word to anybody."""
    house = await open_house(*scripts, journal=await another("dead", lease))
    await house.ask(asked or turn())
    await house.begun((asked or turn()).ts, text)
    await house.conversations._background.cancel()
    await house.conversations._turns.cancel()
    return house


async def test_an_answer_is_taken_over_into_the_same_message(open_house, another):
    """F098: whoever finds it answers again, where the first one stood."""
    dead = await died(open_house, another, [TextDelta("Be"), 60.0])
    house = await open_house([TextDelta("Because."), DONE], screens=dead.screens)
    (state,) = await house.over(turn())

    assert state == "delivered"
    assert house.shown() == ("Because.", "complete")
    (claim,) = house.claims
    assert (claim.posts, claim.attempts, claim.doubtful) == (("2.0",), 2, False)


async def test_nobody_takes_over_what_is_being_answered(open_house, another):
    first = await open_house([TextDelta("Be"), 0.5, TextDelta("cause."), DONE])
    await first.ask(turn())
    await first.begun(text="Be")
    second = await open_house(journal=await another("second"), screens=first.screens)
    await first.ended()

    assert second.claims == []
    assert first.shown() == ("Because.", "complete")


async def test_a_whole_answer_needs_only_its_last_write(open_house, another):
    """Killed after the commit of the answer, it is not asked for again."""
    journal = await another("dead", 0.2)
    await journal.accept(turn())
    claim = await journal.claim(turn().key)
    await journal.posted(claim.lease, ["2.0"])
    await journal.close(claim.lease, Snapshot(Phase.CUT, "Because"))
    house = await open_house()
    await house.over(turn())

    assert house.screens[turn().ts].frames == [("Because", "cut")]
    assert house.model.prompts == []


async def test_what_was_handed_over_is_taken_up_at_once(open_house, another):
    """F099: no lease has to run out first, and the attempt does not count."""
    journal = await another("old", 60.0)
    old = await open_house([TextDelta("Be"), 60.0], journal=journal)
    await old.ask(turn())
    await old.begun(text="Be")
    await old.drained(0.2)
    await journal.leave()
    house = await open_house([TextDelta("Because."), DONE], screens=old.screens)
    await house.over(turn())

    assert house.screens[turn().ts].frames[-1] == ("Because.", "complete")
    assert house.claims[0].attempts == 1


async def test_what_was_accepted_and_never_submitted_is_found(open_house):
    """The commit was slower than Slack's patience, or the process died right after it."""
    house = await open_house([TextDelta("Because."), DONE])
    await house.journal.accept(turn())
    await house.over(turn())

    assert house.shown() == ("Because.", "complete")


@pytest.mark.parametrize(
    ("script", "lives"),
    [([60.0], 3), ([TextDelta("x"), 60.0], 4)],
    ids=["at once", "after its first words"],
)
async def test_a_question_that_kills_is_given_up(open_house, another, script, lives):
    """F102: three attempts; one more, alone to its end, where it seemed harmless at first."""
    poison, good, screens = turn("1.0", root="1.0"), turn("2.0", root="2.0"), {}
    for number in range(lives):
        journal = await another(f"dead {number}", 0.2)
        house = await open_house(script, journal=journal, screens=screens)
        await house.ask(poison)
        while not await tried(house, poison, text=len(script) > 1):
            await asyncio.sleep(0.01)
        await house.conversations._background.cancel()
        await house.conversations._turns.cancel()
        await asyncio.sleep(0.25)
    house = await open_house([TextDelta("2"), DONE], screens=screens)
    await house.ask(good)
    states = await house.over(poison, good)

    assert states == ["failed", "delivered"]
    assert house.shown("1.0")[1] == "failed"
    assert house.shown("2.0") == ("2", "complete")
    assert len(house.model.prompts) == 1


async def tried(house, asked, *, text):
    """True when the model has been asked, and its text stands and is known to, if there is any."""
    key = asked.key
    if not house.model.prompts or not text:
        return bool(house.model.prompts)
    await asyncio.sleep(0.05)
    return house.screens[key[2]].last[0] == "x"


async def test_a_question_that_is_too_old_is_closed_and_not_answered(open_house, another):
    """T28: who restores a backup does not answer last week's questions."""
    journal = await another("dead", 0.05)
    await journal.accept(turn())
    await asyncio.sleep(0.1)
    house = await open_house(policy=TurnPolicy(check_interval=0.02, max_age=0.05))
    (state,) = await house.over(turn())

    assert state == "failed"
    assert house.shown() == ("", "failed")
    assert house.model.prompts == []


async def test_who_was_paused_for_too_long_writes_nothing_more(open_house, another):
    """F094: its lease ran out and was taken; it finds out before the next write."""
    zombie = await open_house(
        [TextDelta("Be"), 0.6, TextDelta("gone"), DONE],
        journal=await another("zombie", 0.1),
        policy=TurnPolicy(lease=0.1, check_interval=60.0),
    )
    await zombie.ask(turn())
    await zombie.begun(text="Be")
    house = await open_house([TextDelta("Because."), DONE], screens={})
    await house.over(turn())
    written = len(zombie.screens[turn().ts].frames)
    await asyncio.sleep(0.8)

    assert len(zombie.screens[turn().ts].frames) == written
    assert zombie.model.closed == 1
    assert house.shown() == ("Because.", "complete")


# What people want of an answer in another process


async def test_stop_reaches_the_process_that_answers(open_house, another):
    first = await open_house([TextDelta("Be"), 9.0])
    await first.ask(turn())
    await first.begun(text="Be")
    second = await open_house(journal=await another("second"))

    assert await second.conversations.stop(turn().key, "U2") is ClickOutcome.NOT_YOURS
    assert await second.conversations.stop(turn().key, "U1") is ClickOutcome.STOPPED
    (state,) = await first.over(turn())

    assert (state, first.shown()) == ("stopped", ("Be", "stopped"))
    assert first.model.closed == 1
    assert await second.conversations.stop(turn().key, "U1") is ClickOutcome.OVER


@pytest.mark.parametrize(
    ("message", "phase"),
    [("1.000100", "withdrawn"), ("2.0", "gone")],
    ids=["question", "answer"],
)
@pytest.mark.parametrize("here", [True, False], ids=["here", "elsewhere"])
async def test_a_deleted_message_ends_the_answer(open_house, another, message, phase, here):
    """F009, F044: wherever it is told, the model is left alone at once."""
    first = await open_house([TextDelta("Be"), 9.0])
    await first.ask(turn())
    await first.begun(text="Be")
    told = first if here else await open_house(journal=await another("second"))
    await told.conversations.deleted("T1", "C1", message)
    await first.over(turn())

    assert first.shown() == ("Be", phase)
    assert first.model.closed == 1


@pytest.mark.parametrize(
    ("finish", "phase"), [(FinishReason.STOP, "gone"), (FinishReason.LENGTH, "withdrawn")]
)
async def test_the_question_of_an_ended_answer_is_deleted(open_house, finish, phase):
    """It is taken up once more, without the model, and then known as deleted."""
    house = await open_house([TextDelta("Because."), Finish(finish)])
    await house.ask(turn())
    await house.over(turn())
    for _ in range(2):
        await house.conversations.deleted("T1", "C1", turn().ts)
        await house.over(turn())

    assert house.shown()[1] == phase
    assert len(house.model.prompts) == 1
    assert [each[1] for each in house.screens[turn().ts].frames].count(phase) == 1


async def test_a_deletion_told_elsewhere_while_the_end_is_recorded(open_house, another):
    """The order is in the journal before the end, and is followed all the same."""
    other = await another("second")

    class Late:
        async def ended(self, lease, how):
            if how == "cut":
                assert not await other.withdraw(turn().key)
            await journal.ended(lease, how)

        def __getattr__(self, name):
            return getattr(journal, name)

    journal = await another("first")
    house = await open_house([TextDelta("Be"), Finish(FinishReason.LENGTH)], journal=Late())
    await house.ask(turn())
    async with asyncio.timeout(20):
        while not (screen := house.screens.get(turn().ts)) or screen.last[1] != "withdrawn":
            await asyncio.sleep(0.01)
    await house.over(turn())

    assert len(house.model.prompts) == 1


async def test_a_deletion_while_the_end_is_recorded(open_house, another):
    """The answer has ended by then: it stays, and loses its buttons."""
    journal = Moody(await another("first"))
    house = await open_house([TextDelta("Because."), DONE], journal=journal)
    journal.failures = {"ended": 1}
    await house.ask(turn())
    await house.begun(text="Because.")
    while not house.conversations._running[turn().key].finished:
        await asyncio.sleep(0.01)
    await house.conversations.deleted("T1", "C1", turn().ts)
    await house.over(turn())

    assert house.shown()[1] == "gone"


async def test_a_press_on_stop_outlives_the_process(open_house, another):
    """Nobody answers what was stopped while nobody was there."""
    dead = await died(open_house, another, [TextDelta("Be"), 60.0])
    second = await another("second")
    await second.order(turn().key, Order.STOP)
    house = await open_house(screens=dead.screens)
    (state,) = await house.over(turn())

    assert (state, house.shown()[1]) == ("stopped", "stopped")
    assert house.model.prompts == []


# A journal that does not answer


class Moody:
    """A journal that fails so many times at each of these methods."""

    def __init__(self, journal, **failures):
        self.journal = journal
        self.failures = failures
        self.bugs = {}
        self.called = []

    def __getattr__(self, name):
        async def call(*arguments):
            if self.bugs.get(name, 0) > 0:
                self.bugs[name] -= 1
                raise KeyError(name)
            if self.failures.get(name, 0) > 0:
                self.failures[name] -= 1
                raise StoreError(name)
            self.called.append(name)
            return await getattr(self.journal, name)(*arguments)

        return call


@pytest.mark.parametrize("failing", ["claim", "renew", "posted", "close", "ended", "due"])
async def test_a_journal_that_fails_now_and_then_loses_nothing(open_house, another, failing):
    """F091: what was accepted is answered once it answers again."""
    journal = Moody(await another("first"), **{failing: 2})
    house = await open_house([TextDelta("Because."), 0.1, DONE], journal=journal)
    await house.ask(turn())
    (state,) = await house.over(turn())

    assert (state, house.shown()) == ("delivered", ("Because.", "complete"))
    assert len(house.model.prompts) == 1


async def test_without_a_journal_nothing_is_written(open_house, another):
    """Nobody can say whose turn it is: the writer waits until somebody can."""
    journal = Moody(await another("first", 0.1))
    house = await open_house(
        [TextDelta("Be"), 0.2, TextDelta("cause."), DONE],
        journal=journal,
        policy=TurnPolicy(lease=0.1, check_interval=0.02),
    )
    await house.ask(turn())
    await house.begun(text="Be")
    journal.failures["renew"] = 10_000
    await asyncio.sleep(0.5)
    meanwhile = house.shown()
    journal.failures["renew"] = 0
    await house.over(turn())

    assert meanwhile == ("Be", "answering")
    assert house.shown() == ("Because.", "complete")


@pytest.mark.parametrize(("delay", "owed"), [(60.0, 1), (0.0, 0)])
async def test_what_is_under_way_when_the_lease_is_lost_is_looked_for(
    open_house, another, delay, owed
):
    """By whoever has the turn now: the call may land late."""
    journal = Moody(await another("first", 0.1))
    screen = Screen(delay=delay)
    house = await open_house(
        [TextDelta("Be"), 60.0],
        journal=journal,
        screens={turn().ts: screen},
        policy=TurnPolicy(lease=60.0, check_interval=0.02),
    )
    await house.ask(turn())
    async with asyncio.timeout(20):
        while not screen.calls or (not delay and screen.last[0] != "Be"):
            await asyncio.sleep(0.01)
        journal.failures["renew"] = 10_000
        second = await another("second")
        while not await second.claim(turn().key):
            await asyncio.sleep(0.02)
        journal.failures["renew"] = 0
        while house.conversations.running:
            await asyncio.sleep(0.01)

    await asyncio.sleep(0.1)
    assert journal.called.count("owe_look") == owed


# The budget, and bugs


class Stingy(Free):
    """Grants no writes of these kinds."""

    def __init__(self, *kinds):
        super().__init__()
        self.kinds = kinds

    async def acquire(self, call):
        if call.kind in self.kinds:
            await asyncio.sleep(60)
        return await super().acquire(call)


@pytest.mark.parametrize("end", ["the model's", "stop"])
async def test_an_end_is_kept_though_it_cannot_be_written_yet(open_house, another, end):
    """F041: the next process writes it, and does not ask again."""
    script = [TextDelta("Whole"), 0.1, DONE] if end != "stop" else [TextDelta("Whole"), 60.0]
    house = await open_house(script, budget=Stingy(CallKind.LAST))
    await house.ask(turn())
    await house.begun(text="Whole")
    if end == "stop":
        await house.conversations.stop(turn().key, "U1")
    await asyncio.sleep(0.3)
    await house.drained(0.2)
    await house.journal.leave()
    second = await open_house(journal=await another("second"), screens=house.screens)
    (state,) = await second.over(turn())

    assert second.shown() == ("Whole", "stopped" if end == "stop" else "complete")
    assert state == ("stopped" if end == "stop" else "delivered")
    assert second.model.prompts == []


async def test_where_a_message_stands_the_model_is_asked_before_it_can_be_edited(
    open_house, another
):
    """However many others are answered: an edit that says "thinking" is nothing to wait for."""
    dead = await died(open_house, another, [TextDelta("Be"), 60.0])
    stingy = Stingy(CallKind.FIRST, CallKind.STATUS, CallKind.MORE)
    house = await open_house([TextDelta("Because."), DONE], screens=dead.screens, budget=stingy)
    async with asyncio.timeout(20):
        while not house.model.prompts:
            await asyncio.sleep(0.01)


class Buggy(Screen):
    """A sink with a bug in it, so often."""

    def __init__(self, times):
        super().__init__()
        self.times = times

    async def do(self, call):
        self.times -= 1
        if self.times >= 0:
            raise KeyError("ts")
        await super().do(call)


@pytest.mark.parametrize("times", [1, 1000])
async def test_a_bug_in_the_writer_ends_the_turn(open_house, times):
    """F104: it does not come again and again; it is said where that can be written."""
    house = await open_house([TextDelta("x"), DONE])
    house.screens[turn().ts] = Buggy(times)
    await house.ask(turn())
    (state,) = await house.over(turn())

    assert state == "failed"
    assert len(house.claims) == 1
    assert [frame[1] for frame in house.screens[turn().ts].frames] == ["failed"][: times == 1]


async def test_work_in_the_background_survives_a_bug(open_house, another):
    """F104: without it nobody would renew, or find what is due."""
    journal = Moody(await another("first"))
    house = await open_house([TextDelta("Because."), DONE], journal=journal)
    journal.bugs = {"due": 3}
    await journal.accept(turn())
    await house.over(turn())

    assert journal.bugs == {"due": 0}


async def test_what_is_asked_while_we_leave_is_begun_by_others_at_once(open_house, another):
    """F099: nobody waits for our drain, though it may take long; nor does what waited in line."""
    house = await open_house([TextDelta("x"), 60.0])
    running, late = turn("1.0"), turn("3.0", root="3.0")
    await house.ask(running)
    await house.begun("1.0", "x")
    async with Tasks("test") as tasks:
        tasks.start(house.conversations.drain(30), name="drain")
        await asyncio.sleep(0.05)
        await house.journal.accept(late)
        house.conversations.submit(late)
        second = await open_house([TextDelta("y"), DONE], journal=await another("second"))
        (state,) = await second.over(late)

    assert state == "delivered"
    assert not (await house.state(running)).ended


async def test_a_deletion_is_heard_while_the_last_word_waits(open_house):
    """F044."""
    house = await open_house([TextDelta("Whole"), 0.1, DONE], budget=Stingy(CallKind.LAST))
    await house.ask(turn())
    await house.begun(text="Whole")
    await asyncio.sleep(0.3)
    await house.conversations.deleted("T1", "C1", "2.0")
    work = house.conversations._running[turn().key]

    assert work.answer._reply.phase is Phase.GONE
