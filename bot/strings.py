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

FOR_ADMIN = frozenset(
    {
        *("internal", "gave_up", "slack"),
        *("unauthorized", "forbidden", "model_not_found", "path_unknown", "rejected", "quota"),
        *("connection_refused", "host_unknown", "tls", "garbled"),
    }
)
"""Kinds of errors that do not pass by themselves: an admin must do something."""


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

    next_in_line: str
    """The same, when as many answers run as may, and this question is the next one."""

    in_line: str
    """The same; `count` questions are before it."""

    own_in_line: str
    """The same, while the person has as many answers as one may have at a time; `count` questions
    of the same person are before this one."""

    thinking: str
    """In place of the answer, until there is text."""

    thinking_for: str
    """The same, after some `seconds`."""

    resting_for: str
    """In place of `thinking`, while the endpoint is left alone for some more `seconds`."""

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

    incomplete: str
    """Below a part of an answer; `sentence` says why it is only a part."""

    withdrawn: str
    """In place of an answer whose question was deleted, where it cannot be removed."""
    moved: str
    """All that is left of a message which was replaced by another one and cannot be removed."""

    overwritten: str
    """Below an answer that looked live after its end, when only what stands there is known."""
    overwritten_all: str
    """The same, where nothing of the answer stands."""

    stopped: str
    """When somebody stopped the answer."""

    cut: str
    """When the answer reached the model's length limit."""

    filtered: str
    """When the endpoint's content filter ended the answer."""

    refused: str
    """Below the model's refusal."""

    empty: str
    """In place of an answer without text."""

    unseen: str
    """Below an answer whose model was not given `what`."""

    unseen_parts: Mapping[str, str]
    """What that is, by the value of `Unseen`; `count` is a number of messages."""

    comma: str
    """Between the entries of a list within a sentence."""

    interrupted: str
    """When another process goes on with the answer, after a restart."""

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
    """The answer to a mention without a question. Markdown."""

    tell_admin: str
    """After the sentence for an error that an admin must mend, when the log has no id of it."""

    tell_admin_id: str
    """The same; `id` finds the details in the log."""

    if_it_lasts: str
    """After the sentence for another error; `id` finds the details in the log."""

    units: Mapping[int, str]
    """`n` units of time, by the length of the unit in seconds."""

    failures: Mapping[str, str] = field(default_factory=dict)
    """The sentence for an error, by its `kind` (see `errors`)."""

    waits: Mapping[str, str] = field(default_factory=dict)
    """The same, for errors that may say how long to `wait`."""

    def failure(self, kind: str, error_id: str, wait: float | None = None) -> str:
        """The sentence for an error of this kind, and whom to tell.

        `error_id` is "" when the log has none. `wait` is in seconds, and is shown if it is neither
        too short nor too long.
        """
        sentence = self.failures.get(kind, self.failures["internal"])
        if wait and kind in self.waits and SHORTEST_WAIT <= wait <= LONGEST_WAIT:
            sentence = self.waits[kind].format(wait=self._span(wait))
        return sentence + self._whom_to_tell(kind, error_id)

    def _whom_to_tell(self, kind: str, error_id: str) -> str:
        for_admin = kind in FOR_ADMIN or kind not in self.failures
        if not error_id:
            return self.tell_admin if for_admin else ""
        return (self.tell_admin_id if for_admin else self.if_it_lasts).format(id=error_id)

    def _span(self, seconds: float) -> str:
        """A time in words. The number is never 1, so that no language needs a singular."""
        unit = 3600 if seconds > 5400 else 60 if seconds > 90 else 1
        return self.units[unit].format(n=math.ceil(seconds / unit))


