"""Links are judged as they are read: with the text that touches them."""

import pytest

from bot.rendering.parsing.hold import hold
from bot.rendering.parsing.inlines import inlines
from bot.rendering.parsing.links import LinkPolicy
from bot.text.runs import text_of

EVIL = "https://evil.example/x"
NOTE = " (evil.example)"


def read(text):
    return text_of(inlines(text, LinkPolicy()))


@pytest.mark.parametrize(
    "text",
    [
        f"[google.]({EVIL})[com]({EVIL})",
        f"[google.]({EVIL})[com](https://evil.example/y)",
        f"google.[com]({EVIL})",
        f"[google.]({EVIL})com",
        f"[google]({EVIL}).com",
        f"**google.**[com]({EVIL})",
        f"[google.]({EVIL})**com**",
        f"**[google.]({EVIL})**_[com]({EVIL})_",
        f"[goo**gle.**]({EVIL})[c*om*]({EVIL})",
        f"[google.]({EVIL})`com`",
        f"[google.]({EVIL})\u200b[com]({EVIL})",
        f"google.\u2060[com]({EVIL})",
        f"[google.]({EVIL})<!-- -->[com]({EVIL})",
        f"google&period;[com]({EVIL})",
        f"google\\.[com]({EVIL})",
        f"![google.]({EVIL})![com]({EVIL})",
        f"google.![com]({EVIL})",
        f"https://google<b></b>.[com]({EVIL})",
        f"a@google.[com]({EVIL})",
        f"x [google]({EVIL}).com y",
        f"<{EVIL}>[.google.com](https://example.com)",
    ],
)
def test_what_reads_as_another_host_has_the_real_one_behind_it(text):
    assert NOTE in read(text)


@pytest.mark.parametrize(
    "text",
    [
        f"[the docs]({EVIL}).",
        f"See [the docs]({EVIL}), and [more]({EVIL}).",
        f"The sky is blue.[1]({EVIL})[2]({EVIL})",
        f"({EVIL}).",
        f"{EVIL}.",
        f"**{EVIL}**",
        f"[evil.]({EVIL})[example]({EVIL})",
        f"www.[evil.example]({EVIL})",
        f"[data]({EVIL}).json",
        f"google. [com]({EVIL})",
        f"google.com [docs]({EVIL})",
        f"google.com, [docs]({EVIL})",
        f"例えば[ドキュメント]({EVIL})です。google.com",
        f"リンクは{EVIL}です",
        f"<{EVIL}>。API",
        f"<{EVIL}>．API",
        "[mail](mailto:a@evil.example)s",
        "google.[com](tel:+81312345678)",
    ],
)
def test_other_words_are_left_alone(text):
    assert NOTE not in read(text)


def test_a_note_that_is_there_is_not_made_twice():
    assert read(f"[google.com]({EVIL})").count(NOTE) == 1
    assert read(f"[google.com]({EVIL}),").count(NOTE) == 1


def test_each_of_two_hosts_is_named():
    shown = read(f"[google.]({EVIL})[com](https://example.com)")

    assert shown == f"google.{NOTE}com (example.com)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"see [google.]({EVIL})", "see "),
        (f"see [google.]({EVIL})co", "see "),
        (f"see [google.]({EVIL})[com]({EVIL})", "see "),
        (f"see [google.]({EVIL})[com ", "see "),
        (f"see [docs]({EVIL}).", "see "),
        (f"see [docs]({EVIL}). ", f"see [docs]({EVIL}). "),
        (f"[資料]({EVIL})を", f"[資料]({EVIL})を"),
    ],
)
def test_a_link_waits_for_the_end_of_its_word(text, shown):
    """Else its note would come late, between what is shown already."""
    assert text[: hold(text)] == shown
