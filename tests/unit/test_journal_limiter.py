"""The limiter against Apollo's real windows, on a virtual clock: used to the last call, no 429."""

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from journal_maker import NOON, TEAM, Journal, found, people, shelf
from virtual_days import ROUTE, Day

from apollo_batch.apollo.reading import retry_after, windows
from apollo_batch.journal.answers import Over, Wait
from apollo_batch.journal.limiter import others_since, share
from apollo_batch.model import Arrival, Reading, Settlement


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "state")
    yield journal
    journal.store.close()


SPANS = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0}


def asking(journal, count, **how):
    """A run of so many questions, one to a request."""
    return journal.begin(people(count), on=shelf(route="single"), **how)


def lane(journal):
    rows = journal.query("select * from windows")
    return {row["span"]: row for row in rows}


@pytest.mark.parametrize("seed", range(3))
def test_alone_no_call_is_refused_and_every_window_is_used_to_its_cap(journal, seed):
    caps = {"minute": 20, "hour": 70, "day": 150}
    day = Day(journal, asking(journal, 160), caps, seed=seed)

    ended = day.run()

    assert ended == Over()
    assert not others_since(journal.store, TEAM, NOON)
    assert day.sent == 160
    assert day.refused == 0
    # Three full minutes and a rest of ten an hour, two full hours and a rest of ten a day.
    assert day.used("minute") == [20, 20, 20, 10] * 2 + [10, 10]
    assert day.used("hour") == [70, 70, 10, 10]
    assert day.used("day") == [150, 10]


def test_a_window_is_never_left_idle_for_longer_than_two_trips_and_a_look(journal):
    day = Day(journal, asking(journal, 100), {"minute": 20}, threads=16, slowest=0.3)

    day.run()

    opened = day.opened("minute")
    gaps = [late - early - 60.0 for early, late in itertools.pairwise(opened)]
    assert day.refused == 0
    assert all(0 <= gap <= 0.7 for gap in gaps)


def test_replies_out_of_order_neither_roll_a_window_nor_waste_one(journal):
    day = Day(journal, asking(journal, 90), {"minute": 30}, threads=30, slowest=3.0)

    day.run()

    assert day.refused == 0
    assert day.used("minute") == [30, 30, 30]


def test_somebody_else_on_the_account_costs_few_refusals(journal):
    day = Day(journal, asking(journal, 150), {"minute": 40, "hour": 1000})
    day.stranger(every=6.0, until=NOON + 1200)

    ended = day.run()

    assert ended == Over()
    assert day.sent - day.refused == 150
    assert all(used == 40 for used in day.used("minute")[:-1])
    # At most one of our own a window, where a stranger came between its last reply and its last call.
    assert day.refused <= len(day.used("minute"))


@pytest.mark.parametrize(
    ("limit", "headroom", "open_to_us"),
    [(20, "0", 20), (20, "0.4", 12), (5, "0.4", 3), (10, "0.9", 1), (10, "0.99", 1), (0, "0", 0)],
)
def test_headroom_opens_the_rest_of_a_window_to_us_but_never_less_than_one_call(
    limit, headroom, open_to_us
):
    assert share(limit, Decimal(headroom)) == open_to_us


def test_a_run_with_headroom_leaves_its_share_of_every_window(journal):
    going = replace(asking(journal, 60), headroom=Decimal("0.4"))
    day = Day(journal, going, {"minute": 20, "hour": 50})

    ended = day.run()

    assert ended == Over()
    assert day.refused == 0
    assert day.used("minute") == [12, 12, 6] * 2
    assert day.used("hour") == [30, 30]


def test_headroom_counts_what_others_use_as_well(journal):
    going = replace(asking(journal, 60), headroom=Decimal("0.5"))
    day = Day(journal, going, {"minute": 40, "hour": 1000}, slowest=0.9)
    day.stranger(every=4.0, until=NOON + 600)

    ended = day.run()

    assert ended == Over()
    assert day.refused == 0
    # The twentieth call of a minute is our last, but where a stranger's came at the same moment.
    assert 20 <= day.highest <= 21


