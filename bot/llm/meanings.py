r"""What an endpoint means by an error, whatever its shape and its words. Pure.

Endpoints say the same few things in many ways: the code stands in `code`, `type`, `status` or
`reason`, at any depth; often only the sentence tells; and proxies put one body into another as
text. So the whole body is searched: first its codes, then its sentences, then the HTTP status
decides. Each row names whose word it is. Where they come from:

- OpenAI, Azure, Anthropic, Gemini, xAI, DeepSeek, Mistral, Groq, OpenRouter, Kimi, DashScope: their
  pages "Error codes" or "Errors";
- vLLM, TGI, llama.cpp, Ollama, LM Studio, LiteLLM: what they raise, in their sources and issues;
- the sentences for a context that is too long: also pi-mono, `packages/ai/src/utils/overflow.ts`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bot.errors import (
    ContextTooLong,
    ModelError,
    ModelForbidden,
    ModelNotFound,
    ModelPathUnknown,
    ModelRateLimited,
    ModelRejected,
    ModelUnauthorized,
    ModelUnavailable,
    ModelUnreachable,
    PromptFiltered,
    QuotaExhausted,
    StreamGarbled,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind = type[ModelError]

CODES: Final[Mapping[str, Kind]] = {
    "contextlengthexceeded": ContextTooLong,  # OpenAI, Azure, DeepSeek, LM Studio
    "exceedcontextsizeerror": ContextTooLong,  # llama.cpp
    "contextwindowexceedederror": ContextTooLong,  # LiteLLM
    "stringabovemaxlength": ContextTooLong,  # OpenAI
    "requesttoolarge": ContextTooLong,  # Anthropic
    "tokenlimitexceeded": ContextTooLong,  # OpenRouter
    "contentfilter": PromptFiltered,  # Azure, Kimi
    "contentfilterpolicy": PromptFiltered,
    "contentpolicyviolation": PromptFiltered,  # OpenAI, OpenRouter
    "contentpolicyviolationerror": PromptFiltered,  # LiteLLM
    "responsibleaipolicyviolation": PromptFiltered,  # Azure
    "datainspectionfailed": PromptFiltered,  # DashScope
    "prohibitedcontent": PromptFiltered,  # Gemini
    "guardrailintervened": PromptFiltered,  # Bedrock
    "insufficientquota": QuotaExhausted,  # OpenAI
    "billinghardlimitreached": QuotaExhausted,
    "billingnotactive": QuotaExhausted,
    "billingerror": QuotaExhausted,  # Anthropic
    "exceededcurrentquotaerror": QuotaExhausted,  # Kimi
    "arrearage": QuotaExhausted,  # DashScope
    "insufficientuserquota": QuotaExhausted,  # One API
    "insufficientbalance": QuotaExhausted,  # DeepSeek
    "budgetexceeded": QuotaExhausted,  # LiteLLM
    "creditslimitreached": QuotaExhausted,
    "invalidapikey": ModelUnauthorized,  # OpenAI, DashScope
    "apikeyinvalid": ModelUnauthorized,  # Gemini
    "authenticationerror": ModelUnauthorized,  # Anthropic, DeepSeek
    "invalidauthenticationerror": ModelUnauthorized,  # Kimi
    "incorrectapikeyerror": ModelUnauthorized,  # Kimi
    "unauthenticated": ModelUnauthorized,  # Gemini
    "modelnotfound": ModelNotFound,  # OpenAI, Groq, DashScope
    "modelnotexist": ModelNotFound,  # DeepSeek
    "invalidmodel": ModelNotFound,  # Mistral
    "modeldecommissioned": ModelNotFound,  # Groq
    "deploymentnotfound": ModelNotFound,  # Azure
    "ratelimitexceeded": ModelRateLimited,  # OpenAI
    "serveroverloaded": ModelUnavailable,
}
"""What `code`, `type` and their kin say, in small letters and without anything between them."""

VAGUE: Final[Mapping[str, Kind]] = {
    "ratelimit": ModelRateLimited,
    "ratelimiterror": ModelRateLimited,  # Anthropic
    "ratelimitreachederror": ModelRateLimited,  # Kimi
    "resourceexhausted": ModelRateLimited,  # Gemini
    "throttlingexception": ModelRateLimited,  # Bedrock
    "throttling": ModelRateLimited,  # DashScope
    "throttlingratequota": ModelRateLimited,  # DashScope
    "throttlingallocationquota": ModelRateLimited,  # DashScope
    "toomanyrequests": ModelRateLimited,
    "requests": ModelRateLimited,
    "tokens": ModelRateLimited,
    "overloaded": ModelUnavailable,
    "overloadederror": ModelUnavailable,  # Anthropic, TGI
    "engineoverloadederror": ModelUnavailable,  # Kimi
    "servererror": ModelUnavailable,
    "internalservererror": ModelUnavailable,  # vLLM
    "internalerror": ModelUnavailable,  # DashScope
    "internal": ModelUnavailable,  # Gemini
    "apierror": ModelUnavailable,  # Anthropic
    "serviceunavailable": ModelUnavailable,
    "unavailable": ModelUnavailable,  # Gemini, llama.cpp
    "unavailableerror": ModelUnavailable,  # llama.cpp
    "timeout": ModelUnavailable,
    "deadlineexceeded": ModelUnavailable,  # Gemini
    "permissionerror": ModelForbidden,  # Anthropic
    "permissiondenied": ModelForbidden,  # Gemini
    "accessdenied": ModelForbidden,  # DashScope
    "notfounderror": ModelNotFound,  # Anthropic, vLLM
}
"""Codes that count only where no HTTP status says more, that is, inside a stream."""

SENTENCES: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.VERBOSE | re.DOTALL), kind)
    for pattern, kind in (
        (
            r"""
            maximum\ context | context[ _](?:length|size|window|limit)   # OpenAI, vLLM, llama.cpp
            | prompt\ is\ too\ long | (?:input|prompt)\ is\ too\ long     # Anthropic, Bedrock
            | token\ count .{0,40} exceeds                               # Gemini, Copilot
            | maximum\ (?:prompt|input)\ length                          # xAI, LiteLLM
            | reduce\ the\ length\ of                                    # Groq, OpenAI
            | exceeded\ model\ token\ limit                              # Kimi
            | too\ large\ for\ model                                     # Mistral
            | too\ many\ (?:input\ )?tokens | token\ limit\ exceeded
            | input\ tokens\ exceed | exceeds\ the\ limit\ of\ \d+
            | range\ of\ input\ length                                   # DashScope
            | `inputs`\ (?:tokens\ )?(?:\+|must)                         # TGI
            | current\ length\ is .{0,40} while\ limit                   # Cerebras
            """,
            ContextTooLong,
        ),
        (
            r"""
            request\ too\ large | tokens\ must\ be\ reduced              # OpenAI, Groq
            """,
            ContextTooLong,
        ),
        (
            r"""
            content[ ](?:management[ ])?(?:filter|policy) | safety\ system   # Azure, OpenAI
            | violat\w+ .{0,40} (?:policy|policies|guidelines)           # OpenAI, xAI
            | content\ exists\ risk                                      # DeepSeek
            | considered\ high\ risk                                     # Kimi
            | inappropriate\ content                                     # DashScope
            | requires\ moderation .{0,80} flagged | flagged\ (?:as|by|for)   # OpenRouter
            | prohibited\ content
            """,
            PromptFiltered,
        ),
        (
            r"""
            insufficient\ (?:balance|credit|funds|quota) | more\ credits  # DeepSeek, OpenRouter
            | credit\ balance\ is\ too\ low                              # Anthropic
            | account .{0,40} (?:overdue|arrears|suspended|good\ standing)   # DashScope, Kimi
            | used\ all\ available\ credits | have\ any\ credits         # xAI
            | budget\ has\ been\ exceeded                                # LiteLLM
            """,
            QuotaExhausted,
        ),
        (
            r"""
            (?:invalid|incorrect|no|missing|wrong)\ api[ _-]?key         # OpenAI, xAI
            | api[ _-]?key .{0,20} (?:not\ valid|invalid|incorrect|expired|not\ found)   # Gemini
            """,
            ModelUnauthorized,
        ),
        (
            r"""
            insufficient\ permissions | missing\ scopes                  # OpenAI, with a 401
            """,
            ModelForbidden,
        ),
        (
            r"""
            \bmodels?\b .{0,120}? (?:does\ not\ exist|not\ found|not\ exist|decommissioned)   # vLLM
            | (?:unknown|invalid|no\ such)\ model\b(?!\ param)           # Mistral, LiteLLM
            | not\ a\ valid\ model                                      # OpenRouter
            | try\ pulling\ it | no\ endpoints\ found                    # Ollama, OpenRouter
            | deployment .{0,80} does\ not\ exist                        # Azure
            """,
            ModelNotFound,
        ),
    )
)
"""What a sentence says. The first that is found decides."""

QUOTA_OR_RATE: Final = re.compile(r"exceeded your current quota", re.IGNORECASE)
"""OpenAI says so of an account without credit, Gemini of a minute that is used up."""

STATUSES: Final[Mapping[int, Kind]] = {
    401: ModelUnauthorized,
    402: QuotaExhausted,
    403: ModelForbidden,
    404: ModelPathUnknown,
    405: ModelPathUnknown,
    407: ModelUnreachable,
    408: ModelUnavailable,
    413: ContextTooLong,
    429: ModelRateLimited,
    501: ModelRejected,
}
"""Other statuses: 3xx is `StreamGarbled`, 5xx `ModelUnavailable`."""

IDENTIFIER: Final = re.compile(r"\b(?:[A-Za-z]+(?:_[A-Za-z]+)+|[A-Z][A-Za-z]+Error)\b")
"""A code within a sentence: LiteLLM and others quote the body that another endpoint sent."""

CODE_FIELDS: Final = frozenset({"code", "type", "status", "reason", "error", "error_code"})
TEXT_FIELDS: Final = frozenset(
    {"message", "msg", "detail", "error", "raw", "error_description", "errors", "title"}
)
"""The fields in which endpoints name an error, and in which they describe it."""

DEEPEST: Final = 6
MOST: Final = 200
SENTENCE_READ: Final = 4000
"""Levels of a body that are searched, values, and characters of all sentences together."""


def meaning(status: int, body: object, *, streamed: bool = False) -> Kind | None:
    """Returns the class of error for an HTTP status and a body; None if neither says anything.

    `status` is 0 where there is none: for an error that is `streamed`, or in the body of a 200.
    """
    codes, text = read(body)
    status = status or next((int(code) for code in codes if re.fullmatch(r"[45]\d\d", code)), 0)
    if status == 413:
        return ContextTooLong
    kind = _by_code([*codes, *map(_plain, IDENTIFIER.findall(text))], CODES)
    if kind in (None, ModelRateLimited):
        kind = _by_sentence(text, codes) or kind
    if kind is None and (streamed or status in (0, 200, 400)):
        kind = _by_code(codes, VAGUE)
    return kind or _by_status(status)


def is_code(text: str) -> bool:
    """Whether the text is one of the codes that we know."""
    return text.isascii() and " " not in text and (_plain(text) in CODES or _plain(text) in VAGUE)


def read(body: object) -> tuple[list[str], str]:
    """Returns the codes of a body in small letters, and all of its sentences."""
    codes: list[str] = []
    sentences: list[str] = []
    for count, (name, value) in enumerate(_values(body, "message", DEEPEST)):
        if count == MOST:
            break
        if name in CODE_FIELDS and len(value) <= 60 and " " not in value:
            codes.append(_plain(value))
        if name in TEXT_FIELDS:
            sentences.append(value)
    return codes, " ".join(sentences)[:SENTENCE_READ]


def _values(body: Any, name: str, depth: int) -> Iterator[tuple[str, str]]:
    """Every text and number of a body, with the name of the field it stands in."""
    if isinstance(body, dict) and depth:
        for key, value in body.items():
            yield from _values(value, str(key), depth - 1)
    elif isinstance(body, list) and depth:
        for value in body:
            yield from _values(value, name, depth - 1)
    elif isinstance(body, str | int) and not isinstance(body, bool):
        yield name, str(body)


def _plain(code: str) -> str:
    """Small letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", code.lower())


def _by_code(codes: list[str], table: Mapping[str, Kind]) -> Kind | None:
    return next((table[code] for code in codes if code in table), None)


def _by_sentence(text: str, codes: list[str]) -> Kind | None:
    if QUOTA_OR_RATE.search(text):
        return ModelRateLimited if "resourceexhausted" in codes else QuotaExhausted
    return next((kind for pattern, kind in SENTENCES if pattern.search(text)), None)


def _by_status(status: int) -> Kind | None:
    return STATUSES.get(status) or {3: StreamGarbled, 5: ModelUnavailable}.get(status // 100)
