"""What further events tell of a question, and whether a bare mention is a greeting.

Below something it asks the bot to answer that. In the main line of a direct message only its
history shows whether something stands before it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.ports import History, Journal, People
    from bot.core.turns import Claim
    from bot.core.types import Message, Turn


async def looked_up(claim: Claim, journal: Journal, people: People, history: History) -> Claim:
    """The claim, with what came with a bare mention whose event may have lacked it.

    The language of whoever is greeted must be looked up in any case. Meanwhile the second event of
    the message mostly arrives; without it Slack is asked.
    """
    turn = claim.turn
    if turn.asks or turn.whole or claim.ending or claim.order:
        return claim
    await people.learn([turn.user])
    turn = await newest(turn, journal)
    if not (turn.asks or turn.whole):
        turn = await history.whole(turn)
    return replace(claim, turn=turn)


def greets(turn: Turn, history: Iterable[Message]) -> bool:
    """Whether nothing was asked, as the `history` shows that ends with the turn's question."""
    return not (turn.asks or any(each.role == "user" and each.ts != turn.ts for each in history))


async def newest(turn: Turn, journal: Journal) -> Turn:
    """The turn with what further events have told of it; as it is without the journal's answer."""
    known = None
    with suppress(StoreError):
        known = await journal.question(turn.key)
    return known or turn
