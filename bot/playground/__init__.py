"""A small Slack on loopback, to try, develop and test the bot on. It imports nothing of the bot.

Its rooms import inward only:

    page → server → user_actions → events → api → rules → workspace
                                             ↓
                                           model

`workspace` holds the data, `rules` the limits on blocks; both are pure. `api` is the Web API,
`events` delivers events, `model` is the scripted endpoint, and `page` is what the browser shows.
The modules beside the rooms, such as `faults` and `switches`, are used by several of them.
"""
