"""What people ask in a trial, and what the model says to each: known beforehand, word by word."""

import random
import re
from dataclasses import dataclass

from bot.playground.model.script import Conversation
from bot.playground.model.scripted_reply import Reply

NAME = re.compile(r"\bQ\d{4}\b")
USERS = ("alice", "bob", "yuki")
ROOMS = tuple(f"room-{number:02}" for number in range(60))
"""Many, because Slack takes one post a second into each."""
CHANNELS = ("general", "random", "leads", "@streambot")


@dataclass(frozen=True, slots=True)
class Question:
    """`after` is the question in whose thread it is asked.

    The canaries are words that nobody else says: in a log they are content that has leaked.
    """

    name: str
    seed: int
    user: str
    channel: str
    after: str | None = None
    words: int = 12
    pause: float = 0.0
    finish: str = "stop"

    @property
    def canaries(self) -> tuple[str, str]:
        mark = f"{self.seed}x{self.name[1:]}"
        return f"asked{mark}", f"said{mark}"

    @property
    def text(self) -> str:
        return f"@streambot {self.name} {self.canaries[0]} please?"

    @property
    def answer(self) -> str:
        said = (f"word{number}" for number in range(self.words))
        return " ".join([f"About {self.name}:", self.canaries[1], *said])

    def reply(self, *, pause: float | None = None) -> Reply:
        """The answer as the model streams it, `pause` seconds between two words."""
        between = self.pause if pause is None else pause
        words = re.findall(r"\S+\s*", self.answer)
        pieces = [piece for word in words for piece in (word, between)]
        return Reply(pieces, finish_reason=self.finish)


def questions(seed, count, *, words=(6, 24), pause=0.02, threads=0.25) -> list[Question]:
    """So many, that share of them in the thread of an earlier one, as this seed has it."""
    chance, made = random.Random(seed), []
    for number in range(count):
        roots = [q for q in made if q.after is None and not q.channel.startswith("@")]
        root = chance.choice(roots) if roots and chance.random() < threads else None
        channel = root.channel if root else chance.choice(CHANNELS + ROOMS)
        user = chance.choice([user for user in USERS if (user, channel) != ("yuki", "leads")])
        name, length = f"Q{number:04}", chance.randint(*words)
        made.append(Question(name, seed, user, channel, root and root.name, length, pause))
    return made


def asked_in(body: dict) -> str:
    """The name of the question that a request to the model is about."""
    names = NAME.findall(Conversation.read(body).question)
    return names[-1] if names else ""