def test_an_hour_of_which_only_the_headroom_is_left_is_not_asked_for_its_end(journal):
    going = replace(asking(journal, 9), headroom=Decimal("0.5"))
    chunk = journal.dispatch(going)
    journal.settle(going, chunk, found(chunk, readings=[Reading("hour", 20, 15)]))

    assert journal.refusal(going, NOON + 1) == Wait(NOON + 3600.0, "hour")


def test_the_end_of_an_hour_is_asked_for_once_the_minute_is_over(journal):
    going = asking(journal, 9)
    chunk = journal.dispatch(going)
    full = [Reading("minute", 20, 20), Reading("hour", 90, 90)]
    journal.settle(going, chunk, found(chunk, readings=full))

    assert journal.refusal(going, NOON + 1) == Wait(NOON + 60.0, "minute")
    assert journal.dispatch(going, NOON + 60)


@pytest.mark.parametrize(("used", "noticed"), [(2, False), (3, False), (4, True)])
def test_somebody_else_is_noticed_where_more_is_counted_than_was_sent(journal, used, noticed):
    going = asking(journal, 5)
    first = journal.dispatch(going)
    journal.settle(going, first, found(first, readings=[Reading("minute", 20, 1)]))
    second, _ = journal.turn(going, free=2, now=NOON + 1).chunks

    reading = Reading("minute", 20, used)
    journal.settle(going, second, found(second, readings=[reading]), NOON + 2)

    assert others_since(journal.store, TEAM, NOON) is noticed
    assert not others_since(journal.store, TEAM, NOON + 3)


def test_higher_usage_than_our_own_count_is_believed(journal):
    going = asking(journal, 5)
    chunk = journal.dispatch(going)

    journal.settle(going, chunk, found(chunk, readings=[Reading("minute", 20, 17)]))

    assert lane(journal)["minute"]["used"] == 17
    turn = journal.turn(going, free=5)
    assert len(turn.chunks) == 3
    assert turn.answer.why == "minute"


def test_lower_usage_of_a_call_sent_earlier_is_only_late(journal):
    going = asking(journal, 5)
    first = journal.dispatch(going)
    journal.settle(going, first, found(first, readings=[Reading("minute", 20, 1)]))
    early, late = journal.turn(going, free=2, now=NOON + 1).chunks

    journal.settle(going, late, found(late, readings=[Reading("minute", 20, 9)]), NOON + 2)
    journal.settle(going, early, found(early, readings=[Reading("minute", 20, 8)]), NOON + 3)

    assert lane(journal)["minute"]["used"] == 9
    assert lane(journal)["minute"]["closes"] == NOON + 60.0


def test_lower_usage_of_a_call_sent_later_means_that_the_window_has_rolled_over(journal):
    going = asking(journal, 5)
    first = journal.dispatch(going)
    journal.settle(going, first, found(first, readings=[Reading("minute", 20, 15)]))
    second = journal.dispatch(going, NOON + 30)

    journal.settle(going, second, found(second, readings=[Reading("minute", 20, 1)]), NOON + 31)

    assert lane(journal)["minute"]["used"] == 1
    assert lane(journal)["minute"]["closes"] == NOON + 31 + 60.0


def test_a_call_whose_answer_overtook_the_one_that_opened_a_window_counts_in_it(journal):
    going = asking(journal, 5)
    first = journal.dispatch(going)
    journal.settle(going, first, found(first, readings=[Reading("minute", 20, 15)]))
    opener, faster = journal.turn(going, free=2, now=NOON + 30).chunks

    journal.settle(going, faster, found(faster, readings=()), NOON + 30.5)
    journal.settle(going, opener, found(opener, readings=[Reading("minute", 20, 1)]), NOON + 31)

    assert lane(journal)["minute"]["used"] == 2


