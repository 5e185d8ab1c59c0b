"""Special tokens of chat templates, which some servers obey wherever they stand in a text."""

from __future__ import annotations

import re
from typing import Final

NAME: Final = r"[\w▁:./-]{1,80}"

WORDS: Final = (
    "s|bos|eos|sop|eop|eoh|eoa|BOS_TOKEN|EOS_TOKEN|start_of_turn|end_of_turn|start_of_image|think"
    "|tool_call|tool_response|tools|extra_id_[0-9]+|SPECIAL_[0-9]+|reserved_[0-9]+|seed:[a-z_]+"
)
BRACKETED: Final = (
    "INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|THINK|gMASK"
    "|MODEL_SETTINGS"
)

SPECIAL: Final = re.compile(
    rf"<(?=/?[|｜]{NAME}(?:[|｜]?>|[|｜]{NAME}[>\s]))"  # ChatML, Llama 3, DeepSeek
    rf"|<(?={NAME}[|｜]>)"  # Gemma
    rf"|<(?=/?(?:{WORDS})>)|<(?=</?SYS>>)"  # Llama 2, Gemma, Qwen, Cohere, Nemotron, Seed
    rf"|\[(?=/?(?:{BRACKETED})\])|\[(?=\|/?{NAME}\|\])"  # Mistral, GLM, EXAONE
    r"|\](?=~!?b[\[\]])|\[(?=e~\[)"  # MiniMax
)


def without_template_tokens(text: str) -> str:
    """The text with a blank in each such token: it can be read, but is no token any more."""
    return SPECIAL.sub(r"\g<0> ", text)
