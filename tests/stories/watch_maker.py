"""A watched folder on a desk: its clock is in the test's hand, its work done on the spot."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from makers import Desk, save_job

from apollo_batch.entrypoints.apart import Died, Said, Work
from apollo_batch.entrypoints.news import News
from apollo_batch.entrypoints.taking_up import How
from apollo_batch.entrypoints.watching import Pace, Watcher
from apollo_batch.runner.job_files import JobFiles

MARK = "0a1b2c3d"


class HandClock:
    """Goes on only when somebody waits; the wall's clock can be set apart from the other."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.set_by = 0.0

    def now(self) -> float:
        return time.time() + self.passed + self.set_by

    def monotonic(self) -> float:
        return self.passed

    def wait(self, _wake: threading.Condition, seconds: float) -> None:
        self.passed += max(seconds, 0.01)


@dataclass
class Here:
    """Does work on the spot, in this very process."""

    spoil: Callable[[Work], Said | Died | None] = lambda _: None
    """May end a piece of work in its own way, before it is begun with."""

    def start(self, work: Work) -> "Here._Done":
        spoiled = self.spoil(work)
        return Here._Done(work() if spoiled is None else spoiled)

    def ask(self, work: Work, _size: int | None = None) -> Said | Died:
        return work()

    @dataclass
    class _Done:
        said: Said | Died

        def ended(self) -> Said | Died:
            return self.said

        def stop(self, _number: int) -> None:
            return


@dataclass
class Watched:
    """A folder that is watched, and what a test does with it."""

    desk: Desk
    clock: HandClock = field(default_factory=HandClock)
    carrier: Here = field(default_factory=Here)
    mark: str = MARK
    said: list[str] = field(default_factory=list)
    pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        self.folder = self.desk.folder / "dropped"
        self.folder.mkdir(exist_ok=True)
        self.jobs = self.desk.folder / "jobs"
        self.jobs.mkdir(exist_ok=True)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Start the watcher, as after a restart: it knows only what is on disk."""
        how = How(state=str(self.desk.state), mark=self.mark)
        jobs, news = JobFiles(self.jobs), News(self.said.append)
        self.watcher = Watcher(self.folder, jobs, how, self.pace, self.carrier, self.clock, news)

    def job(self, name: str = "look-up", **changes: Any) -> Path:
        """Lay a job into the folder of jobs; gives its inbox, which is there after a look."""
        save_job(self.jobs / f"{name}.yaml", **changes)
        self.watcher.look()
        return self.folder / name

    def turn(self, times: int = 1) -> None:
        """Let the watcher look and work, one scan after the other."""
        for _ in range(times):
            self.watcher.look()
            self.watcher.work()
            self.watcher.tell()
            self.clock.passed += self.pace.scan

    def settle(self) -> None:
        """Let what is there come to rest: long enough for a file to be whole and to be run."""
        self.turn(6)


def words(file: Path) -> str:
    """What is said beside a spreadsheet."""
    return file.with_name(f"{file.name}.status.txt").read_text(encoding="utf-8")


def lying(inbox: Path, folder: str) -> list[str]:
    """The spreadsheets and plans in a folder of an inbox, without what is said beside them."""
    found = (inbox / folder).iterdir()
    return sorted(p.name for p in found if not p.name.endswith((".status.txt", ".status.json")))
