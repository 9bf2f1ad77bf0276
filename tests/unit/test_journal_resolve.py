"""A person's word on effects in doubt: what it means for other runs, and for what follows."""

from dataclasses import replace

import pytest
from journal_maker import FREE_FOR_ALL, NOON, TEAM, Journal

from apollo_batch.catalogue.contacts import CREATE_CONTACTS
from apollo_batch.catalogue.entry import Mode
from apollo_batch.journal import resolve
from apollo_batch.journal.answers import Over
from apollo_batch.journal.outcomes import outcomes
from apollo_batch.journal.questions import Shelf
from apollo_batch.model import Arrival, Settlement, Status, Verdict
from apollo_batch.packing import Asking

ALL = [(1, 99)]
ADA = {"email": "ada@acme.example"}


@pytest.fixture
def journal(state):
    journal = Journal(state)
    yield journal
    journal.store.close()


def creating(journal, *asked, now=NOON):
    route = CREATE_CONTACTS.routes[0]
    asking = Asking("1", CREATE_CONTACTS, route, {}, mode=Mode.CREATE_OR_SKIP)
    going = journal.begin(asked, on=Shelf(TEAM, asking, frozenset(), 0.0), now=now)
    return replace(going, most=0)


def untold(chunk):
    """An answer that names none of the rows."""
    verdicts = [Verdict(i.id, Status.IN_DOUBT, "effect_unknown") for i in chunk.items]
    return Settlement(Arrival.DONE, verdicts, readings=FREE_FOR_ALL)


def created(chunk):
    verdicts = [
        Verdict(i.id, Status.SUCCEEDED, "created", found="6a" * 12, made=True) for i in chunk.items
    ]
    return Settlement(Arrival.DONE, verdicts, readings=FREE_FOR_ALL)


def in_doubt(journal, *asked):
    going = creating(journal, *asked)
    journal.settle(going, chunk := journal.dispatch(going), untold(chunk))
    return going


def done(journal, going, rows=ALL):
    return resolve.say_done(journal.store, going.run, CREATE_CONTACTS, rows, NOON, step="1")


def redo(journal, going, rows=ALL):
    return resolve.say_not_done(journal.store, going.run, CREATE_CONTACTS, rows, step="1")


def ends(journal, going):
    return [(told.status, told.reason) for told in outcomes(journal.store, going.run)]


def test_what_was_carried_out_counts_as_made_for_every_other_run(journal):
    first = in_doubt(journal, ADA)

    assert done(journal, first) == [2]

    second = creating(journal, ADA, now=NOON + 1)
    assert journal.refusal(second) == Over()
    assert ends(journal, first) == [(Status.SUCCEEDED, "resolved")]
    assert ends(journal, second) == [(Status.SUCCEEDED, "made_before")]


def test_what_was_not_carried_out_may_be_sent_by_its_run_or_by_another(journal):
    first = in_doubt(journal, ADA)

    assert redo(journal, first) == [2]

    second = creating(journal, ADA, now=NOON + 1)
    journal.settle(second, chunk := journal.dispatch(second), created(chunk))
    assert journal.refusal(first) == Over()
    assert ends(journal, first) == [(Status.SUCCEEDED, "made_before")]


def test_a_doubt_of_another_run_is_lifted_where_it_is_met_and_made_once(journal):
    first = in_doubt(journal, ADA)
    second = creating(journal, ADA, now=NOON + 1)
    assert journal.refusal(second) == Over()
    assert ends(journal, second) == [(Status.IN_DOUBT, "effect_unknown")]

    redo(journal, second)
    journal.settle(second, chunk := journal.dispatch(second), created(chunk))
    redo(journal, first)

    assert journal.refusal(first) == Over()
    assert ends(journal, first) == [(Status.SUCCEEDED, "made_before")]


def test_only_the_rows_named_are_taken_and_only_those_in_doubt(journal):
    going = in_doubt(journal, ADA, {"email": "bob@acme.example"})

    assert done(journal, going, [(3, 3)]) == [3]
    assert done(journal, going, [(3, 3)]) == []
    assert redo(journal, going) == [2]
    assert journal.dispatch(going).items[0].params == ADA


def test_what_follows_on_a_record_nobody_knows_the_id_of_is_named(journal):
    going = in_doubt(journal, ADA | {"mobile_phone": "+1 202 555 0100"})

    done(journal, going)

    (told,) = outcomes(journal.store, going.run)
    assert told.status is Status.SUCCEEDED
    assert "Not written, because its id is not known: mobile_phone." in told.note
    assert journal.refusal(going) == Over()
