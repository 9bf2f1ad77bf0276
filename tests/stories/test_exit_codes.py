"""How a run ends is the exit code's to say: every code by at least two ways, and which one wins."""

import os
import signal
import sqlite3
import stat
from contextlib import closing

import pytest
from makers import (
    BULK,
    Ended,
    hit,
    judge,
    lead,
    leads,
    save_csv,
    save_job,
    save_xlsx,
    story,
    until,
    unused_port,
)
from stand_in import refusing

from apollo_batch.errors import Exit

UNWRITABLE = "/proc/out.xlsx"
"""In a folder that is there, and takes no file from anybody."""


def everything_found(desk, apollo):
    return story(desk, apollo).run()


def everything_skipped(desk, apollo):
    return story(desk, apollo, [lead(1, Last_Name="", Website="")]).run()


def a_skip_a_miss_and_a_find(desk, apollo):
    rows = [lead(100), lead(101, Last_Name="Nobody"), lead(102, Last_Name="", Website="")]
    return story(desk, apollo, rows).run()


def tampered_with(desk, apollo, column):
    """A run whose record somebody else has written into: nothing foresees that."""
    run = story(desk, apollo).run().document["run"]
    with closing(sqlite3.connect(desk.state / "journal.db")) as journal, journal:
        journal.execute(f"UPDATE runs SET {column} = 'jane@acme.example'")
    return run


def record_of_the_job_spoiled(desk, apollo):
    run = tampered_with(desk, apollo, "job")
    return desk.call("show", run, TMPDIR=str(desk.folder))


def record_of_the_sheet_spoiled(desk, apollo):
    run = tampered_with(desk, apollo, "reading")
    return desk.call("export", run, TMPDIR=str(desk.folder))


def nobody_agreed(desk, apollo):
    told = story(desk, apollo)
    return desk.call("run", told.job, told.sheet)


def no_such_command(desk, apollo):
    return desk.call("rum", "job.yaml")


def no_such_flag(desk, apollo):
    return story(desk, apollo).run("--max-credit", "5")


def one_row_refused(desk, apollo):
    told = story(desk, apollo, [*leads(2), lead(1, Email="refuse.me@acme.example")])
    with refusing("refuse.me") as url:
        return told.run(APOLLO_BASE_URL=url)


def all_rows_refused(desk, apollo):
    told = story(desk, apollo, [lead(1, Email=f"refuse.{n}@acme.example") for n in range(3)])
    with refusing("refuse.") as url:
        return told.run(APOLLO_BASE_URL=url)


def no_such_column(desk, apollo):
    return story(desk, apollo, map={"email": "Mail Address"}).run()


def no_such_sheet_file(desk, apollo):
    told = story(desk, apollo)
    return desk.run(told.job, desk.folder / "gone.xlsx")


def no_key(desk, apollo):
    return story(desk, apollo).run(APOLLO_API_KEY="")


def wrong_key(desk, apollo):
    return story(desk, apollo).run(APOLLO_API_KEY="made-up-key")


def key_without_the_scope(desk, apollo):
    return story(desk, apollo).run(APOLLO_API_KEY="sandbox-key-organizations")


def budget_reached(desk, apollo):
    return story(desk, apollo).run("--max-credits", 2)


def credits_used_up(desk, apollo):
    apollo.reset(credits=0)
    return story(desk, apollo).run()


def nobody_answers(desk, apollo):
    return story(desk, apollo).run(APOLLO_BASE_URL=f"http://127.0.0.1:{unused_port()}")


def nobody_answers_any_more(desk, apollo):
    told = story(desk, apollo)
    told.run("--first", 1)
    return told.run(APOLLO_BASE_URL=f"http://localhost:{unused_port()}")


def answer_lost(desk, apollo):
    apollo.plot(hit("reset_after"))
    return story(desk, apollo).run()


def answer_torn(desk, apollo):
    apollo.plot(hit("torn"))
    return story(desk, apollo).run()


def output_where_no_file_can_be(desk, apollo):
    return story(desk, apollo).run("--output", UNWRITABLE)


def output_where_nobody_may_write(desk, apollo):
    return story(desk, apollo).run("--output", "/sys/out.xlsx")


def held(desk, apollo, *words):
    told = story(desk, apollo)
    apollo.plot(hit("slow", seconds=30))
    with desk.started("run", told.job, told.sheet, "--yes") as first:
        until(lambda: apollo.paid_calls() >= 1)
        second = told.run(*words)
        first.kill()
    return second


