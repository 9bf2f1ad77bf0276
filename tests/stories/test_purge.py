"""What is kept of people goes after its time; what was bought, made and paid stays known."""

import json
import os
import sqlite3
import time
from contextlib import closing

import pytest
from crm_makers import ends, lay, newcomer, told_by
from makers import WORLD, cells_of, hit, lead, leads, save_csv, save_job, story
from traces import traces

from apollo_batch.apollo.client import Client
from apollo_batch.apollo.wire import Wire
from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.clock import SystemClock
from apollo_batch.errors import Exit, UsageError
from apollo_batch.journal.store import open_store
from apollo_batch.packing import question
from apollo_batch.runner.place import Place
from apollo_batch.runner.undoing import undoing_of, undone
from apollo_batch.settings import Credential, Secret

DAY = 86_400
NOW = ("--older-than", "0s", "--yes")
PHONES = {"reveal_phone_number": True, "webhook_url": "https://hooks.acme.example/apollo"}
CONTACTS = ("first_name", "last_name", "email", "organization_name")


def journal(desk, sql, *values):
    with closing(sqlite3.connect(desk.state / "journal.db")) as found:
        rows = found.execute(sql, values).fetchall()
        found.commit()
        return rows


def aged(desk, days):
    """Let all that the journal knows have happened so many days earlier."""
    times = {"runs": "updated", "attempts": "done_at", "questions": "at", "effects": "at"}
    for table, name in times.items():
        journal(desk, f"update {table} set {name} = {name} - ?", days * DAY)
    journal(desk, "delete from meta where key = 'purged'")


def settings(desk, text):
    own = desk.folder / "settings.toml"
    own.write_text(text, encoding="utf-8")
    desk.environ["APOLLO_BATCH_SETTINGS"] = str(own)


def addresses(count, start=100):
    """What Apollo answers of people whom a sheet names without their address."""
    found = (WORLD.person(number).email for number in range(start, start + count))
    return [email for email in found if email]


def outcome(desk):
    return [
        (row["Apollo Status"], row["Work Email"], row["Apollo Note"])
        for row in cells_of(desk.folder / "leads.annotated.xlsx")
    ]


def test_after_a_purge_no_byte_of_the_state_holds_any_of_200_people(desk, apollo):
    strangers = [lead(300 + n, Last_Name=f"Canary{n}", Website=f"w-{n}.example") for n in range(90)]
    answered = addresses(150)
    marks = {*(f"Canary{n}" for n in range(90)), *answered}
    spare = desk.folder / "spare"
    spare.mkdir()
    desk.environ["TMPDIR"] = str(spare)
    told = story(desk, apollo, [*strangers, *leads(150)], limits={"max_credits": 300})
    assert told.run().code == 0
    before = traces(desk.state, marks)

    purged = desk.call("purge", *NOW)

    assert len(marks) >= 200
    assert before.keys() == marks, "the search finds what is there"
    assert "Purged the cells of 240 rows in 1 run, 24 answers, 1 copied spreadsheet." in purged.out
    assert traces(desk.state, marks) == traces(spare, marks) == {}


def test_nobody_is_told_by_a_hash_without_the_salt_of_the_journal(desk, apollo):
    told = story(desk, apollo)
    told.run()
    asked = [json.loads(text) for (text,) in journal(desk, "select params from items")]
    ((salt,),) = journal(desk, "select value from meta where key = 'salt'")

    kept = {hash_ for (hash_,) in journal(desk, "select question from questions")}

    assert {question(ENRICH_PEOPLE, params) for params in asked}.isdisjoint(kept)
    assert {question(ENRICH_PEOPLE, params, bytes.fromhex(salt)) for params in asked} == kept


