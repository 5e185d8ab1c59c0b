"""Every string that users see, per language. A language that lacks one does not type-check."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


SHORTEST_WAIT = 2
LONGEST_WAIT = 48 * 3600
"""Seconds between which a wait is shown: a shorter one is over when it is read."""


@dataclass(frozen=True, slots=True)
class FeedbackFormStrings:
    """The form that a thumb down opens."""

    title: str
    """At most 24 characters (docs: modal views)."""

    which: str
    """The label of the checkboxes."""

    more: str
    """The label of the text field."""

    send: str
    """The button that submits the form."""

    skip: str
    """The button that closes it."""

    faults: Mapping[str, str]
    """The checkboxes, by the value of `Fault`."""


@dataclass(frozen=True, slots=True)
class Strings:
    """The strings of one language. Names in braces are filled in."""

    queued: str
    """In place of the answer, while an older question of the thread is being answered."""

    thinking: str
    """In place of the answer, until there is text."""

    thinking_for: str
    """The same, after some `seconds`."""

    writing: str
    """Below the text, while more is to come."""

    using: str
    """In place of `thinking` or `writing`, while the model calls the tool named `tool`."""

    slowed: str
    """In place of `writing`, while a write waits for Slack's rate limits."""

    thoughts: str
    """Below the status or the answer, where reasoning is shown as a quote; `text` is its end."""

    stop: str
    """The button below an answer that is being written."""

    retry: str
    """The button below an answer that failed or is empty."""

    go_on: str
    """The button below an answer that was cut, stopped or broken off."""

    regenerate: str
    """The button below an answer that has ended."""

    good: str
    """The label of thumb up, for screen readers."""

    bad: str
    """The label of thumb down, for screen readers."""

    seconds: str
    """In the footer: how long the answer took."""

    caution: str
    """In the footer of the first answer of a conversation."""

    stopped: str
    """Below an answer that somebody stopped."""

    cut: str
    """Below an answer that reached the model's length limit."""

    filtered: str
    """Below an answer that the endpoint's content filter ended."""

    refused: str
    """Below the model's refusal."""

    empty: str
    """In place of an answer without text."""

    incomplete: str
    """After an answer in the terminal (`bot ask`) that did not end as it should."""

    interrupted: str
    """Below an answer that another process goes on with, after a restart."""

    goes_on_in_file: str
    """Below an answer that is too long for messages and is attached as a file."""

    shortened: str
    """The same, where no file can be attached."""

    not_attached: str
    """Below an answer some of whose `files` (their names) could not be attached."""

    only_the_asker: str
    """The reply to a click on a button of somebody else's question."""

    already_over: str
    """The reply to a click on Stop that came too late."""

    already_asked: str
    """The reply to a click that asks again, when somebody has done so already."""

    question_gone: str
    """The reply to a click that asks again, when the question was deleted."""

    forgotten: str
    """The reply to a click that asks again, when the turn is no longer in the journal."""

    thanks: str
    """The reply to a vote, and to the feedback form."""

    replaced: str
    """The reply to a vote on an answer that was replaced, or is no longer in the journal."""

    feedback_form: FeedbackFormStrings

    help: str
    """The answer to a mention without a question. Slack's mrkdwn."""

    error_id: str
    """After the sentence for an error; `id` finds the details in the log."""

    units: Mapping[int, str]
    """`n` units of time, by the length of the unit in seconds."""

    failures: Mapping[str, str] = field(default_factory=dict)
    """The sentence for an error, by its `kind` (see `errors`)."""

    waits: Mapping[str, str] = field(default_factory=dict)
    """The same, for errors that may say how long to `wait`."""

    def failure(self, kind: str, error_id: str, wait: float | None = None) -> str:
        """The sentence for an error of this kind, with its id.

        `wait` is in seconds, and is shown if it is neither too short nor too long.
        """
        sentence = self.failures.get(kind, self.failures["internal"])
        if wait and kind in self.waits and SHORTEST_WAIT <= wait <= LONGEST_WAIT:
            sentence = self.waits[kind].format(wait=self._span(wait))
        return sentence + self.error_id.format(id=error_id)

    def _span(self, seconds: float) -> str:
        """A time in words. The number is never 1, so that no language needs a singular."""
        unit = 3600 if seconds > 5400 else 60 if seconds > 90 else 1
        return self.units[unit].format(n=math.ceil(seconds / unit))


