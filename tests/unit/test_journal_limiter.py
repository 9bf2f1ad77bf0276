"""The limiter against Apollo's real windows, on a virtual clock: used to the last call, no 429."""

import heapq
import itertools
import random
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from journal_maker import NOON, Journal, found, people, shelf

from apollo_batch.apollo.reading import retry_after, windows
from apollo_batch.journal.answers import Over, Wait
from apollo_batch.journal.limiter import share
from apollo_batch.model import Arrival, Reading, Settlement

SPANS = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0}
HEADERS = {
    "minute": ("x-rate-limit-minute", "x-minute-usage"),
    "hour": ("x-rate-limit-hourly", "x-hourly-usage"),
    "day": ("x-rate-limit-24-hour", "x-24-hour-usage"),
}


@dataclass
class Windows:
    """Apollo's windows of one route: fixed, opened by the first call that falls outside the last."""

    caps: dict[str, int]
    opened: dict[str, list[list[float]]] = field(default_factory=dict)
    """Span to its windows, each the moment it opened and how much of it was used."""
    refusals: list[float] = field(default_factory=list)
    strangers: int = 0

    @property
    def refused(self):
        """How many of our calls were refused."""
        return len(self.refusals) - self.strangers

    def arrives(self, now):
        """Count a call, or refuse it with the seconds to wait."""
        full = [
            last[0] + SPANS[span] - now
            for span, cap in self.caps.items()
            if (last := self._open(span, now)) and last[1] >= cap
        ]
        if full:
            self.refusals.append(now)
            return max(full)
        for span in self.caps:
            last = self._open(span, now)
            if last is None:
                last = [now, 0]
                self.opened.setdefault(span, []).append(last)
            last[1] += 1
        return None

    def headers(self, now):
        told = {}
        for span, (limit, usage) in HEADERS.items():
            told[limit] = str(self.caps[span]) if span in self.caps else ""
            last = self._open(span, now) if span in self.caps else None
            if last:
                told[usage] = str(last[1])
        return told

    def _open(self, span, now):
        every = self.opened.get(span)
        return every[-1] if every and now < every[-1][0] + SPANS[span] else None


class Day:
    """A run against such windows: threads, a line that takes its time, perhaps a stranger."""

    def __init__(self, journal, going, caps, *, threads=8, slowest=0.4, seed=1):
        self.journal, self.going, self.threads = journal, going, threads
        self.apollo = Windows(caps)
        self.now = NOON
        self.dice = random.Random(seed)
        self.slowest = slowest
        self.events = []
        self.sent = 0
        self.waits = []
        self.highest = 0
        """How far a call of ours has filled a minute."""

    def run(self, until=float("inf")):
        """Live through it, from one event to the next, until nothing is left to do."""
        flying, settled, looks = 0, [], 0.0
        while self.now < until:
            turn = self.journal.turn(self.going, *settled, free=self.threads - flying, now=self.now)
            settled = []
            for chunk in turn.chunks:
                flying += 1
                self.sent += 1
                self._at(self.now + self._line(), "arrives", chunk)
            if isinstance(turn.answer, Over) and not flying:
                return turn.answer
            if isinstance(turn.answer, Wait) and turn.answer.until is not None:
                self.waits.append(turn.answer.why)
                looks = turn.answer.until
                self._at(looks, "look", looks)
            while not settled and self.events:
                self.now, _, what, about = heapq.heappop(self.events)
                if what == "arrives":
                    self._answer(about)
                elif what == "stranger":
                    self.apollo.strangers += self.apollo.arrives(self.now) is not None
                elif what == "replies":
                    settled.append(about)
                    flying -= 1
                elif about == looks:
                    break
        return None

    def stranger(self, *, every, until):
        """Let somebody else use the account too."""
        at = NOON + every
        while at < until:
            self._at(at, "stranger", None)
            at += every

    def _answer(self, chunk):
        wait = self.apollo.arrives(self.now)
        readings = windows(self.apollo.headers(self.now))
        if wait is None:
            if "minute" in self.apollo.opened:
                self.highest = max(self.highest, self.apollo.opened["minute"][-1][1])
            settlement = found(chunk, readings=readings)
        else:
            settlement = Settlement(Arrival.LIMITED, readings=readings, retry_after=wait)
        self._at(self.now + self._line(), "replies", (chunk, settlement))

    def _line(self):
        return self.dice.uniform(0.02, self.slowest)

    def _at(self, when, what, about):
        heapq.heappush(self.events, (when, self.dice.random(), what, about))


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "state")
    yield journal
    journal.store.close()


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
    assert day.sent == 160
    assert day.apollo.refused == 0
    # Three full minutes and a rest of ten an hour, two full hours and a rest of ten a day.
    assert [used for _, used in day.apollo.opened["minute"]] == [20, 20, 20, 10] * 2 + [10, 10]
    assert [used for _, used in day.apollo.opened["hour"]] == [70, 70, 10, 10]
    assert [used for _, used in day.apollo.opened["day"]] == [150, 10]


