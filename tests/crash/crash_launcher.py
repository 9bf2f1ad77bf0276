"""Forks processes that have everything imported, so that a kill costs a fork and not a start."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Point:
    """The moment at which a process kills itself: the nth call of a function written in C.

    Nothing in the product knows of it: the interpreter's own profiler looks on.
    """

    call: str
    """Owner and name: Cursor.execute, socket.sendall, posix.replace."""
    nth: int = 1
    after: bool = False
    """Once the call is over, not before it begins."""
    sql: str = ""
    """Count only calls that execute a statement beginning so."""

    def __str__(self) -> str:
        moment = "after" if self.after else "before"
        return f"{moment} {self.call} {self.sql} {self.nth}".replace("  ", " ")


class Process:
    """A command under way."""

    def __init__(self, launcher: "Launcher", pid: int, out: Path, err: Path) -> None:
        self._launcher = launcher
        self._out, self._err = out, err
        self._watched = os.pidfd_open(pid)
        self._code: int | None = None
        self.pid = pid

    def ends_within(self, seconds: float) -> bool:
        """Wait so long for the end, and say whether it came."""
        if self._code is not None:
            return True
        return bool(select.select([self._watched], [], [], seconds)[0])

    def send(self, number: signal.Signals) -> None:
        signal.pidfd_send_signal(self._watched, number)

    def kill(self) -> bool:
        """Kill it with the one signal nothing can catch; False where it had ended by itself."""
        self.send(signal.SIGKILL)
        return self.end() == KILLED

    def end(self) -> int:
        """Wait for the end and give the exit code; minus the signal that killed it."""
        if self._code is None:
            assert self.ends_within(60), f"still runs: {self.said()}"
            import tally  # not there for the forked, who end nobody

            self._code = self._launcher.ask(do="reap", pid=self.pid)
            tally.count(tally.KILLS, self._code == KILLED)
            os.close(self._watched)
        return self._code

    def told(self) -> str:
        """What it wrote to stdout."""
        return self._out.read_text(encoding="utf-8")

    def said(self) -> str:
        """What it wrote to stderr."""
        return self._err.read_text(encoding="utf-8")


class Launcher:
    """A process with everything imported, which forks commands on request."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(
        self,
        words: Sequence[str],
        folder: Path,
        environ: dict[str, str],
        crash: Point | None,
        *,
        total: float | None = None,
    ) -> Process:
        """Run a command; `total`: how long one of its calls may take, instead of two minutes."""
        number = len(list(folder.glob("*.out")))
        out, err = folder / f"{number}.out", folder / f"{number}.err"
        out.touch()
        pid = self.ask(
            do="start",
            words=list(words),
            environ=environ,
            out=str(out),
            err=str(err),
            crash=asdict(crash) if crash else None,
            total=total,
        )
        return Process(self, pid, out, err)

    def ask(self, **request: Any) -> int:
        assert self._child.stdin
        assert self._child.stdout
        self._child.stdin.write(json.dumps(request) + "\n")
        self._child.stdin.flush()
        answer = self._child.stdout.readline()
        assert answer, "the program cannot even be imported"
        return int(answer)

    def close(self) -> None:
        assert self._child.stdin
        assert self._child.stdout
        self._child.stdin.close()
        self._child.wait(10)
        self._child.stdout.close()


def serve() -> None:
    """Fork and reap as asked, until nobody asks any more."""
    _import_everything()
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "start":
            answer = os.fork() or _become(request)
        else:
            answer = os.waitstatus_to_exitcode(os.waitpid(request["pid"], 0)[1])
        print(answer, flush=True)


def _import_everything() -> None:
    import encodings.idna  # noqa: F401
    import sqlite3  # noqa: F401

    import openpyxl.chart  # noqa: F401
    import python_calamine  # noqa: F401
    import requests  # noqa: F401
    import sqlalchemy.dialects.sqlite  # noqa: F401

    import apollo_batch.apollo.client
    import apollo_batch.entrypoints.cli
    import apollo_batch.entrypoints.running
    import apollo_batch.entrypoints.telling  # noqa: F401


def _become(request: dict[str, Any]) -> int:
    """Turn the forked process into the command, as if it had just been typed."""
    from apollo_batch.entrypoints.cli import main

    for number, path in ((0, os.devnull), (1, request["out"]), (2, request["err"])):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, number)
        os.close(handle)
    os.environ.clear()
    os.environ.update(request["environ"])
    sys.argv = ["apollo-batch", *request["words"]]
    if request["crash"]:
        _crash_at(Point(**request["crash"]))
    if request["total"]:
        _hurry(request["total"])
    code: object = 70
    try:
        main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 71)


def _hurry(total: float) -> None:
    """Wait a shorter time for the same: what is lost early has met no sandbox's clock yet."""
    from apollo_batch.apollo import client, wire
    from apollo_batch.journal import breaker, looking

    defaults = client.Client.__init__.__kwdefaults__
    assert defaults["total"] == client.TOTAL_SECONDS
    defaults["total"] = total
    for room, names in {
        wire: ("_BASE_SECONDS",),
        breaker: ("_BASE_SECONDS", "_FIRST_SECONDS", "_EVERY_SECONDS"),
        looking: ("_FIRST_SECONDS", "_AGAIN_SECONDS"),
    }.items():
        for name in names:
            setattr(room, name, getattr(room, name) / 100)


def _crash_at(point: Point) -> None:
    moment = "c_return" if point.after else "c_call"
    seen = 0

    def look(frame: FrameType, event: str, function: Any) -> None:
        nonlocal seen
        if event != moment or not point.call.endswith(f".{function.__name__}"):
            return
        owner = function.__self__
        owner = owner.__name__ if isinstance(owner, ModuleType) else type(owner).__name__
        if f"{owner}.{function.__name__}" != point.call:
            return
        if not str(frame.f_locals.get("statement", "")).startswith(point.sql):
            return
        seen += 1
        if seen == point.nth:
            os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(look)
    sys.setprofile(look)


if __name__ == "__main__":
    serve()
