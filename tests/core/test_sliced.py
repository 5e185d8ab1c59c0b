"""Work in steps, done at once."""

from bot.core.sliced import let_go, result_of


def test_the_result_is_that_of_the_last_step():
    def work():
        yield
        inner = yield from half()
        return inner * 2

    def half():
        yield
        return 21

    assert result_of(work()) == 42


def test_entries_are_let_go_one_at_a_time():
    entries = [1, 2, 3]
    left = [len(entries) for _ in let_go(entries)]

    assert left == [2, 1, 0]
