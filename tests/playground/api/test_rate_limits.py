import pytest

from bot.playground.api.rate_limits import FLOORS, RateLimits

UPDATE, POST = "chat.update", "chat.postMessage"


def through(limits, method, moments, channel="C1"):
    return sum(limits.charge(method, channel, now) is None for now in moments)


def test_the_burst_goes_through_and_the_next_call_is_told_when():
    limits = RateLimits(burst=5)

    assert [limits.charge(UPDATE, "C1", 0.0) for _ in range(6)] == [None] * 5 + [2]


def test_a_refused_method_stays_refused_until_retry_after_has_passed():
    limits = RateLimits(burst=1)
    limits.charge(UPDATE, "C1", 0.0)

    answers = [limits.charge(UPDATE, "C1", now) for now in (0.1, 1.5, 2.05, 2.15)]
    assert answers == [2, 1, 1, None]


@pytest.mark.parametrize("method", sorted(FLOORS))
def test_a_minute_of_patience_gets_the_floor(method):
    limits = RateLimits(burst=1)
    spacing = 60 / FLOORS[method]

    moments = [n * spacing * 1.0001 for n in range(int(FLOORS[method]))]
    assert through(limits, method, moments) == FLOORS[method]


@pytest.mark.parametrize("method", [*sorted(FLOORS), POST])
@pytest.mark.parametrize("spacing", [0.02, 0.37, 1.0])
def test_no_minute_ever_holds_more_than_the_limits_say(method, spacing):
    limits, now, used = RateLimits(), 0.0, []
    while now < 150:
        limits.charge(method, f"C{len(used) % 90}", now)
        used.append(limits.used(method, now))
        now += spacing

    assert max(used) <= limits.most(method)


def test_the_published_calls_and_the_burst_are_what_a_minute_can_hold():
    """So that the page shows what there is, and not less."""
    limits, used = RateLimits(burst=5), []
    for moment in [0.0] * 4 + [n * 1.2001 for n in range(51)]:
        limits.charge(UPDATE, "C1", moment)
        used.append(limits.used(UPDATE, moment))

    assert max(used) == limits.most(UPDATE) - 1 == 54


def test_methods_and_channels_have_budgets_of_their_own():
    limits = RateLimits(burst=1)
    calls = [(UPDATE, "C1"), ("chat.delete", "C1"), (POST, "C1"), (POST, "C2")]

    assert [limits.charge(*call, 0.0) for call in calls] == [None] * 4
    assert limits.charge(UPDATE, "C2", 0.0) is not None


def test_posts_are_one_a_second_in_a_channel():
    limits = RateLimits(burst=1)

    assert through(limits, POST, [0.0, 0.5]) == 1
    assert through(limits, POST, [1.6, 2.61]) == 2


def test_posts_of_a_workspace_are_several_hundred_a_minute():
    limits = RateLimits(burst=5, workspace_posts_per_minute=60, workspace_post_burst=3)
    answers = [limits.charge(POST, f"C{n}", 0.0) for n in range(4)]

    assert answers == [None, None, None, 1]


def test_a_refused_call_costs_nothing_elsewhere():
    limits = RateLimits(burst=1, workspace_posts_per_minute=60, workspace_post_burst=2)

    assert [limits.charge(POST, c, 0.0) for c in ("C1", "C1", "C2")] == [None, 1, None]


def test_an_unmetered_method_is_never_refused():
    assert through(RateLimits(burst=1), "auth.test", [0.0] * 100) == 100


def test_limits_can_be_off_and_faster():
    assert through(RateLimits.off(), UPDATE, [0.0] * 100) == 100
    assert RateLimits.off().most(UPDATE) is None
    assert RateLimits(burst=1, speed=10).most(UPDATE) == 501
    assert through(RateLimits(burst=1, speed=10), UPDATE, [0.0, 0.13, 0.26]) == 3


async def test_the_burst_is_set_while_it_runs():
    limits = RateLimits(burst=1)
    await limits.switch("burst", 3.0)

    assert {s.name: s.value for s in limits.describe()}["burst"] == 3
    with pytest.raises(ValueError, match="range"):
        await limits.switch("burst", 0)


def test_an_app_that_is_sold_elsewhere_reads_little_and_seldom():
    """Fifteen messages a call and one call a minute, also where nothing else is enforced."""
    limits = RateLimits(enforced=False, few_reads=True)
    method = "conversations.replies"

    assert [limits.charge(method, "C1", now) for now in (0, 1, 61)] == [None, 59, None]
    assert limits.charge("users.info", "", 1) is None
    assert [limits.limited(method, {"limit": n})["limit"] for n in (999, 2, None)] == [14, 2, 14]
    assert limits.limited("conversations.history", {})["limit"] == 15
    assert limits.limited("users.list", {"limit": 999}) == {"limit": 999}
    assert RateLimits().limited(method, {"limit": 999}) == {"limit": 999}
