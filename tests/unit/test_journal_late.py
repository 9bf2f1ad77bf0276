"""Results that come later, in the journal: who may ask when, what is held, and what is given back."""

import json
import zlib
from dataclasses import replace
from decimal import Decimal

import pytest
from journal_maker import NOON, TEAM, Journal, found, people, shelf
from sqlalchemy import text

from apollo_batch.journal import late
from apollo_batch.journal.answers import Wait
from apollo_batch.journal.checking import disagreements
from apollo_batch.journal.late import Awaited, Whose
from apollo_batch.journal.settle import settle_all, sweep
from apollo_batch.model import CAME, Arrival, Late, Reading, Settlement, Status, Verdict
from apollo_batch.runner.harvest import land

PHONES = {"reveal_phone_number": True}
DAY = 86_400.0
ANYBODY = Whose(TEAM, "a")
NUMBER = str(-(2**63))


@pytest.fixture
def journal(state):
    journal = Journal(state)
    journal.unlimited()
    yield journal
    journal.store.close()


def pending(journal, count=2, *, now=NOON, number=NUMBER, start=0, cap=None):
    """A run of one request, whose result is to come."""
    on = shelf(**PHONES)
    going = journal.begin(people(count, start), on=on, most=Decimal(9), now=now, cap=cap)
    job = {
        "steps": [{"id": "1", "options": PHONES, "keep": {"Mobile": [["phone_numbers", 0, False]]}}]
    }
    told = json.dumps({"canonical": json.dumps(job), "kept": ["Mobile"]})
    with journal.store.write() as c:
        c.execute(text("update runs set job = :job where id = :id"), {"job": told, "id": going.run})
    chunk = journal.dispatch(going, now)
    known = [{"id": f"{item.id:024x}"} for item in chunk.items]
    verdicts = [
        Verdict(item.id, Status.PENDING, "phone_pending", index=n, credits=Decimal(1))
        for n, item in enumerate(chunk.items)
    ]
    answer = found(chunk, body=json.dumps({"matches": known}).encode())
    held = Decimal(8) * count
    answer = replace(answer, verdicts=verdicts, request_id=number, still_held=held)
    journal.settle(going, chunk, answer, now)
    return going


def ask(journal, now=NOON, whose=ANYBODY):
    leaving, wait = late.ask_all(journal.store, whose, now, now, 8)
    return leaving if leaving else wait


def answer(journal, awaited, said, now=NOON, arrival=Arrival.DONE):
    people_ = [
        {"id": record["id"], "phone_numbers": [{"sanitized_number": "+15550100"}]}
        for record in json.loads(awaited.answer)["matches"]
    ]
    body = json.dumps({"webhook_result": {"people": people_}}).encode()
    settlement = Settlement(arrival, late=said, body=zlib.compress(body), http=200)
    settle_all(journal.store, [(awaited.attempt, settlement)], now)
    land(journal.store)


def statuses(journal, going):
    return {status for _, status in journal.states(going).values()}


def test_a_result_is_asked_for_by_its_number_and_by_one_process_at_a_time(journal):
    pending(journal)

    (awaited,) = ask(journal)

    assert isinstance(awaited, Awaited)
    assert awaited.request_id == NUMBER
    assert ask(journal, NOON + 59) is None
    assert len(ask(journal, NOON + 61)) == 1


def test_apollos_word_for_when_to_ask_again_is_kept(journal):
    pending(journal)
    (awaited,) = ask(journal)

    answer(journal, awaited, Late(again=10.0), NOON + 1)

    assert ask(journal, NOON + 10.9) is None
    assert len(ask(journal, NOON + 11)) == 1


def test_a_question_that_was_lost_is_asked_again_and_costs_nothing(journal):
    going = pending(journal)
    ask(journal)

    assert sweep(journal.store, lambda _: False, NOON + 1) == 1

    assert len(ask(journal, NOON + 61)) == 1
    assert journal.money(going) == (16, 2)
    assert statuses(journal, going) == {"pending"}


def test_what_came_gives_the_rest_of_what_was_held_back(journal):
    going = pending(journal, cap=Decimal(18))
    (awaited,) = ask(journal)

    answer(journal, awaited, Late(CAME, derived=Decimal(8)))

    assert journal.money(going) == (0, 10)
    assert statuses(journal, going) == {"succeeded"}
    assert ask(journal, NOON + 100) is None
    assert disagreements(journal.store, going.run) == []
    shared = journal.query("select scope, held, spent from budgets where scope not like 'run:%'")
    assert {row["scope"].partition(":")[0] for row in shared} == {"balance", "day", "month"}
    assert {(row["held"], row["spent"]) for row in shared} == {(0, 110_000)}


@pytest.mark.parametrize("said", [Late(CAME), Late("result_unknown"), Late("result_expired")])
def test_what_nobody_can_say_counts_in_full(journal, said):
    going = pending(journal)
    (awaited,) = ask(journal)

    answer(journal, awaited, said)

    assert journal.money(going) == (0, 18)
    assert statuses(journal, going) <= {"succeeded", "failed"}


def test_what_ended_once_stays_as_it_ended(journal):
    going = pending(journal)
    (first,) = ask(journal)
    (second,) = ask(journal, NOON + 61)
    answer(journal, second, Late(CAME, derived=Decimal(16)))
    before = journal.query("select * from items order by id"), journal.money(going)

    for said in (Late(CAME, derived=Decimal(99)), Late("result_expired"), Late(again=1.0)):
        answer(journal, first, said)
        answer(journal, second, said)

    assert (journal.query("select * from items order by id"), journal.money(going)) == before
    assert ask(journal, NOON + 1_000) is None


def test_questions_keep_within_the_limits_of_their_own_route(journal):
    for number in range(4):
        pending(journal, number=str(number), start=10 * number, now=NOON + number)
    full = (Reading("minute", 2, 1), Reading("hour", None, None), Reading("day", None, None))

    (probe,) = ask(journal, NOON + 10)
    settled = Settlement(Arrival.DONE, late=Late(again=900.0), readings=full)
    settle_all(journal.store, [(probe.attempt, settled)], NOON + 10)
    leaving, wait = late.ask_all(journal.store, ANYBODY, NOON + 11, NOON + 11, 8)

    assert len(leaving) == 1
    assert isinstance(wait, Wait)
    assert wait.why == "minute"


def test_a_run_asks_for_its_own_results_and_for_those_its_rows_wait_for(journal):
    mine = pending(journal)
    other = pending(journal, number="8", start=50, now=NOON + 1)

    (own,) = ask(journal, NOON + 1, Whose(TEAM, "a", mine.run))

    assert own.request_id == NUMBER
    assert late.waits(journal.store, TEAM, other.run).rows == 2
    assert late.waiting_runs(journal.store, TEAM) == [mine.run, other.run]


def test_after_thirty_days_it_is_asked_for_once_more_and_given_up(journal):
    going = pending(journal)
    waits = late.waits(journal.store, TEAM, going.run)
    (awaited,) = ask(journal, NOON + 31.5 * DAY)

    answer(journal, awaited, Late(again=10.0), NOON + 31.5 * DAY)

    assert waits.expires == NOON + 30 * DAY
    assert waits.warn_from == NOON + 25 * DAY
    assert statuses(journal, going) == {"failed"}
    assert journal.money(going) == (0, 18)


def test_an_answer_without_a_number_holds_nothing_for_ever(journal):
    going = pending(journal, number=None)

    assert journal.money(going) == (0, 18)
    assert ask(journal, NOON + 1) is None
    assert "wait for a result that is not to come" in " ".join(
        disagreements(journal.store, going.run)
    )
