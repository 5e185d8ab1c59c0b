"""The house with a bot whose log is read, in every format and at every level that can be set."""

import io
from contextlib import redirect_stderr
from itertools import product
from typing import get_args

import pytest

from bot import telemetry
from bot.app import Wrapping
from bot.config import Settings
from tests.e2e.house import QUICK, open_house, run_bot

CANARY = "canary"
"""In no source of ours. Each way in has it in a form of its own."""

WORDS = f"the {CANARY} sings"
CODE = f"{CANARY}_code"


def values_of(setting):
    """All that may be set."""
    return get_args(Settings.model_fields[setting].annotation)


PAIRS = tuple(product(values_of("bot_log_format"), values_of("bot_log_level")))


def logs(*short):
    """Every pair; those that are not named are a long tier."""
    marked = [
        pytest.param(*each, marks=() if each in short else pytest.mark.long) for each in PAIRS
    ]
    return pytest.mark.parametrize(("form", "level"), marked)


LOGS = logs(("json", "debug"), ("console", "debug"), ("json", "info"), ("console", "warning"))
FEW_LOGS = logs(("json", "debug"), ("console", "debug"))
"""At the lowest level there is all that the others have."""


async def written(form, level, act, *, transport="socket", url=None, **wrapping):
    """The log of a bot that was alive while `act(house)` ran. `url`: of its database."""
    log = io.StringIO()
    given = {"database_url": url} if url else {}
    quick = {"bot_first_token_timeout": QUICK["bot_stall_timeout"]}
    async with open_house(bot=False, transport=transport, **quick, **given) as house:
        with redirect_stderr(log):
            telemetry.set_up(format=form, level=level)
            house.wrapping = Wrapping(**wrapping)
            async with run_bot(house):
                await act(house)
    return log.getvalue()
