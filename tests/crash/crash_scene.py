"""A scene to crash in: people in a spreadsheet, a job, a state folder, a sandbox next door."""

import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crash_launcher import KILLED, Launcher, Point, Process
from makers import PAID, WORLD, Served, save_job, save_xlsx

HEADER = ("Who", "Email", "Profile", "Email Status")
CANARY = "met-at-the-aviary"
"""Stands in a column that no job names."""
NUMBER_FOR_AN_ID = -(2**63)
"""What an answer names a record by that has lost its own id."""
KEEP = {"Person Id": "id", "Work Email": "email", "Title": "title"}
Log = list[dict[str, Any]]


@dataclass(frozen=True)
class Lead:
    """One line of the spreadsheet, and what has to become of it."""

    cells: tuple[str, ...]
    person: str | None = None
    """Apollo's id of who is asked for; None: nobody will be found."""
    expects: str = "Succeeded"


def people(count: int, start: int = 100) -> list[Lead]:
    """So many lines as people keep them: most find somebody, some nobody, some are left out."""
    leads: list[Lead] = []
    for index in range(count):
        who = WORLD.person(start + index)
        profile = who.linkedin_url if who.email is None or index % 7 == 3 else ""
        email = "" if profile else who.email
        name = f"{who.first_name} {CANARY}"
        if index % 29 == 7:
            leads.append(leads[-4])
        elif index % 23 == 11:
            leads.append(
                Lead(
                    ("stranger", f"n.n{start + index}@unheard-of.example", "", ""), None, "No match"
                )
            )
        elif index % 31 == 13:
            leads.append(Lead((name, email, profile, "bounced"), None, "Skipped"))
        elif index % 97 == 17:
            leads.append(Lead((), None, ""))
        else:
            leads.append(Lead((name, email, profile, "verified"), who.id))
    return leads


@dataclass
class Scene:
    """One person's folder: several spreadsheets may share its job and its state."""

    folder: Path
    served: Served
    launcher: Launcher
    state: Path = field(init=False)
    threads: int = 8
    codes: list[int] = field(default_factory=list)
    sheets: dict[str, "Sheet"] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    """What its commands find in their environment besides."""
    total: float | None = None
    """How long a call may take; None: as long as it takes the product to lose patience."""

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.state = self.folder / "state"
        self.job = save_job(
            self.folder / "job.yaml",
            name="Look up",
            map={"email": "Email", "linkedin_url": "Profile"},
            skip=[{"column": "Email Status", "is": "bounced", "reason": "bounced"}],
            keep=KEEP,
            limits={"max_credits": 5_000},
        )

    def sheet(self, name: str, leads: Sequence[Lead]) -> "Sheet":
        """Put a spreadsheet into the folder."""
        path = save_xlsx(self.folder / f"{name}.xlsx", [lead.cells for lead in leads], HEADER)
        sheet = Sheet(self, path, tuple(leads), path.read_bytes())
        self.sheets[name] = sheet
        return sheet

    def start(self, *words: object, crash: Point | None = None) -> Process:
        """Type a command."""
        passed = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHON_KEYRING_BACKEND")}
        told = {**self.served.environ, **self.environ}
        environ = {**passed, "TMPDIR": str(self.folder), **told}
        typed = [*map(str, words), "--state", str(self.state)]
        return self.launcher.start(typed, self.folder, environ, crash, total=self.total)

    def holds_until(self, process: Process, claim: Callable[[Log], Any]) -> bool:
        """Let a command go on until the sandbox's log of requests says so, or it ends before."""
        ends = time.monotonic() + 20
        while not claim(self.served.books()["log"]):
            if process.ends_within(0.002):
                return False
            assert time.monotonic() < ends, "it did not happen in time"
        return True


@dataclass(frozen=True)
class Sheet:
    """A spreadsheet of a scene, and the one command typed again and again."""

    scene: Scene
    path: Path
    leads: tuple[Lead, ...]
    content: bytes

    @property
    def output(self) -> Path:
        return self.path.with_name(f"{self.path.stem}.annotated.xlsx")

    @property
    def calls(self) -> int:
        """How many requests it takes, if each carries ten people."""
        asked = {lead.cells for lead in self.leads if lead.expects in {"Succeeded", "No match"}}
        return -(-len(asked) // 10)

    def run(self, *more: object, crash: Point | None = None) -> Process:
        threads = ("--threads", self.scene.threads)
        words = ("run", self.scene.job, self.path, "--yes", "--json", *threads, *more)
        return self.scene.start(*words, crash=crash)

    def finish(self, *more: object) -> int:
        """Run it to its end; the exit code."""
        process = self.run(*more)
        code = process.end()
        assert "Traceback" not in process.said()
        assert code in {0, 8}, (code, process.said())
        return code

    def kill_at_random(self, chance: random.Random, longest: float, *more: object) -> bool:
        """Run it and kill it at a random moment; False where it had ended before.

        Half of the moments are near an answer, which is when something can be lost.
        """
        begun = paid_calls(self.scene.served.books()["log"])
        more_calls = chance.choice([0, chance.randint(1, 4)])
        process = self.run(*more)
        if more_calls:
            self.scene.holds_until(process, lambda log: paid_calls(log) >= begun + more_calls)
        if process.ends_within(chance.uniform(0.0, 0.02 if more_calls else longest)):
            assert process.end() in {0, 8}, process.said()
            return False
        return process.kill()

    def crash(self, point: Point) -> bool:
        """Run it to a point at which it kills itself; False where it never came there."""
        process = self.run(crash=point)
        code = process.end()
        assert code in {0, 8, KILLED}, (code, process.said())
        return code == KILLED


def fault_struck(log: Log) -> bool:
    """Whether the sandbox has met a request with the trouble it was told of."""
    return any(entry["fault"] for entry in log)


def paid_calls(log: Log) -> int:
    """How many requests of a log may have cost something."""
    return sum(entry["route"] in PAID for entry in log)


def stop(process: Process) -> None:
    """Freeze a process where it is, as a laptop's lid does."""
    process.send(signal.SIGSTOP)


def go_on(process: Process) -> None:
    process.send(signal.SIGCONT)
