"""What a request may have made is looked for: by whom, how often, and for whom others wait."""

from dataclasses import replace

import pytest
from journal_maker import FREE_FOR_ALL, NOON, TEAM, Journal

from apollo_batch.catalogue.contacts import CREATE_CONTACTS
from apollo_batch.catalogue.entry import Mode
from apollo_batch.journal.answers import Over, Wait
from apollo_batch.journal.outcomes import outcomes
from apollo_batch.journal.questions import Shelf
from apollo_batch.journal.settle import sweep
from apollo_batch.model import Arrival, Leg, Settlement, Status, Verdict
from apollo_batch.packing import Asking

ADA = {"email": "ada@acme.example"}
LEE = {"first_name": "Ann", "last_name": "Lee", "organization_name": "Acme"}
ONE, TWO = "6a" * 12, "6b" * 12


@pytest.fixture
def journal(state):
    journal = Journal(state)
    yield journal
    journal.store.close()


def creating(journal, *asked, owner="a", now=NOON):
    route = CREATE_CONTACTS.routes[0]
    asking = Asking("1", CREATE_CONTACTS, route, {}, mode=Mode.CREATE_OR_SKIP)
    shelf = Shelf(TEAM, asking, frozenset(), 0.0)
    return replace(journal.begin(asked, on=shelf, owner=owner, now=now), most=0)


def done(*verdicts):
    return Settlement(Arrival.DONE, verdicts, readings=FREE_FOR_ALL)


def lost(chunk):
    return Settlement(Arrival.UNKNOWN, message="The line broke.", readings=FREE_FOR_ALL)


def untold(chunk):
    """An answer that shows nothing of any row."""
    return done(
        *(
            Verdict(i.id, Status.SUCCEEDED, "", then=(Leg("seek"), *i.course), looks=0, untold=True)
            for i in chunk.items
        )
    )


def found(chunk, *numbers):
    """What a search shows that fits; last, that there is none."""
    (item,) = chunk.items
    none = Verdict(item.id, Status.SUCCEEDED, "", then=item.course[1:], looks=0)
    ways = [Verdict(item.id, Status.SUCCEEDED, "created", found=n, made=True) for n in numbers]
    first, *others = [*ways, none]
    return done(replace(first, instead=others))


def sent(journal, going, settlement, now=NOON):
    """Send a run's next request, and settle it."""
    chunk = journal.dispatch(going, now)
    journal.settle(going, chunk, settlement(chunk), now)
    return chunk


def ends(journal, going):
    return [(told.status.value, told.reason) for told in outcomes(journal.store, going.run)]


def test_a_row_of_which_the_answer_shows_nothing_is_looked_for_and_found(journal):
    going = creating(journal, ADA)
    sent(journal, going, untold)

    looking = journal.dispatch(going, NOON + 10)
    journal.settle(going, looking, found(looking, ONE), NOON + 10)

    assert looking.route == "seek"
    assert looking.items[0].untold == 1
    assert looking.items[0].since == NOON
    assert ends(journal, going) == [("succeeded", "created")]


def test_who_wants_the_same_waits_while_it_is_looked_for_and_ends_with_what_was_found(journal):
    first = creating(journal, ADA)
    sent(journal, first, lost)
    second = creating(journal, ADA, owner="b", now=NOON + 1)

    waits = journal.refusal(second, NOON + 2)
    looking = journal.dispatch(first, NOON + 10)
    journal.settle(first, looking, found(looking, ONE), NOON + 10)

    assert isinstance(waits, Wait)
    assert journal.refusal(second, NOON + 11) == Over()
    assert ends(journal, second) == [("succeeded", "made_before")]


def test_what_was_looked_for_in_vain_is_sent_once_by_the_one_who_looked(journal):
    first, second = creating(journal, ADA), creating(journal, ADA, owner="b", now=NOON + 1)
    sent(journal, first, lost)
    sent(journal, first, found, NOON + 10)

    again = journal.dispatch(first, NOON + 11)
    waits = journal.refusal(second, NOON + 12)
    made = Verdict(again.items[0].id, Status.SUCCEEDED, "created", found=ONE, made=True)
    journal.settle(first, again, done(made), NOON + 13)

    assert again.route == "bulk"
    assert isinstance(waits, Wait)
    assert journal.refusal(second, NOON + 14) == Over()
    assert [ends(journal, run) for run in (first, second)] == [
        [("succeeded", "created")],
        [("succeeded", "made_before")],
    ]


def test_who_waited_for_a_process_that_died_looks_for_itself(journal):
    first, second = creating(journal, ADA), creating(journal, ADA, owner="b", now=NOON + 1)
    sent(journal, first, lost)

    sweep(journal.store, lambda owner: owner != "a", NOON + 2)
    assert isinstance(journal.refusal(second, NOON + 3), Wait), "Apollo's searches lag behind"
    looking = journal.dispatch(second, NOON + 20)
    waits = journal.refusal(first, NOON + 21)
    journal.settle(second, looking, found(looking, ONE), NOON + 22)

    assert looking.route == "seek"
    assert looking.items[0].since == NOON
    assert isinstance(waits, Wait), "two never look for the same, and never send it"
    assert journal.refusal(first, NOON + 60) == Over()
    assert ends(journal, first) == [("succeeded", "made_before")]


def test_who_is_only_slow_is_not_taken_for_dead(journal):
    first, second = creating(journal, ADA), creating(journal, ADA, owner="b", now=NOON + 1)
    sent(journal, first, lost)

    sweep(journal.store, lambda _: True, NOON + 2)

    assert isinstance(journal.refusal(second, NOON + 20), Wait)


def test_a_row_never_takes_the_record_that_was_made_of_its_namesake(journal):
    going = creating(journal, LEE | ADA, LEE)
    sent(journal, going, untold)
    looks = [sent(journal, going, lambda c: found(c, ONE), NOON + 10) for _ in range(2)]

    assert [chunk.route for chunk in looks] == ["seek", "seek"]
    states = journal.query("select status, found, route from items order by row")
    assert states[0] == {"status": "succeeded", "found": ONE, "route": "seek"}
    assert states[1] == {"status": None, "found": None, "route": "bulk"}


def test_of_two_records_a_row_takes_the_one_that_is_not_its_namesakes(journal):
    going = creating(journal, LEE | ADA, LEE)
    sent(journal, going, untold)
    sent(journal, going, lambda c: found(c, ONE), NOON + 10)
    sent(journal, going, lambda c: found(c, ONE, TWO), NOON + 10)

    made = journal.query("select found from items order by row")
    assert [row["found"] for row in made] == [ONE, TWO]


def test_a_row_waits_until_it_is_known_which_record_is_its_namesakes(journal):
    going = creating(journal, LEE, LEE | ADA)
    sent(journal, going, untold)

    early = sent(journal, going, lambda c: found(c, ONE, TWO), NOON + 10)
    sent(journal, going, lambda c: found(c, TWO), NOON + 11)
    late = sent(journal, going, lambda c: found(c, ONE, TWO), NOON + 60)

    assert [early.items[0].params, late.items[0].params] == [LEE, LEE]
    made = journal.query("select found from items order by row")
    assert [row["found"] for row in made] == [ONE, TWO]