def held_although_fresh_words_are_used(desk, apollo):
    return held(desk, apollo, "--first", 1)


def stopped(desk, apollo, number, seconds=1.0):
    told = story(desk, apollo, 12)
    apollo.plot(hit("slow", seconds=seconds))
    words = ("run", told.job, told.sheet, "--yes", "--json", "--threads", 1)
    with desk.started(*words) as process:
        until(lambda: apollo.paid_calls() >= 1)
        os.killpg(process.pid, number)
        out, err = process.communicate(timeout=20)
    return Ended(process.returncode, out, err)


def interrupted(desk, apollo):
    return stopped(desk, apollo, signal.SIGINT)


def interrupted_before_anything_was_sent(desk, apollo):
    told = story(desk, apollo)
    pipe = desk.folder / "slow.csv"
    os.mkfifo(pipe)
    with desk.started("check", told.job, "--sheet", pipe) as process:
        writer = os.open(pipe, os.O_WRONLY)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        os.close(writer)
    return Ended(process.returncode, out, err)


def terminated(desk, apollo):
    return stopped(desk, apollo, signal.SIGTERM)


def terminated_twice(desk, apollo):
    told = story(desk, apollo)
    apollo.plot(hit("slow", seconds=30))
    with desk.started("run", told.job, told.sheet, "--yes") as process:
        until(lambda: apollo.paid_calls() >= 1)
        process.terminate()
        said = _line_with(process.stderr, "Finishing the 1 call in flight")
        process.terminate()
        out, err = process.communicate(timeout=5)
    return Ended(process.returncode, out, said + err)


def _line_with(stream, word):
    return next(line for line in stream if word in line)


ENDINGS = [
    (Exit.OK, everything_found),
    (Exit.OK, everything_skipped),
    (Exit.OK, a_skip_a_miss_and_a_find),
    (Exit.BUG, record_of_the_job_spoiled),
    (Exit.BUG, record_of_the_sheet_spoiled),
    (Exit.USAGE, nobody_agreed),
    (Exit.USAGE, no_such_command),
    (Exit.USAGE, no_such_flag),
    (Exit.ROWS_FAILED, one_row_refused),
    (Exit.ROWS_FAILED, all_rows_refused),
    (Exit.INVALID, no_such_column),
    (Exit.INVALID, no_such_sheet_file),
    (Exit.ACCESS, no_key),
    (Exit.ACCESS, wrong_key),
    (Exit.ACCESS, key_without_the_scope),
    (Exit.BUDGET, budget_reached),
    (Exit.BUDGET, credits_used_up),
    (Exit.OUT_OF_REACH, nobody_answers),
    (Exit.OUT_OF_REACH, nobody_answers_any_more),
    (Exit.IN_DOUBT, answer_lost),
    (Exit.IN_DOUBT, answer_torn),
    (Exit.NOT_WRITTEN, output_where_no_file_can_be),
    (Exit.NOT_WRITTEN, output_where_nobody_may_write),
    (Exit.HELD, held),
    (Exit.HELD, held_although_fresh_words_are_used),
    (Exit.INTERRUPTED, interrupted),
    (Exit.INTERRUPTED, interrupted_before_anything_was_sent),
    (Exit.TERMINATED, terminated),
    (Exit.TERMINATED, terminated_twice),
]
UNFOUND = {Exit.USAGE, Exit.INVALID, Exit.HELD}


@pytest.mark.parametrize(("code", "scene"), ENDINGS, ids=[scene.__name__ for _, scene in ENDINGS])
def test_the_exit_code_says_how_it_ended(desk, apollo, code, scene):
    ended = scene(desk, apollo)

    assert ended.code == code, ended.err
    assert bool(ended.err.strip()) or code is Exit.OK
    if code in UNFOUND:
        assert ended.out == ""
    elif ended.out.startswith("{") and "refused" not in scene.__name__:
        judge(ended, desk.state, apollo.books())


def test_the_table_has_two_ways_at_least_to_every_code():
    codes = [code for code, _ in ENDINGS]

    assert [code for code in Exit if codes.count(code) < 2] == []


