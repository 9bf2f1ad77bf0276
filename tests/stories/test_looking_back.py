"""A run looked at again: why a row ended as it did, and whether all that was noted agrees."""

import sqlite3
from contextlib import closing

import pytest
from makers import hit, save_csv, story

from apollo_batch.errors import Exit


@pytest.fixture
def done(desk, apollo):
    """A run of four rows: two answered, one a copy, one without an address."""
    told = story(desk, apollo, 3)
    lines = told.sheet.read_text().splitlines()
    told.sheet.write_text("\n".join([*lines, lines[1], "no address"]) + "\n")
    return told, told.run().document["run"]


def test_why_tells_a_row_from_its_cells_to_its_answer(desk, done):
    _told, run = done

    said = desk.call("why", run, 2)
    open_ = desk.call("why", run, 2, "--unmasked")

    assert said.code == 0, said.err
    assert "POST /people/bulk_match, with 2 other rows" in said.out
    assert "answered after" in said.out
    assert "Succeeded: Found." in said.out
    surname = open_.out.partition("last_name: ")[2].split()[0]
    assert surname.lower() in open_.out.partition("Work Email: ")[2].lower()
    assert surname.lower() not in said.out.lower()


def test_why_tells_which_row_asked_for_a_copy_and_what_kept_a_row_from_being_sent(desk, done):
    _told, run = done

    copy = desk.call("why", run, 5)
    skipped = desk.call("why", run, 6)

    assert "by row 2, which asks the same" in copy.out
    assert "Skipped" in skipped.out
    assert "bulk_match" not in skipped.out


@pytest.mark.parametrize("row", [1, 99])
def test_a_row_that_is_none_is_told(desk, done, row):
    _told, run = done

    said = desk.call("why", run, row)

    assert said.code == Exit.USAGE
    assert f"has no row {row}" in said.err


def test_a_run_that_nobody_meddled_with_agrees_with_itself(desk, done):
    _told, run = done

    said = desk.call("verify", run)

    assert (said.code, said.out) == (0, f"Run {run}: all agrees.\n")


def test_a_run_with_a_lost_answer_agrees_with_itself_too(desk, apollo):
    told = story(desk, apollo, 25)
    apollo.plot(hit("reset_after", 2))

    run = told.run().document["run"]

    assert desk.call("verify", run).code == 0


@pytest.mark.parametrize(
    ("meddling", "word"),
    [
        ("update budgets set spent = spent + 10000", "requests add up to"),
        ("update budgets set held = 10000", "credits held"),
        ("update budgets set cap = 10000", "under a budget of"),
        ("update items set state = 'sent' where row = 2", "wait for an answer"),
        ("update items set source = 999 where row = 2", "never answered"),
        ("update attempts set chunk = 999", "belong to no chunk"),
        ("update items set credits = 990000 where row = 2", "The rows add up to 101"),
    ],
)
def test_what_does_not_agree_is_found(desk, done, meddling, word):
    _told, run = done
    with closing(sqlite3.connect(desk.state / "journal.db")) as c, c:
        c.execute(meddling)

    said = desk.call("verify", run)

    assert said.code == Exit.ROWS_FAILED
    assert word in said.out


def test_files_that_were_changed_or_are_gone_are_found(desk, done):
    told, run = done
    (copy,) = (desk.state / "copies").rglob(told.sheet.name)
    copy.write_text("something else")
    with told.sheet.with_name("leads.annotated.xlsx").open("ab") as file:
        file.write(b" ")
    save_csv(desk.folder / ".leads.annotated.xlsx.1.part", [["left"]])

    said = desk.call("verify", run)

    assert "is not what the run read" in said.out
    assert "was changed since it was written" in said.out
    assert "A draft was left behind" in said.out
