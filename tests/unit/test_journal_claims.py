"""Who may ask what: claims across variants, doubts of some rows, processes that died unseen."""

import zlib
from dataclasses import replace

import pytest
from journal_maker import NOON, Journal, found, people, shelf
from sqlalchemy import text

from apollo_batch.apollo.decode import decode
from apollo_batch.catalogue.paths import parse
from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.clock import SystemClock
from apollo_batch.journal import entering, runs, tell
from apollo_batch.journal.accounts import account_of
from apollo_batch.journal.answers import Over, Wait
from apollo_batch.journal.outcomes import outcomes
from apollo_batch.journal.settle import sweep
from apollo_batch.model import Arrival, Settlement, Status, Verdict
from apollo_batch.runner.pump import Pump

KEPT = {"Work Email": parse("email")}


@pytest.fixture
def journal(state):
    journal = Journal(state)
    journal.unlimited()
    yield journal
    journal.store.close()


def recalled(journal, going):
    """Answer from the journal, as the product itself does; how the rows ended."""
    Pump(journal.store, going, KEPT, SystemClock(), tidy=lambda: None).recall()
    return [(told.status, told.reason) for told in outcomes(journal.store, going.run)]


@pytest.mark.parametrize("wanted", [{}, {"reveal_personal_emails": True}])
def test_what_is_being_asked_with_more_detail_is_waited_for(journal, wanted):
    more = {"reveal_personal_emails": True, "reveal_phone_number": True}
    first = journal.begin(people(2), on=shelf(**more))
    second = journal.begin(people(2), on=shelf(**wanted), owner="b", now=NOON + 1)
    chunk = journal.dispatch(first)

    refusal = journal.refusal(second)
    journal.settle(first, chunk, found(chunk))

    assert refusal == Wait(NOON + 1, "elsewhere")
    assert journal.refusal(second) == Over()
    assert journal.money(second) == (0, 0)


def test_what_is_being_asked_with_less_detail_is_not_waited_for(journal):
    first = journal.begin(people(2))
    second = journal.begin(people(2), on=shelf(reveal_personal_emails=True), now=NOON + 1)
    journal.dispatch(first)

    assert len(journal.dispatch(second).items) == 2


def test_a_doubt_over_more_detail_is_a_doubt_but_an_answer_outweighs_it(journal):
    first = journal.begin(people(1))
    chunk = journal.dispatch(first)
    journal.settle(first, chunk, found(chunk))
    more = journal.begin(people(2), on=shelf(reveal_personal_emails=True), now=NOON + 1)
    journal.settle(more, journal.dispatch(more), Settlement(Arrival.UNKNOWN), NOON + 1)

    third = journal.begin(people(2), now=NOON + 2)

    assert journal.refusal(third) == Over()
    assert [status for _, status in journal.states(third).values()] == [None, "in_doubt"]


def test_only_the_doubts_of_the_rows_chosen_are_lifted(journal):
    going = journal.begin(people(3))
    journal.settle(going, journal.dispatch(going), Settlement(Arrival.UNKNOWN))

    lifted = runs.ask_again(journal.store, going.run, [(2, 2), (4, 4)])

    assert lifted == 2
    assert [state for state, _ in journal.states(going).values()] == ["ready", "done", "ready"]
    assert len(journal.query("select * from questions where state = 'doubt'")) == 1


@pytest.mark.parametrize("cap", [None, 10])
def test_calls_of_a_process_that_died_just_before_are_not_waited_for_for_ever(journal, cap):
    dead = journal.begin(people(12), cap=cap)
    journal.dispatch(dead)
    mine = replace(dead, owner="b")
    if cap is None:
        chunk = journal.dispatch(mine)
        journal.settle(mine, chunk, found(chunk))

    # Whoever waits for others looks whether they live.
    assert journal.refusal(mine) == Wait(NOON + 1, "elsewhere")

    sweep(journal.store, lambda owner: owner == "b", NOON)
    assert journal.refusal(mine) == Over("" if cap is None else "budget")


def test_a_run_whose_rows_were_never_all_entered_is_begun_anew(journal):
    def broken():
        yield from entries
        raise KeyboardInterrupt

    going = journal.begin(people(2))
    record = tell.run_of(journal.store, going.run)
    names = ("account", "period", "job_name", "job", "job_path", "input_path", "input_hash")
    new = runs.NewRun(**{n: record[n] for n in names}, identity="same", reading="{}")
    entries = [entering.Entry((), "", item) for item in _items(600)]
    half = runs.create(journal.store, new, NOON)
    with pytest.raises(KeyboardInterrupt):
        entering.enter(journal.store, half, going.shelf, broken(), NOON)

    # Its rows could not be counted, and so not be agreed to.
    assert runs.current(journal.store, going.account, "same") is None

    whole = runs.create(journal.store, new, NOON + 1)
    entering.enter(journal.store, whole, going.shelf, entries, NOON + 1)
    assert runs.current(journal.store, going.account, "same") == whole
    assert tell.run_of(journal.store, half) is None
    for table in ("items", "rows"):
        assert not journal.query(f"select * from {table} where run = '{half}'")