def test_what_was_counted_in_doubt_when_a_window_opened_is_put_right_by_a_later_reply(journal):
    going = asking(journal, 9)
    first = journal.dispatch(going)
    journal.settle(going, first, found(first, readings=[Reading("minute", 20, 15)]))
    opener, *slow = journal.turn(going, free=3, now=NOON + 30).chunks
    journal.settle(going, opener, found(opener, readings=[Reading("minute", 20, 1)]), NOON + 31)
    assert lane(journal)["minute"]["used"] == 3
    for chunk in slow:
        journal.settle(going, chunk, found(chunk, readings=()), NOON + 32)

    later = journal.dispatch(going, NOON + 33)
    journal.settle(going, later, found(later, readings=[Reading("minute", 20, 2)]), NOON + 34)

    assert lane(journal)["minute"]["used"] == 2


def test_one_call_alone_finds_out_what_a_lane_allows(journal):
    going = asking(journal, 9)

    turn = journal.turn(going, free=5)

    assert len(turn.chunks) == 1
    assert turn.answer == Wait(NOON + 0.05, "probe")


def test_a_probe_that_never_comes_back_blocks_nobody_for_longer_than_ten_seconds(journal):
    going = asking(journal, 9)
    journal.dispatch(going)

    assert journal.refusal(going, NOON + 9.9).why == "probe"
    assert journal.dispatch(going, NOON + 10.0)


@pytest.mark.parametrize("asked", [1.0, 7.0, 3600.0])
def test_a_429_with_retry_after_pauses_the_lane_just_so_long(journal, asked):
    going = asking(journal, 9)
    chunk = journal.dispatch(going)

    journal.settle(going, chunk, Settlement(Arrival.LIMITED, retry_after=asked))

    answer = journal.refusal(going)
    assert answer.why == "pause"
    assert NOON + asked <= answer.until <= NOON + asked + 0.25
    assert journal.money(going) == (0, 0)
    assert journal.dispatch(going, answer.until)


@pytest.mark.parametrize(("day_used", "most"), [(9, 3_600.0), (10, 50_000.0)])
def test_a_pause_of_more_than_an_hour_is_believed_where_a_day_is_full(journal, day_used, most):
    going = asking(journal, 9)
    chunk = journal.dispatch(going)
    readings = [Reading("minute", 20, 3), Reading("day", 10, day_used)]

    limited = Settlement(Arrival.LIMITED, readings=readings, retry_after=50_000.0)
    journal.settle(going, chunk, limited)

    assert NOON + most <= journal.refusal(going).until <= NOON + most + 0.25


@pytest.mark.parametrize(("asked", "hour_ends"), [(20.0, 3600.0), (1234.0, 1234.0)])
def test_retry_after_tells_the_end_of_the_hour_unless_it_may_be_that_of_the_minute(
    journal, asked, hour_ends
):
    going = asking(journal, 9)
    chunk = journal.dispatch(going)
    journal.settle(going, chunk, found(chunk, readings=[Reading("minute", 2, 1)]), NOON)
    chunk = journal.dispatch(going, NOON + 39)
    full = [Reading("minute", 2, 2), Reading("hour", 90, 90)]

    limited = Settlement(Arrival.LIMITED, readings=full, retry_after=asked)
    journal.settle(going, chunk, limited, NOON + 40)

    assert lane(journal)["minute"]["closes"] == NOON + 60
    assert lane(journal)["hour"]["closes"] == NOON + 40 + hour_ends


@pytest.mark.parametrize("used", [None, 0])
def test_a_limit_without_a_usage_opens_a_window_with_the_call_that_told_it(journal, used):
    going = asking(journal, 9)
    chunk = journal.dispatch(going)

    journal.settle(going, chunk, found(chunk, readings=[Reading("minute", 3, used)]))

    assert len(journal.turn(going, free=5).chunks) == (2 if used is None else 3)


