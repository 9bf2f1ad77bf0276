"""A journal, in a file or on a server, is purged beside others who use it, once a day by itself."""

import pytest
from journal_maker import NOON, Journal, found, people
from traces import traces

from apollo_batch.files import private_folder
from apollo_batch.journal import runs
from apollo_batch.journal.outcomes import outcomes
from apollo_batch.journal.store import open_store
from apollo_batch.model import Status
from apollo_batch.runner.holding import holding
from apollo_batch.runner.purging import Limit, by_itself, carry_out, due
from apollo_batch.settings import Policy

DAY = 86_400.0
ALL = Limit(float("inf"), answers=True)


@pytest.fixture
def journal(state):
    journal = Journal(state)
    journal.unlimited()
    yield journal
    journal.store.close()


def ended(journal, asked, *, now=NOON, done=True):
    """A run that was asked and written, or is half way."""
    going = journal.begin(asked, now=now)
    while (turn := journal.turn(going, now=now)).chunks and done:
        journal.settle(going, turn.chunks[0], found(turn.chunks[0], body=b'"answered"'), now)
    runs.written(journal.store, going.run, "leads.annotated.xlsx", "hash", now)
    return going


def purged(journal, limit=ALL, now=NOON):
    return carry_out(journal.store, due(journal.store, limit), limit, now)


def logged(journal, going):
    """The log of a run that was debugged."""
    log = private_folder(journal.store.folder / "logs") / f"{going.run}.log"
    log.touch()
    return log


def column(journal, sql):
    return [next(iter(row.values())) for row in journal.query(sql)]


def test_cells_and_answers_of_a_run_that_is_over_go_and_the_rest_stays(journal):
    over, open_ = ended(journal, people(30)), ended(journal, people(5, start=50), done=False)
    money, told = journal.money(over), list(outcomes(journal.store, over.run))

    gone = purged(journal)

    assert (gone.runs, gone.rows, gone.answers) == (1, 30, 3)
    mine = f"where run = '{over.run}'"
    assert set(column(journal, f"select params from items {mine}")) == {"{}"}
    assert set(column(journal, f"select cells from rows {mine}")) == {"[]"}
    assert set(column(journal, f"select body from attempts {mine}")) == {None}
    theirs = column(journal, f"select params from items where run = '{open_.run}'")
    assert len(set(theirs)) == 5
    assert journal.money(over) == money
    after = list(outcomes(journal.store, over.run))
    assert [(row.status, row.reason, row.credits) for row in after] == [
        (row.status, row.reason, row.credits) for row in told
    ]


def test_what_was_purged_is_known_as_bought_to_the_next_run(journal):
    ended(journal, people(3))
    purged(journal)

    again = journal.begin(people(4), now=NOON + DAY)

    turn = journal.turn(again, now=NOON + DAY)
    assert [len(chunk.items) for chunk in turn.chunks] == [1]


def test_a_journal_keeps_its_salt_and_another_has_another(journal, tmp_path):
    other, salt = Journal(tmp_path / "other"), journal.store.salt
    other.store.close()

    journal.store = journal.reopened().store

    assert journal.store.salt == salt
    assert len(salt) == 32
    assert salt != other.store.salt


def test_a_run_that_another_process_holds_is_left_alone(journal):
    going = ended(journal, people(3))
    (record,) = journal.query(f"select account, identity from runs where id = '{going.run}'")
    seen, log = due(journal.store, ALL), logged(journal, going)

    with holding(journal.store, record["account"], record["identity"], NOON):
        gone = carry_out(journal.store, seen, ALL, NOON)

    assert gone.rows == 0
    assert log.exists()
    assert len(set(column(journal, f"select params from items where run = '{going.run}'"))) == 3
    assert purged(journal).rows == 3


def test_a_run_that_went_on_after_it_was_looked_at_is_left_alone(journal):
    going = ended(journal, people(3))
    seen = due(journal.store, ALL)
    with journal.store.write() as c:
        c.exec_driver_sql(f"update items set state = 'ready' where run = '{going.run}'")

    gone = carry_out(journal.store, seen, ALL, NOON)

    assert gone.rows == 0
    assert len(set(column(journal, f"select params from items where run = '{going.run}'"))) == 3


def test_an_answer_that_another_run_waits_for_stays_until_it_has_come(journal):
    first = ended(journal, people(1))
    with journal.store.write() as c:
        c.exec_driver_sql(f"update attempts set ask_from = 1 where run = '{first.run}'")

    gone = purged(journal)
    kept = column(journal, f"select body from attempts where run = '{first.run}'")
    with journal.store.write() as c:
        c.exec_driver_sql("update attempts set ask_from = null")

    assert (gone.rows, gone.answers) == (1, 0)
    assert None not in kept
    assert purged(journal).answers == 1


def test_copies_that_another_purge_is_deleting_just_now_are_left_to_it(journal):
    ended(journal, people(3))
    stray = private_folder(journal.store.folder / "copies" / "0123456789abcdef")
    stray.rmdir()
    stray.touch()  # a folder that is gone by now cannot be listed either

    assert purged(journal).rows == 3


def test_half_a_purge_is_finished_by_the_next(journal):
    going = ended(journal, people(3))
    log = logged(journal, going)
    with journal.store.write() as c:
        c.exec_driver_sql(f"update runs set purged = 1 where id = '{going.run}'")

    gone = purged(journal)

    assert (gone.runs, gone.rows) == (1, 3)
    assert not log.exists()
    assert set(column(journal, f"select params from items where run = '{going.run}'")) == {"{}"}
    assert not purged(journal).anything


def test_a_journal_is_purged_by_itself_once_a_day(journal):
    ended(journal, people(3))
    later = NOON + 31 * DAY
    first = by_itself(journal.store, Policy(), later)
    ended(journal, people(3, start=50))

    assert first.rows == 3
    assert by_itself(journal.store, Policy(), later + DAY / 2) is None
    assert by_itself(journal.store, Policy(), later + DAY).rows == 3


def test_what_is_purged_beside_others_is_gone_when_they_have_ended(tmp_path):
    state = tmp_path / "state"
    mine, other = Journal(state), open_store(state)
    mine.unlimited()
    ended(mine, people(20))
    with other.read() as reader:
        reader.exec_driver_sql("select count(*) from items").scalar()
        gone = purged(mine)
        seen = traces(state, ["p7@acme.example"])
    mine.store.close()
    other.close()

    assert not gone.whole
    assert seen, "whoever reads still sees it"
    assert traces(state, [f"p{n}@acme.example" for n in range(20)]) == {}


def test_rows_that_repeat_others_are_purged_too(journal):
    going = ended(journal, [*people(2), *people(2)], now=NOON)

    gone = purged(journal)

    told = list(outcomes(journal.store, going.run))
    assert gone.rows == 4
    assert [row.status for row in told] == [Status.SUCCEEDED] * 4
