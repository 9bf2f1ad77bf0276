"""Days and thousands of requests on a virtual clock: every window full, and nobody refused."""

from itertools import pairwise

import pytest
from journal_maker import NOON, TEAM, Journal, people, shelf
from virtual_days import Day

from apollo_batch.journal.answers import Over
from apollo_batch.journal.limiter import others_since

DAY = 86_400.0


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "state")
    yield journal
    journal.store.close()


def asking(journal, count, start=0):
    """A run of so many questions nobody else asks, one to a request."""
    return journal.begin(people(count, start), on=shelf(route="single"))


@pytest.mark.parametrize("scale", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_three_days_at_the_pace_of_the_basic_plan(journal, scale):
    minute, hour, day = 20 * scale, 40 * scale, 200 * scale
    caps = {"minute": minute, "hour": hour, "day": day}
    days = Day(journal, asking(journal, 3 * day), caps)

    ended = days.run()

    assert ended == Over()
    assert days.refused == 0
    assert days.used("day") == [day] * 3
    assert days.used("hour") == [hour] * 15
    assert days.used("minute") == [minute] * 30
    # A day opens seconds after the one before has ended, and lasts five hours of work.
    assert all(0 <= late - early - DAY <= 2 for early, late in pairwise(days.opened("day")))
    assert not others_since(journal.store, TEAM, NOON)


@pytest.mark.parametrize("count", [400, pytest.param(10_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("processes", [1, 3])
def test_thousands_of_requests_and_none_refused(journal, processes, count):
    each = count // processes
    runs = [asking(journal, each, start * count) for start in range(processes)]
    minute = count // 10
    days = Day(journal, runs, {"minute": minute, "hour": 6 * minute}, seed=processes)

    ended = days.run()

    assert ended == Over()
    assert days.refused == 0
    assert days.sent == each * processes
    assert days.used("minute")[:-1] == [minute] * 9
    assert days.used("hour")[0] == 6 * minute


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_three_processes_and_a_stranger_are_refused_once_a_window_at_the_most(journal, count):
    runs = [asking(journal, count // 3, start * count) for start in range(3)]
    minute = count // 10
    days = Day(journal, runs, {"minute": minute}, seed=3)
    days.stranger(every=0.7, until=NOON + 600)

    ended = days.run()

    assert ended == Over()
    # With windows of a thousand calls that is one in a thousand.
    assert days.refused <= 10
    assert all(used == minute for used in days.used("minute")[:-1])
