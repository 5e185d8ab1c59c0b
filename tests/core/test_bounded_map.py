"""The bounded map: what was set longest ago goes, unless it must stay."""

from bot.core.bounded_map import BoundedMap


def test_what_was_set_longest_ago_goes():
    known = BoundedMap(2)
    known["a"], known["b"], known["a"], known["c"] = 1, 2, 3, 4

    assert dict(known) == {"a": 3, "c": 4}


def test_what_may_not_go_stays_however_many_there_are():
    known = BoundedMap(1, lambda value: value == "idle")
    known["a"], known["b"], known["c"] = "busy", "idle", "busy"
    assert dict(known) == {"a": "busy", "c": "busy"}

    known["d"] = "idle"
    assert "d" in known


def test_it_holds_for_every_way_to_set():
    known = BoundedMap(3)
    known.update(dict.fromkeys(range(10)))
    known.setdefault(10, None)

    assert [*known] == [8, 9, 10]
