"""What a model writes becomes text, links and emoji, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.formats import elements
from bot.text.runs import BOLD, CODE, ITALIC, STRIKE, Run

URL = "https://example.com/a"


def test_text_has_the_styles_that_are_true_and_no_others():
    assert elements.text("a", BOLD | CODE) == {
        "type": "text",
        "text": "a",
        "style": {"bold": True, "code": True},
    }
    assert elements.text("a") == {"type": "text", "text": "a"}


@pytest.mark.parametrize("style", range(16))
def test_every_style_can_be_read_back(style):
    styled = elements.text("a", style).get("style", {})
    bits = {"bold": BOLD, "italic": ITALIC, "strike": STRIKE, "code": CODE}

    assert sum(bits[name] for name, true in styled.items() if true) == style


def test_empty_text_is_never_made():
    with pytest.raises(ValueError, match="needs text"):
        elements.text("")
    assert elements.all_of((Run(""), Run("", BOLD), Run("", 0, URL))) == ()


@pytest.mark.parametrize("url", [URL, "HTTP://example.com", "mailto:me@example.com", "tel:+81312"])
def test_what_may_be_clicked_is_a_link(url):
    assert elements.link(url, "a") == {"type": "link", "url": url, "text": "a"}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "slack://channel?id=C1",
        " https://example.com",
        "//example.com",
        "example.com",
        "",
    ],
)
def test_nothing_else_is(url):
    with pytest.raises(ValueError, match="no link"):
        elements.link(url, "a")


def test_a_link_without_a_label_shows_its_address():
    assert elements.link(URL, "")["text"] == URL


@pytest.mark.parametrize("name", ["", "a b", ":tada:", "<!here>", "A"])
def test_an_emoji_has_a_name_of_slacks(name):
    with pytest.raises(ValueError, match="no emoji"):
        elements.emoji(name)


def test_an_emoji_loses_its_style_and_in_a_link_it_is_text():
    tada = Run(":tada:", BOLD, "", "tada")

    assert elements.of(tada) == {"type": "emoji", "name": "tada"}
    assert elements.of(tada._replace(url=URL))["type"] == "link"


def test_like_neighbours_are_one_element():
    runs = (Run("a"), Run(""), Run("b"), Run("c", BOLD), Run(":x:", emoji="x"), Run("d"))

    assert [each.get("text") for each in elements.all_of(runs)] == ["ab", "c", None, "d"]


RUNS = st.builds(
    Run,
    st.sampled_from(["", "a", "<!channel>", "<@U1>", "@here", "日本語\n"]),
    st.integers(0, 15),
    st.sampled_from(["", URL, "tel:1"]),
    st.sampled_from(["", "tada"]),
)


@given(st.lists(RUNS).map(tuple))
def test_only_three_kinds_of_elements_come_out(runs):
    made = elements.all_of(runs)

    assert {each["type"] for each in made} <= {"text", "link", "emoji"}
    assert all(each.get("text", "-") for each in made)
