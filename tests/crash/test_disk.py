"""Disks that are full and folders that may not be written to: what was paid for is kept."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from crash_scene import fault_struck, paid_calls, people
from judge import assert_invariants


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A file system of its own, in memory."""
    folder.mkdir()
    if not _mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)):
        pytest.skip("needs the right to mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def change(disk: Path, how: str) -> None:
    assert _mount("-o", f"remount,{how}", str(disk))


def _mount(*words: str) -> bool:
    if os.geteuid() != 0:
        return False
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("kilobytes", [300, 450, 700])
def test_a_full_disk_under_the_journal_stops_the_run_and_loses_nothing(scene, kilobytes):
    with small_disk(scene.folder / "disk", kilobytes) as disk:
        scene.state = disk / "state"
        scene.threads = 2
        sheet = scene.sheet("leads", people(600))

        stopped = sheet.run()
        code = stopped.end()
        change(disk, "size=50m")
        finished = sheet.finish()

        assert code == 9, stopped.said()
        assert "disk is full" in stopped.said()
        assert_invariants(scene, scene.served.books(), {"leads": finished})


@pytest.mark.parametrize("threads", [2, 8])
def test_a_disk_that_fills_up_in_the_middle_costs_no_answer_that_was_paid_for(scene, threads):
    with small_disk(scene.folder / "disk", 30_000) as disk:
        scene.state = disk / "state"
        scene.threads = threads
        sheet = scene.sheet("leads", people(900))

        running = sheet.run()
        assert scene.holds_until(running, lambda log: paid_calls(log) >= 5)
        # Held still, so that only what is kept back is left when it goes on.
        running.send(signal.SIGSTOP)
        fill(disk)
        running.send(signal.SIGCONT)
        stopped = running.end()
        (disk / "filler").unlink()
        finished = sheet.finish()

        assert stopped == 9, running.said()
        assert finished == 0, "an answer was lost, and its rows are in doubt"
        assert_invariants(scene, scene.served.books(), {"leads": finished})


def fill(disk: Path) -> None:
    """Leave no room on a disk but what is kept back."""
    handle = os.open(disk / "filler", os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while True:
            os.write(handle, bytes(4_096))
    os.close(handle)


def test_an_output_folder_that_may_not_be_written_keeps_the_results_for_later(scene):
    with small_disk(scene.folder / "out", 5_000) as folder:
        sheet = scene.sheet("leads", people(60))
        output = folder / "leads.annotated.xlsx"
        change(folder, "ro")

        refused = sheet.run("--output", output)
        code = refused.end()
        paid = scene.served.books()["credits"]["consumed"]
        change(folder, "rw")
        again = sheet.run("--output", output).end()

        assert (code, again) == (9, 0)
        assert "export" in refused.said() + refused.told()
        assert scene.served.books()["credits"]["consumed"] == paid > 0
        assert output.read_bytes()[:2] == b"PK"
        sheet.finish()
        assert_invariants(scene, scene.served.books(), {"leads": again})


def test_a_state_folder_that_may_not_be_written_stops_the_run_before_anything_is_sent(scene):
    with small_disk(scene.folder / "disk", 5_000) as disk:
        scene.state = disk / "state"
        sheet = scene.sheet("leads", people(60))
        change(disk, "ro")

        refused = sheet.run()
        code = refused.end()
        asked = paid_calls(scene.served.books()["log"])
        change(disk, "rw")
        finished = sheet.finish()

        assert code in {2, 9}, refused.said()
        assert "state" in refused.said()
        assert "Traceback" not in refused.said()
        assert asked == 0
        assert_invariants(scene, scene.served.books(), {"leads": finished})


def test_an_output_folder_that_vanishes_meanwhile_costs_no_result(scene):
    sheet = scene.sheet("leads", people(60))
    folder = scene.folder / "out"
    folder.mkdir()
    output = folder / "leads.annotated.xlsx"
    scene.served.plot(
        {"route": "POST /people/bulk_match", "on": [3], "fault": "slow", "seconds": 0.5}
    )

    running = sheet.run("--output", output)
    assert scene.holds_until(running, fault_struck)
    folder.rmdir()
    code = running.end()
    paid = scene.served.books()["credits"]["consumed"]
    folder.mkdir()
    again = sheet.run("--output", output).end()

    assert (code, again) == (9, 0)
    assert "Traceback" not in running.said()
    assert scene.served.books()["credits"]["consumed"] == paid > 0
    assert output.read_bytes()[:2] == b"PK"
    sheet.finish()
    assert_invariants(scene, scene.served.books(), {"leads": again})
