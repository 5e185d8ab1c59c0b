"""A small Slack on loopback, to try, develop and test the bot on. It imports nothing of the bot.

Its rooms import inward only:

    page → server → user_actions → events → api → rules → workspace

`workspace` holds the data, `rules` the limits on blocks; both are pure. `api` is the Web API,
`events` delivers events, and `page` is what the browser shows. `model` is apart from these: it is
the scripted endpoint. The modules beside the rooms, such as `faults` and `switches`, serve several.
"""