def _items(count):
    from apollo_batch.model import Item, RowNumber

    return [Item(RowNumber(row), params) for row, params in enumerate(people(count), 2)]


def test_what_a_key_bought_before_its_team_was_known_is_its_teams(journal):
    unnamed = account_of(journal.store, "k1", None)
    going = journal.begin(people(2), on=shelf(unnamed))
    chunk = journal.dispatch(going)
    journal.settle(going, chunk, found(chunk))

    team = account_of(journal.store, "k1", "64b00000000000000000000a")
    later = journal.begin(people(2), on=shelf(team), now=NOON + 1)

    assert journal.refusal(later) == Over()
    assert tell.run_of(journal.store, going.run)["account"] == team
    assert account_of(journal.store, "k1", None) == team
    assert account_of(journal.store, "k2", None) != team


def test_where_both_the_key_and_its_team_know_an_answer_one_is_kept(journal):
    for account in (account_of(journal.store, "k1", None), "64b00000000000000000000a"):
        going = journal.begin(people(2), on=shelf(account))
        chunk = journal.dispatch(going)
        journal.settle(going, chunk, found(chunk))

    team = account_of(journal.store, "k1", "64b00000000000000000000a")

    assert len(journal.query(f"select * from questions where account = '{team}'")) == 2
    assert not journal.query("select * from questions where account = 'key-k1'")


def test_what_a_key_made_before_its_team_was_known_its_team_does_not_make_again(journal):
    names = "account, operation, subject, step, run, item, state, found, at, owner"
    effect = "'contacts.create', '{}', '1', 'r', 7, 'made', 'id-{}', 1.0, ''"
    unnamed, team = account_of(journal.store, "k1", None), "64b00000000000000000000a"
    journal.begin(people(1), on=shelf(unnamed))
    with journal.store.write() as c:
        for account, subject in ((unnamed, "ada"), (unnamed, "bob"), (team, "bob")):
            values = effect.format(subject, account)
            c.execute(text(f"insert into effects ({names}) values ('{account}', {values})"))

    account_of(journal.store, "k1", team)

    assert journal.query("select account, subject, found from effects order by subject") == [
        {"account": team, "subject": "ada", "found": f"id-{unnamed}"},
        {"account": team, "subject": "bob", "found": f"id-{team}"},
    ]


HOLLOW = b'{"matches": [{"id": "64c000000000000000000001", "first_name": "Ada", "email": null}]}'


def test_an_empty_record_was_paid_for_and_is_not_bought_again(journal):
    going = journal.begin(people(1))
    chunk = journal.dispatch(going)
    answer = decode(ENRICH_PEOPLE, going.asking.route, chunk, HOLLOW, KEPT)
    journal.settle(going, chunk, replace(answer, body=zlib.compress(HOLLOW)))

    later = journal.begin(people(1), now=NOON + 1)

    assert journal.states(later) == {2: ("recall", None)}
    assert recalled(journal, later) == [(Status.NO_MATCH, "hollow_match")]


def test_a_row_waits_only_for_what_its_own_job_asks_for(journal):
    on = shelf(reveal_phone_number=True)
    going = journal.begin(people(1), on=on)
    chunk = journal.dispatch(going)
    body = b'{"matches": [{"id": "64c000000000000000000001", "email": "p0@acme.example"}]}'
    verdict = Verdict(chunk.items[0].id, Status.PENDING, "phone_pending", index=0)
    pending = replace(found(chunk, body=body), verdicts=[verdict], still_held=8, request_id="-7")
    journal.settle(going, chunk, pending)

    plain = journal.begin(people(1), now=NOON + 1)
    same = journal.begin(people(1), on=on, now=NOON + 2)

    assert recalled(journal, plain) == [(Status.SUCCEEDED, "found_before")]
    assert recalled(journal, same) == [(Status.PENDING, "phone_pending")]


def test_credits_for_the_phone_of_a_row_nobody_can_tell_stay_held(journal):
    on = shelf(reveal_phone_number=True)
    going = journal.begin(people(2), on=on, most=9)
    chunk = journal.dispatch(going)
    body = (
        b'{"matches": [{"id": "64c000000000000000000001", "email": "other@acme.example"}],'
        b' "credits_consumed": 1, "phone_enrichment": {"status": "pending"}}'
    )

    answer = decode(ENRICH_PEOPLE, on.asking.route, chunk, body, KEPT)

    assert [verdict.reason for verdict in answer.verdicts] == ["unpaired", "unpaired"]
    assert answer.still_held == 16


def test_an_answer_too_old_for_one_job_is_kept_for_another_when_asking_anew_fails(journal):
    first = journal.begin(people(1))
    chunk = journal.dispatch(first)
    journal.settle(first, chunk, found(chunk))
    impatient = journal.begin(
        people(1), on=replace(shelf(), since=NOON + 1), owner="b", now=NOON + 1
    )
    journal.settle(impatient, journal.dispatch(impatient), Settlement(Arrival.NOT_SENT), NOON + 1)

    patient = journal.begin(people(1), now=NOON + 2)

    assert journal.refusal(patient) == Over()
    assert recalled(journal, patient) == [(Status.SUCCEEDED, "found_before")]
