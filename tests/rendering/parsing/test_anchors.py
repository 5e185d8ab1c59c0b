"""What a link says, and what is shown of one that may not be."""

import pytest

from bot.rendering.parsing.anchors import LONGEST, anchor, image_runs
from bot.rendering.parsing.links import LinkPolicy
from bot.text.runs import BOLD, CODE, Run, text_of

POLICY = LinkPolicy()
URL = "https://a.example/b"


def test_every_run_of_the_label_leads_there():
    assert anchor(URL, [Run("a\nb"), Run("c", BOLD)], POLICY) == [
        Run("a b", 0, URL),
        Run("c", BOLD, URL),
        Run("", 0, URL),
    ]


def test_the_real_host_stands_behind_a_label_that_tells_another():
    assert text_of(tuple(anchor(URL, [Run("bank"), Run(".example", BOLD)], POLICY))) == (
        "bank.example (a.example)"
    )


@pytest.mark.parametrize("label", ["", " "])
def test_a_link_without_a_label_says_its_target(label):
    assert text_of(tuple(anchor(URL, [Run(label)], POLICY))) == URL
    assert anchor("x:y", [Run(label)], POLICY) == [Run("x:y", CODE)]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (f"{URL}/c%20d.png?e", "c d.png"),
        ("https://a.example/", "a.example"),
        (f"{URL}/%E2%80%AEc.png", "c.png"),
    ],
)
def test_a_picture_without_a_description_is_called_by_its_file(url, name):
    assert text_of(tuple(image_runs(url, [], POLICY))) == name


def test_a_long_target_is_shortened_but_never_the_text():
    data = f"data:image/png;base64,{'A' * 5000}"

    assert anchor(data, [Run(data)], POLICY) == [Run(data, CODE)]
    (_, _, shown, _) = anchor(data, [Run("a")], POLICY)
    assert len(shown.text) == LONGEST + 1
    assert image_runs(data, [], POLICY) == [shown]
