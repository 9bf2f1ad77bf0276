"""A storm on a virtual clock: nothing leaves in it but free calls, and hardly any call is made twice."""

import heapq
import itertools
import random
from dataclasses import dataclass, field

import pytest
from journal_maker import NOON, TEAM, Journal, found, people, shelf

from apollo_batch.catalogue.contact_views import GET_CONTACTS
from apollo_batch.journal import breaker
from apollo_batch.journal.answers import Knock, Over, Wait
from apollo_batch.journal.questions import Shelf
from apollo_batch.journal.settle import sweep
from apollo_batch.model import Arrival, Settlement
from apollo_batch.packing import Asking
from apollo_batch.runner.patience import STORM_SECONDS, Patience

ERROR = Settlement(Arrival.UNKNOWN, http=503, message="Apollo answered with status 503.")
NOBODY = Settlement(Arrival.NOT_SENT, message="Apollo could not be reached; nothing was sent.")


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "state")
    journal.unlimited()
    yield journal
    journal.store.close()


def asking(journal, count, start=0, **how):
    """A run of so many questions, one to a request."""
    return journal.begin(people(count, start), on=shelf(route="single"), **how)


def opened(journal):
    """Let the lane of single look-ups know that it has no limits."""
    going = asking(journal, 1, 9_000)
    chunk = journal.dispatch(going)
    journal.settle(going, chunk, found(chunk))


def fail(journal, going, times, settlement=ERROR, now=NOON + 1):
    """One call after the other fails, a second apart; the moment of the last."""
    for _ in range(times):
        now = max(now + 1, waits_until(journal, going, now))
        chunk = journal.dispatch(going, now)
        journal.settle(going, chunk, settlement, now)
    return now


def waits_until(journal, going, now):
    (lane,) = journal.query(f"select * from lanes where lane = '{lane_of(going)}'") or [{}]
    return lane.get("paused_until", 0.0)


def lane_of(going):
    return going.lane(going.asking.route)


def knocked(journal, going, now, *, answered):
    """The free call that is due, and how it ended."""
    turn = journal.turn(going, now=now)
    assert turn.knocks == [Knock((lane_of(going),))]
    if answered:
        journal.store.written(lambda c: breaker.answered(c, turn.knocks[0]))


def storm(journal, going, now):
    """The wait while Apollo is out of reach."""
    answer = journal.refusal(going, now)
    assert isinstance(answer, Wait)
    assert answer.why == "storm"
    return answer


def test_five_calls_in_a_row_without_an_answer_shut_the_lane(journal):
    opened(journal)
    going = asking(journal, 9)

    now = fail(journal, going, 5)

    assert storm(journal, going, now) == Wait(
        now + 5, "storm", "Apollo answers with errors (status 503)", now
    )


def test_an_answer_in_between_begins_the_count_anew(journal):
    opened(journal)
    going = asking(journal, 20)

    now = fail(journal, going, 4)
    chunk = journal.dispatch(going, now + 1)
    journal.settle(going, chunk, found(chunk), now + 1)
    now = fail(journal, going, 4, now=now + 1)

    assert journal.dispatch(going, now + 1)


def test_what_never_left_is_tried_three_times_a_little_later_each_time(journal):
    opened(journal)
    going = asking(journal, 9)
    now = NOON + 1

    for most in (1.0, 2.0):
        chunk = journal.dispatch(going, now)
        journal.settle(going, chunk, NOBODY, now)
        answer = journal.refusal(going, now)
        assert answer.why == "unreached"
        assert now < answer.until <= now + most
        now = answer.until
    chunk = journal.dispatch(going, now)
    journal.settle(going, chunk, NOBODY, now)

    assert storm(journal, going, now).trouble == NOBODY.message.rstrip(".")
    assert journal.money(going) == (0, 0)


def test_calls_side_by_side_that_find_nobody_there_tried_it_once(journal):
    opened(journal)
    going = asking(journal, 20)

    side_by_side = journal.turn(going, free=8, now=NOON + 1).chunks
    journal.turn(going, *((chunk, NOBODY) for chunk in side_by_side), free=0, now=NOON + 2)

    assert journal.refusal(going, NOON + 2).why == "unreached"


def test_more_than_half_of_twenty_calls_without_an_answer_shut_the_lane(journal):
    opened(journal)
    going = asking(journal, 40)
    now = NOON

    for number in range(20):
        now += 1
        chunk = journal.dispatch(going, now)
        journal.settle(going, chunk, found(chunk) if number % 2 else ERROR, now)
    assert journal.dispatch(going, now + 1), "half of them is not more than half"
    now = fail(journal, going, 2, now=now + 1)

    assert storm(journal, going, now)


