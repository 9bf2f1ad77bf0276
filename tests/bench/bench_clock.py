"""Runs the program from outside and measures it: seconds on the wall, memory at its highest."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from makers import Desk


@dataclass(frozen=True)
class Measured:
    """A command that has ended, and what it took."""

    code: int
    out: str
    err: str
    seconds: float
    megabytes: float
    worked: float
    """Seconds of processor time, its own and of what it started: others do not count in it."""


def measure(desk: Desk, *words: object, **more: str) -> Measured:
    """Run a command to its end."""
    out, err = desk.folder / "out", desk.folder / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "apollo_batch", *map(str, words)],
            cwd=desk.folder,
            env=os.environ | desk.environ | {"APOLLO_BATCH_STATE": str(desk.state)} | more,
            stdout=stdout,
            stderr=stderr,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    return Measured(
        process.returncode,
        out.read_text(),
        err.read_text(),
        seconds,
        usage.ru_maxrss / 1024,
        usage.ru_utime + usage.ru_stime,
    )


def show(title: str, lines: Sequence[tuple[str, str, str]]) -> None:
    """Print a table: what was measured, how much, and how much it should be."""
    print(f"\n\n{title}")
    for what, measured, wanted in lines:
        print(f"  {what:<58} {measured:>16}   {wanted}")


def plain_text(path: Path) -> int:
    """How many lines a text file has."""
    with path.open("rb") as file:
        return sum(1 for _ in file)
