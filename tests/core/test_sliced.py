"""Work in steps, done at once."""

from bot.core.sliced import result_of


def test_the_result_is_that_of_the_last_step():
    def work():
        yield
        inner = yield from half()
        return inner * 2

    def half():
        yield
        return 21

    assert result_of(work()) == 42
