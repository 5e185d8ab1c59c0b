"""The messages of an answer: which part has which, and which are to be removed."""

import pytest

from bot.slack.answers.drafts import Draft
from bot.slack.answers.messages import Messages
from tests.fakes import claim

ONE, TWO = Draft([], "one"), Draft([], "two")


def messages(*posts, kept=0):
    return Messages(claim(posts=posts, kept=kept))


def test_parts_get_messages_in_order():
    known = messages()
    known.posted("1.0", ONE)
    known.posted("2.0", TWO)

    assert known.posts == ("1.0", "2.0")
    assert [known.draft(part) for part in range(3)] == [ONE, TWO, None]
    assert known.written


def test_messages_of_earlier_rounds_belong_to_no_part():
    known = messages("1.0", "2.0", kept=1)

    assert [posted.ts for posted in known.parts] == ["2.0"]
    assert (known.posts, known.number(0)) == (("1.0", "2.0"), 1)
    assert known.draft(0) is None
    assert not known.written


def test_an_edit_is_noted_for_its_message_whatever_part_that_is():
    known = messages("1.0", "2.0")
    known.edited("2.0", TWO)

    assert [known.draft(part) for part in range(2)] == [None, TWO]


def test_an_edit_of_a_message_that_is_none_of_a_part_changes_nothing():
    known = messages("1.0")
    known.edited("9.0", TWO)

    assert known.draft(0) is None


def test_a_message_set_aside_is_to_be_removed_and_remembered():
    known = messages("1.0", "2.0")
    known.set_aside(1)

    assert (known.posts, known.aside) == (("1.0",), ["2.0"])
    assert (known.before(1), known.before(0)) == ("2.0", "")


def test_a_message_that_does_not_exist_is_not_to_be_removed():
    known = messages("1.0")
    known.forget(0)

    assert (known.posts, known.aside, known.before(0)) == ((), [], "1.0")


def test_what_a_longer_answer_left_is_removed_from_the_end():
    known = messages("1.0", "2.0", "3.0")
    assert known.surplus(1) == ["3.0", "2.0"]

    known.removing("3.0")
    assert (known.posts, known.aside) == (("1.0", "2.0"), ["3.0"])
    known.removing("3.0")
    known.removed("3.0")

    assert (known.posts, known.aside, known.surplus(1)) == (("1.0", "2.0"), [], ["2.0"])


@pytest.mark.parametrize(
    ("found", "posts", "aside"),
    [
        ([(0, "1.0")], ("1.0",), []),
        ([(0, "1.0"), (1, "2.0")], ("1.0", "2.0"), []),
        ([(1, "2.0"), (0, "1.0")], ("1.0", "2.0"), []),
        ([(0, "1.0"), (0, "3.0")], ("3.0",), ["1.0"]),
        ([(0, "9.0"), (0, "10.0")], ("10.0",), ["9.0"]),
    ],
)
def test_the_newest_message_of_a_part_is_adopted(found, posts, aside):
    known = messages()
    known.adopt(found)

    assert (known.posts, known.aside) == (posts, aside)


def test_what_is_known_is_not_adopted_twice():
    known = messages("1.0", "2.0", kept=1)
    known.set_aside(0)
    known.adopt([(0, "1.0"), (1, "2.0"), (1, "3.0")])

    assert (known.posts, known.aside) == (("1.0", "3.0"), ["2.0"])