def test_a_bug_is_told_with_a_report_that_quotes_nothing(desk, apollo):
    ended = record_of_the_job_spoiled(desk, apollo)

    (report,) = desk.folder.glob("apollo-batch-crash-*.txt")
    assert "A bug of ours. What was paid for is safe in the journal. [AB9001]" in ended.err
    assert str(report) in ended.err
    assert "JSONDecodeError" in report.read_text()
    assert "jane" not in report.read_text() + ended.err
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def both_in_doubt_and_unwritable(desk, apollo):
    apollo.plot(hit("reset_after"))
    return output_where_no_file_can_be(desk, apollo)


def both_in_doubt_and_at_the_budget(desk, apollo):
    apollo.plot(hit("reset_after"))
    return story(desk, apollo, 12).run("--max-credits", 11, "--threads", 1)


def both_in_doubt_and_out_of_reach(desk, apollo):
    apollo.plot({"route": BULK, "fault": "503_after"})
    return story(desk, apollo, 70).run("--threads", 1, "--patience", "0s")


def both_unwritable_and_without_access(desk, apollo):
    desk.environ["APOLLO_API_KEY"] = "sandbox-key-organizations"
    return output_where_no_file_can_be(desk, apollo)


def both_unwritable_and_at_the_budget(desk, apollo):
    told = story(desk, apollo)
    return told.run("--max-credits", 2, "--output", UNWRITABLE)


def both_at_the_budget_and_with_failed_rows(desk, apollo):
    told = story(desk, apollo, [lead(1, Email="refuse.me@acme.example"), *leads(2)])
    with refusing("refuse.me") as url:
        told.run("--first", 1, APOLLO_BASE_URL=url)
        return told.run("--max-credits", 0, APOLLO_BASE_URL=url)


SEVERAL = [
    (Exit.IN_DOUBT, both_in_doubt_and_unwritable),
    (Exit.IN_DOUBT, both_in_doubt_and_at_the_budget),
    (Exit.IN_DOUBT, both_in_doubt_and_out_of_reach),
    (Exit.NOT_WRITTEN, both_unwritable_and_without_access),
    (Exit.NOT_WRITTEN, both_unwritable_and_at_the_budget),
    (Exit.BUDGET, both_at_the_budget_and_with_failed_rows),
]


@pytest.mark.parametrize(("code", "scene"), SEVERAL, ids=[scene.__name__ for _, scene in SEVERAL])
def test_of_several_codes_that_apply_the_gravest_counts(desk, apollo, code, scene):
    ended = scene(desk, apollo)

    assert ended.code == code, ended.err
    assert ended.document["exit_code"] == code
    assert ended.document["next"]


def test_an_output_that_may_not_be_replaced_ends_with_nine_and_export_writes_it(desk, apollo):
    told = story(desk, apollo, 2)
    first = told.run()
    target = desk.folder / "leads.annotated.xlsx"
    target.chmod(stat.S_IRUSR)

    second = told.run()
    target.chmod(stat.S_IRUSR | stat.S_IWUSR)
    export = desk.call(*second.following)

    assert first.code == 0
    assert second.code == Exit.NOT_WRITTEN
    assert "the results are safe" in second.err
    assert second.document["output"] is None
    assert export.code == 0, export.err
    assert apollo.paid_calls() == 1


def test_export_writes_elsewhere_what_a_run_could_not_write(desk, apollo):
    told = story(desk, apollo, 2)
    ended = told.run("--output", UNWRITABLE)
    before = apollo.books()

    export = desk.call(*ended.following, "--output", desk.folder / "out.xlsx")

    assert export.out == f"Written to {desk.folder / 'out.xlsx'}\n"
    assert apollo.books()["log"] == before["log"]


@pytest.mark.parametrize("name", ["leads.csv", "leads.xlsx"])
def test_a_run_over_any_kind_of_file_balances(desk, apollo, name):
    rows = [*leads(12), lead(5, Last_Name="", Website=""), lead(3, Last_Name="Nobody")]
    save = save_csv if name.endswith("csv") else save_xlsx
    sheet = save(desk.folder / name, [*rows, rows[0]])

    ended = desk.run(save_job(desk.folder / "job.yaml"), sheet)
    told = judge(ended, desk.state, apollo.books())

    expected = {"total": 15, "succeeded": 13, "no_match": 1, "skipped": 1}
    assert told["rows"] | expected == told["rows"]
    assert told["credits"]["reported"] == "12"
    assert told["requests"] == {BULK: 2}
