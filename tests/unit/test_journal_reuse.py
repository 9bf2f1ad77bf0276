"""Nothing is bought twice: the same question, from whatever row, run, file or process."""

import json
import zlib
from dataclasses import replace
from decimal import Decimal

import pytest
from journal_maker import NOON, Journal, found, missed, people, shelf

from apollo_batch.apollo.decode import decode
from apollo_batch.catalogue.organizations import ENRICH_ORGANIZATIONS
from apollo_batch.catalogue.paths import parse
from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.clock import SystemClock
from apollo_batch.journal import runs
from apollo_batch.journal.answers import Over, Wait
from apollo_batch.journal.outcomes import outcomes
from apollo_batch.journal.questions import Shelf
from apollo_batch.journal.settle import sweep
from apollo_batch.model import Arrival, Settlement, Status
from apollo_batch.packing import Asking
from apollo_batch.runner.pump import Pump

DAY = 86_400.0


class HeldClock(SystemClock):
    """A clock that stands still."""

    def __init__(self, now):
        self._now = now

    def now(self):
        return self._now


@pytest.fixture
def journal(state):
    journal = Journal(state)
    journal.unlimited()
    yield journal
    journal.store.close()


def recall(journal, going, keep):
    """Answer from the journal, as the product itself does."""
    clock = HeldClock(NOON + DAY)
    Pump(journal.store, going, keep, clock, tidy=lambda: None).recall()


def ask_all(journal, going, settlement=found, now=NOON):
    """Send and settle until nothing is left."""
    while (turn := journal.turn(going, now=now)).chunks:
        journal.settle(going, turn.chunks[0], settlement(turn.chunks[0]), now)
    return turn.answer


def asked_again(journal, going, now=NOON):
    """How many questions of a run go out."""
    turn = journal.turn(going, free=100, now=now)
    return sum(len(chunk.items) for chunk in turn.chunks)


def test_equal_rows_of_one_file_are_asked_once_and_share_the_answer(journal):
    going = journal.begin([*people(2), *people(2), *people(1)])

    ask_all(journal, going)

    told = list(outcomes(journal.store, going.run))
    assert [(row.row, row.status, row.credits) for row in told] == [
        (2, Status.SUCCEEDED, 1),
        (3, Status.SUCCEEDED, 1),
        (4, Status.SUCCEEDED, 0),
        (5, Status.SUCCEEDED, 0),
        (6, Status.SUCCEEDED, 0),
    ]
    assert told[2].note == "Same as row 2."
    assert journal.money(going) == (0, 2)


def test_another_file_gets_the_answer_for_nothing_with_the_day_it_was_bought(journal):
    keep = {"Title": parse("title")}
    first = journal.begin(people(1))
    chunk = journal.dispatch(first)
    person = {"email": "p0@acme.example", "title": "CTO"}
    body = json.dumps({"credits_consumed": 1, "matches": [person]}).encode()
    bought = decode(ENRICH_PEOPLE, ENRICH_PEOPLE.route("bulk"), chunk, body, keep)
    journal.settle(first, chunk, replace(bought, body=zlib.compress(body)))

    second = journal.begin(people(1), now=NOON + DAY)
    recall(journal, second, keep)

    assert journal.refusal(second) == Over()
    (told,) = outcomes(journal.store, second.run)
    assert (told.status, told.reason) == (Status.SUCCEEDED, "found_before")
    assert told.note == "From 15 Jan 2027."
    assert told.kept == {"Title": "CTO"}
    assert told.credits == 0
    assert journal.money(second) == (0, 0)


def test_an_answer_that_was_purged_says_so_and_is_not_bought_again(journal):
    first = journal.begin(people(1))
    ask_all(journal, first)
    with journal.store.write() as c:
        c.exec_driver_sql("update attempts set body = null")

    second = journal.begin(people(1), now=NOON + DAY)
    recall(journal, second, {"Title": parse("title")})

    (told,) = outcomes(journal.store, second.run)
    assert told.note == "Bought on 15 Jan 2027; the answer was purged."
    assert journal.refusal(second) == Over()


def test_an_answer_from_a_process_that_has_ended_is_found_by_the_next(journal):
    ask_all(journal, journal.begin(people(3)))

    later = journal.reopened()

    assert asked_again(later, later.begin(people(4), now=NOON + DAY), NOON + DAY) == 1
    journal.store = later.store


def test_a_miss_is_asked_again_another_day(journal):
    ask_all(journal, journal.begin(people(3)), missed)

    assert asked_again(journal, journal.begin(people(3), now=NOON + DAY), NOON + DAY) == 3


def test_an_answer_past_its_shelf_life_is_bought_again(journal):
    ask_all(journal, journal.begin(people(2)))
    young, old = shelf(since=NOON - 1), shelf(since=NOON + 1)

    assert asked_again(journal, journal.begin(people(2), on=young, now=NOON + 5)) == 0
    assert asked_again(journal, journal.begin(people(2), on=old, now=NOON + 6), NOON + 6) == 2


