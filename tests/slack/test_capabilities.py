"""Capabilities: what settings and Slack's refusals make of a workspace."""

import pytest

from bot.slack.answers.forms import Form
from bot.slack.capabilities import Capabilities
from bot.slack.limits import ANSWER_BLOCKS


def test_the_richest_form_is_used_unless_a_setting_says_otherwise():
    assert Capabilities().forms.best is Form.RICH
    assert [Capabilities.of(form.value).forms.best for form in Form] == [*Form]


def test_links_are_free_unless_hosts_are_named():
    free, bound = Capabilities.of("rich"), Capabilities.of("rich", ("a.example",))

    assert free.policy.judge("https://b.example", "b").url == "https://b.example"
    assert bound.policy.judge("https://b.example", "b").url == ""


@pytest.mark.parametrize(("render", "allow"), [("poem", ()), ("rich", ("https://?",))])
def test_what_is_no_form_or_no_host_is_an_error(render, allow):
    with pytest.raises(ValueError, match=r"."):
        Capabilities.of(render, allow)


def test_answers_after_a_refused_upload_are_laid_out_without_files():
    known = Capabilities()
    before = known.limits
    known.without_files()

    assert (before.files, known.limits.files) == (True, False)
    assert known.limits.blocks == before.blocks == ANSWER_BLOCKS
