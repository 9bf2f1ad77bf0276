"""Runs that want the same windows share them: who has waited longest is served first."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from journal_maker import NOON, Journal, found, people, shelf
from virtual_days import Day

from apollo_batch.journal.answers import Over, Wait
from apollo_batch.model import Reading


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "state")
    yield journal
    journal.store.close()


def asking(journal, count, start):
    """A run of so many questions nobody else asks, one to a request."""
    return journal.begin(people(count, start), on=shelf(route="single"))


def shares(day, span="minute"):
    """How much of each window each process used, as it sent."""
    edges = [*day.opened(span), float("inf")]
    return [
        [sum(early - 1 <= moment < late - 1 for moment in one.sent) for one in day.processes]
        for early, late in pairwise(edges)
    ]


def test_a_small_run_is_not_queued_behind_a_large_one(journal):
    large, small = asking(journal, 90, 0), asking(journal, 10, 500)
    day = Day(journal, large, {"minute": 20}, threads=20)
    day.processes.append(day.joins(small, 20, at=NOON + 70))

    ended = day.run()

    assert ended == Over()
    assert day.refused == 0
    assert day.used("minute") == [20] * 5
    # It came too late for the second minute, and has its half of the third.
    ours, theirs = shares(day)[2]
    assert abs(ours - theirs) <= 2


def test_three_runs_get_a_third_each_of_every_window(journal):
    runs = [asking(journal, 40, start) for start in (0, 500, 1000)]
    day = Day(journal, runs[:1], {"minute": 15}, threads=15)
    day.processes += [day.joins(run) for run in runs[1:]]

    day.run()

    assert day.refused == 0
    assert day.used("minute") == [15] * 8
    together = shares(day)[1:7]
    assert all(3 <= part <= 8 for each in together for part in each)
    assert all(24 <= sum(parts) <= 36 for parts in zip(*together, strict=True))


def test_a_run_of_one_call_at_a_time_is_served_in_every_window(journal):
    large, small = asking(journal, 90, 0), asking(journal, 9, 500)
    day = Day(journal, [large], {"minute": 10}, threads=10)
    day.processes.append(day.joins(small, 1, at=NOON + 5))

    day.run()

    assert day.refused == 0
    assert all(ours >= 1 for _, ours in shares(day)[1:4])


def test_hours_are_shared_as_minutes_are(journal):
    day = Day(journal, [asking(journal, 60, 0)], {"minute": 20, "hour": 30})
    day.processes.append(day.joins(asking(journal, 60, 500), at=NOON + 5))

    day.run()

    assert day.refused == 0
    assert day.used("hour") == [30] * 4
    assert all(abs(one - other) <= 4 for one, other in shares(day, "hour")[1:3])


def test_a_run_that_died_in_line_costs_a_second_once_and_no_slot(journal):
    day = Day(journal, [asking(journal, 40, 0), asking(journal, 40, 500)], {"minute": 10})
    day.dies(day.processes[0], NOON + 30)

    day.run()

    assert day.refused == 0
    assert day.used("minute")[:-1] == [10] * (len(day.used("minute")) - 1)
    late = [after - before - 60 for before, after in pairwise(day.opened("minute"))]
    assert late[0] <= 2.5
    assert max(late[1:]) <= 1.0


def test_a_run_that_is_stopped_in_line_holds_up_nobody_for_longer_than_a_second(journal):
    first, second = asking(journal, 40, 0), asking(journal, 40, 500)
    day = Day(journal, [first, second], {"minute": 10})
    day.run(NOON + 30)
    with journal.store.write() as c:
        c.exec_driver_sql(f"update runs set stop = 'stopped' where id = '{first.run}'")

    ended = day.run()

    assert ended == Over()
    assert day.used("minute")[:-1] == [10] * (len(day.used("minute")) - 1)
    late = [after - before - 60 for before, after in pairwise(day.opened("minute"))]
    assert max(late) <= 2.5


def test_a_run_that_leaves_headroom_waits_while_others_use_it(journal):
    careful = replace(asking(journal, 30, 0), headroom=Decimal("0.5"))
    day = Day(journal, [careful, asking(journal, 60, 500)], {"minute": 20})

    day.run()

    assert day.refused == 0
    assert day.used("minute")[:3] == [20, 20, 20]
    assert all(careful_one <= 10 for careful_one, _ in shares(day))


def test_in_line_a_run_keeps_its_place_until_it_is_served(journal):
    first, second = asking(journal, 5, 0), asking(journal, 5, 500)
    chunk = journal.dispatch(first)
    journal.settle(first, chunk, found(chunk, readings=[Reading("minute", 1, 1)]))
    assert journal.refusal(second, NOON + 1) == Wait(NOON + 60, "minute")
    assert journal.refusal(first, NOON + 2) == Wait(NOON + 60, "minute")

    turn = journal.refusal(first, NOON + 60)
    journal.dispatch(second, NOON + 60.01)

    assert turn == Wait(NOON + 60.05, "turn")
    assert [row["run"] for row in journal.query("select * from waiters")] == [first.run]


@pytest.mark.parametrize(("after", "waits"), [(0.0, True), (0.999, True), (1.001, False)])
def test_a_promise_to_look_again_is_waited_for_a_second(journal, after, waits):
    first, second = asking(journal, 5, 0), asking(journal, 5, 500)
    chunk = journal.dispatch(first)
    journal.settle(first, chunk, found(chunk, readings=[Reading("minute", 1, 1)]))
    journal.refusal(second, NOON + 1)

    turn = journal.turn(first, now=NOON + 60 + after)

    assert bool(turn.chunks) is not waits


def test_a_run_that_is_not_due_yet_holds_nobody_up(journal):
    first, second = asking(journal, 5, 0), asking(journal, 5, 500)
    chunk = journal.dispatch(first)
    journal.settle(first, chunk, found(chunk, readings=[Reading("minute", 1, 1)]))
    journal.refusal(second, NOON + 1)
    # The minute turns out to have ended sooner than it was thought to.
    with journal.store.write() as c:
        c.exec_driver_sql(f"update windows set closes = {NOON + 20}")

    assert journal.dispatch(first, NOON + 30)


def test_a_run_alone_stands_in_no_line_that_anything_is_left_of(journal):
    day = Day(journal, asking(journal, 40, 0), {"minute": 15})

    day.run()

    assert journal.query("select * from waiters") == []


def test_what_is_left_of_the_dead_is_cleared_away(journal):
    first, second = asking(journal, 5, 0), asking(journal, 5, 500)
    chunk = journal.dispatch(first)
    journal.settle(first, chunk, found(chunk, readings=[Reading("minute", 1, 1)]))
    journal.refusal(first, NOON + 1)

    chunk = journal.dispatch(second, NOON + 90)
    journal.settle(second, chunk, found(chunk, readings=[Reading("minute", 1, 1)]), NOON + 91)
    journal.refusal(second, NOON + 92)

    assert [row["run"] for row in journal.query("select * from waiters")] == [second.run]
