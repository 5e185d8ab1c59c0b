from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.network.proxies import Proxy, ProxyError, proxy_for

P = "http://proxy.example:3128"
SLACK, SOCKET, MODEL = (
    "https://slack.com/api/",
    "wss://wss-primary.slack.com/x",
    "http://llm.example/v1",
)


def place(url, **variables):
    found = proxy_for(url, variables)
    return found and found.url


@pytest.mark.parametrize(
    ("variables", "slack", "socket", "model"),
    [
        ({}, None, None, None),
        ({"HTTPS_PROXY": P}, P, P, None),
        ({"https_proxy": P}, P, P, None),
        ({"HTTP_PROXY": P}, None, None, P),
        ({"ALL_PROXY": P}, P, P, P),
        ({"all_proxy": P, "HTTP_PROXY": "http://other:1"}, P, P, "http://other:1"),
        ({"https_proxy": P, "HTTPS_PROXY": "http://other:1"}, P, P, None),
        ({"HTTPS_PROXY": " ", "ALL_PROXY": P}, P, P, P),
        ({"HTTPS_PROXY": "proxy.example:3128"}, P, P, None),
        ({"HTTPS_PROXY": "https://u:p@proxy.example"}, *["https://u:p@proxy.example"] * 2, None),
        ({"ALL_PROXY": P, "NO_PROXY": "*"}, None, None, None),
        ({"ALL_PROXY": P, "no_proxy": "slack.com"}, None, None, P),
        ({"ALL_PROXY": P, "NO_PROXY": "llm.example"}, P, P, None),
    ],
)
def test_which_proxy(variables, slack, socket, model):
    """The first variable that is set for the scheme; `wss://` goes the way of `https://`."""
    found = [place(url, **variables) for url in (SLACK, SOCKET, MODEL)]

    assert found == [slack, socket, model]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "[::1]", "localhost", "a.localhost"])
def test_this_machine_is_reached_directly(host):
    """Also where the proxy is none that we can use."""
    assert place(f"http://{host}:8080/v1", ALL_PROXY="socks://x:80a") is None


@pytest.mark.parametrize(
    ("exceptions", "url"),
    [
        ("slack.com", "https://slack.com/"),
        ("slack.com", "https://files.slack.com/"),
        (".slack.com", "https://files.slack.com/"),
        (".slack.com", "https://slack.com/"),
        ("*.slack.com", "https://files.slack.com/"),
        ("SLACK.com", "https://Slack.COM/"),
        ("a, slack.com ,b", "https://slack.com/"),
        ("a slack.com b", "https://slack.com/"),
        ("slack.com.", "https://slack.com/"),
        ("slack.com", "https://slack.com./"),
        ("slack.com:443", "https://slack.com/"),
        ("slack.com:443", "wss://slack.com/"),
        ("slack.com:8443", "https://slack.com:8443/"),
        ("https://slack.com/", "https://slack.com/"),
        ("10.1.2.3", "http://10.1.2.3/v1"),
        ("10.0.0.0/8", "http://10.1.2.3:8000/v1"),
        ("10.1.2.3/8", "http://10.9.9.9/v1"),
        ("fd00::/8", "http://[fd00::1]/v1"),
        ("fd00::1", "http://[fd00::1]/v1"),
        ("[fd00::1]", "http://[fd00::1]/v1"),
        ("[fd00::1]:8000", "http://[fd00::1]:8000/v1"),
    ],
)
def test_exceptions(exceptions, url):
    """Every spelling that curl and requests take."""
    assert place(url, ALL_PROXY=P, NO_PROXY=exceptions) is None


@pytest.mark.parametrize(
    ("exceptions", "url"),
    [
        ("", "https://slack.com/"),
        (",", "https://slack.com/"),
        (".", "https://slack.com/"),
        ("lack.com", "https://slack.com/"),
        ("files.slack.com", "https://slack.com/"),
        ("slack.com:80", "https://slack.com/"),
        ("slack.com", "https://slack.com.evil.example/"),
        ("10.0.0.0/8", "http://11.1.2.3/v1"),
        ("10.0.0.0/8", "https://slack.com/"),
        ("[fd00::1]:80", "http://[fd00::1]:8000/v1"),
        ("10.0.0.0/99", "http://10.1.2.3/v1"),
    ],
)
def test_no_exceptions(exceptions, url):
    assert place(url, ALL_PROXY=P, NO_PROXY=exceptions) == P


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("socks5://127.0.0.1:9", "SOCKS"),
        ("socks://127.0.0.1:9", "SOCKS"),
        ("socks5h://u:canary@127.0.0.1:9", "SOCKS"),
        ("ftp://proxy:1", "no HTTP proxy"),
        ("http://proxy:80a", "no URL"),
        ("http://", "no URL"),
        ("http://[::1", "no URL"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable(value, words):
    """Its value is not told: it may hold a password."""
    with pytest.raises(ProxyError, match=words) as caught:
        proxy_for(SLACK, {"all_proxy": value})

    assert str(caught.value).startswith("all_proxy: ")
    assert "slack.com in NO_PROXY" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_its_place_has_no_password():
    assert (
        Proxy("http://user:secret@proxy.example:3128/", "ALL_PROXY").place == "proxy.example:3128"
    )
    assert Proxy("http://proxy.example", "ALL_PROXY").place == "proxy.example"


@given(st.text(), st.text())
def test_nothing_in_these_variables_breaks_it(proxy, exceptions):
    with suppress(ProxyError):
        proxy_for(SLACK, {"HTTPS_PROXY": proxy, "NO_PROXY": exceptions})