def test_a_usage_that_is_missing_once_is_no_lower_usage(journal):
    going = asking(journal, 9)
    first = journal.dispatch(going)
    journal.settle(going, first, found(first, readings=[Reading("minute", 20, 15)]))
    second = journal.dispatch(going, NOON + 30)

    journal.settle(going, second, found(second, readings=[Reading("minute", 20, None)]), NOON + 31)

    assert lane(journal)["minute"]["used"] == 16
    assert lane(journal)["minute"]["closes"] == NOON + 60.0


def test_a_reply_without_headers_leaves_a_known_limit_in_force(journal):
    going = asking(journal, 9)
    first = journal.dispatch(going)
    journal.settle(going, first, found(first, readings=[Reading("minute", 2, 1)]))
    second = journal.dispatch(going, NOON + 1)

    journal.settle(going, second, found(second, readings=()), NOON + 2)

    assert journal.refusal(going, NOON + 59.9).why == "minute"
    assert journal.dispatch(going, NOON + 60)


def test_what_a_process_died_over_is_not_counted_in_every_window_to_come(journal):
    going = asking(journal, 30)
    dead = replace(asking(journal, 5), owner="dead")
    first = journal.dispatch(going)
    journal.settle(going, first, found(first, readings=[Reading("minute", 9, 1)]))
    journal.turn(dead, free=3)

    chunk = journal.dispatch(going, NOON + 200)
    journal.settle(going, chunk, found(chunk, readings=[Reading("minute", 9, 1)]), NOON + 201)

    assert lane(journal)["minute"]["used"] == 1


@pytest.mark.parametrize("span", ["minute", "hour", "day"])
def test_a_full_window_holds_until_the_millisecond_it_ends(journal, span):
    going = asking(journal, 9)
    chunk = journal.dispatch(going)
    journal.settle(going, chunk, found(chunk, readings=[Reading(span, 1, 1)]))
    ends = NOON + SPANS[span]

    assert journal.refusal(going, ends - 0.001) == Wait(ends, span)
    assert journal.dispatch(going, ends)


@pytest.mark.parametrize("edge", [-0.001, 0.0, 0.001])
def test_a_call_at_the_edge_of_a_window_is_counted_where_apollo_counts_it(journal, edge):
    day = Day(journal, asking(journal, 30), {"minute": 5}, slowest=0.0)
    others = journal.begin(people(30, 50), on=shelf(route="single"))
    day.processes.append(day.joins(others, at=NOON + 60 + edge))

    day.run()

    assert day.refused == 0
    assert day.used("minute") == [5] * 12


@pytest.mark.parametrize("by", [3600.0, -3600.0, 400 * 86_400.0, -400 * 86_400.0])
@pytest.mark.parametrize("at", [5.0, 30.0, 59.9])
def test_a_clock_that_is_set_costs_a_slice_and_a_refusal_for_each_window(journal, by, at):
    caps = {"minute": 10, "hour": 30}
    day = Day(journal, asking(journal, 50), caps, slices=30.0)
    day.clock_is_set(by=by, at=NOON + at)

    ended = day.run(NOON + 7200)

    assert ended == Over()
    assert day.refused <= len(caps)
    assert day.used("hour") == [30, 20]
    late = [after - before - 60 for before, after in itertools.pairwise(day.opened("minute")[:3])]
    assert max(late) <= 31.0
    assert day.opened("hour")[1] - day.opened("hour")[0] <= 3631.0


@pytest.mark.parametrize("by", [3600.0, -3600.0])
def test_a_clock_that_is_set_during_a_pause_costs_a_slice(journal, by):
    day = Day(journal, asking(journal, 30), {"hour": 20}, slices=30.0)
    day.time = NOON - 3000.0
    for _ in range(15):
        day.apollo.count(ROUTE, "")
    day.time = NOON
    day.clock_is_set(by=by, at=NOON + 100)

    day.run(NOON + 3600)

    assert day.used("hour") == [20, 20]
    assert day.opened("hour")[1] <= NOON + 600 + 31.0
    assert day.refused <= 2


