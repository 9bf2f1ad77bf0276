"""How long a watched folder is looked into, and how soon what is dropped there is taken."""

import os
import random
import time

import pytest
from bench_clock import show
from makers import Desk, leads, save_csv, save_job, serving, until

from apollo_batch.clock import SystemClock
from apollo_batch.entrypoints.looking_in import LookingIn
from apollo_batch.runner.inbox import Inbox
from apollo_batch.runner.job_files import JobFiles

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]
FILES = 10_000


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def timed(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def test_a_scan_of_ten_thousand_files(desk):
    (desk.folder / "jobs").mkdir()
    job = save_job(desk.folder / "jobs/look-up.yaml")
    inbox = desk.folder / "dropped/look-up"
    inbox.mkdir(parents=True)
    for number in range(FILES):
        (inbox / f"n{number:05}.csv").write_text("a,b\n1,2\n")
    file = JobFiles(job.parent).look()["look-up"]
    looking = LookingIn(Inbox(inbox, job), file, 5.0, SystemClock())
    looking.look()

    bare = min(timed(lambda: [e.stat() for e in os.scandir(inbox)]) for _ in range(5))
    scan = min(timed(looking.look) for _ in range(5))
    told = min(timed(lambda: looking.tell({})) for _ in range(3))

    show(
        "A folder with 10,000 files",
        [
            ("a scan, in seconds", f"{scan:.3f}", "under 1"),
            ("a scan, times listing and stat alone", f"{scan / bare:.1f}", ""),
            ("telling of what is there, in seconds", f"{told:.3f}", ""),
        ],
    )


def test_a_dropped_file_is_claimed_soon(desk):
    (desk.folder / "jobs").mkdir()
    save_job(desk.folder / "jobs/look-up.yaml")
    inbox = desk.folder / "dropped/look-up"
    chance, waits = random.Random(1), []
    with serving(desk) as served:
        desk.environ = served.environ
        with desk.started("watch", "dropped"):
            until((inbox / "STATUS.txt").exists)
            for number in range(20):
                ends = time.monotonic() + chance.random() * 2
                until(lambda ends=ends: time.monotonic() >= ends)
                path = save_csv(inbox / f"n{number:02}.csv", leads(1, start=number))
                began = time.monotonic()
                until(lambda path=path: not path.exists(), seconds=60)
                waits.append(time.monotonic() - began)

    waits.sort()
    show(
        "Seconds until a dropped file is claimed",
        [
            ("in the middle", f"{waits[len(waits) // 2]:.1f}", ""),
            ("at the 95th percentile", f"{waits[int(len(waits) * 0.95)]:.1f}", "9"),
        ],
    )
