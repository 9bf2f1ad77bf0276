"""How rows ended in earlier runs of the same job is found again, and taken over."""

from dataclasses import replace

import pytest
from journal_maker import NOON, TEAM, Journal, found, missed, people, shelf

from apollo_batch.journal import entering, runs
from apollo_batch.journal.earlier import Past, endings
from apollo_batch.journal.outcomes import outcomes
from apollo_batch.model import Arrival, Item, RowNumber, Settlement, Status, Verdict

PAST = Past(TEAM, "{}", "", NOON - 1_000)
DAY = 86_400.0


@pytest.fixture
def journal(state):
    made = Journal(state)
    yield made
    made.store.close()


def ask(journal, settlement, *, count=2, now=NOON):
    """A run of one chunk that has ended."""
    going = journal.begin(people(count), now=now)
    chunk = journal.dispatch(going, now)
    journal.settle(going, chunk, settlement(chunk), now)
    return going


def again(journal, now=NOON + DAY, *, rows=(7, 9), since=PAST.since):
    """The same questions in a new run, in other rows."""
    new = runs.NewRun(TEAM, f"again {now}", "", "Leads", "{}", "job.yaml", "x.csv", "", "{}")
    run = runs.create(journal.store, new, now)
    entries = [
        entering.Entry((), "", Item(RowNumber(row), asked))
        for row, asked in zip(rows, people(2), strict=True)
    ]
    known = endings(journal.store, replace(PAST, since=since))
    entering.enter(journal.store, run, shelf(), entries, now, earlier=known)
    return {told.row: told for told in outcomes(journal.store, run)}


def test_a_miss_is_taken_over_with_the_day_it_was_asked(journal):
    ask(journal, missed)

    told = again(journal)

    assert [one.status for one in told.values()] == [Status.NO_MATCH] * 2
    assert {one.reason for one in told.values()} == {"no_match"}
    assert {one.note for one in told.values()} == {"As on 15 Jan 2027."}
    assert {one.credits for one in told.values()} == {0}


def test_what_was_taken_over_is_taken_over_with_the_day_it_was_asked(journal):
    ask(journal, missed)
    again(journal)

    told = again(journal, NOON + 2 * DAY)

    assert {one.note for one in told.values()} == {"As on 15 Jan 2027."}


def test_what_was_found_comes_from_its_answer_and_not_from_here(journal):
    ask(journal, lambda chunk: found(chunk, missed=[1]))

    told = again(journal)

    assert len(endings(journal.store, PAST)) == 1
    assert told[9].status is Status.NO_MATCH
    assert told[7].status is Status.NOT_RUN  # its answer has only to be read again
    assert [row["state"] for row in journal.query("select state from items where row = 7")] == [
        "recall"
    ]


def test_the_last_ending_counts(journal):
    ask(journal, missed, now=NOON - 10)
    ask(journal, lambda _: Settlement(Arrival.REFUSED, message="No.", http=422), count=1)

    told = again(journal)

    assert (told[7].status, told[7].reason) == (Status.FAILED, "apollo_refused")
    assert told[7].note == "No. As on 15 Jan 2027."
    assert told[9].status is Status.NO_MATCH


@pytest.mark.parametrize(
    "other",
    [
        {"account": "another team"},
        {"job": '{"another": 1}'},
        {"period": "2027-01"},
        {"since": NOON + 1},
    ],
)
def test_another_team_job_period_or_shelf_life_takes_nothing_over(journal, other):
    ask(journal, missed)

    assert len(endings(journal.store, PAST)) == 2
    assert endings(journal.store, replace(PAST, **other)) == {}


def test_a_doubt_stays_with_the_reason_it_had(journal):
    def unpaired(chunk):
        verdicts = [Verdict(item.id, Status.IN_DOUBT, "unpaired") for item in chunk.items]
        return Settlement(Arrival.DONE, verdicts, http=200)

    ask(journal, unpaired)

    told = again(journal)

    assert [one.status for one in told.values()] == [Status.IN_DOUBT] * 2
    assert {one.reason for one in told.values()} == {"unpaired"}
    assert {one.credits for one in told.values()} == {None}
