"""Every error that the bot raises.

BotError
├── StartError             the bot cannot start here; for the operator
│   ├── SettingsError      a setting is missing or wrong
│   └── NotAvailable       what a setting names is not there, and may come back by itself
├── ModelError             the endpoint failed; `kind` names its sentence in `strings`
│   ├── ModelUnauthorized · ModelForbidden · ModelNotFound · ModelPathUnknown · ModelRejected
│   ├── ContextTooLong · PromptFiltered
│   ├── ModelRateLimited · QuotaExhausted · ModelUnavailable
│   ├── ModelResting       not asked: too many calls have just failed
│   ├── ModelUnreachable   ModelRefusedConnection · ModelHostUnknown · ModelTLSFailed
│   ├── ConnectionLost · StreamGarbled · StreamError
│   ├── FirstTokenTimeout · ModelStalled · TurnTimeout
│   └── ToolMissing        it called a tool, and we offer none
├── StoreError             the database did not answer, or did not accept the data
├── LeaseLost              another process works on the turn now: write nothing more
└── SlackError             a Web API call that did not succeed
    ├── SlackRefused       429: nothing happened, wait and try again
    ├── SlackUnknown       no answer: it may or may not have happened
    │   └── SlackUnsent    the request has not left: it has not happened
    │       └── SlackUnreachable   no connection
    └── SlackRejected      Slack's answer is an error; `code` is its name

Any other exception is a bug: it is logged with its traceback, and people see a sentence with an id.
"""

from __future__ import annotations

from typing import ClassVar


class BotError(Exception):
    """The base of all our errors."""

    kind: ClassVar[str] = "internal"
    """Names the sentence in `strings` that people read."""

    retryable: ClassVar[bool] = False
    """Whether the same call may succeed when it is repeated soon."""


class StartError(BotError):
    """The environment does not let the bot start."""

    exit_code: ClassVar[int]
    """Of sysexits.h."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        """A line for each: the setting without its value, what is wrong, what to do."""


class SettingsError(StartError):
    """One or more settings are missing or wrong, or name what the bot cannot use."""

    kind = "settings"
    exit_code = 78
    """EX_CONFIG: it fails again until somebody changes something."""


class NotAvailable(StartError):
    """What a setting names is not there or does not answer."""

    kind = "not_available"
    exit_code = 69
    """EX_UNAVAILABLE: it may succeed later without any change."""


class ModelError(BotError):
    """The model's endpoint failed."""

    kind = "model"

    def __init__(
        self, detail: str = "", *, said: str | None = None, retry_after: float | None = None
    ) -> None:
        """`detail` is for the log and contains no text of people. `said` is `detail` by default."""
        super().__init__(detail)
        self.said = detail if said is None else said
        """What came in place of an answer, as the operator reads it in a terminal; may be ""."""
        self.retry_after = retry_after
        """Seconds to wait before the next call, if the endpoint named any."""


class ModelUnauthorized(ModelError):
    """401: the key is missing or wrong."""

    kind = "unauthorized"


class ModelForbidden(ModelError):
    """403: the key has no permission for this."""

    kind = "forbidden"


class ModelNotFound(ModelError):
    """The endpoint has no such model."""

    kind = "model_not_found"


class ModelPathUnknown(ModelError):
    """404 without a word of a model: the endpoint has nothing at this path."""

    kind = "path_unknown"

    models_at: str = ""
    """Where the endpoint lists its models instead, so that this path is surely wrong."""


class ModelRejected(ModelError):
    """400, 422 and other 4xx: the endpoint does not accept the request."""

    kind = "rejected"


class ContextTooLong(ModelError):
    """The conversation does not fit into the model's context."""

    kind = "context_too_long"


class PromptFiltered(ModelError):
    """A filter of the endpoint stopped the conversation before the model saw it."""

    kind = "prompt_filtered"


class ModelRateLimited(ModelError):
    """429: too many requests."""

    kind = "rate_limited"
    retryable = True


class QuotaExhausted(ModelError):
    """402, or 429 with `insufficient_quota`: the account must be paid first."""

    kind = "quota"


class ModelUnavailable(ModelError):
    """408 and 5xx: the endpoint has a problem that may pass."""

    kind = "unavailable"
    retryable = True


class ModelResting(ModelError):
    """Not asked, because too many calls failed. `retry_after` is the time until the next one."""

    kind = "resting"


class ModelUnreachable(ModelError):
    """No connection, or none within the time to connect."""

    kind = "unreachable"
    retryable = True


class ModelRefusedConnection(ModelUnreachable):
    """The host refused the connection: nothing listens at that port."""

    kind = "connection_refused"


class ModelHostUnknown(ModelUnreachable):
    """The host has no address in DNS."""

    kind = "host_unknown"


class ModelTLSFailed(ModelUnreachable):
    """The TLS handshake failed: the certificate is not trusted, or the host has no TLS."""

    kind = "tls"


class ConnectionLost(ModelError):
    """The connection broke, or ended without a `finish_reason`."""

    kind = "connection_lost"
    retryable = True


class StreamGarbled(ModelError):
    """The body is no Chat Completions stream, or is larger than our limits."""

    kind = "garbled"


class StreamError(ModelError):
    """The endpoint reported an error inside the stream."""

    kind = "stream_error"


class FirstTokenTimeout(ModelError):
    """Connected, but no token within the limit."""

    kind = "first_token_timeout"


class ModelStalled(ModelError):
    """The time between two tokens was longer than the limit."""

    kind = "stalled"


class TurnTimeout(ModelError):
    """The whole answer took longer than the limit."""

    kind = "turn_timeout"


class ToolMissing(ModelError):
    """The model ended with a call of a tool, which we never offer: its answer is not complete."""

    kind = "tool_missing"


class StoreError(BotError):
    """The database did not answer, or did not accept the data. The commit may have happened."""

    kind = "store"
    retryable = True


class LeaseLost(BotError):
    """Another process holds the turn's lease now; this one must write nothing more."""

    kind = "lease"


class SlackError(BotError):
    """A Web API call that did not succeed."""

    kind = "slack"


class SlackRefused(SlackError):
    """HTTP 429, or an error code of the same meaning. The call was not carried out."""

    retryable = True

    def __init__(self, method: str, retry_after: float) -> None:
        super().__init__(f"{method} refused for {retry_after:g} s")
        self.retry_after = retry_after
        """Seconds to wait before the next call."""


class SlackUnknown(SlackError):
    """No answer arrived: the call may or may not have been carried out."""

    retryable = True


class SlackUnsent(SlackUnknown):
    """The request has not left this process, so the call was not carried out."""


class SlackUnreachable(SlackUnsent):
    """No connection to Slack could be made."""

    def __init__(self, method: str, reason: str, *, lasting: bool = False) -> None:
        super().__init__(f"{method}: {reason}")
        self.reason = reason
        """Why not, and what to do about it, for the operator."""
        self.lasting = lasting
        """True when it fails until somebody changes something."""


class SlackRejected(SlackError):
    """Slack answered with an error. The call was not carried out."""

    def __init__(self, method: str, code: str, shown: str | None = None) -> None:
        """`shown` is what may be logged of the code, if it is not all of it."""
        super().__init__(f"{method}: {code if shown is None else shown}")
        self.code = code
        """Slack's error code, such as `channel_not_found`."""