ENGLISH = Strings(
    queued="Waiting for the answer above …",
    next_in_line="Waiting in line, you are next …",
    in_line="Waiting in line, {count} before you …",
    own_in_line="Waiting for your other questions, {count} before this one …",
    thinking="Thinking …",
    thinking_for="Thinking … {seconds} s",
    resting_for="The model's service is having trouble; trying again in {seconds} s …",
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
    incomplete="Incomplete: {sentence}",
    withdrawn="The question was deleted, and this answer with it.",
    moved="The answer stands in another message.",
    overwritten=(
        "This answer had ended, but Slack went back to an older state of it. The text above may be "
        "incomplete."
    ),
    overwritten_all=(
        "This answer had ended, but Slack went back to an older state of it. Its text is lost."
    ),
    stopped="The answer was stopped.",
    cut="The answer reached the length limit.",
    filtered="The model's content filter ended the answer.",
    refused="The model declined to answer.",
    empty="The model returned nothing. Asking again often helps.",
    unseen="Not seen by the model: {what}.",
    unseen_parts={
        "before": "what was said before the question",
        "some_before": "some of what was said before the question",
        "oldest": "the oldest messages ({count})",
        "long": "parts of long messages",
        "files": "files and images",
        "forwarded": "forwarded messages",
        "attached": "what came with the question",
    },
    comma=", ",
    interrupted="I am restarting, and will answer here in a moment.",
    goes_on_in_file="This answer is too long for messages. A file with all of it follows.",
    shortened="The answer is too long to show all of it.",
    not_attached="I could not attach {files}.",
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
        "Hi! Ask me anything: mention me with your question in a channel, or write to me "
        "directly. In a thread, mention me again for each question; I read what was said in it "
        "before. Where only the two of us talk, just write. While I write, **Stop** ends it."
    ),
    tell_admin=" Please tell my admin.",
    tell_admin_id=" Please tell my admin: error {id}.",
    if_it_lasts=" If this keeps happening, tell my admin: error {id}.",
    units={1: "{n} seconds", 60: "{n} minutes", 3600: "{n} hours"},
    failures={
        "internal": "Something went wrong on my side.",
        "crowded": "Too many questions are waiting right now. Please try again in a few minutes.",
        "gave_up": "I tried to answer this several times and had to give up.",
        "too_late": "I was offline when this was asked.",
        "slack": "Slack did not let me read this conversation.",
        "slack_refused": "Slack did not accept the rest of this answer.",
        "model": "The model could not answer.",
        "unauthorized": "The model's endpoint does not accept my key.",
        "forbidden": "My key is not allowed to use this model.",
        "model_not_found": "The model I am set up to use does not exist.",
        "path_unknown": "There is no model at the address I use.",
        "prompt_filtered": (
            "A content filter stopped this before the model saw it. Other words may help."
        ),
        "rejected": "The model's endpoint did not accept the request.",
        "context_too_long": "This conversation is too long for the model. A new thread helps.",
        "rate_limited": "The model is busy right now. Please try again in a minute.",
        "quota": "The account for the model has run out of credit.",
        "unavailable": "The model's service has problems right now. Please try again soon.",
        "resting": (
            "The model's service keeps failing. I am giving it a break; please ask again soon."
        ),
        "unreachable": "I cannot reach the model's service right now. Please try again soon.",
        "connection_refused": "The model's service is not running at the address I use.",
        "host_unknown": "I cannot find the model's service on the network.",
        "tls": "I cannot connect securely to the model's service.",
        "connection_lost": "The connection to the model was lost.",
        "garbled": "The model's service sent something I cannot read.",
        "stream_error": "The model's service reported an error while answering.",
        "first_token_timeout": "The model did not start to answer in time.",
        "stalled": "The model stopped sending in the middle of the answer.",
        "tool_missing": "The model wanted to use a tool, but has none here.",
        "turn_timeout": "The answer took too long, so I ended it.",
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
    next_in_line="順番を待っています（次にお答えします）…",
    in_line="順番を待っています（前に{count}件）…",
    own_in_line="ほかのご質問への回答が終わるのを待っています（前に{count}件）…",
    thinking="考えています…",
    thinking_for="考えています… {seconds}秒",
    resting_for="モデルのサービスに障害が起きています。{seconds}秒後にもう一度試します…",
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
    incomplete="未完了：{sentence}",
    withdrawn="質問が削除されたため、この回答も削除しました。",
    moved="回答は別のメッセージにあります。",
    overwritten=(
        "回答は終わっていますが、Slackで古い状態に戻りました。上の文は途中までの可能性があります。"
    ),
    overwritten_all="回答は終わっていますが、Slackで古い状態に戻り、内容が失われました。",
    stopped="回答を停止しました。",
    cut="回答が長さの上限に達しました。",
    filtered="モデルのコンテンツフィルターにより、回答が打ち切られました。",
    refused="モデルが回答を控えました。",
    empty="モデルから何も返ってきませんでした。もう一度お試しください。",
    unseen="モデルが読んでいないもの：{what}",
    unseen_parts={
        "before": "質問より前の会話",
        "some_before": "質問より前の会話の一部",
        "oldest": "古いメッセージ（{count}件）",
        "long": "長いメッセージの一部",
        "files": "ファイルと画像",
        "forwarded": "転送されたメッセージ",
        "attached": "質問に添えられたもの",
    },
    comma="、",
    interrupted="再起動しています。まもなくここで回答します。",
    goes_on_in_file="回答が長いため、全文をファイルでお送りします。",
    shortened="回答が長いため、ここまでしか表示できません。",
    not_attached="{files} を添付できませんでした。",
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
        "こんにちは！チャンネルで私をメンションして質問するか、DMを送ってください。"
        "スレッドでは、質問のたびにもう一度メンションしてください。それまでの流れは読みます。"
        "二人だけのDMでは、そのまま書いてください。回答の途中で **停止** を押すと終わります。"
    ),
    tell_admin="管理者にお知らせください。",
    tell_admin_id="管理者にお知らせください（エラー {id}）。",
    if_it_lasts="続く場合は、管理者にお知らせください（エラー {id}）。",
    units={1: "{n}秒", 60: "{n}分", 3600: "{n}時間"},
    failures={
        "internal": "こちらで問題が発生しました。",
        "crowded": "順番を待っている質問が多すぎます。数分後にもう一度お試しください。",
        "gave_up": "何度か回答を試みましたが、うまくいきませんでした。",
        "too_late": "質問された時に応答できませんでした。",
        "slack": "Slackからこの会話を読み込めませんでした。",
        "slack_refused": "Slackがこの回答の続きを受け付けませんでした。",
        "model": "モデルが回答できませんでした。",
        "unauthorized": "モデルのキーが受け付けられません。",
        "forbidden": "このモデルを使う権限がありません。",
        "model_not_found": "設定されているモデルが見つかりません。",
        "path_unknown": "設定されたアドレスにモデルがありません。",
        "prompt_filtered": (
            "コンテンツフィルターにより、質問がモデルに届く前に止められました。"
            "表現を変えてお試しください。"
        ),
        "rejected": "モデルがリクエストを受け付けませんでした。",
        "context_too_long": "会話が長すぎてモデルに収まりません。新しいスレッドをお試しください。",
        "rate_limited": "モデルが混み合っています。1分ほど待ってからお試しください。",
        "quota": "モデルの利用枠を使い切りました。",
        "unavailable": "モデルのサービスに障害が起きています。少し待ってからお試しください。",
        "resting": "モデルのサービスの障害が続いています。少し待ってからもう一度お尋ねください。",
        "unreachable": "モデルのサービスに接続できません。少し待ってからお試しください。",
        "connection_refused": "モデルのサービスが、設定されたアドレスで動いていません。",
        "host_unknown": "モデルのサービスが見つかりません。",
        "tls": "モデルのサービスに安全に接続できません。",
        "connection_lost": "モデルとの接続が途中で切れました。",
        "garbled": "モデルから読み取れないデータが届きました。",
        "stream_error": "回答の途中でモデルがエラーを返しました。",
        "first_token_timeout": "時間内に回答が始まりませんでした。",
        "stalled": "回答の途中でモデルの応答が止まりました。",
        "tool_missing": "モデルがツールを使おうとしましたが、ここでは使えません。",
        "turn_timeout": "時間がかかりすぎたため、回答を終了しました。",
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
