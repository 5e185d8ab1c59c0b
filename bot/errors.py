"""Every error we raise, each knowing whether it is for the user and may be tried again.

BotError
├── SettingsError          a setting is missing or wrong; for whoever runs the bot
├── ModelError             the endpoint's fault; `kind` names its sentence in `strings`
│   ├── ModelUnauthorized · ModelForbidden · ModelNotFound · ModelRejected · ContextTooLong
│   ├── ModelRateLimited · QuotaExhausted · ModelUnavailable
│   ├── ModelResting       not asked at all: it had too much trouble a moment ago
│   ├── ModelUnreachable   ModelRefusedConnection · ModelHostUnknown · ModelTLSFailed
│   ├── ConnectionLost · StreamGarbled · StreamError
│   └── FirstTokenTimeout · ModelStalled · TurnTimeout
├── StoreError             the database did not answer, or did not take it
├── LeaseLost              somebody else works on the turn now: write nothing more
└── SlackError             a Web API call that did not come back with "ok"
    ├── SlackRefused       429: nothing happened, wait and try again
    ├── SlackUnknown       no answer: it may or may not have happened
    └── SlackRejected      Slack said no; `code` is its word for it

What is none of these is a bug: logged whole, shown as one sentence with an id.
"""

from __future__ import annotations

from typing import ClassVar


class BotError(Exception):
    """The root. `kind` names the sentence people read, `retryable` whether asking again helps."""

    kind: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False


class SettingsError(BotError):
    """One or more settings are missing or wrong. `problems` has a line for each, without values."""

    kind = "settings"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ModelError(BotError):
    """The endpoint did not answer as it should. `retry_after` in seconds, where it said so."""

    kind = "model"

    def __init__(self, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class ModelUnauthorized(ModelError):
    """401: the key is missing or wrong."""

    kind = "unauthorized"


class ModelForbidden(ModelError):
    """403: the key may not do this."""

    kind = "forbidden"


class ModelNotFound(ModelError):
    """404: no such model, or no such path at this base URL."""

    kind = "model_not_found"


class ModelRejected(ModelError):
    """400, 422 and other refusals of the request itself."""

    kind = "rejected"


class ContextTooLong(ModelError):
    """The conversation does not fit into the model's context."""

    kind = "context_too_long"


class ModelRateLimited(ModelError):
    """429: too many requests."""

    kind = "rate_limited"
    retryable = True


class QuotaExhausted(ModelError):
    """429 with `insufficient_quota`: waiting does not help, paying does."""

    kind = "quota"


class ModelUnavailable(ModelError):
    """5xx: the endpoint is in trouble."""

    kind = "unavailable"
    retryable = True


class ModelResting(ModelError):
    """Not asked at all: too many calls failed. `retry_after` is when the next one may go out."""

    kind = "resting"


class ModelUnreachable(ModelError):
    """Nobody there, or not within the time to connect."""

    kind = "unreachable"
    retryable = True


class ModelRefusedConnection(ModelUnreachable):
    """The host is there, but nobody listens at that port."""

    kind = "connection_refused"


class ModelHostUnknown(ModelUnreachable):
    """DNS does not know the host."""

    kind = "host_unknown"


class ModelTLSFailed(ModelUnreachable):
    """No encrypted connection: a certificate we do not trust, or no TLS at all."""

    kind = "tls"


class ConnectionLost(ModelError):
    """The connection broke, or ended without a `finish_reason`."""

    kind = "connection_lost"
    retryable = True


class StreamGarbled(ModelError):
    """What arrived is not a Chat Completions stream, or larger than any honest one."""

    kind = "garbled"


class StreamError(ModelError):
    """The endpoint reported an error inside the stream."""

    kind = "stream_error"


class FirstTokenTimeout(ModelError):
    """Connected, but not a word within the limit."""

    kind = "first_token_timeout"


class ModelStalled(ModelError):
    """It spoke, then fell silent for longer than the limit."""

    kind = "stalled"


class TurnTimeout(ModelError):
    """The whole answer took longer than the limit."""

    kind = "turn_timeout"


class StoreError(BotError):
    """The database did not answer, or did not take what it was given. Nothing is known of it."""

    kind = "store"
    retryable = True


class LeaseLost(BotError):
    """Somebody else works on the turn now; whoever held it before writes nothing more."""

    kind = "lease"


class SlackError(BotError):
    """A Web API call that did not come back with "ok"."""

    kind = "slack"


class SlackRefused(SlackError):
    """HTTP 429 or its in-band cousins: nothing happened; try again after `retry_after` seconds."""

    retryable = True

    def __init__(self, method: str, retry_after: float) -> None:
        super().__init__(f"{method} refused for {retry_after:g} s")
        self.retry_after = retry_after


class SlackUnknown(SlackError):
    """The answer was lost: the call may or may not have been carried out."""

    retryable = True


class SlackRejected(SlackError):
    """Slack said no. `code` is its error, such as `channel_not_found`."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}")
        self.code = code
