"""The log of calls."""

from bot.playground.api.call_log import CallLog, LoggedCall


def logged(at, method="chat.update", status=200):
    return LoggedCall(at, method, {}, status, {"ok": status != 429})


def log(*calls):
    filled = CallLog()
    for call in calls:
        filled.add(call)
    return filled


def test_calls_are_counted_from_a_moment_on():
    calls = log(logged(1.0), logged(2.0), logged(3.0, "chat.postMessage"), logged(3.0, status=429))

    assert calls.counts(2.0) == {"chat.update": 1, "chat.postMessage": 1}
    assert calls.refusals() == {"chat.update": 1}
    assert calls.refusals(since=4.0) == {}


def test_a_call_whose_response_was_lost_counts_as_made():
    assert log(logged(1.0, status=0)).counts(0.0) == {"chat.update": 1}


def test_the_calls_of_one_method_are_oldest_first():
    calls = log(logged(1.0), logged(2.0, "auth.test"), logged(3.0))

    assert [call.at for call in calls.of("chat.update")] == [1.0, 3.0]
    assert (len(calls), calls[-1].at) == (3, 3.0)


def test_a_call_during_the_reading_does_not_disturb_it():
    calls = log(logged(1.0), logged(2.0))
    for call in calls:
        calls.add(call)

    assert len(calls) == 4
