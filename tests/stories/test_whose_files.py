"""What the program makes is its owner's alone, whatever the umask and whoever else may write there."""

import errno
import os
import threading
from pathlib import Path

import pytest
from leakscan import files_below
from makers import story

from apollo_batch.entrypoints.crash import report_crash
from apollo_batch.errors import OutputError
from apollo_batch.files import lock, locked, private_copy, private_folder, whole
from apollo_batch.sheets.refusals import told_plainly

UMASKS = ["000", "022", "077"]


def open_to_others(*paths):
    """Whoever of these somebody else on the machine may open, with the rights that are wrong."""
    modes = {path: path.stat().st_mode & 0o777 for path in paths}
    return {str(path): oct(mode) for path, mode in modes.items() if mode & 0o077}


@pytest.fixture
def loose():
    """Files are made as openly as whoever makes them asks for."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize("umask", UMASKS)
def test_every_file_and_folder_is_its_owners_alone_whatever_the_umask(desk, apollo, umask):
    told = story(desk, apollo, 3)
    ours = set(files_below(desk.folder))
    desk.environ["UMASK"] = umask

    plan = desk.call("plan", told.job, told.sheet, "-o", desk.folder / "plan.json")
    ended = told.run("--debug")
    run = ended.document["run"]
    more = [
        desk.call("report", run),
        desk.call("usage", run, "--output", desk.folder / "bill.xlsx"),
        desk.call("export", run, "--output", desk.folder / "out.csv"),
        told.run("--sandbox"),
    ]

    assert {one.code for one in (plan, ended, *more)} == {0}
    made = set(files_below(desk.folder)) - ours
    kinds = {path.name.partition(".")[2] or path.name for path in made}
    assert {"annotated.xlsx", "report.html", "json", "csv", "db", "jsonl", "ballast"} <= kinds, (
        kinds
    )
    assert any(path.suffix == ".log" for path in made)
    folders = [desk.state, *(path for path in desk.state.rglob("*") if path.is_dir())]
    assert open_to_others(*made, *folders) == {}


def test_a_crash_report_is_its_owners_alone(loose):
    path = Path(report_crash(ValueError()).partition("is in ")[2].partition(";")[0])

    mode = path.stat().st_mode & 0o777
    path.unlink()

    assert mode == 0o600


def test_a_state_folder_that_others_can_open_is_warned_of_and_shut_by_the_next_run(desk, apollo):
    told = story(desk, apollo, 2)
    told.run()
    desk.state.chmod(0o755)
    (desk.state / "journal.db").chmod(0o644)

    examined = desk.call("doctor")
    told.run("--rows", "2-3")

    (line,) = (line for line in examined.out.splitlines() if " permissions " in line)
    assert line.startswith("warn")
    assert open_to_others(desk.state, desk.state / "journal.db") == {}


# Others who may write in the same folder.


@pytest.fixture
def victim(tmp_path):
    """A file of the person's own that a link leads to."""
    path = tmp_path / "own.txt"
    path.write_text("mine")
    path.chmod(0o640)
    return path


def test_a_link_that_somebody_lays_where_a_result_goes_is_replaced_and_never_followed(
    tmp_path, victim
):
    folder = tmp_path / "shared"
    folder.mkdir()
    target, decoy = folder / "leads.annotated.xlsx", folder / "decoy"
    done = threading.Event()

    def lay():
        for _ in range(200):
            decoy.symlink_to(victim)
            decoy.replace(target)
        done.set()

    thread = threading.Thread(target=lay)
    thread.start()
    written = 0
    while not done.is_set() or written < 20:
        with whole(target) as draft:
            draft.write_text("result")
        written += 1
    thread.join()
    with whole(target) as draft:
        draft.write_text("result")

    assert victim.read_text() == "mine"
    assert victim.stat().st_mode & 0o777 == 0o640
    assert not target.is_symlink()
    assert target.read_text() == "result"
    assert open_to_others(target) == {}


def test_a_draft_that_somebody_put_something_else_in_the_place_of_is_not_delivered(
    tmp_path, victim
):
    target = tmp_path / "leads.annotated.xlsx"

    def write():
        with told_plainly(target), whole(target) as draft:
            draft.write_text("result")
            draft.unlink()
            draft.symlink_to(victim)

    with pytest.raises(OutputError, match="something else was put in the place"):
        write()

    assert not target.exists()
    assert victim.read_text() == "mine"


def test_a_link_in_the_place_of_a_lock_is_not_followed(tmp_path, victim):
    path = private_folder(tmp_path / "workers") / "7.lock"
    path.symlink_to(victim)

    for taken in (lambda: lock(path, "process 1"), lambda: locked(path)):
        with pytest.raises(OSError) as caught:  # noqa: PT011 - the number says which
            taken()
        assert caught.value.errno == errno.ELOOP

    assert victim.read_text() == "mine"


@pytest.mark.parametrize("umask", UMASKS)
def test_copies_and_locks_are_private_from_the_moment_they_are_made(tmp_path, victim, umask):
    before = os.umask(int(umask, 8))
    try:
        copy = private_copy(victim, tmp_path / "a" / "b" / "copy")
        held = lock(tmp_path / "a" / "c" / "one.lock", "process 1")
    finally:
        os.umask(before)
    held.release()

    made = list((tmp_path / "a").rglob("*"))
    assert copy in made
    assert open_to_others(tmp_path / "a", *made) == {}