def test_a_429_without_retry_after_waits_for_the_first_full_window_to_close(journal):
    going = asking(journal, 9)
    first = journal.dispatch(going)
    journal.settle(going, first, found(first, readings=[Reading("minute", 2, 1)]))
    second = journal.dispatch(going, NOON + 5)

    journal.settle(
        going, second, Settlement(Arrival.LIMITED, readings=[Reading("minute", 2, 2)]), NOON + 6
    )

    assert NOON + 60 <= journal.refusal(going, NOON + 7).until <= NOON + 60.25


def test_a_429_that_says_nothing_at_all_is_a_minutes_pause(journal):
    going = asking(journal, 9)
    chunk = journal.dispatch(going)

    journal.settle(going, chunk, Settlement(Arrival.LIMITED))

    assert NOON + 60 <= journal.refusal(going).until <= NOON + 60.25


def test_a_429_is_no_failure_and_its_row_goes_out_again(journal):
    going = asking(journal, 1)
    now = NOON

    for _ in range(10):
        chunk = journal.dispatch(going, now)
        journal.settle(going, chunk, Settlement(Arrival.LIMITED, retry_after=1.0), now)
        now += 2.0

    chunk = journal.dispatch(going, now)
    journal.settle(going, chunk, found(chunk), now)
    assert journal.states(going) == {2: ("done", "succeeded")}
    assert journal.refusal(going, now) == Over()


def test_a_full_hour_that_was_not_seen_to_open_costs_one_refusal_and_not_an_hour(journal):
    day = Day(journal, asking(journal, 30), {"minute": 1000, "hour": 50})
    # Somebody has used the hour for fifty minutes before we come.
    day.time = NOON - 3000.0
    for _ in range(40):
        day.apollo.count(ROUTE, "")
    day.time = NOON

    day.run(NOON + 4000.0)

    assert day.refused == 1
    assert day.used("hour") == [50, 20]
    assert day.opened("hour")[1] - (NOON + 600.0) <= 2.5


def test_a_full_hour_that_was_seen_to_open_is_waited_for_without_asking(journal):
    day = Day(journal, asking(journal, 30), {"hour": 10})

    day.run()

    assert day.refused == 0
    assert day.used("hour") == [10, 10, 10]


def test_a_restart_keeps_the_hour_and_the_day(journal):
    going = asking(journal, 9)
    chunk = journal.dispatch(going)
    full = [Reading("minute", 1, 1), Reading("hour", 1, 1), Reading("day", 1, 1)]
    journal.settle(going, chunk, found(chunk, readings=full))

    later = journal.reopened()

    for moment, why in ((1.0, "day"), (3700.0, "day")):
        assert later.refusal(going, NOON + moment) == Wait(NOON + 86_400.0, why)
    later.store.close()


def test_two_runs_of_one_account_share_a_window(journal):
    ours, theirs = asking(journal, 5), journal.begin(people(5, 50), on=shelf(route="single"))
    chunk = journal.dispatch(ours)
    journal.settle(ours, chunk, found(chunk, readings=[Reading("minute", 3, 1)]))

    second, third = journal.dispatch(ours), journal.dispatch(theirs)
    journal.settle(ours, second, found(second, readings=[Reading("minute", 3, 2)]))
    journal.settle(theirs, third, found(third, readings=[Reading("minute", 3, 3)]))

    assert journal.refusal(theirs) == journal.refusal(ours) == Wait(NOON + 60.0, "minute")


def test_while_answers_are_out_that_may_make_room_a_full_window_is_looked_at_again_soon(journal):
    ours, theirs = asking(journal, 5), journal.begin(people(5, 50), on=shelf(route="single"))
    first = journal.dispatch(ours)
    journal.settle(ours, first, found(first, readings=[Reading("minute", 3, 1)]))
    second, third = journal.turn(ours, free=2).chunks
    # Apollo has counted one of them already; the other is on its way.
    journal.settle(ours, second, found(second, readings=[Reading("minute", 3, 3)]))
    assert lane(journal)["minute"]["used"] == 4

    looks = journal.refusal(theirs)
    journal.settle(ours, third, found(third, readings=[Reading("minute", 3, 2)]))

    assert looks == Wait(NOON + 0.6, "minute")
    assert journal.refusal(theirs) == Wait(NOON + 60.0, "minute")


