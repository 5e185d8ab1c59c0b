"""Texts that are too long."""

from bot.transcript.cuts import enough, shortened


def test_a_cut_says_so():
    assert shortened("a b", 3) == "a b"
    assert shortened("a b c", 2) == "a […]"


def test_no_more_is_made_than_is_used():
    made = []

    def texts():
        for text in ("", "ab", "cd", "ef"):
            made.append(text)
            yield text

    assert enough(texts(), 3) == ["ab", "cd"]
    assert made == ["", "ab", "cd"]
    assert enough(["ab", "c"], 3) == ["ab", "c"]
