"""Ctrl-C, a request to end, a second process: what was paid is kept, and the same command goes on."""

import os
import re
import signal
import socket
import sqlite3
import time

import pytest
from makers import Ended, cells_of, hit, story, until

from apollo_batch.errors import Exit


def started(told, *words, **how):
    """Start a run with one thread, and give the process once its first call is under way."""
    run = ("run", told.job, told.sheet, "--yes", "--json", "--threads", 1, *words)
    return told.desk.started(*run, **how)


def ended(process, seconds=20):
    out, err = process.communicate(timeout=seconds)
    return Ended(process.returncode, out, err)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)]
)
def test_the_call_in_flight_is_finished_and_the_same_command_goes_on(desk, apollo, number, code):
    apollo.plot(hit("slow", seconds=1.5))
    told = story(desk, apollo, 25)

    with started(told) as process:
        until(lambda: apollo.paid_calls() >= 1)
        os.killpg(process.pid, number)
        stopped = ended(process)
    figures = told.judged(stopped)
    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    again = desk.call(*stopped.following)

    assert stopped.code == code
    assert "Finishing the 1 call in flight" in stopped.err
    assert figures["rows"] | {"succeeded": 10, "not_run": 15} == figures["rows"]
    assert figures["reasons"] == {"interrupted": 15}
    assert [row["Apollo Status"] for row in rows] == ["Succeeded"] * 10 + ["Not run"] * 15
    assert again.code == 0, again.err
    assert told.judged(again)["rows"]["succeeded"] == 25
    assert set(apollo.books()["asked"].values()) == {1}


@pytest.mark.parametrize(
    ("number", "environ"),
    [(signal.SIGTERM, {}), (signal.SIGTERM, {"CI": "true"}), (signal.SIGINT, {"CI": "true"})],
    ids=["asked to end", "asked to end in a build", "a build that is cancelled"],
)
def test_a_request_to_end_does_not_wait_for_an_answer_that_never_comes(
    desk, apollo, number, environ
):
    apollo.plot(hit("hang_after", seconds=60))
    told = story(desk, apollo, 12)

    with started(told, "--max-credits", 20, more=environ) as process:
        until(lambda: apollo.paid_calls() >= 1)
        began = time.monotonic()
        process.send_signal(number)
        stopped = ended(process)
        lasted = time.monotonic() - began
    again = told.run()
    figures = told.judged(again)

    assert stopped.code == 128 + number
    # On a machine that is busy; GitHub's runner sends SIGTERM so long after SIGINT.
    assert 3 < lasted < 7.5
    assert figures["rows"] | {"in_doubt": 10, "succeeded": 2} == figures["rows"]
    assert set(apollo.books()["asked"].values()) == {1}


def test_a_request_to_end_is_heeded_while_another_process_holds_the_journal(desk, apollo):
    apollo.plot(hit("slow", seconds=1))
    told = story(desk, apollo, 12)

    with started(told) as process:
        until(lambda: apollo.paid_calls() >= 1)
        journal = sqlite3.connect(desk.state / "journal.db")
        journal.execute("begin immediate")
        until(lambda: len(apollo.books()["asked"]) == 10)
        began = time.monotonic()
        process.terminate()
        stopped = ended(process)
        lasted = time.monotonic() - began
        journal.execute("rollback")
    again = told.run()
    journal.close()  # not before: the log would go with whoever is the last to close the file

    assert stopped.code == Exit.TERMINATED
    assert lasted < 7.5
    assert told.judged(again)["rows"]["in_doubt"] == 10
    assert set(apollo.books()["asked"].values()) == {1}


def test_a_request_to_end_before_anything_is_asked_closes_the_journal_as_one_file(desk, apollo):
    apollo.plot({"route": "GET /users/api_profile", "fault": "slow", "every": 1, "seconds": 30})
    told = story(desk, apollo, 12)
    state = desk.folder / "state.db"

    with started(told, "--state", state) as process:
        until(lambda: apollo.books()["log"])
        process.terminate()
        stopped = ended(process)

    assert stopped.code == Exit.TERMINATED
    assert "The same command goes on." in stopped.err
    assert not state.with_name("state.db-wal").exists()
    assert apollo.paid_calls() == 0