def test_another_route_has_windows_of_its_own(journal):
    single, bulk = asking(journal, 5), journal.begin(people(5, 50))
    chunk = journal.dispatch(single)
    journal.settle(single, chunk, found(chunk, readings=[Reading("minute", 1, 1)]))

    assert journal.dispatch(bulk)


def test_a_lane_that_never_hears_of_limits_is_not_limited(journal):
    going = asking(journal, 9)
    chunk = journal.dispatch(going)
    journal.settle(going, chunk, found(chunk, readings=[]))

    turn = journal.turn(going, free=5)

    assert len(turn.chunks) == 5


def test_a_refusal_without_headers_teaches_nothing_and_the_next_call_probes(journal):
    going = asking(journal, 9)
    chunk = journal.dispatch(going)
    journal.settle(going, chunk, Settlement(Arrival.REFUSED))

    turn = journal.turn(going, free=5)

    assert len(turn.chunks) == 1
    assert journal.query("select * from windows") == []


def test_a_scaled_clock_shortens_windows_and_pauses(journal):
    going = asking(journal, 9)
    chunk = journal.dispatch(going)
    told = replace(found(chunk, readings=[Reading("minute", 1, 1)]), time_scale=600.0)
    journal.settle(going, chunk, told)

    assert journal.refusal(going) == Wait(NOON + 0.1, "minute")


@pytest.mark.parametrize(
    ("headers", "read"),
    [
        ({}, ()),
        ({"x-rate-limit-minute": ""}, (Reading("minute", None, None),)),
        ({"x-rate-limit-minute": "1000"}, (Reading("minute", 1000, None),)),
        (
            {"x-rate-limit-minute": " 1000 ", "x-minute-usage": "7"},
            (Reading("minute", 1000, 7),),
        ),
        ({"x-rate-limit-minute": "many", "x-minute-usage": "few"}, ()),
        ({"x-rate-limit-minute": "-5", "x-minute-usage": "1.5"}, ()),
        ({"x-rate-limit-minute": "20", "x-minute-usage": "few"}, (Reading("minute", 20, None),)),
        ({"x-rate-limit-minute": "9" * 40}, ()),
        ({"x-minute-usage": "7"}, ()),
        ({"x-rate-limit-daily": "9", "x-daily-usage": "2"}, (Reading("day", 9, 2),)),
        ({"x-rate-limit-24-hour": "9", "x-24-hour-usage": "2"}, (Reading("day", 9, 2),)),
    ],
)
def test_missing_empty_and_garbled_headers_are_read_as_far_as_they_go(headers, read):
    assert windows(headers) == read


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None),
        ("soon", None),
        ("0", 1.0),
        ("-30", 1.0),
        ("17", 17.0),
        ("2.5", 2.5),
        ("999999", 86_400.0),
        ("9" * 400, 86_400.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1.0),
        ("Wed, 21 Oct 2015 07:28:00", None),
        ("nan", None),
        ("1e9", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date_and_kept_within_reason(text, seconds):
    assert retry_after({"retry-after": text}) == seconds


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Wed, 21 Oct 2015 07:27:30 GMT", 30.0),
        ("Wed, 21 Oct 2015 07:29:00 GMT", 1.0),
        ("Tue, 20 Oct 1998 07:28:00 GMT", 86_400.0),
        ("yesterday", 1.0),
    ],
)
def test_a_date_to_wait_for_is_weighed_by_apollos_own_clock(date, seconds):
    headers = {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": date}

    assert retry_after(headers) == seconds