def test_the_same_command_asks_nothing_after_a_purge_and_leaves_the_workbook_alone(desk, apollo):
    told = story(desk, apollo)
    first = told.run()
    workbook = desk.folder / "leads.annotated.xlsx"
    written, calls = workbook.read_bytes(), apollo.paid_calls()
    desk.call("purge", *NOW)

    again = told.run()

    assert again.code == 0
    assert again.document["run"] == first.document["run"]
    assert again.document["rows"] == first.document["rows"]
    assert again.document["output"] is None
    assert f"was purged on {time.strftime('%-d %b %Y', time.gmtime())}" in again.err
    assert str(workbook) in again.err
    assert workbook.read_bytes() == written
    assert apollo.paid_calls() == calls


def test_what_was_bought_and_purged_is_not_bought_again_unless_the_job_says_so(desk, apollo):
    told = story(desk, apollo, 2)
    told.run()
    desk.call("purge", *NOW)
    calls = apollo.paid_calls()

    save_csv(told.sheet, leads(3))
    plan = desk.call("plan", told.job, told.sheet).out
    judged = told.judged(told.run())

    (first, second, third) = outcome(desk)
    assert "2 were purged: those rows are skipped, not bought again" in plan
    assert judged["reasons"] == {"answer_purged": 2}
    assert first[0] == second[0] == "Skipped"
    assert first[2].endswith("; the answer was purged.")
    assert third[0] == "Succeeded"
    assert apollo.paid_calls() == calls + 1
    assert apollo.books()["credits"]["consumed"] == 3

    save_job(told.job, limits={"reuse_days": 0, "max_credits": 10})
    anew = told.run("--fresh")

    assert anew.document["rows"]["succeeded"] == 3


def test_what_was_made_and_purged_is_not_made_again(desk, apollo):
    told = lay(desk, apollo, "contacts.create", CONTACTS, [newcomer(1), newcomer(2)])
    assert told.run().code == 0
    desk.call("purge", *NOW)

    save_csv(told.sheet, [newcomer(2), newcomer(1), newcomer(3)], CONTACTS)
    again = told.run()

    assert again.code == 0
    assert ends(told) == [told_by("made_before"), told_by("made_before"), told_by("created")]
    assert len(apollo.books()["effects"]) == 3


def test_a_run_purges_what_is_older_than_30_days_and_answers_from_what_it_bought(desk, apollo):
    told = story(desk, apollo, 2)
    told.run()
    aged(desk, 31)
    calls, people = apollo.paid_calls(), addresses(2)

    save_csv(told.sheet, leads(2)[::-1])
    again = told.run()

    assert (
        "Kept long enough: Purged the cells of 2 rows in 1 run, 1 copied spreadsheet" in again.err
    )
    assert journal(desk, "select count(*) from runs where purged is not null") == [(1,)]
    assert again.document["reasons"] == {"found_before": 2}
    assert [email for _, email, _ in outcome(desk) if email] == people[::-1]
    assert apollo.paid_calls() == calls


def test_answers_go_at_the_end_of_their_shelf_life(desk, apollo):
    told = story(desk, apollo, 2)
    told.run()
    people = addresses(2)
    aged(desk, 31)
    desk.call("purge", "--yes")
    kept = traces(desk.state, people)
    aged(desk, 60)

    purged = desk.call("purge", "--yes")

    assert kept.keys() == set(people)
    assert purged.out == "Purged 1 answer.\n"
    assert traces(desk.state, people) == {}


def test_settings_say_for_how_many_days_everything_is_kept(desk, apollo):
    told = story(desk, apollo, 2)
    told.run()
    aged(desk, 8)
    settings(desk, "retention_days = 9\n")
    early = desk.call("purge", "--yes")
    settings(desk, "retention_days = 7\n")

    purged = desk.call("purge", "--yes")

    assert early.out == "Nothing was purged.\n"
    assert traces(desk.state, addresses(2)) == {}
    assert "2 rows in 1 run, 1 answer, 1 copied spreadsheet" in purged.out


