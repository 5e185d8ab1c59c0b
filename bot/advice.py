"""What the operator reads in a terminal of an error of the model's endpoint, in every language.

In Slack people read the sentences of `strings` and tell their admin; who sees these is the admin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Advice:
    """What is wrong, and what to do."""

    what: str
    """A clause without an end, to which may be added what came in place of an answer."""

    remedy: str
    """A sentence that names the settings to check."""

    @property
    def line(self) -> str:
        """Both in one line."""
        return f"{self.what}. {self.remedy}"


EXPOSED = Advice("OPENAI_BASE_URL is plain http", "Use https, unless you trust the whole network.")
"""Key and questions leave the private network unencrypted."""


@dataclass(frozen=True, slots=True)
class AdviceStrings:
    """The advice of one language. Names in braces are filled in."""

    whole: str
    """`what` and `remedy` in one line."""

    whole_with: str
    """The same, with what was `said` in place of an answer."""

    incomplete: str
    """The `sentence`, below an answer that broke off."""

    by_kind: Mapping[str, Advice]
    """By the `kind` of a `ModelError` (see `errors`)."""

    def sentence(self, kind: str, said: str, *, partial: bool = False) -> str:
        """What is wrong and what to do, in one line; `said` may be "".

        `partial`: a part of the answer stands above it.
        """
        advice = self.by_kind[kind]
        form = self.whole_with if said else self.whole
        what = advice.what[:1].upper() + advice.what[1:]
        sentence = form.format(what=what, said=said, remedy=advice.remedy)
        return self.incomplete.format(sentence=sentence) if partial else sentence


ENGLISH = AdviceStrings(
    whole="{what}. {remedy}",
    whole_with="{what} ({said}). {remedy}",
    incomplete="Incomplete: {sentence}",
    by_kind={
        "model": Advice("the endpoint failed", "Try again."),
        "unauthorized": Advice(
            "the endpoint does not accept the key",
            "Check OPENAI_API_KEY, and that OPENAI_BASE_URL is the endpoint of this key.",
        ),
        "forbidden": Advice(
            "the key is not allowed to do this",
            "Check the permissions of the key, and OPENAI_MODEL.",
        ),
        "model_not_found": Advice(
            "the endpoint has no such model", "Check OPENAI_MODEL; `doctor` lists what there is."
        ),
        "path_unknown": Advice(
            "the endpoint has nothing at this path",
            "Check the path of OPENAI_BASE_URL (often /v1).",
        ),
        "prompt_filtered": Advice(
            "a filter of the endpoint stopped the question before the model saw it",
            "Ask in other words, or change the filter of the endpoint.",
        ),
        "rejected": Advice(
            "the endpoint does not accept the request",
            "Check OPENAI_MODEL and the other OPENAI_… settings that are set.",
        ),
        "context_too_long": Advice(
            "the question is too long for the model",
            "Ask with less text, or set OPENAI_MODEL to a model that takes more.",
        ),
        "rate_limited": Advice("too many requests", "Wait a minute and try again."),
        "quota": Advice(
            "the account has run out of credit",
            "Check the plan and the credit of the account of OPENAI_API_KEY.",
        ),
        "unavailable": Advice(
            "the endpoint has a problem",
            "Try again; if it lasts, ask those who run the endpoint.",
        ),
        "resting": Advice("the endpoint kept failing", "Try again in a minute."),
        "unreachable": Advice(
            "no connection to the endpoint", "Check OPENAI_BASE_URL, network and proxy."
        ),
        "connection_refused": Advice(
            "the endpoint refuses the connection",
            "Check the port in OPENAI_BASE_URL, and that the endpoint is running.",
        ),
        "host_unknown": Advice(
            "the endpoint's host is unknown", "Check the host in OPENAI_BASE_URL, and DNS."
        ),
        "tls": Advice(
            "no secure connection to the endpoint",
            "Check the port in OPENAI_BASE_URL, which begins with http:// where there is no TLS; "
            "for a certificate of your own network set SSL_CERT_FILE.",
        ),
        "connection_lost": Advice(
            "the connection ended before the answer did",
            "Try again; if it lasts, look into the endpoint's log, and check proxies before it.",
        ),
        "garbled": Advice(
            "what answers is no Chat Completions endpoint",
            "Check host and path (often /v1) of OPENAI_BASE_URL, and that no proxy and no login "
            "page answers in its place.",
        ),
        "stream_error": Advice(
            "the endpoint reported an error while it answered",
            "Try again; if it lasts, ask those who run the endpoint.",
        ),
        "first_token_timeout": Advice(
            "the endpoint did not begin to answer in time",
            "Try again, or raise BOT_FIRST_TOKEN_TIMEOUT.",
        ),
        "stalled": Advice(
            "the endpoint fell silent in the middle of the answer",
            "Try again, or raise BOT_STALL_TIMEOUT.",
        ),
        "tool_missing": Advice(
            "the model called a tool, and is offered none here",
            "Ask for an answer without tools, or set OPENAI_MODEL to another model.",
        ),
        "turn_timeout": Advice(
            "the answer took too long", "Ask for a shorter one, or raise BOT_TURN_TIMEOUT."
        ),
    },
)

JAPANESE = AdviceStrings(
    whole="{what}。{remedy}",
    whole_with="{what}（{said}）。{remedy}",
    incomplete="未完了：{sentence}",
    by_kind={
        "model": Advice("エンドポイントでエラーが起きました", "もう一度お試しください。"),
        "unauthorized": Advice(
            "エンドポイントがキーを受け付けません",
            "OPENAI_API_KEY と、OPENAI_BASE_URL がこのキーのエンドポイントかを確認してください。",
        ),
        "forbidden": Advice(
            "このキーには権限がありません",
            "キーの権限と OPENAI_MODEL を確認してください。",
        ),
        "model_not_found": Advice(
            "モデルが見つかりません",
            "OPENAI_MODEL を確認してください。doctor で利用できるモデルを確認できます。",
        ),
        "path_unknown": Advice(
            "このパスには何もありません",
            "OPENAI_BASE_URL のパス（多くは /v1）を確認してください。",
        ),
        "prompt_filtered": Advice(
            "エンドポイントのフィルターにより、質問がモデルに届く前に止められました",
            "表現を変えるか、エンドポイントのフィルターの設定を変更してください。",
        ),
        "rejected": Advice(
            "エンドポイントがリクエストを受け付けません",
            "OPENAI_MODEL と、設定したほかの OPENAI_… を確認してください。",
        ),
        "context_too_long": Advice(
            "質問が長すぎてモデルに収まりません",
            "文を短くするか、より長い入力を扱えるモデルを OPENAI_MODEL に設定してください。",
        ),
        "rate_limited": Advice(
            "リクエストが多すぎます", "1分ほど待ってから、もう一度お試しください。"
        ),
        "quota": Advice(
            "アカウントの残高がありません",
            "OPENAI_API_KEY のアカウントのプランと残高を確認してください。",
        ),
        "unavailable": Advice(
            "エンドポイントに障害が起きています",
            "もう一度お試しください。続く場合は、エンドポイントの運営者にお問い合わせください。",
        ),
        "resting": Advice(
            "エンドポイントの障害が続いています", "1分ほど待ってから、もう一度お試しください。"
        ),
        "unreachable": Advice(
            "エンドポイントに接続できません",
            "OPENAI_BASE_URL、ネットワーク、プロキシを確認してください。",
        ),
        "connection_refused": Advice(
            "エンドポイントに接続を拒否されました",
            "OPENAI_BASE_URL のポートと、エンドポイントが動いているかを確認してください。",
        ),
        "host_unknown": Advice(
            "エンドポイントのホストが見つかりません",
            "OPENAI_BASE_URL のホストと DNS を確認してください。",
        ),
        "tls": Advice(
            "エンドポイントに安全に接続できません",
            "組織内の証明書であれば SSL_CERT_FILE に指定してください。"
            "証明書がなければ OPENAI_BASE_URL を http:// で始めてください。",
        ),
        "connection_lost": Advice(
            "回答の途中で接続が切れました",
            "もう一度お試しください。続く場合は、エンドポイントのログとプロキシを確認してください。",
        ),
        "garbled": Advice(
            "応答しているのは Chat Completions のエンドポイントではありません",
            "OPENAI_BASE_URL のホストとパス（多くは /v1）を確認してください。"
            "プロキシやログインページが応答していないかも確認してください。",
        ),
        "stream_error": Advice(
            "回答の途中でエンドポイントがエラーを返しました",
            "もう一度お試しください。続く場合は、エンドポイントの運営者にお問い合わせください。",
        ),
        "first_token_timeout": Advice(
            "時間内に回答が始まりませんでした",
            "もう一度試すか、BOT_FIRST_TOKEN_TIMEOUT を大きくしてください。",
        ),
        "stalled": Advice(
            "回答の途中で応答が止まりました",
            "もう一度試すか、BOT_STALL_TIMEOUT を大きくしてください。",
        ),
        "tool_missing": Advice(
            "モデルがツールを呼び出しましたが、ここではツールを使えません",
            "ツールなしで答えるよう頼むか、OPENAI_MODEL で別のモデルを指定してください。",
        ),
        "turn_timeout": Advice(
            "回答に時間がかかりすぎました",
            "短い回答を求めるか、BOT_TURN_TIMEOUT を大きくしてください。",
        ),
    },
)


def advice_in(language: str) -> AdviceStrings:
    """The advice in a language such as `ja` or `ja-JP`; English where we do not have it."""
    return JAPANESE if language.partition("-")[0].lower() == "ja" else ENGLISH
