"""The people and channels of the demo."""

from bot.playground.workspace.demo import demo_channels, demo_users
from bot.playground.workspace.people import App


def test_ids_are_unique():
    bot = App()
    users = demo_users(bot)
    ids = [each.id for each in (*users, *demo_channels(users))] + [bot.bot_id, bot.app_id]

    assert len(ids) == len(set(ids))


def test_the_bot_is_in_every_channel_and_has_a_dm_with_each_person():
    bot = App()
    users = demo_users(bot)
    channels = demo_channels(users)

    assert all(bot.user_id in channel.members for channel in channels)
    dms = [channel.members[0] for channel in channels if channel.kind == "im"]
    assert dms == [user.id for user in users if not user.is_bot]


def test_there_is_a_channel_of_every_kind():
    kinds = {channel.kind for channel in demo_channels(demo_users(App()))}

    assert kinds == {"channel", "group", "im", "mpim"}