ENGLISH = Strings(
    queued="Waiting for the answer above …",
    thinking="Thinking …",
    thinking_for="Thinking … {seconds} s",
    writing="Writing …",
    using="Using {tool} …",
    slowed="Slowed by Slack's limits …",
    thoughts="Reasoning: {text}",
    stop="Stop",
    retry="Retry",
    go_on="Continue",
    regenerate="Regenerate",
    good="Good answer",
    bad="Bad answer",
    seconds="{seconds} s",
    caution="AI can be wrong",
    stopped="Stopped.",
    cut="Cut at the length limit.",
    filtered="The model's content filter ended this answer.",
    refused="The model declined to answer.",
    empty="The model returned nothing. Asking again often helps.",
    incomplete="Incomplete: the connection to the model ended too early.",
    interrupted="Interrupted: I am restarting, and will answer here in a moment.",
    goes_on_in_file="This answer is too long for messages. A file with all of it follows.",
    shortened="Shortened: the answer is too long to show all of it.",
    not_attached="Incomplete: I could not attach {files}.",
    only_the_asker="Only the person who asked can do that.",
    already_over="This answer has already ended.",
    already_asked="This question is already being answered, or has been answered.",
    question_gone="I can no longer read the question. Please ask again.",
    forgotten="This answer is too old for that. Please ask again.",
    thanks="Thank you for the feedback.",
    replaced="This answer has been replaced, or is too old to be rated.",
    feedback_form=FeedbackFormStrings(
        title="What was wrong?",
        which="What applies",
        more="In your own words",
        send="Send",
        skip="Skip",
        faults={
            "wrong": "It is wrong",
            "incomplete": "Something is missing",
            "beside": "It is not what I asked",
            "long": "It is too long",
            "unsafe": "It is unsafe or offensive",
        },
    ),
    help=(
        "Hi! Ask me anything: mention me with a question, in a channel or a thread, "
        "or write to me directly. I read the thread, so follow-up questions work; "
        "while I write, *Stop* ends it."
    ),
    error_id=" (error {id})",
    units={1: "{n} seconds", 60: "{n} minutes", 3600: "{n} hours"},
    failures={
        "internal": "Something went wrong on my side.",
        "gave_up": "I tried to answer this several times and had to give up.",
        "too_late": "I was offline when this was asked.",
        "slack": "Slack did not let me read this conversation.",
        "slack_refused": "Incomplete: Slack did not accept the rest of this answer.",
        "model": "The model could not answer.",
        "unauthorized": "The model's endpoint does not accept my key. Please tell my admin.",
        "forbidden": "My key is not allowed to use this model. Please tell my admin.",
        "model_not_found": "The model I am set up to use does not exist. Please tell my admin.",
        "rejected": "The model's endpoint did not accept the request. Please tell my admin.",
        "context_too_long": "This conversation is too long for the model. A new thread helps.",
        "rate_limited": "The model is busy right now. Please try again in a minute.",
        "quota": "The account for the model has run out of credit. Please tell my admin.",
        "unavailable": "The model's service has problems right now. Please try again soon.",
        "resting": (
            "The model's service keeps failing. I am giving it a break; please ask again soon."
        ),
        "unreachable": "I cannot reach the model's service right now. Please try again soon.",
        "connection_refused": "The model's service is not running at the address I use.",
        "host_unknown": "I cannot find the model's service on the network. Please tell my admin.",
        "tls": "I cannot connect securely to the model's service. Please tell my admin.",
        "connection_lost": "Incomplete: the connection to the model was lost.",
        "garbled": "Incomplete: the model's service sent something I cannot read.",
        "stream_error": "Incomplete: the model's service reported an error while answering.",
        "first_token_timeout": "The model did not start to answer in time.",
        "stalled": "Incomplete: the model stopped sending in the middle of the answer.",
        "turn_timeout": "Incomplete: the answer took too long, so I ended it.",
    },
    waits={
        "rate_limited": "The model is busy right now. Please try again in about {wait}.",
        "unavailable": "The model's service has problems. Please try again in about {wait}.",
        "resting": (
            "The model's service keeps failing. I am giving it a break; please ask again in {wait}."
        ),
    },
)

