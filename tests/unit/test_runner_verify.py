"""A finished run is spoilt in one place at a time: each is found, and told in plain words."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from makers import leads, save_csv, save_job

from apollo_batch.entrypoints.consent import caps_in_force
from apollo_batch.entrypoints.opening import place_for
from apollo_batch.errors import OutputError
from apollo_batch.journal.store import open_store
from apollo_batch.runner import invocation
from apollo_batch.runner.carrying import carry
from apollo_batch.runner.engine import Watch
from apollo_batch.runner.invocation import Wish
from apollo_batch.runner.verify import findings

ONE = "(select min(id) from attempts)"
SPOILT = {
    "spent of the run": (
        "update budgets set spent = spent + 10000 where scope like 'run:%'",
        "The budget says 14 credits spent, its requests add up to 13.",
    ),
    "held by the run": (
        "update budgets set held = 10000 where scope like 'run:%'",
        "The budget says 1 credits held, its requests add up to 0.",
    ),
    "the run's cap": (
        "update budgets set cap = 10000 where scope like 'run:%'",
        "13 credits were spent under a budget of 1.",
    ),
    "the run's budget": (
        "delete from budgets where scope like 'run:%'",
        "The run has no budget, though one was put in force for it.",
    ),
    "spent in a day": (
        "update budgets set spent = 0 where scope like 'day:%'",
        "The account's day",
    ),
    "spent in a month": (
        "update budgets set spent = 0 where scope like 'month:%'",
        "The account's month",
    ),
    "spent of the balance": (
        "update budgets set spent = 0 where scope like 'balance:%'",
        "The account's balance says 0 credits spent",
    ),
    "a row that waits": (
        "update items set state = 'sent' where row = 2",
        "1 rows wait for an answer, and no request is under way for them.",
    ),
    "whose answer a row has": (
        "update items set source = 999 where row = 2",
        "1 rows have the answer of a request that was never answered.",
    ),
    "a request's chunk": (
        f"update attempts set chunk = 999 where id = {ONE}",
        "1 requests belong to no chunk of this run.",
    ),
    "what a row cost": (
        "update items set credits = 990000 where row = 2",
        "The rows add up to 111 credits, the requests to 13.",
    ),
    "what a row cost, below nought": (
        "update items set credits = -10000 where row = 2",
        "Row 2 cost less than nothing.",
    ),
    "a row's cells": (
        "update rows set cells = replace(cells, '.example', '.invalid') where number = 2",
        "The job or the rows that are noted are not those the run began with.",
    ),
    "the job": (
        "update runs set job = replace(job, 'people.enrich', 'people.enrick')",
        "The job or the rows that are noted are not those the run began with.",
    ),
    "a row's outcome": (
        "delete from items where row = 3",
        "Row 3 was read, and nothing says what became of it.",
    ),
    "a row": ("delete from rows where number = 3", "Row 3 has an outcome, and was never read."),
    "an outcome twice": (
        "update items set row = 3 where row = 4",
        "Row 3 has more than one outcome.",
    ),
    "a status": ("update items set status = null where row = 4", "Row 4 ended without a status."),
    "whose copy a row is": (
        "update items set twin = 999 where twin is not null",
        "Row 15 is a copy of a row that is not there.",
    ),
    "a bill": (
        f"update attempts set reported = 90000, spent = 90000 where id = {ONE}",
        "The stored answer of request 1 bills 10, and 9 is noted.",
    ),
    "what a request spent": (
        f"update attempts set spent = 0 where id = {ONE}",
        "Request 1 was billed more than is counted as spent.",
    ),
    "what a request holds": (
        f"update attempts set held = -10000 where id = {ONE}",
        "Request 1 holds less than nothing.",
    ),
    "a stored answer": (
        f"update attempts set body = x'789c00' where id = {ONE}",
        "The stored answer of request 1 cannot be read any more.",
    ),
    "when a request ended": (
        f"update attempts set done_at = null where id = {ONE}",
        "Request 1 ended at no time.",
    ),
    "when a request was sent": (
        f"update attempts set sent_at = done_at + 1 where id = {ONE}",
        "Request 1 ended before it was sent.",
    ),
    "what a chunk carried": (
        "update chunks set items = '[999]' where id = (select min(id) from chunks)",
        "Chunk 1 carried rows that are none of this run's.",
    ),
    "what was bought": (
        "update questions set state = 'claimed'",
        "13 questions are held up by this run, and no request is under way for it.",
    ),
    "where what was bought is": (
        "update questions set attempt = 999",
        "13 answers that were bought are in no request's reply.",
    ),
}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The journal of a run of fourteen rows, one of them a copy; and the run's id."""
    folder = tmp_path_factory.mktemp("done")
    lines = leads(13)
    sheet = save_csv(folder / "leads.csv", [*lines, lines[0]])
    wish = Wish(save_job(folder / "job.yaml"), sheet, threads=1)
    with place_for(str(folder / "state"), sandbox=True) as (place, _):
        ready = invocation.prepare(place, wish, invocation.snapshot(place.store, wish))
        run = invocation.begin(place, ready, caps_in_force(place, ready).budget)
        carry(place, ready, run, Watch())
    return folder / "state" / "sandbox", run


@pytest.fixture
def copy(done, tmp_path):
    """A copy of that journal, to spoil."""
    shutil.copytree(done[0], tmp_path / "copy")
    return tmp_path / "copy"


def wrong(folder, run):
    store = open_store(folder)
    try:
        return findings(store, run)[1]
    finally:
        store.close()


def test_where_nothing_is_spoilt_all_agrees(copy, done):
    assert wrong(copy, done[1]) == []


@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_is_spoilt_is_told(copy, done, spoilt):
    statement, sentence = SPOILT[spoilt]
    with closing(sqlite3.connect(copy / "journal.db")) as c, c:
        assert c.execute(statement).rowcount >= 1

    told = wrong(copy, done[1])

    assert [line for line in told if line.startswith(sentence)], told
    assert all(line.endswith(".") for line in told)


def spoil(folder, name):
    """Write over the middle of the page where a table or an index of the file begins."""
    with closing(sqlite3.connect(folder / "journal.db")) as c:
        root = "select rootpage from sqlite_master where name = ?"
        (page,) = c.execute(root, [name]).fetchone()
        (size,) = c.execute("pragma page_size").fetchone()
    with (folder / "journal.db").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


@pytest.mark.parametrize("place", ["items", "items_row", "attempts", "budgets"])
def test_a_file_with_a_spoilt_page_is_told_before_anything_in_it_is_believed(copy, done, place):
    spoil(copy, place)

    told = wrong(copy, done[1])

    assert told
    assert all("file is damaged" in line for line in told)


def test_a_file_too_damaged_to_be_opened_is_not_taken_for_somebody_elses(copy, done):
    spoil(copy, "meta")

    with pytest.raises(OutputError, match="is damaged"):
        wrong(copy, done[1])


def test_a_draft_beside_the_copy_of_the_input_is_told_and_a_copy_that_is_gone(copy, done):
    (kept,) = (copy / "copies").rglob("leads.csv")
    (kept.parent / ".leads.csv.x.part").touch()
    kept.unlink()

    told = wrong(copy, done[1])

    assert "The copy of leads.csv that the run read is gone." in told
    assert "A draft was left behind: .leads.csv.x.part." in told
