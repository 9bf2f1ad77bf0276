"""Rows in doubt that only a person can judge: listed, noted as done, or sent once more."""

import re

import pytest
from makers import cells_of, hit, leads, save_csv, save_job, story

from apollo_batch.errors import Exit
from apollo_batch.files import lock

DEALS = "POST /opportunities"


@pytest.fixture
def deals(desk, apollo):
    """A job that creates three deals; the answers to the first two, of one name, are lost."""
    apollo.plot({"route": DEALS, "on": [1, 2], "fault": "503_after"})
    rows = [["Alpha", "100"], ["Alpha", "200"], ["Beta", "300"]]
    sheet = save_csv(desk.folder / "leads.csv", rows, ["Deal", "Amount"])
    job = save_job(
        desk.folder / "job.yaml",
        operation="deals.create",
        map={"name": "Deal", "amount": "Amount"},
        keep=None,
    )
    return lambda *words: desk.run(job, sheet, "--threads", 1, *words)


def made(apollo):
    return [e["subject"] for e in apollo.books()["effects"] if e["route"] == DEALS]


def typed(ended):
    """The command that stands last on stderr, without the program's name."""
    (line,) = re.findall(r"^Next: apollo-batch (.*)$", ended.err, flags=re.MULTILINE)
    return line.split()


def test_the_next_command_lists_what_is_in_doubt_and_says_what_to_type(desk, apollo, deals):
    ended = deals()
    run = ended.document["run"]
    listed = desk.call(*ended.following)
    again = deals()
    resent = deals("--resend-in-doubt")

    assert ended.code == Exit.IN_DOUBT
    assert ended.following == ["resolve", run]
    assert listed.code == 0
    assert listed.out.startswith("row 2: Sent, but no usable answer came back")
    assert f"apollo-batch resolve {run} --rows 2-3 --done" in listed.err
    assert f"apollo-batch resolve {run} --rows 2-3 --redo" in listed.err
    assert [again.code, resent.code] == [Exit.IN_DOUBT, Exit.IN_DOUBT]
    assert made(apollo) == ["Alpha", "Alpha", "Beta"], "what may have been made is not sent again"


def test_what_was_carried_out_is_noted_and_what_was_not_is_sent_by_the_next_run(
    desk, apollo, deals
):
    run = deals().document["run"]

    done = desk.call("resolve", run, "--rows", "2", "--done")
    redone = desk.call("resolve", run, "--rows", "3-4", "--redo")
    ended = desk.call(*typed(redone), "--yes", "--json")
    rows = cells_of(desk.folder / "leads.annotated.xlsx")

    assert [done.code, redone.code] == [0, 0]
    assert done.out == "Row 2: noted as carried out; nothing is sent again.\n"
    assert redone.out == "Row 3: ready again; the next run sends what was not carried out.\n"
    assert typed(done) == ["resolve", run]
    assert ended.code == 0, ended.err
    assert ended.document["run"] == run
    assert ended.document["reasons"] == {"created": 2, "resolved": 1}
    assert made(apollo) == ["Alpha", "Alpha", "Beta", "Alpha"]
    assert rows[0]["Apollo Status"] == "Succeeded"
    assert rows[0]["Apollo Reason"] == "You said that it was carried out."


def test_once_all_is_said_the_workbook_is_written_again_without_a_call(desk, apollo, deals):
    run = deals().document["run"]
    said = desk.call("resolve", run, "--rows", "1-9", "--done")

    written = desk.call(*typed(said))
    asked = len(apollo.books()["log"])

    assert typed(said) == ["export", run]
    assert written.code == 0, written.err
    assert [r["Apollo Status"] for r in cells_of(desk.folder / "leads.annotated.xlsx")] == [
        "Succeeded"
    ] * 3
    assert len(apollo.books()["log"]) == asked
    assert desk.call("resolve", run).out == "No row is in doubt.\n"


def test_a_word_that_is_not_clear_or_meant_for_other_rows_changes_nothing(desk, apollo, deals):
    run = deals().document["run"]
    refused = {
        "--done of which rows?": ["--done"],
        "--redo of which rows?": ["--redo"],
        "cannot both be true": ["--rows", "3", "--done", "--redo"],
        "is no range of rows": ["--rows", "three", "--done"],
        "In doubt: 2-3.": ["--rows", "4,9", "--redo"],
    }

    ended = {message: desk.call("resolve", run, *words) for message, words in refused.items()}
    again = deals()

    assert [each.code for each in ended.values()] == [Exit.USAGE] * 5
    assert [m for m, each in ended.items() if m not in each.err] == []
    assert again.document["rows"] | {"succeeded": 1, "in_doubt": 2} == again.document["rows"]
    assert len(made(apollo)) == 3


def test_a_run_that_is_under_way_cannot_be_resolved(desk, apollo):
    apollo.plot(hit("503_after"))
    told = story(desk, apollo)
    run = told.run().document["run"]
    held = [lock(path, "somebody else") for path in (desk.state / "runs").glob("*.lock")]

    refused = desk.call("resolve", run, "--rows", "3", "--redo")
    for each in held:
        each.release()

    assert refused.code == Exit.HELD
    assert "under way already: somebody else" in refused.err
    assert desk.call("resolve", run).out.count("row ") == 3


def test_there_is_nothing_to_resolve_where_no_row_is_in_doubt(desk, apollo):
    run = story(desk, apollo).run().document["run"]

    refused = desk.call("resolve", run, "--rows", "3", "--done")

    assert desk.call("resolve", run).out == "No row is in doubt.\n"
    assert "No row of this run is in doubt." in refused.err
    assert desk.call("resolve", "nothing").code == Exit.USAGE


def test_a_look_up_in_doubt_may_be_asked_again_row_by_row(desk, apollo):
    apollo.plot(hit("503_after"))
    told = story(desk, apollo, 4)
    first = told.run("--first", 3, "--max-credits", 50)

    said = desk.call("resolve", first.document["run"], "--rows", "3", "--redo")
    ended = desk.call(*typed(said), "--yes", "--json")
    figures = told.judged(ended)

    assert typed(said)[-4:] == ["--rows", "1-4", "--max-credits", "50"]
    assert figures["rows"] | {"succeeded": 1, "in_doubt": 2, "not_run": 1} == figures["rows"]
    assert apollo.books()["credits"]["consumed"] == 4
    assert ended.following[-1] == "--resend-in-doubt"


def test_a_copy_in_doubt_is_resolved_with_the_row_it_repeats(desk, apollo):
    apollo.plot(hit("503_after"))
    rows = leads(2)
    told = story(desk, apollo, [*rows, rows[0]])
    run = told.run().document["run"]

    before = cells_of(desk.folder / "leads.annotated.xlsx")
    said = desk.call("resolve", run, "--rows", "4", "--done")
    after = told.run()

    assert [row["Apollo Credits"] for row in before] == [None] * 3
    assert "Repeated by a row you named, and resolved with it: 2." in said.err
    assert after.document["rows"] | {"succeeded": 2, "in_doubt": 1} == after.document["rows"]