def test_another_team_buys_its_own(journal):
    ask_all(journal, journal.begin(people(1)))

    assert asked_again(journal, journal.begin(people(1), on=shelf("another-team"))) == 1


@pytest.mark.parametrize(
    ("had", "wanted", "serves"),
    [
        ({}, {}, True),
        ({"reveal_personal_emails": True}, {}, True),
        ({"reveal_personal_emails": True}, {"reveal_personal_emails": True}, True),
        ({}, {"reveal_personal_emails": True}, False),
        ({"reveal_personal_emails": False}, {}, True),
        ({}, {"reveal_personal_emails": False}, True),
        ({"reveal_phone_number": True}, {"reveal_personal_emails": True}, False),
        (
            {"reveal_phone_number": True, "reveal_personal_emails": True},
            {"reveal_personal_emails": True},
            True,
        ),
        (
            {"reveal_personal_emails": True},
            {"reveal_phone_number": True, "reveal_personal_emails": True},
            False,
        ),
    ],
)
def test_an_answer_serves_whoever_reveals_no_more_than_it_did(journal, had, wanted, serves):
    ask_all(journal, journal.begin(people(1), on=shelf(**had)))

    going = journal.begin(people(1), on=shelf(**wanted), now=NOON + 5)

    assert asked_again(journal, going, NOON + 5) == (0 if serves else 1)


@pytest.mark.parametrize(
    ("had", "wanted", "kept", "serves"),
    [
        ("bulk", "bulk", "name", True),
        ("bulk", "single", "name", True),
        ("single", "bulk", "name", True),
        ("bulk", "single", "technology_names", False),
        ("single", "single", "technology_names", True),
        ("single", "bulk", "subsidiary_rollups", False),
        ("bulk", "bulk", "subsidiary_rollups", True),
    ],
)
def test_an_answer_serves_whoever_keeps_only_what_its_route_answers(
    journal, had, wanted, kept, serves
):
    def companies(route, keeps):
        asking = Asking("1", ENRICH_ORGANIZATIONS, ENRICH_ORGANIZATIONS.route(route), {})
        return Shelf("team", asking, frozenset(keeps), 0.0)

    asked = [{"domain": "acme.example"}]
    ask_all(journal, journal.begin(asked, on=companies(had, [])))

    going = journal.begin(asked, on=companies(wanted, [kept]), now=NOON + 5)

    assert asked_again(journal, going, NOON + 5) == (0 if serves else 1)


def test_the_webhook_is_no_part_of_a_question(journal):
    def revealing(url):
        options = {"reveal_phone_number": True, "webhook_url": url}
        asking = Asking("1", ENRICH_PEOPLE, ENRICH_PEOPLE.route("bulk"), options)
        return Shelf("team", asking, frozenset(), 0.0)

    ask_all(journal, journal.begin(people(1), on=revealing("https://one.example/a")))

    again = journal.begin(people(1), on=revealing("https://two.example/b"), now=NOON + 5)

    assert asked_again(journal, again, NOON + 5) == 0


def test_what_another_run_is_asking_just_now_is_waited_for_and_then_shared(journal):
    first, second = journal.begin(people(2)), journal.begin(people(2, 1), now=NOON + 1)
    chunk = journal.dispatch(first)

    other = journal.dispatch(second)
    waits = journal.refusal(second)
    journal.settle(first, chunk, found(chunk))
    journal.settle(second, other, found(other))

    assert [item.params for item in other.items] == people(1, 2)
    assert waits == Wait(NOON + 1.0, "elsewhere")
    assert journal.refusal(second) == Over()
    assert journal.states(second) == {2: ("done", "succeeded"), 3: ("done", "succeeded")}
    assert journal.money(second) == (0, 1)


def test_what_another_run_asked_in_vain_is_asked_after_it(journal):
    first, second = journal.begin(people(1)), journal.begin(people(1), now=NOON + 1)
    chunk = journal.dispatch(first)
    assert journal.refusal(second) == Wait(NOON + 1.0, "elsewhere")

    journal.settle(first, chunk, missed(chunk))

    assert len(journal.dispatch(second).items) == 1


def test_a_question_in_doubt_is_not_asked_by_another_run_until_a_person_says_so(journal):
    first, second = journal.begin(people(2)), journal.begin(people(2), now=NOON + 1)
    chunk = journal.dispatch(first)
    journal.settle(first, chunk, Settlement(Arrival.UNKNOWN))

    third = journal.begin(people(2), now=NOON + 2)

    assert journal.refusal(second) == journal.refusal(third) == Over()
    doubt = {2: ("done", "in_doubt"), 3: ("done", "in_doubt")}
    assert journal.states(second) == journal.states(third) == doubt
    assert runs.ask_again(journal.store, third.run) == 2
    assert len(journal.dispatch(third).items) == 2


