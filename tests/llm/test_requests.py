from bot.core.types import Message
from bot.llm.requests import LONGEST_NAME, request


def test_messages_and_options_on_the_wire():
    prompt = [
        Message("system", "Be brief."),
        Message("user", "hi\ud800", "Ann B. Müller", "1.2"),
        Message("user", "hello", "山田"),
    ]
    assert request("m", prompt, {"temperature": 0, "top_p": None}) == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "hi�", "name": "Ann_B_M_ller"},
            {"role": "user", "content": "hello"},
        ],
        "temperature": 0,
    }


def test_a_name_is_cut_to_what_the_api_accepts():
    message = request("m", [Message("user", "hi", "a" * 100)], {})["messages"][0]

    assert message["name"] == "a" * LONGEST_NAME


def test_lone_surrogates_never_reach_the_wire():
    """A pair that came in two halves is one character again; a half becomes U+FFFD."""
    texts = ["\ud83d\ude00", "a\ude00b"]
    messages = request("m", [Message("user", text) for text in texts], {})["messages"]

    assert [message["content"] for message in messages] == ["😀", "a\ufffdb"]