def test_a_window_is_never_left_idle_for_longer_than_two_trips_and_a_look(journal):
    day = Day(journal, asking(journal, 100), {"minute": 20}, threads=16, slowest=0.3)

    day.run()

    opened = [moment for moment, _ in day.apollo.opened["minute"]]
    gaps = [late - early - 60.0 for early, late in itertools.pairwise(opened)]
    assert day.apollo.refused == 0
    assert all(0 <= gap <= 0.7 for gap in gaps)


def test_replies_out_of_order_neither_roll_a_window_nor_waste_one(journal):
    day = Day(journal, asking(journal, 90), {"minute": 30}, threads=30, slowest=3.0)

    day.run()

    assert day.apollo.refused == 0
    assert [used for _, used in day.apollo.opened["minute"]] == [30, 30, 30]


def test_somebody_else_on_the_account_is_noticed_and_costs_few_refusals(journal):
    day = Day(journal, asking(journal, 150), {"minute": 40, "hour": 1000})
    day.stranger(every=6.0, until=NOON + 1200)

    ended = day.run()

    assert ended == Over()
    assert day.sent - day.apollo.refused == 150
    assert all(used == 40 for _, used in day.apollo.opened["minute"][:-1])
    # At most one of our own a window, where a stranger came between its last reply and its last call.
    assert day.apollo.refused <= len(day.apollo.opened["minute"])


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
    assert day.apollo.refused == 0
    assert [used for _, used in day.apollo.opened["minute"]] == [12, 12, 6] * 2
    assert [used for _, used in day.apollo.opened["hour"]] == [30, 30]


def test_headroom_counts_what_others_use_as_well(journal):
    going = replace(asking(journal, 60), headroom=Decimal("0.5"))
    day = Day(journal, going, {"minute": 40, "hour": 1000}, slowest=0.9)
    day.stranger(every=4.0, until=NOON + 600)

    ended = day.run()

    assert ended == Over()
    assert day.apollo.refused == 0
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


def test_higher_usage_than_our_own_count_is_believed(journal):
    going = asking(journal, 5)
    chunk = journal.dispatch(going)

    journal.settle(going, chunk, found(chunk, readings=[Reading("minute", 20, 17)]))

    assert lane(journal)["minute"]["used"] == 17
    turn = journal.turn(going, free=5)
    assert len(turn.chunks) == 3
    assert turn.answer == Wait(NOON + 60.0, "minute")


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
    for _ in range(40):
        day.apollo.arrives(NOON - 3000.0)

    day.run(NOON + 4000.0)

    assert day.apollo.refused == 1
    assert day.apollo.opened["hour"][0][1] == 50
    ours = day.apollo.opened["hour"][1]
    assert ours[1] == 20
    assert ours[0] - (NOON + 600.0) <= 1.5


def test_a_full_hour_that_was_seen_to_open_is_waited_for_without_asking(journal):
    day = Day(journal, asking(journal, 30), {"hour": 10})

    day.run()

    assert day.apollo.refused == 0
    assert [used for _, used in day.apollo.opened["hour"]] == [10, 10, 10]


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

    journal.dispatch(ours)
    journal.dispatch(theirs)

    assert journal.refusal(theirs) == journal.refusal(ours) == Wait(NOON + 60.0, "minute")


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
        (
            {"x-rate-limit-minute": "many", "x-minute-usage": "few"},
            (Reading("minute", None, None),),
        ),
        (
            {"x-rate-limit-minute": "-5", "x-minute-usage": "1.5"},
            (Reading("minute", None, None),),
        ),
        ({"x-rate-limit-minute": "9" * 40}, (Reading("minute", None, None),)),
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
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1.0),
        ("Wed, 21 Oct 2015 07:28:00", None),
        ("nan", None),
        ("1e9", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date_and_kept_within_reason(text, seconds):
    assert retry_after({"retry-after": text}) == seconds