def test_a_second_ctrl_c_stops_at_once_and_what_was_sent_is_in_doubt(desk, apollo):
    apollo.plot(hit("hang_after", seconds=60))
    told = story(desk, apollo, 12)

    with started(told) as process:
        until(lambda: apollo.paid_calls() >= 1)
        process.send_signal(signal.SIGINT)
        assert any("Ctrl-C again stops now" in line for line in process.stderr)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=5)
        lasted = time.monotonic() - began
    again = told.run()
    figures = told.judged(again)
    settled = desk.call(*again.following)

    assert code == Exit.INTERRUPTED
    assert lasted < 2
    assert again.code == Exit.IN_DOUBT
    assert figures["reasons"] == {"process_died": 10}
    assert figures["rows"] | {"in_doubt": 10, "succeeded": 2} == figures["rows"]
    assert told.judged(settled)["rows"]["succeeded"] == 12


def test_a_killed_run_leaves_in_doubt_what_was_in_flight_and_nothing_else(desk, apollo):
    apollo.plot(hit("hang_after", 2, seconds=60))
    told = story(desk, apollo, 25)

    with started(told) as process:
        until(lambda: apollo.paid_calls() >= 2)
        process.kill()
        process.wait(timeout=5)
    again = told.run()
    figures = told.judged(again)

    assert figures["rows"] | {"succeeded": 15, "in_doubt": 10} == figures["rows"]
    assert set(apollo.books()["asked"].values()) == {1}


def test_a_wait_for_apollos_limit_ends_at_once(desk, apollo):
    apollo.plot(hit("429", seconds=60))
    told = story(desk, apollo, 3)

    with started(told) as process:
        until(lambda: apollo.paid_calls() >= 1)
        assert any("Apollo asked us to wait; going on at" in line for line in process.stderr)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        stopped = ended(process)
        lasted = time.monotonic() - began

    assert stopped.code == Exit.INTERRUPTED
    assert lasted < 4
    assert stopped.document["rows"]["not_run"] == 3


def test_a_second_process_is_told_who_holds_the_run(desk, apollo):
    apollo.plot(hit("slow", seconds=30))
    told = story(desk, apollo, 3)

    with started(told) as process:
        until(lambda: apollo.paid_calls() >= 1)
        began = time.monotonic()
        second = told.run()
        lasted = time.monotonic() - began
        process.kill()
        process.wait(timeout=5)

    assert second.code == Exit.HELD
    assert lasted < 3
    assert f"process {process.pid} on {socket.gethostname()} since 20" in second.err
    assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", second.err)
    assert second.out == ""
    assert apollo.paid_calls() == 1


def test_the_lock_of_a_process_that_died_holds_nobody_up(desk, apollo):
    apollo.plot(hit("slow", seconds=30))
    told = story(desk, apollo, 3)
    with started(told) as process:
        until(lambda: apollo.paid_calls() >= 1)
        process.kill()
        process.wait(timeout=5)

    again = told.run()

    assert again.code == Exit.IN_DOUBT


def test_looking_on_takes_no_lock(desk, apollo):
    apollo.plot(hit("slow", 2, seconds=30))
    told = story(desk, apollo, 12)

    with started(told) as process:
        until(lambda: apollo.paid_calls() >= 2)
        run = desk.call("runs").out.split()[0]
        shown = desk.call("show", run, "--json").document
        export = desk.call("export", run, "--output", desk.folder / "now.xlsx")
        process.kill()

    assert shown["rows"]["succeeded"] == 10
    assert export.code == 0, export.err
    assert len(cells_of(desk.folder / "now.xlsx")) == 12


def test_two_runs_side_by_side_never_buy_the_same_answer_twice(desk, apollo):
    apollo.plot(hit("slow", 1, 2, 3, seconds=0.5))
    told = story(desk, apollo, 30)

    with started(told, "--period", "a") as one, started(told, "--period", "b") as other:
        first, second = ended(one, 60), ended(other, 60)

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert first.document["rows"]["succeeded"] == second.document["rows"]["succeeded"] == 30
    assert apollo.books()["credits"]["consumed"] == 30
    assert set(apollo.books()["asked"].values()) == {1}


def test_a_file_named_stop_ends_every_run_of_a_journal_until_it_is_taken_away(desk, apollo):
    told = story(desk, apollo, 25)
    desk.state.mkdir()
    (desk.state / "STOP").touch()

    stopped = told.run()
    (desk.state / "STOP").unlink()
    again = told.run()

    assert stopped.code == Exit.INTERRUPTED
    assert stopped.document["reasons"] == {"stopped": 25}
    assert "STOP is there" in stopped.err
    assert again.code == 0
    assert apollo.books()["credits"]["consumed"] == 25
