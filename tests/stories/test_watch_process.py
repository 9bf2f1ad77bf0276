"""`apollo-batch watch` as a process: how it begins, how it ends, and what it says to whoever started it."""

import configparser
import os
import shutil
import signal
import subprocess
import time

import pytest
from makers import leads, save_csv, save_job, save_xlsx, until
from watch_maker import lying, words

from apollo_batch.errors import Exit


@pytest.fixture
def jobs(desk):
    """A folder with one job, which looks people up."""
    folder = desk.folder / "jobs"
    folder.mkdir()
    save_job(folder / "look-up.yaml")
    return folder


def laid_out(desk, *words_):
    """Have the folders made; gives the inbox."""
    made = desk.call("watch", "dropped", "--once", *words_)
    assert made.code == 0, made.err
    return desk.folder / "dropped/look-up"


def log_of(apollo):
    return apollo.books()["log"]


def test_without_a_key_nothing_is_made_and_the_code_is_5(desk, jobs):
    ended = desk.call("watch", "dropped", "--once")

    assert ended.code == Exit.ACCESS
    assert "No Apollo API key was found" in ended.err
    assert not (desk.folder / "dropped").exists()


def test_with_a_wrong_key_nothing_is_made_and_the_code_is_5(desk, apollo, jobs):
    ended = desk.call("watch", "dropped", "--once", APOLLO_API_KEY="wrong")

    assert ended.code == Exit.ACCESS
    assert not (desk.folder / "dropped").exists()


def test_yes_is_refused_with_a_sentence(desk, apollo, jobs):
    ended = desk.call("watch", "dropped", "--once", "--yes")

    assert ended.code == Exit.USAGE
    assert "it would agree to what nobody has seen" in ended.err


@pytest.mark.parametrize(
    ("words_", "says"),
    [
        (("dropped", "--jobs", "nowhere"), "nowhere cannot be read"),
        (("dropped", "--jobs", "empty"), "no job file in empty"),
        (("no/such/place",), "cannot be watched"),
        (("a-file",), "cannot be watched"),
    ],
)
def test_what_cannot_be_watched_is_refused(desk, apollo, jobs, words_, says):
    (desk.folder / "empty").mkdir()
    (desk.folder / "a-file").touch()

    ended = desk.call("watch", *words_, "--once")

    assert ended.code == Exit.USAGE
    assert says in ended.err


def test_once_runs_what_is_whole_to_its_end_and_ends_with_the_worst_of_it(desk, apollo, jobs):
    inbox = laid_out(desk)
    save_csv(inbox / "wrong.csv", [["1"]], header=["Nothing"])
    save_xlsx(inbox / "leads.xlsx", leads(3))

    ended = desk.call("watch", "dropped", "--once")
    again = desk.call("watch", "dropped", "--once")

    assert (ended.code, again.code) == (Exit.INVALID, 0), ended.err
    assert "look-up/leads.xlsx: done. 3 rows: 3 succeeded." in ended.err
    assert ended.out == ""
    assert "3 succeeded" in words(inbox / "done/leads.xlsx")
    assert lying(inbox, "failed") == ["wrong.csv"]


def test_a_second_watcher_says_who_holds_the_folder(desk, apollo, jobs):
    with desk.started("watch", "dropped") as first:
        until((desk.folder / "dropped/look-up/STATUS.txt").exists)

        second = desk.call("watch", "dropped", "--once")

        assert second.code == Exit.HELD
        assert f"process {first.pid} on " in second.err
        first.kill()
        first.wait()

    after = desk.call("watch", "dropped", "--once")
    assert after.code == 0, after.err


def test_a_signal_ends_it_within_six_seconds_and_the_next_start_goes_on(desk, apollo, jobs):
    inbox = laid_out(desk)
    apollo.plot({"route": "POST /people/bulk_match", "on": [2], "fault": "hang_after"})
    save_xlsx(inbox / "leads.xlsx", leads(30))
    with desk.started("watch", "dropped", "--threads", "1") as watcher:
        until(lambda: sum(e["route"] == "POST /people/bulk_match" for e in log_of(apollo)) >= 2)
        began = time.monotonic()
        watcher.send_signal(signal.SIGTERM)
        watcher.communicate(timeout=20)
        lasted = time.monotonic() - began

    assert watcher.returncode == Exit.TERMINATED
    assert lasted < 8, "it is to be six seconds, on a machine that is not busy"
    (claim,) = lying(inbox, "working")
    assert claim.startswith("leads ")

    ended = desk.call("watch", "dropped", "--once")

    assert ended.code == Exit.IN_DOUBT, ended.err
    assert "20 succeeded, 10 in doubt" in words(inbox / "done/leads.xlsx")
    assert apollo.books()["credits"]["consumed"] == 30


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGHUP, Exit.TERMINATED)]
)
def test_an_idle_watcher_ends_at_once_by_ctrl_c_or_with_its_terminal(
    desk, apollo, jobs, number, code
):
    with desk.started("watch", "dropped") as watcher:
        until((desk.folder / "dropped/look-up/STATUS.txt").exists)
        watcher.send_signal(number)
        _, err = watcher.communicate(timeout=10)

    assert watcher.returncode == code
    assert "Watching dropped for 1 job. Ctrl-C ends it." in err


def test_the_embedded_sandbox_will_do(desk, jobs):
    inbox = laid_out(desk, "--sandbox")
    save_xlsx(inbox / "a.xlsx", leads(3))
    save_xlsx(inbox / "b.xlsx", leads(4))

    ended = desk.call("watch", "dropped", "--once", "--sandbox")

    assert ended.code == 0, ended.err
    assert "3 succeeded" in words(inbox / "done/a.xlsx")
    assert "4 succeeded. 1 credit charged." in words(inbox / "done/b.xlsx")


def test_jobs_that_start_from_a_search_have_no_inbox(desk, apollo, jobs):
    save_job(
        jobs / "search.yaml",
        operation=None,
        map=None,
        source={
            "operation": "people.search",
            "options": {"person_titles": ["CEO"]},
            "max_records": 5,
        },
    )

    laid_out(desk)

    assert sorted(p.name for p in (desk.folder / "dropped").iterdir() if p.name[0] != ".") == [
        "look-up"
    ]


def unit(desk, *words_):
    ended = desk.call("watch", *words_, "--service")
    assert ended.code == 0, ended.err
    return ended.out


def test_the_service_runs_this_command(desk, jobs):
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str
    found.read_string(unit(desk, "my leads 100%", "--threads", "4", "--state", "my.db"))

    start = found["Service"]["ExecStart"]
    assert f'watch "{desk.folder}/my leads 100%%" --jobs {desk.folder}/jobs --threads 4' in start
    assert start.endswith("--state my.db")
    assert "APOLLO_API_KEY=" not in str(dict(found["Service"]))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("name", ["dropped", 'my "leads" 100% of $HOME\\x'])
def test_systemd_takes_the_service_as_it_is(desk, jobs, name):
    program = desk.folder / "bin/apollo-batch"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    service = desk.folder / "apollo-batch.service"
    service.write_text(desk.call("watch", name, "--service", PATH=path).out)

    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", service],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    complaints = [line for line in done.stderr.splitlines() if "apollo-batch.service" in line]
    assert complaints == []
