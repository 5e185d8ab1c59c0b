"""Markers that are text are escaped where Markdown would pair them, and nowhere else."""

import pytest

from bot.text.runs import BOLD, CODE, Run
from bot.transcript.escaping import escaped


def written(*runs):
    return [run.text for run in escaped(runs)]


@pytest.mark.parametrize(
    "text", ["2 * 3", "a * b * c", "snake_case_name", "one * alone", "5~6 or 7~8", "# a\n- b", ""]
)
def test_what_is_no_marker_stays(text):
    assert written(Run(text)) == [text]


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("*a*", "\\*a\\*"),
        ("_a_", "\\_a\\_"),
        ("~~a~~", "\\~\\~a\\~\\~"),
        ("a `b` c", "a \\`b\\` c"),
        ("```", "\\`\\`\\`"),
        ("\\*a\\*", "\\\\\\*a\\\\\\*"),
    ],
)
def test_what_could_be_paired_is_escaped(text, markdown):
    assert written(Run(text)) == [markdown]


def test_a_marker_of_a_style_may_be_a_partner():
    assert written(Run("a", BOLD), Run(" *b")) == ["a", " \\*b"]
    assert written(Run("a"), Run(" *b")) == ["a", " *b"]


def test_code_is_verbatim():
    assert written(Run("*a*", CODE)) == ["*a*"]
