"""How much of one message is read."""

from bot.transcript.allowance import DEEPEST, ENTRY, Allowance


def test_what_fits_is_taken_as_it_is():
    value = {"text": "abc", "list": [1, None, True, {"x": "y"}]}
    allowance = Allowance(1000)

    assert allowance.take(value) == value
    assert (allowance.used, allowance.has_cut) == (4 + 8 * ENTRY, False)


def test_texts_are_cut_and_entries_left_out():
    allowance = Allowance(100)

    assert allowance.take(["a" * 40, "b" * 200, "c"]) == ["a" * 40, "b" * (60 - 3 * ENTRY)]
    assert (allowance.left, allowance.has_cut) == (0, True)
    assert allowance.take("more") == ""


def test_one_part_takes_no_more_than_its_share():
    allowance = Allowance(1000)

    assert allowance.take("a" * 500, most=100) == "a" * (100 - ENTRY)
    assert (allowance.left, allowance.has_cut) == (900, True)


def test_an_entry_counts_though_it_is_empty():
    assert len(Allowance(10 * ENTRY).take([[]] * 1000)) == 9


def test_what_is_too_deep_is_left_out():
    value = []
    for _ in range(DEEPEST * 10):
        value = [value]
    allowance = Allowance(1_000_000)

    assert str(allowance.take(value)).count("[") == DEEPEST
    assert allowance.has_cut