JAPANESE = Strings(
    queued="上の回答が終わるのを待っています…",
    thinking="考えています…",
    thinking_for="考えています… {seconds}秒",
    writing="書いています…",
    using="{tool} を使っています…",
    slowed="Slackの制限により、表示が遅れています…",
    thoughts="思考：{text}",
    stop="停止",
    retry="やり直す",
    go_on="続ける",
    regenerate="再生成",
    good="良い回答",
    bad="良くない回答",
    seconds="{seconds}秒",
    caution="AIの回答は間違っていることがあります",
    stopped="停止しました。",
    cut="長さの上限に達したため、ここで終わりました。",
    filtered="モデルのコンテンツフィルターにより、回答が打ち切られました。",
    refused="モデルが回答を控えました。",
    empty="モデルから何も返ってきませんでした。もう一度お試しください。",
    incomplete="未完了：回答の途中でモデルとの接続が切れました。",
    interrupted="中断：再起動しています。まもなくここで回答します。",
    goes_on_in_file="回答が長いため、全文をファイルでお送りします。",
    shortened="省略：回答が長いため、ここまでしか表示できません。",
    not_attached="未完了：{files} を添付できませんでした。",
    only_the_asker="この操作ができるのは、質問した人だけです。",
    already_over="この回答はすでに終わっています。",
    already_asked="この質問にはすでに回答中か、回答済みです。",
    question_gone="質問を読み込めなくなりました。もう一度お尋ねください。",
    forgotten="この回答は古いため操作できません。もう一度お尋ねください。",
    thanks="フィードバックをありがとうございます。",
    replaced="この回答は新しいものに置き換えられたか、古いため評価できません。",
    feedback_form=FeedbackFormStrings(
        title="どこが良くありませんでしたか",
        which="当てはまるもの",
        more="詳しくお聞かせください",
        send="送信",
        skip="スキップ",
        faults={
            "wrong": "内容が間違っている",
            "incomplete": "足りないところがある",
            "beside": "質問への答えになっていない",
            "long": "長すぎる",
            "unsafe": "危険または不適切な内容がある",
        },
    ),
    help=(
        "こんにちは！チャンネルやスレッドで私をメンションして質問するか、"
        "DMを送ってください。スレッドの流れを読むので、続けて質問できます。"
        "回答の途中で *停止* を押すと終わります。"
    ),
    error_id="（エラー {id}）",
    units={1: "{n}秒", 60: "{n}分", 3600: "{n}時間"},
    failures={
        "internal": "こちらで問題が発生しました。",
        "gave_up": "何度か回答を試みましたが、うまくいきませんでした。",
        "too_late": "質問された時に応答できませんでした。",
        "slack": "Slackからこの会話を読み込めませんでした。",
        "slack_refused": "未完了：Slackがこの回答の続きを受け付けませんでした。",
        "model": "モデルが回答できませんでした。",
        "unauthorized": "モデルのキーが受け付けられません。管理者にお知らせください。",
        "forbidden": "このモデルを使う権限がありません。管理者にお知らせください。",
        "model_not_found": "設定されているモデルが見つかりません。管理者にお知らせください。",
        "rejected": "モデルがリクエストを受け付けませんでした。管理者にお知らせください。",
        "context_too_long": "会話が長すぎてモデルに収まりません。新しいスレッドをお試しください。",
        "rate_limited": "モデルが混み合っています。1分ほど待ってからお試しください。",
        "quota": "モデルの利用枠を使い切りました。管理者にお知らせください。",
        "unavailable": "モデルのサービスに障害が起きています。少し待ってからお試しください。",
        "resting": "モデルのサービスの障害が続いています。少し待ってからもう一度お尋ねください。",
        "unreachable": "モデルのサービスに接続できません。少し待ってからお試しください。",
        "connection_refused": "モデルのサービスが、設定されたアドレスで動いていません。",
        "host_unknown": "モデルのサービスが見つかりません。管理者にお知らせください。",
        "tls": "モデルのサービスに安全に接続できません。管理者にお知らせください。",
        "connection_lost": "未完了：モデルとの接続が途中で切れました。",
        "garbled": "未完了：モデルから読み取れないデータが届きました。",
        "stream_error": "未完了：回答の途中でモデルがエラーを返しました。",
        "first_token_timeout": "時間内に回答が始まりませんでした。",
        "stalled": "未完了：回答の途中でモデルの応答が止まりました。",
        "turn_timeout": "未完了：時間がかかりすぎたため、回答を終了しました。",
    },
    waits={
        "rate_limited": "モデルが混み合っています。約{wait}後にもう一度お試しください。",
        "unavailable": "モデルのサービスに障害が起きています。約{wait}後にお試しください。",
        "resting": "モデルのサービスの障害が続いています。{wait}後にもう一度お尋ねください。",
    },
)

LANGUAGES: Mapping[str, Strings] = {"en": ENGLISH, "ja": JAPANESE}


def strings_for(locale: str | None) -> Strings:
    """The words for a Slack locale such as `ja-JP`; English where we do not have it."""
    return LANGUAGES.get((locale or "en").partition("-")[0].lower(), ENGLISH)
