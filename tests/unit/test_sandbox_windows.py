"""The sandbox's windows against a little model of what "fixed, opened by the first call" means."""

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from apollo_batch.sandbox.limits import SPANS, Limiter

CAPS = {"small": (3, 5, 8)}
ROUTE = "api/v1/people/match"
steps = st.lists(
    st.sampled_from([0.0, 0.5, 7.0, 59.0, 60.0, 61.0, 1800.0, 3600.0, 86400.0]), max_size=40
)


class HandClock:
    """Time that moves only when told."""

    def __init__(self):
        self.time = 0.0

    def __call__(self):
        return self.time


def call_all(waits):
    """Make a call after each wait; tell when each was let in, or how long it was told to wait."""
    clock = HandClock()
    limiter = Limiter(CAPS, clock)
    told = []
    for wait in waits:
        clock.time += wait
        denial = limiter.ask(ROUTE)
        if denial is None:
            limiter.count(ROUTE, "small")
        told.append((clock.time, denial and denial.retry_after))
    return clock, limiter, told


@given(steps)
def test_a_call_is_let_in_exactly_when_every_window_has_room(waits):
    _, _, told = call_all(waits)

    opened = dict.fromkeys(CAPS["small"], -math.inf)
    used = dict.fromkeys(CAPS["small"], 0)
    for now, wait in told:
        lengths = dict(zip(CAPS["small"], (60, 3600, 86400), strict=True))
        full = [c for c in lengths if now < opened[c] + lengths[c] and used[c] == c]
        assert (wait is not None) == bool(full)
        if full:
            assert wait == max(1, math.ceil(max(opened[c] + lengths[c] for c in full) - now))
            continue
        for cap, length in lengths.items():
            if now >= opened[cap] + length:
                opened[cap], used[cap] = now, 0
            used[cap] += 1


@given(steps)
def test_waiting_as_long_as_told_is_always_enough(waits):
    clock, limiter, _ = call_all(waits)

    denial = limiter.ask(ROUTE)
    clock.time += denial.retry_after if denial else 0

    assert limiter.ask(ROUTE) is None


@given(steps)
def test_no_window_ever_holds_more_than_its_cap_and_windows_of_a_span_never_overlap(waits):
    _, limiter, told = call_all(waits)

    let_in = sum(wait is None for _, wait in told)
    for span, length in SPANS:
        windows = [w for w in limiter.opened if w.span == span]
        assert all(w.used <= w.cap for w in windows)
        assert all(w.closes == w.opened + length for w in windows)
        assert all(a.closes <= b.opened for a, b in pairwise(windows))
        assert sum(w.used for w in windows) == let_in


@given(steps)
def test_headers_and_usage_tell_the_same(waits):
    _, limiter, _ = call_all(waits)

    headers = limiter.headers(ROUTE, "small")
    usage = limiter.usage(ROUTE, "small")

    assert headers["x-minute-usage"] == str(usage["minute"]["consumed"])
    assert headers["x-hourly-requests-left"] == str(usage["hour"]["left_over"])
    assert headers["x-rate-limit-24-hour"] == str(usage["day"]["limit"])


def test_windows_are_not_aligned_to_the_clock():
    clock = HandClock()
    limiter = Limiter(CAPS, clock)
    clock.time = 59.0

    limiter.count(ROUTE, "small")
    clock.time = 61.0
    limiter.count(ROUTE, "small")

    assert [w.used for w in limiter.opened if w.span == "minute"] == [2]