def test_where_nothing_is_kept_it_goes_when_the_workbook_is_written(desk, apollo):
    settings(desk, "retention_days = 0\n")
    told = story(desk, apollo, 2)

    ended = told.run()

    assert ended.code == 0
    assert "Nothing is kept (retention_days = 0): Purged the cells of 2 rows" in ended.err
    assert [email for _, email, _ in outcome(desk) if email] == addresses(2)
    assert traces(desk.state, addresses(2)) == {}
    assert not list(desk.state.glob("copies/*"))


@pytest.mark.parametrize("value", ["-1", "true", "1.5", '"30"'])
def test_a_number_of_days_that_is_none_is_refused(desk, value):
    settings(desk, f"retention_days = {value}\n")

    refused = desk.call("purge", "--yes")

    assert refused.code == Exit.INVALID
    assert "retention_days is a whole number" in refused.err


def unanswered(told):
    told.apollo.plot(hit("reset_after"))
    return told.run(), "2 rows in doubt"


def unasked(told):
    return told.run("--first", 1), "1 row not asked yet"


def waiting(told):
    save_job(told.job, options=PHONES, keep={"Mobile": "phone_numbers[0].sanitized_number"})
    return told.run(), "2 rows pending"


@pytest.mark.parametrize("open_", [unanswered, unasked, waiting])
def test_a_run_that_is_not_at_its_end_is_left_alone_however_old(desk, apollo, open_):
    told = story(desk, apollo, 2)
    ended, why = open_(told)
    aged(desk, 400)
    before = journal(desk, "select * from items"), journal(desk, "select cells from rows")

    purged = desk.call("purge", *NOW)

    assert f"Kept: run {ended.document['run']}, A story: {why}." in purged.err
    assert purged.out == "Nothing was purged.\n"
    assert (journal(desk, "select * from items"), journal(desk, "select cells from rows")) == before
    assert journal(desk, "select count(*) from attempts where body is null") in [[(0,)], [(1,)]]
    assert desk.call("verify", ended.document["run"]).code in {0, 3}


@pytest.mark.parametrize("earlier", [(), [("--first", 1)]], ids=["first", "second"])
def test_a_run_whose_workbook_could_not_be_written_is_left_alone(desk, apollo, earlier):
    told = story(desk, apollo, 2)
    for words in earlier:
        assert told.run(*words).code == 0
    ended = told.run("--output", "/sys/out.xlsx")

    purged = desk.call("purge", *NOW)

    assert ended.code == Exit.NOT_WRITTEN
    assert "it has no workbook yet" in purged.err
    assert desk.call("export", ended.document["run"]).code == 0
    assert [row[0] for row in outcome(desk)] == ["Succeeded"] * 2


def test_results_that_come_after_a_purge_still_land(desk, apollo):
    told = story(desk, apollo, 2, options=PHONES)
    ended = told.run()
    other = save_csv(desk.folder / "other.csv", leads(4, start=200))
    desk.run(save_job(desk.folder / "other.yaml"), other)

    desk.call("purge", *NOW)

    assert journal(desk, "select count(*) from runs where purged is null") == [(1,)]
    waits = "select count(*) from attempts where ask_from is not null and body is not null"
    assert journal(desk, waits) == [(1,)]
    assert desk.call("show", ended.document["run"]).code == 0


def test_commands_about_a_purged_run_say_what_they_still_know(desk, apollo):
    told = story(desk, apollo, 2)
    run = told.run().document["run"]
    settings(desk, "")
    desk.call("purge", "--run", run, "--yes")

    said = {word: desk.call(word, run) for word in ("show", "usage", "verify", "report", "export")}
    why = desk.call("why", run, 2)
    undone = desk.call("undo", run, "--yes")

    assert {word: ended.code for word, ended in said.items()} == {
        **dict.fromkeys(("show", "usage", "verify", "report"), 0),
        "export": Exit.NOT_WRITTEN,
    }
    assert "Cells and answers purged: " in said["show"].out
    assert "2 credits charged" in said["show"].out
    assert said["export"].err.count("\n") == 3
    assert f"Run {run} was purged on" in said["export"].err
    assert "or skipped; tasks, deals and changes are made again." in said["export"].err
    assert "cells and answers are not here any more" in why.out
    assert "Ended          Succeeded" in why.out
    assert undone.code == Exit.USAGE
    assert "cannot be taken back" in undone.err


