import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import Executable

from bot.core.types import LONGEST_LEASE, Lease
from bot.store import rows, statements
from bot.store.tables import turns
from tests.fakes import turn

DIALECTS = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}
OF = statements.Parameters("B1", "a")
LEASE = Lease(("T1", "C1", "1.0"), 7)
ALL = {
    name: value
    for name, value in vars(statements).items()
    if name.isupper() and isinstance(value, Executable)
}
OURS = {"me", "lease"}
OTHERS = {"of_round", "repairer", "order", "seconds", "was_doubtful", *rows.told(turn())}


def parameters(statement, dialect):
    """The names that a statement leaves open: a value that it sets itself is not None."""
    compiled = statement.compile(dialect=dialect)
    return {name for name, value in compiled.params.items() if value is None}


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("name", ALL)
def test_a_statement_names_nothing_but_what_the_module_says(name, dialect):
    known = {*OF.lease(LEASE), *OURS, *OTHERS}

    assert parameters(ALL[name], dialect) - known <= {*turns.c.keys()}


def test_there_are_statements():
    assert len(ALL) > 15


def test_a_lease_is_named_by_turn_fence_and_owner():
    assert OF.lease(LEASE) == {
        "of_bot": "B1",
        "of_team": "T1",
        "of_channel": "C1",
        "of_ts": "1.0",
        "of_fence": 7,
        "me": "a",
    }
    assert OF.turn(LEASE.key).items() <= OF.lease(LEASE).items()


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith("_")])
def test_every_statement_is_about_the_turns_of_one_bot(name, dialect):
    """Another bot may share the database."""
    assert "of_bot" in parameters(ALL[name], dialect)


@pytest.mark.parametrize(
    "name", ["CLEAR", "POSTING", "POSTED", "CLOSE", "OWE_LOOK", "ENDED", "RELEASE"]
)
def test_every_change_by_a_worker_asks_for_its_lease(name):
    """A process that was paused for too long changes nothing."""
    where = str(ALL[name].compile(dialect=DIALECTS["sqlite"])).partition("WHERE")[2]

    for condition in ("turns.fence = ", "turns.owner = ", "turns.ended_at IS NULL"):
        assert condition in where


@pytest.mark.parametrize("name", ["LOCK_THREAD", "LOCK_OURS"])
def test_rows_are_always_locked_in_the_same_order(name):
    """Else two processes could wait for each other in a circle."""
    said = str(ALL[name].compile(dialect=DIALECTS["postgresql"]))

    assert isinstance(ALL[name], Select)
    assert "ORDER BY turns.moment, turns.ts FOR UPDATE" in said.replace(" \n", " ")


@pytest.mark.parametrize("ts", ["1.5%", "1_5", "1/5"])
def test_a_ts_is_no_pattern(ts):
    said = statements.answering("T1", "C1", ts).compile(dialect=DIALECTS["sqlite"])
    text = next(value for name, value in said.params.items() if name.startswith("posts"))

    assert text == ts.translate({ord(mark): f"/{mark}" for mark in "%_/"})


@pytest.mark.parametrize(
    "dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgresql"]
)
def test_the_time_is_the_databases(dialect):
    """F097: processes whose clocks differ agree on whose lease has run out."""
    clock = {"sqlite": "julianday('now')", "postgresql": "clock_timestamp()"}[dialect.name]
    renew = statements.RENEW[dialect.name]
    for statement in (statements.TAKE, renew, statements.DUE, statements.ENDED):
        said = statement.compile(dialect=dialect)

        assert clock in str(said)
        floats = {value for value in said.params.values() if isinstance(value, float) and value}
        assert floats <= {LONGEST_LEASE, statements.LANDING, statements.LANDING / 3}
