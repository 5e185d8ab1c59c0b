"""Which base URLs leave the private network unencrypted."""

import pytest

from bot.config.setting_types import is_exposed


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("api.example.com", True),
        ("8.8.8.8", True),
        ("192.0.2.1", True),
        ("[2001:db8::1]", True),
        ("local.example", True),
        ("127.0.0.1:11434", False),
        ("[::1]:11434", False),
        ("localhost", False),
        ("ollama:11434", False),
        ("192.168.1.4", False),
        ("172.20.0.3", False),
        ("[fd00::4]", False),
        ("host.docker.internal", False),
        ("gpu.local.", False),
        ("vllm.models.svc", False),
    ],
)
def test_plain_http_is_exposed_outside_the_private_network(host, expected):
    assert is_exposed(f"http://{host}/v1") is expected
    assert is_exposed(f"https://{host}/v1") is False
