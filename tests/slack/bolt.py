"""Real Bolt with our inbox and listeners, and somebody behind them who writes everything down."""

from bot.slack.actions.feedback import FeedbackActions
from bot.slack.answers.leftovers import PressedMessages
from bot.slack.authorize import build_app
from bot.slack.events.inbox import open_inbox
from bot.slack.events.listeners import Handlers, register
from bot.slack.identity import Identity
from bot.slack.web_api import SlackApi
from bot.strings import ENGLISH
from tests.fakes import Box, Free, Inbox
from tests.slack.payloads import BOT_ID, BOT_USER, TEAM

IDENTITY = Identity(TEAM, BOT_USER, BOT_ID, "Stream Bot")


class Backstage:
    """`submitted`, `stopped`, `again`, `deleted` and `repaired` are what came through.

    `outcome` is what a press leads to, `error` what a deletion is answered with.
    """

    def __init__(self, client, identity=IDENTITY, journal=None):
        self.submitted = []
        self.stopped = []
        self.again = []
        self.deleted = []
        self.repaired = []
        self.outcome = "stopped"
        self.error = None
        self.journal = journal or Inbox()
        self.box = Box()
        self.pressed = PressedMessages()
        api = SlackApi(client, Free(), identity.team)
        self.handlers = Handlers(
            submit=lambda turn: self.submitted.append(turn.key),
            stop=self.stop,
            ask_again=self.ask_again,
            feedback=FeedbackActions(api, self.box, self.words),
            words=self.words,
            api=api,
            pressed=self.pressed,
            repair=self.repair,
        )
        self.app = build_app(identity, client)
        open_inbox(self.app, self.journal, identity.bot_user, self.delete)
        register(self.app, self.handlers)

    @property
    def asked(self):
        """The texts of the questions that were handed on."""
        return [self.journal.turns[key].text for key in self.submitted]

    async def words(self, _user):
        return ENGLISH

    async def stop(self, key, user):
        self.stopped.append((key, user))
        return self.outcome

    async def ask_again(self, key, round_, user, again):
        self.again.append((key, round_, user, again))
        return self.outcome

    def repair(self, key, ts):
        self.repaired.append((key, ts))

    async def delete(self, *where):
        if self.error:
            raise self.error
        self.deleted.append(where[:3])
