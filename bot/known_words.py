"""A closed vocabulary: codes from outside are logged if they are made of these words.

Codes, types and names of parameters are made of few words, which new ones share: a new code of
Slack's or of an endpoint's mostly passes, and what people write does not.
"""

from __future__ import annotations

import re
from typing import Final

OTHER: Final = "other"
"""In place of what is not known."""

LONGEST: Final = 60
MOST_WORDS: Final = 8

SEPARATORS: Final = re.compile(r"[_.:,/\[\]-]+")
PARTS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", re.ASCII)
NUMBER: Final = re.compile(r"\d{1,5}", re.ASCII)

VOCABULARY: Final = """
a abort aborted above accepted access account action actions active actor add added address admin
after age agent ai all allowed already and api app archive archived args argument arguments array
arrearage as assistant async at attach attached attachment attachments attempt audio auth authed
authentication author authorization authorized auto available bad balance batch before bias billing
blob block blocked blocks body bookmark bookmarks bot bots budget bulk busy button by call callback
calls can cancel canceled cancelled cant cap capacity category challenge change changed channel
channels character characters chat choices clear click client close closed code command commands
comment comments commit complete completion completions config conflict connect connected connection
connections content context conversation conversations convert cors count create created creation
credential credentials credit credits current customer daily dangerous data date deactivated
deadline decommissioned default delay delete deleted denied deployment deprecated details developer
device direct disable disabled disconnect dm does domain due duplicate duplicated edit edited effort
element elements email embedding embeds emoji empty enabled end endpoint engine enterprise entity
entries entry envelope eos ephemeral error errors event events exceed exceeded exception exceptions
exhausted exist existed exists expiration expire expired external fail failed failing failure false
fatal feature features feedback fetch field fields file files filter filtered filters finish flagged
for forbidden form format found frequency from full function functions gateway general get gone
granted group groups guardrail hard hash header headers hello history home http huddle id
idempotency identifier ids im image images in inactive include incomplete incorrect index info input
inputs inspection install installed insufficient integration interactive interactivity internal
intervened invalid invite invited ip is item items join joined json key kicked language large last
leave left legacy length level limit limited limits link linked links list live location lock locked
log logged login logit logout logprobs long lookup malformed many map markdown max maximum me media
member members mention mentions message messages metadata method mim mime min minimum minute missed
missing mode model models moderation modified modify moved mpim mrkdwn msg name names needed network
new no none normalized not null number object of off ok on only open opened operation option options
org organization other out output over overdue overload overloaded override owner page paid parallel
param parameter parameters parse parsing part participants pending per permission permissions pin
pinned pins plan plugged policy pool post posted posting prediction preference prefix presence
presets previous private process profile prohibited project prompt prompts properties property
provider public publish purged purpose quarantined query question quota range rate ratelimited
reached reaction reactions read reason reasoning recipient recitation record redirect refresh
refusal refused region rejected remote remove removed rename renamed replies reply request requested
requests required resource response responses responsible rest restricted result results retention
retrieve retry return revoked rich right rights role root rotation rpm run running runtime safety
same save scheduled schema scope scopes sdk search secret seed send sensitive sent sequence server
service session set setting share shared shares short shortcut size slack slow small snippet socket
sockets some something spam specified stage start started state status stop stopped store stream
streaming string style subject submission subscribed subteam subtype success such suspended system
tab target task team teams temperature temporarily terminate terminated text thread threads
throttled throttling tier time timed timeout timestamp title to token tokens too tool tools top
topic tpm trial trigger true ts two type types unable unapproved unarchive unauthenticated
unauthorized unavailable unexpected unfurl uninstalled unknown unlinked unprocessable unreadable
unrecognized unsafe unsupported until update updated upload uploads upstream url urls usage usd use
user usergroup users valid validation value values verbosity verification verified version video
view views violation violations warning was web webhook websocket websockets while window with
without workflow workspace write wrong
"""

WORDS: Final = frozenset(VOCABULARY.split())
"""In small letters."""


def known(said: object) -> str:
    """Returns a code as it is if all of its words are known, else `other`."""
    text = said if isinstance(said, str) else str(said) if type(said) is int else ""
    pieces = SEPARATORS.split(text) if len(text) <= LONGEST else []
    words = [word for piece in pieces if piece for word in _words(piece)]
    return text if 0 < len(words) <= MOST_WORDS and all(map(_is_known, words)) else OTHER


def _words(piece: str) -> list[str]:
    """The words of `twoWords`; the piece itself where it holds anything but letters and digits."""
    parts = PARTS.findall(piece)
    return parts if "".join(parts) == piece else [piece]


def _is_known(word: str) -> bool:
    return word.lower() in WORDS or bool(NUMBER.fullmatch(word))
