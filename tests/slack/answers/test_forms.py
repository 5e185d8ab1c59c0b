"""The forms of an answer, and what is remembered of a workspace that does not take one."""

import pytest

from bot.rendering.parsing.links import LinkPolicy
from bot.rendering.parsing.parse import parse
from bot.slack.answers.forms import HOUR, Form, Forms, fits, shape
from tests.shown import shown, words

TEXT = (
    "# Head\n\nSome **bold** text with a [link](https://a.example).\n\n- one\n- two\n\n"
    "```py\nx\n```"
)


class Clock:
    """Monotonic seconds that a test sets."""

    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def forms(clock):
    return Forms(clock=clock)


def flows(text=TEXT):
    return parse(text, LinkPolicy())


def test_the_ladder_has_three_steps():
    assert [Form.RICH.next, Form.MARKDOWN.next, Form.TEXT.next] == [Form.MARKDOWN, Form.TEXT, None]


@pytest.mark.parametrize(
    ("form", "types"),
    [
        (Form.RICH, {"header", "rich_text"}),
        (Form.MARKDOWN, {"markdown"}),
        (Form.TEXT, {"section"}),
    ],
)
def test_every_form_says_the_same(form, types):
    made = shape(form, flows())

    assert {block["type"] for block in made} == types
    assert all(word in shown(made) for word in ("Head", "bold", "link", "one", "two", "x"))


def test_text_makes_no_links_of_its_own():
    (section,) = shape(Form.TEXT, flows("plain"))

    assert section["text"] == {"type": "mrkdwn", "text": "plain", "verbatim": True}


def test_long_text_makes_several_sections():
    text = "\n\n".join(f"Line {number} of many." for number in range(600))
    made = shape(Form.TEXT, flows(text))

    assert len(made) > 3
    assert max(len(block["text"]["text"]) for block in made) <= 3000
    assert words(made) == "".join(text.split())


@pytest.mark.parametrize(("characters", "fit"), [(11_000, True), (12_100, False)])
def test_a_markdown_block_has_an_end(characters, fit):
    assert fits(Form.MARKDOWN, shape(Form.MARKDOWN, flows("word " * (characters // 5)))) is fit


# What is remembered


def test_a_workspace_begins_with_the_richest(forms):
    assert forms.best is Form.RICH


@pytest.mark.parametrize("pinned", Form)
def test_or_with_the_pinned_one(pinned):
    assert Forms(pinned).best is pinned


def test_one_message_says_nothing_about_others(forms):
    forms.refused(Form.RICH, "1.0")
    forms.refused(Form.RICH, "1.0")

    assert forms.best is Form.RICH


def test_two_messages_do_for_an_hour(forms, clock):
    forms.refused(Form.RICH, "1.0")
    forms.refused(Form.RICH, "2.0")
    latched = forms.best
    clock.now += HOUR - 1
    still = forms.best
    clock.now += 1

    assert (latched, still, forms.best) == (Form.MARKDOWN, Form.MARKDOWN, Form.RICH)


def test_two_messages_more_than_an_hour_apart_do_not(forms, clock):
    forms.refused(Form.RICH, "1.0")
    clock.now += HOUR
    forms.refused(Form.RICH, "2.0")
    apart = forms.best
    forms.refused(Form.RICH, "3.0")

    assert (apart, forms.best) == (Form.RICH, Form.MARKDOWN)


def test_after_the_hour_it_takes_two_again(forms, clock):
    for ts in ("1.0", "2.0"):
        forms.refused(Form.RICH, ts)
    clock.now += HOUR
    forms.refused(Form.RICH, "3.0")

    assert forms.best is Form.RICH


def test_the_next_form_may_not_be_taken_either(forms):
    for ts in ("1.0", "2.0"):
        forms.refused(Form.RICH, ts)
        forms.refused(Form.MARKDOWN, ts)

    assert forms.best is Form.TEXT


def test_there_is_always_one(forms):
    for form in Form:
        forms.refused(form, "1.0")
        forms.refused(form, "2.0")

    assert forms.best is Form.TEXT
