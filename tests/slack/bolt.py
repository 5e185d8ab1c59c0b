"""Real Bolt with our inbox and listeners, and somebody behind them who writes everything down."""

from bot.slack.authorize import Identity, build_app
from bot.slack.inbox import open_inbox
from bot.slack.listeners import Handlers, register
from bot.store.memory import MemoryJournal
from bot.strings import ENGLISH
from tests.slack.payloads import BOT_ID, BOT_USER, TEAM

IDENTITY = Identity(TEAM, BOT_USER, BOT_ID, "Stream Bot")


class Backstage:
    """`submitted` and `stopped` are what came through; `outcome` is what Stop leads to."""

    def __init__(self, client, identity=IDENTITY, journal=None):
        self.submitted = []
        self.stopped = []
        self.outcome = "stopped"
        self.journal = journal or MemoryJournal()
        self.handlers = Handlers(self.submitted.append, self.stop, lambda _user: ENGLISH, client)
        self.app = build_app(identity, client)
        open_inbox(self.app, self.journal, identity.bot_user)
        register(self.app, self.handlers)

    def stop(self, key, user):
        self.stopped.append((key, user))
        return self.outcome
