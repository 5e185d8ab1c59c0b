"""Where the model's links may lead, and that their labels tell no other host."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.parsing.links import LinkPolicy, LinkVerdict, hosts
from tests.growth import grows_with_length

ANY = LinkPolicy()
EVIL = "https://evil.example/login"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "http://example.com:8080/a?b=c&d=1|2#e",
        "https://[::1]:3000/",
        "https://en.wikipedia.org/wiki/Slack_(software)",
        "mailto:me@example.com",
        "tel:+81-3-1234-5678",
    ],
)
def test_a_link(url):
    assert ANY.judge(url, "label") == LinkVerdict(url, "label")


@pytest.mark.parametrize(
    "url",
    [
        *("", "#top", "docs/page.md", "/etc", "//evil.example", "https:evil.example", "https:///x"),
        *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd"),
        *("slack://channel?id=C1", "ftp://example.com", "vbscript:x", "about:blank", "x:y"),
        *(
            "https://user@evil.example",
            "https://bank.example:pw@evil.example",
            "https://@x.example",
        ),
        *("https:\\\\evil.example", "https://bank.example\\@evil.example", "https://a b.example"),
        *("https://ba\tnk.example", "https://x.example/\na", "java\nscript:alert(1)"),
        *("https://a..example", "https://-.example", "https://ex%61mple.com", "https://x:99999/"),
        *("https://x:y/", "https://[::1", "https://℀.example", f"https://{'a' * 64}.example"),
        *("tel:911;phone-context=x", "tel:", "tel:abc", "mailto:", "mailto:a", "mailto:a@b@c"),
        *("mailto:a@x.example,b@x.example", "mailto:<!channel>@x.example"),
        *("https://x.example/\u202e", "https://x.example/" + "a" * 3000),
    ],
)
def test_no_link(url):
    assert ANY.judge(url, "label") == LinkVerdict("", "label")


@given(st.text(), st.text())
def test_no_input_is_too_strange(url, label):
    verdict = ANY.judge(url, label)

    assert verdict.label.startswith(label)
    assert not verdict.url or verdict.url.startswith(("http://", "https://", "mailto:", "tel:"))


def test_a_mail_carries_nothing_but_the_address():
    assert ANY.judge("mailto:me@x.example?body=secret&cc=e@e.example", "me").url == (
        "mailto:me@x.example"
    )


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://日本語.jp/", "https://xn--wgv71a119e.jp/"),
        ("https://ｅｘａｍｐｌｅ。com:80/x", "https://example.com:80/x"),
        ("https://example.com/a b<c>", "https://example.com/a%20b%3Cc%3E"),
        ("HTTPS://example.com", "https://example.com"),
    ],
)
def test_the_target_is_written_so_that_it_can_be_read_in_one_way(url, target):
    assert ANY.judge(url, "label").url == target


@pytest.mark.parametrize(
    "label",
    [
        *("https://bank.example", "bank.example", "www.bank.example/login", " bank.example "),
        *("BANK.EXAMPLE", "see https://bank.example now", "(bank.example)", "bank.example."),
        *("//bank", "me@bank.example", "https://bank.example@x", "127.0.0.1", "sub.evil.example"),
        *("ｂａｎｋ．ｅｘａｍｐｌｅ", "bank。example", "bank․example", "ba\u200bnk.exam\u00adple"),
        *("ba\ufe0fnk.example", "b\u0430nk.example", "\u2062bank.example", "evil.ex\u0430mple"),
        *("銀行.jp", "ja.wikipedia.orgを見る"),
    ],
)
def test_a_label_that_looks_like_another_host_shows_the_real_one(label):
    assert ANY.judge(EVIL, label) == LinkVerdict(EVIL, f"{label} (evil.example)")


@pytest.mark.parametrize(
    "label",
    [
        *("log in", "evil.example", "https://evil.example/login", "www.evil.example", "Node.js"),
        *("e.g. this", "Python3.11を使う。次に", "version 1.2.3", "これです。example", ""),
        *("bank.example (evil.example)", "EVIL.example", "https://evil.example./x"),
    ],
)
def test_a_label_that_says_nothing_else_is_left_alone(label):
    assert ANY.judge(EVIL, label).label == label


def test_letters_that_look_like_others_are_shown_as_what_is_looked_up():
    assert ANY.judge("https://\u0430pple.example", "\u0430pple.example").label == (
        "\u0430pple.example (xn--pple-43d.example)"
    )


def test_addresses_and_numbers_are_held_to_their_labels():
    assert ANY.judge("mailto:a@x.example", "b@x.example").label == "b@x.example (a@x.example)"
    assert ANY.judge("mailto:a.b@x.example", "a.b@x.example").label == "a.b@x.example"
    assert ANY.judge("tel:+81312345678", "03-1234-5678").label == "03-1234-5678"
    assert ANY.judge("tel:+1900", "110 110").label == "110 110 (+1900)"


LIMITED = LinkPolicy(("example.com", "docs.example.org/guide/", "*.example.net", "l.example:8443"))


@pytest.mark.parametrize(
    "url",
    [
        *("https://example.com", "http://example.com:80/a?b", "https://EXAMPLE.com./x"),
        *("https://docs.example.org/guide", "https://docs.example.org/guide/a#b"),
        *("https://a.example.net", "https://a.b.example.net/", "https://l.example:8443/x"),
    ],
)
def test_where_links_may_lead(url):
    assert LIMITED.judge(url, "label").url


@pytest.mark.parametrize(
    "url",
    [
        *("https://evil.example", "https://example.com.evil.example", "https://sub.example.com"),
        *("https://docs.example.org", "https://docs.example.org/guidebook", "https://example.net"),
        *("https://docs.example.org/guide/../x", "https://docs.example.org/guide/%2e%2e/x"),
        *("https://docs.example.org/guide/..%2fx", "https://evilexample.net", "https://l.example"),
        *(
            "https://example.com:8080",
            "mailto:me@example.com",
            "tel:110",
            "https://example.com@e.x",
        ),
    ],
)
def test_where_they_may_not(url):
    assert LIMITED.judge(url, "label") == LinkVerdict("", "label")


def test_mail_and_telephone_are_allowed_by_name():
    policy = LinkPolicy(("example.com", "mailto:", "tel:"))

    assert policy.judge("mailto:a@b.example", "a").url
    assert policy.judge("tel:110", "police").url
    assert not policy.judge("https://b.example", "b").url


@pytest.mark.parametrize(
    "entry", ["", "a b", "user@example.com", "https://", "x:y", "example.com?q"]
)
def test_an_entry_that_is_no_place_is_an_error(entry):
    with pytest.raises(ValueError, match=r"host|[Pp]ort|cast"):
        LinkPolicy((entry,))


FROM_ANYWHERE = re.compile(
    r"(?:\w+:)?//(?:[^\s/?#@]*@)?(?P<url>[\w.-]+)"
    r"|(?P<address>[\w.+-]+@(?P<domain>[\w.-]+))"
    r"|(?P<host>[\w-]+(?:\.[\w-]+)*\.(?:[^\W\d_]{2,63}|xn--[\w-]+)(?![\w-]))"
    r"|(?P<ip>\d{1,3}(?:\.\d{1,3}){3})"
)
"""What reads as a host, looked for from each letter on."""

words = st.lists(
    st.sampled_from(
        [
            "a",
            "evil.example",
            "日本",
            "xn--a",
            "12",
            ".",
            "-",
            "@",
            "://",
            "//",
            "/",
            ":",
            "_",
            " ",
        ]
    ),
    max_size=12,
).map("".join)


@given(words)
def test_the_hosts_of_a_word_are_found_from_its_beginning(text):
    found = [each.groups() for each in hosts(text)]
    assert found == [each.groups() for each in FROM_ANYWHERE.finditer(text)]


def test_a_host_right_behind_an_address_is_found():
    *_, last = hosts("a@b.example+me@evil.example")
    assert last["host"] == "evil.example"


@pytest.mark.parametrize("piece", ["b", "b.", "b+", "b-", "1.", "://", "a@", "."])
def test_a_word_is_read_once(piece):
    """However long it is: the label of an address is the address."""

    def work(length):
        for _ in hosts(piece * length):
            pass

    assert grows_with_length(work, 100)