def test_one_process_of_all_knocks_and_every_thirty_seconds_at_the_most(journal):
    opened(journal)
    mine, yours = asking(journal, 9), asking(journal, 9, 100, owner="b")
    now = fail(journal, mine, 5)

    assert storm(journal, yours, now + 4.9).until == now + 5
    knocked(journal, yours, now + 5, answered=False)
    assert storm(journal, mine, now + 5).until == now + 35
    assert storm(journal, yours, now + 34.9).until == now + 35
    knocked(journal, mine, now + 35, answered=False)


def test_a_knock_that_is_answered_lets_one_call_through_and_its_answer_all(journal):
    opened(journal)
    mine, yours = asking(journal, 9), asking(journal, 9, 100, owner="b")
    now = fail(journal, mine, 5) + 5
    knocked(journal, mine, now, answered=True)

    trial = journal.turn(yours, free=8, now=now)
    assert len(trial.chunks) == 1
    assert storm(journal, mine, now).until > now + 120
    journal.settle(yours, trial.chunks[0], found(trial.chunks[0]), now + 1)

    assert len(journal.turn(mine, free=4, now=now + 1).chunks) == 4


def test_where_only_what_is_free_is_answered_a_real_call_is_let_through_ever_more_rarely(journal):
    opened(journal)
    going = asking(journal, 20)
    now = fail(journal, going, 5) + 5
    gaps = []

    for _ in range(7):
        knocked(journal, going, now, answered=True)
        journal.settle(going, journal.dispatch(going, now), ERROR, now)
        again = storm(journal, going, now).until
        gaps.append(again - now)
        now = again

    assert gaps == [30, 60, 120, 240, 480, 600, 600]


def test_who_begins_anew_does_not_wait_for_long_because_others_did(journal):
    opened(journal)
    going = asking(journal, 20)
    now = fail(journal, going, 5) + 5
    for _ in range(4):
        knocked(journal, going, now, answered=True)
        journal.settle(going, journal.dispatch(going, now), ERROR, now)
        now = storm(journal, going, now).until

    knocked(journal, going, now, answered=True)
    journal.settle(going, journal.dispatch(going, now), ERROR, now)
    journal.set_out(going.run, now=now + 1)

    assert storm(journal, going, now + 1).until == now + 31


def test_an_answer_to_what_had_left_before_the_storm_ends_it_for_nobody(journal):
    opened(journal)
    going = asking(journal, 20)
    slow = journal.dispatch(going, NOON + 1)
    now = fail(journal, going, 5)

    journal.settle(going, slow, found(slow), now + 2)

    assert storm(journal, going, now + 2)


def test_a_process_that_dies_over_the_one_call_let_through_holds_up_nobody_for_long(journal):
    opened(journal)
    mine, yours = asking(journal, 9), asking(journal, 9, 100, owner="b")
    now = fail(journal, mine, 5) + 5
    knocked(journal, mine, now, answered=True)
    journal.dispatch(mine, now)

    sweep(journal.store, lambda owner: owner == "b", now + 1)

    again = storm(journal, yours, now + 1).until
    assert again < now + 150
    knocked(journal, yours, again, answered=True)
    assert journal.dispatch(yours, again)


def test_a_storm_of_one_account_is_none_of_anothers(journal):
    opened(journal)
    mine = asking(journal, 9)
    other = journal.begin(people(3), on=shelf("64b000000000000000000002", route="single"))

    now = fail(journal, mine, 5)

    assert journal.dispatch(other, now)
    assert storm(journal, mine, now)


def test_a_storm_is_waited_out_as_long_as_patience_lasts_counted_from_when_a_run_began():
    waits = Wait(NOON + 35, "storm", "Apollo answers with errors (status 503)", NOON)

    patience = Patience(90.0, NOON - 100)
    assert patience.weigh(waits, NOON + 5).ends == NOON + 90
    assert patience.weigh(waits, NOON + 5).until == NOON + 35
    assert patience.weigh(waits, NOON + 90) == Over(
        "out_of_reach", "Apollo answers with errors (status 503); it was waited for 2 min."
    )
    assert Patience(90.0, NOON + 60).weigh(waits, NOON + 90).ends == NOON + 150
    assert Patience().weigh(waits, NOON).ends == NOON + STORM_SECONDS
    assert isinstance(Patience(0.0, NOON).weigh(waits, NOON), Over)