def test_a_run_that_is_purged_when_its_undo_has_just_begun_is_not_taken_back(desk, apollo):
    told = lay(desk, apollo, "contacts.create", CONTACTS, [newcomer(1)])
    run = told.run().document["run"]
    wire = Wire(Client(apollo.base_url, Credential(Secret(apollo.key), "a test"), {}), time.sleep)
    with closing(open_store(desk.state)) as store:
        place = Place(store, wire, SystemClock(), wire.team())
        meant = undone(place, run)
        assert desk.call("purge", *NOW).code == 0

        with pytest.raises(UsageError, match="was purged"), undoing_of(place, meant):
            raise AssertionError("it began")


def test_one_run_is_purged_and_others_are_not(desk, apollo):
    told = story(desk, apollo, 2)
    first = told.run().document["run"]
    other = save_csv(desk.folder / "other.csv", leads(2, start=200))
    desk.run(told.job, other)

    purged = desk.call("purge", "--run", first[:-2], "--yes")

    assert "2 rows in 1 run" in purged.out
    assert journal(desk, "select id from runs where purged is not null") == [(first,)]
    assert desk.call("purge", "--run", first, "--older-than", "1d").code == Exit.USAGE
    assert desk.call("purge", "--run", "nothing").code == Exit.USAGE


@pytest.mark.parametrize("environ", [{}, {"CI": "true"}])
def test_nobody_is_purged_of_whom_nobody_has_agreed_to_it(desk, apollo, environ):
    told = story(desk, apollo, 2)
    run = told.run().document["run"]
    before = journal(desk, "select cells from rows")

    refused = desk.call("purge", "--older-than", "0s", stdin="y\n", **environ)

    assert refused.code == Exit.USAGE
    assert f"To purge: run {run}, A story" in refused.err
    assert "Add --yes" in refused.err
    assert journal(desk, "select cells from rows") == before


def test_a_purge_deletes_copies_and_drafts_that_nobody_needs(desk, apollo):
    told = story(desk, apollo, 2)
    told.run()
    draft = desk.folder / ".leads.annotated.xlsx.abc.part"
    draft.write_text("half of it")
    stray = desk.state / "copies" / "0123456789abcdef"
    stray.mkdir()
    (stray / "planned.csv").write_text("never run")

    desk.call("purge", *NOW)

    assert not draft.exists()
    assert not list((desk.state / "copies").iterdir())
    assert told.sheet.exists()
    assert (desk.folder / "leads.annotated.xlsx").exists()


def test_the_sandbox_is_purged_apart_with_the_world_it_kept(desk):
    told = story(desk, None, 2)
    desk.run(told.job, told.sheet, "--sandbox")
    world = desk.state / "sandbox" / "world.jsonl"

    real = desk.call("purge", *NOW)
    kept = world.exists()
    purged = desk.call("purge", "--sandbox", *NOW)

    assert real.out == "Nothing was purged.\n"
    assert kept
    assert "2 rows in 1 run" in purged.out
    assert not world.exists()


def test_a_sandbox_in_which_nothing_was_done_for_30_days_goes_with_the_next_run(desk, apollo):
    told = story(desk, apollo, 2)
    desk.run(told.job, told.sheet, "--sandbox")
    sandbox = desk.state / "sandbox"
    then = time.time() - 31 * DAY
    os.utime(sandbox / "journal.db", (then, then))

    told.run()

    assert not sandbox.exists()
