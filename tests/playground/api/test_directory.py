"""Who is who, as the real client reads it."""


async def test_who_am_i(client, slack):
    answered = await client.auth_test()

    assert answered["user_id"] == slack.workspace.bot.user_id
    assert answered["bot_id"] == slack.workspace.bot.bot_id
    assert "chat:write" in answered.headers["X-OAuth-Scopes"].split(",")
    assert answered.headers["x-slack-req-id"]


async def test_people_places_and_the_team(client, slack):
    yuki = await client.users_info(user="U0YUKI", include_locale=True)
    bare = await client.users_info(user="U0YUKI")
    listed = await client.users_list()
    room = await client.conversations_info(channel="C0LEADS")
    dm = await client.conversations_info(channel="D0BOB")
    members = await client.conversations_members(channel="C0LEADS")

    assert yuki["user"]["locale"] == "ja-JP"
    assert "locale" not in bare["user"]
    assert {user["name"] for user in listed["members"]} > {"alice", "streambot"}
    assert room["channel"]["is_private"]
    assert (dm["channel"]["is_im"], dm["channel"]["user"]) == (True, "U0BOB")
    assert slack.workspace.bot.user_id in members["members"]
    assert (await client.team_info())["team"]["id"] == slack.workspace.team_id
    assert (await client.bots_info(bot="B0STREAMBOT"))["bot"]["app_id"] == "A0STREAMBOT"