@pytest.mark.parametrize("why", ["minute", "hour", "day", "pause"])
def test_a_limit_that_lasts_longer_than_patience_ends_a_run_at_once(why):
    waits = Wait(NOON + 700, why)

    ended = Patience(600.0, NOON).weigh(waits, NOON)

    assert isinstance(ended, Over)
    assert ended.stop == "limited"
    assert "(for 12 min); --patience is 10 min." in ended.note
    assert Patience(700.0, NOON).weigh(waits, NOON) == waits
    assert Patience(None, NOON).weigh(waits, NOON) == waits


def test_who_waits_for_others_of_this_journal_waits_as_long_as_it_takes():
    for why in ("elsewhere", "looks", "budget", "probe", "unreached"):
        assert Patience(0.0).weigh(Wait(NOON + 1, why), NOON) == Wait(NOON + 1, why)


@dataclass
class Process:
    """One process of several at work, as its loop is."""

    going: object
    flying: int = 0
    looks: float = 0.0
    """When it looks again of its own accord."""
    settled: list = field(default_factory=list)
    over: bool = False


class Weather:
    """Processes of one journal on a virtual clock, and an Apollo that is away for a while."""

    def __init__(self, journal, processes, *, away, wrong, free_too=True):
        self.journal, self.processes = journal, processes
        self.away, self.wrong, self.free_too = away, wrong, free_too
        self.dice, self.order = random.Random(1), itertools.count()
        self.now, self.events = NOON, []
        self.sent, self.knocks = [], []

    def live(self):
        """From one event to the next, until nobody has anything left to do."""
        for process in self.processes:
            self._turn(process)
        while self.events:
            self.now, _, process, what = heapq.heappop(self.events)
            if what is None and process.looks != self.now:
                continue
            if isinstance(what, Knock):
                self.journal.store.written(lambda c, knock=what: breaker.answered(c, knock))
            elif what is not None:
                process.settled.append(what)
                process.flying -= 1
            self._turn(process)

    def in_storm(self, moments):
        begins, ends = self.away
        return [moment for moment in moments if NOON + begins + 5 <= moment < NOON + ends]

    def _turn(self, process):
        if process.over:
            return
        settled, process.settled = process.settled, []
        free = 8 - process.flying
        turn = self.journal.turn(process.going, *settled, free=free, now=self.now)
        for chunk in turn.chunks:
            process.flying += 1
            self.sent.append(self.now)
            self._at(self._line(), process, (chunk, self._answer(chunk)))
        for knock in turn.knocks:
            self.knocks.append(self.now)
            if not (self._is_away() and self.free_too):
                self._at(self._line(), process, knock)
        process.over = isinstance(turn.answer, Over) and not process.flying
        if isinstance(turn.answer, Wait) and turn.answer.until is not None:
            process.looks = min(self.now + 30, max(self.now, turn.answer.until))
            heapq.heappush(self.events, (process.looks, next(self.order), process, None))

    def _answer(self, chunk):
        return self.wrong if self._is_away() else found(chunk, bill=0)

    def _is_away(self):
        begins, ends = self.away
        return NOON + begins <= self.now < NOON + ends

    def _line(self):
        return self.dice.uniform(0.2, 0.6)

    def _at(self, seconds, process, what):
        heapq.heappush(self.events, (self.now + seconds, next(self.order), process, what))


def contacts(journal, count, start, owner):
    """A run that reads contacts: free, so that what fails is asked again."""
    asked = [{"contact_id": f"{number:024x}"} for number in range(start, start + count)]
    on = Shelf(TEAM, Asking("1", GET_CONTACTS, GET_CONTACTS.route("single"), {}), frozenset(), 0.0)
    return journal.begin(asked, on=on, owner=owner, most=0)


@pytest.mark.parametrize("free_too", [True, False], ids=["all", "paid only"])
@pytest.mark.parametrize("wrong", [ERROR, NOBODY], ids=["errors", "nobody"])
def test_in_half_an_hour_of_storm_hardly_a_call_is_made_twice(journal, wrong, free_too):
    needed = 400
    runs = [Process(contacts(journal, 200, 1 + 200 * n, f"p{n}")) for n in range(2)]
    weather = Weather(journal, runs, away=(4.0, 1_804.0), wrong=wrong, free_too=free_too)

    weather.live()

    asked = journal.query("select state, status from items where state <> 'done'")
    assert asked == []
    assert len(weather.sent) <= 1.1 * needed
    assert len(weather.knocks) <= 1_800 / 30 + 2
    assert len(weather.in_storm(weather.sent)) <= (0 if free_too else 7)
    pauses = [late - early for early, late in itertools.pairwise(weather.knocks)]
    assert min(pauses) >= 29.9
    # It goes on within half a minute once Apollo is back; a real call is tried more rarely.
    assert weather.now <= NOON + 1_804 + (60 if free_too else 700)