def test_lifting_a_doubt_lifts_no_other_teams(journal):
    ours, theirs = journal.begin(people(1)), journal.begin(people(1), on=shelf("another-team"))
    for going in (ours, theirs):
        chunk = journal.dispatch(going)
        journal.settle(going, chunk, Settlement(Arrival.UNKNOWN))

    runs.ask_again(journal.store, ours.run)

    again = journal.begin(people(1), on=shelf("another-team"), now=NOON + 5)
    assert journal.refusal(again) == Over()
    assert journal.states(again) == {2: ("done", "in_doubt")}


def test_a_process_that_died_leaves_its_questions_in_doubt_and_its_credits_spent(journal):
    going = journal.begin(people(3), cap=Decimal(3))
    journal.dispatch(going)

    assert sweep(journal.store, lambda _: True, NOON) == 0
    assert sweep(journal.store, lambda _: False, NOON) == 1

    assert set(journal.states(going).values()) == {("done", "in_doubt")}
    assert journal.money(going) == (0, 3)
    assert runs.ask_again(journal.store, going.run) == 3
    assert journal.refusal(going) == Over("budget")


def test_a_late_miss_does_not_free_a_question_that_is_being_asked_again(journal):
    first = journal.begin(people(1))
    lost = journal.dispatch(first)
    sweep(journal.store, lambda _: False, NOON)
    runs.ask_again(journal.store, first.run)
    journal.dispatch(first)

    journal.settle(first, lost, missed(lost))

    second = journal.begin(people(1), now=NOON + 1)
    assert journal.refusal(second) == Wait(NOON + 1.0, "elsewhere")


def test_a_row_whose_answer_could_not_be_paired_is_asked_alone(journal):
    going = journal.begin(people(3))
    chunk = journal.dispatch(going)
    body = {"matches": [{"email": "stranger@beta.example", "title": "CTO"}], "credits_consumed": 1}
    told = decode(ENRICH_PEOPLE, ENRICH_PEOPLE.route("bulk"), chunk, json.dumps(body).encode(), {})
    journal.settle(going, chunk, told)

    runs.ask_again(journal.store, going.run)

    assert [len(journal.dispatch(going, NOON + n).items) for n in range(3)] == [1, 1, 1]


def test_a_refused_request_is_taken_apart_and_only_the_bad_row_fails(journal):
    going = journal.begin(people(3))
    chunk = journal.dispatch(going)
    journal.settle(going, chunk, Settlement(Arrival.REFUSED, message="no"))

    for _ in range(3):
        alone = journal.dispatch(going)
        (item,) = alone.items
        bad = item.params == {"email": "p1@acme.example"}
        settlement = Settlement(Arrival.REFUSED, message="bad address") if bad else found(alone)
        journal.settle(going, alone, settlement)

    assert journal.states(going) == {
        2: ("done", "succeeded"),
        3: ("done", "failed"),
        4: ("done", "succeeded"),
    }
    assert journal.money(going) == (0, 2)
    told = {row.row: row for row in outcomes(journal.store, going.run)}
    assert (told[3].reason, told[3].note, told[3].credits) == ("apollo_refused", "bad address", 0)


def test_credits_for_phone_numbers_still_to_come_stay_held(journal):
    on = shelf(reveal_phone_number=True)
    going = journal.begin(people(2), on=on, cap=Decimal(20), most=Decimal(9))
    chunk = journal.dispatch(going)
    journal.settle(going, chunk, replace(found(chunk), still_held=Decimal(16), request_id="-7"))

    assert journal.money(going) == (16, 2)
    more = journal.begin(people(3, 5), on=on, cap=Decimal(20), most=Decimal(9), now=NOON + 1)
    assert len(journal.dispatch(more).items) == 2


def test_a_chunk_is_cut_to_the_rows_the_budget_still_holds(journal):
    going = journal.begin(people(10), cap=Decimal(7))

    chunk = journal.dispatch(going)

    assert len(chunk.items) == 7
    assert journal.money(going) == (7, 0)
    assert journal.refusal(going) == Wait(None, "budget")
    journal.settle(going, chunk, found(chunk, missed=[0, 1, 2]))
    assert len(journal.dispatch(going).items) == 3


def test_an_answer_no_database_could_hold_badly_is_held_as_it_came(journal):
    going = journal.begin(people(1))
    chunk = journal.dispatch(going)
    odd = b'{"credits_consumed": 1e300, "matches": [{"email": "p0@acme.example", "title": "\\ud800\\u0000"}]}'
    keep = {"Title": parse("title")}
    told = decode(ENRICH_PEOPLE, ENRICH_PEOPLE.route("bulk"), chunk, odd, keep)

    journal.settle(going, chunk, told)

    (row,) = outcomes(journal.store, going.run)
    assert row.kept == {"Title": "\ufffd\x00"}
    assert journal.money(going) == (0, 1)
