"""stdout carries the result and nothing else; talk goes to stderr, plain wherever nobody looks on."""

import os
import re
import subprocess

import pytest
from makers import BULK, STATUSES, hit, lead, leads, story

SHAPE = {
    "schema": int,
    "run": str,
    "job": str,
    "input": str,
    "output": str,
    "exit_code": int,
    "rows": dict,
    "reasons": dict,
    "credits": dict,
    "requests": dict,
    "sheets": dict,
    "unknown": dict,
    "next": type(None),
}
CREDITS = ["max", "reported", "derived", "held", "unpriced_requests"]


def test_json_is_one_document_of_the_shape_that_is_promised(desk, apollo):
    rows = [*leads(12), lead(1, Last_Name="", Website=""), lead(2, Last_Name="Nobody")]
    told = story(desk, apollo, rows)

    document = told.judged(told.run("--max-credits", 50))

    assert {key: type(value) for key, value in document.items()} == SHAPE
    assert list(document["rows"]) == ["total", *STATUSES]
    assert list(document["credits"]) == CREDITS
    assert document["job"] == str(told.job)
    assert document["input"] == str(told.sheet)
    assert document["requests"] == {BULK: 2}
    assert sum(document["reasons"].values()) == 1


def test_without_json_stdout_says_how_it_ended_and_where_the_result_is(desk, apollo):
    told = story(desk, apollo, 3)

    ended = desk.call("run", told.job, told.sheet, "--yes")

    assert ended.out.splitlines() == [
        "3 rows: 3 succeeded. 3 credits charged.",
        "Written to leads.annotated.xlsx",
    ]
    assert "Reading leads.csv" in ended.err


def test_nothing_coloured_goes_into_a_pipe(desk, apollo):
    told = story(desk, apollo, 25)
    apollo.plot(hit("429", seconds=3))

    ended = told.run(TERM="xterm-256color", FORCE_COLOR="1", PYTHONUNBUFFERED="1")

    assert ended.code == 0, ended.err
    assert "\x1b" not in ended.out + ended.err
    assert "\r" not in ended.out + ended.err


def test_progress_is_told_in_plain_lines_and_says_why_it_waits(desk, apollo):
    told = story(desk, apollo, 25)
    apollo.plot(hit("429", seconds=4))

    ended = told.run("--threads", 1)

    assert re.search(
        r"^0 of 25 rows, 0 credits\. Apollo asked us to wait; going on at \d\d:\d\d:\d\d \(in [34] s\)\.$",
        ended.err,
        re.M,
    )
    assert len(ended.err.splitlines()) < 12


@pytest.mark.parametrize("command", [("operations", "people.enrich"), ("schema",), ("usage",)])
def test_a_reader_that_closes_the_pipe_early_gets_no_traceback(desk, apollo, command):
    with desk.started(*command) as process:
        process.stdout.close()
        err = process.stderr.read()
        process.wait(timeout=20)

    assert "Traceback" not in err
    assert "BrokenPipe" not in err
    assert "Exception ignored" not in err


def test_head_reads_one_line_of_a_run_and_the_run_is_whole(desk, apollo):
    told = story(desk, apollo, 3)
    with (
        desk.started("run", told.job, told.sheet, "--yes") as process,
        subprocess.Popen(["head", "-1"], stdin=process.stdout, stdout=subprocess.PIPE) as head,
    ):
        process.stdout.close()
        line = head.communicate(timeout=20)[0]
        err = process.stderr.read()
        process.wait(timeout=20)

    assert line == b"3 rows: 3 succeeded. 3 credits charged.\n"
    assert "Traceback" not in err
    assert process.returncode == 0
    assert (desk.folder / "leads.annotated.xlsx").exists()


def test_a_closed_stdout_costs_the_words_and_not_the_run(desk, apollo):
    told = story(desk, apollo, 3)

    with desk.started("run", told.job, told.sheet, "--yes", preexec_fn=lambda: os.close(1)) as one:
        _, err = one.communicate(timeout=20)

    assert one.returncode == 0, err
    assert (desk.folder / "leads.annotated.xlsx").exists()
    assert apollo.books()["credits"]["consumed"] == 3


def test_no_letter_is_too_much_for_a_terminal_of_ascii(desk, apollo):
    rows = [lead(0, Notes="Grüße"), lead(1, Email="größer@"), lead(2)]
    told = story(desk, apollo, rows, name="Größe messen", keep={"Straße": "city"})

    ended = told.run(PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0")
    shown = desk.call("show", ended.document["run"], PYTHONIOENCODING="ascii")
    planned = desk.call("plan", told.job, told.sheet, "--json", PYTHONIOENCODING="ascii")
    broken = desk.call("check", desk.folder / "größe.yaml", PYTHONIOENCODING="ascii")

    assert ended.code == 0, ended.err
    assert (shown.code, planned.code, broken.code) == (0, 0, 4)
    for text in (ended.out, ended.err, shown.out, planned.out, broken.err):
        assert text.isascii()


def test_control_characters_of_a_file_never_reach_the_terminal(desk, apollo):
    told = story(desk, apollo, 2, name="Red \x1b[31malert\x07")
    job = told.job.read_text()

    ended = told.run()

    assert "\\e" in job or "\\x1B" in job or "\\a" in job
    assert "\x1b" not in ended.out + ended.err
    assert "\x07" not in ended.out + ended.err


def test_a_debug_log_holds_every_request_and_no_cell(desk, apollo):
    told = story(desk, apollo, 12)

    ended = told.run("--debug")

    (log,) = desk.state.glob("logs/*.log")
    lines = log.read_text().splitlines()
    assert str(log) in ended.err
    assert len(lines) == 2
    assert all("operation=people.enrich" in line and "status=200" in line for line in lines)
    for row in leads(12):
        assert row[1] not in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_what_lies_about_afterwards_is_its_owners_alone(desk, apollo):
    told = story(desk, apollo, 2)

    told.run()

    paths = [desk.state, *desk.state.rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in paths} == {0}


def test_the_command_to_go_on_with_can_be_copied_whatever_the_names(desk, apollo):
    folder = desk.folder / "two words; and 'quotes'"
    folder.mkdir()
    told = story(desk, apollo, 3)
    sheet = folder / "größe & co.csv"
    sheet.write_bytes(told.sheet.read_bytes())

    stopped = desk.run(told.job, sheet, "--max-credits", 1)
    assert stopped.code == 6
    assert str(sheet) in stopped.following
    assert desk.call(*stopped.following).code == 0
