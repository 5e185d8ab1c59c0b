"""The people and channels of the demo: what tests and the playground's page begin with."""

from __future__ import annotations

from typing import Final

from bot.playground.workspace.people import App, Channel, User

TOKYO: Final = ("Asia/Tokyo", "Japan Standard Time", 9 * 3600)


def demo_users(bot: App) -> list[User]:
    """Three people and the bot."""
    return [
        User("U0ALICE", "alice", "Alice Archer", "4bbe2e", is_admin=True),
        User("U0BOB", "bob", "Bob Baker", "e7392d"),
        User("U0YUKI", "yuki", "結城 ゆき", "3c989f", locale="ja-JP", zone=TOKYO),
        User(bot.user_id, "streambot", bot.name, "684b6c", is_bot=True),
    ]


def demo_channels(users: list[User]) -> list[Channel]:
    """Two public channels, a private one, a group DM, and a DM of each person with the bot."""
    everyone = [user.id for user in users]
    people = [user.id for user in users if not user.is_bot]
    bots = [user.id for user in users if user.is_bot]
    return [
        Channel("C0GENERAL", "general", "channel", [*everyone]),
        Channel("C0RANDOM", "random", "channel", [*everyone]),
        Channel("C0LEADS", "leads", "group", [*people[:2], *bots]),
        Channel("C0TRIO", "mpdm-alice--bob--streambot-1", "mpim", [*people[:2], *bots]),
        *(Channel(f"D{person[1:]}", "", "im", [person, *bots]) for person in people),
    ]
