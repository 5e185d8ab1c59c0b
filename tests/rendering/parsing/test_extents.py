"""Extents of constructs."""

from bot.rendering.parsing.extents import Constructs, united


def test_those_that_overlap_are_one():
    assert united([(5, 7), (0, 2), (1, 4), (7, 9)]) == ([0, 5, 7], [4, 7, 9])


def test_the_end_of_what_an_index_stands_in():
    constructs = Constructs([(2, 5), (4, 8)])

    assert [constructs.end_of(at) for at in range(10)] == [0, 1, 8, 8, 8, 8, 8, 8, 8, 9]
    assert Constructs([]).end_of(3) == 3
