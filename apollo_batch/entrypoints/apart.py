"""A piece of work goes into a process of its own, which may die alone; how it ended comes back.

The process that starts them has one thread, opens no journal and parses no spreadsheet: whatever a
hostile file does, it does to a child, and the children end with their parent.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from apollo_batch.entrypoints.stopping import asking_to_end

Said: TypeAlias = dict[str, Any]
Work: TypeAlias = Callable[[], Said]
_END_WITH_PARENT = 1
"""PR_SET_PDEATHSIG, of Linux's prctl."""
_MEMORY, _SECONDS, _BYTES_A_SECOND = 1 << 30, 20, 5 << 20


@dataclass(frozen=True)
class Died:
    """A piece of work that came to no end."""

    words: str
    by_request: bool = False
    """Whether somebody asked it to end, and it had nothing to say."""


class Child(Protocol):
    """A piece of work under way."""

    def ended(self) -> Said | Died | None:
        """What it said at its end; None: it is still at it."""
        ...

    def stop(self, number: int) -> None:
        """Send it a signal."""
        ...


class Carrier(Protocol):
    """Whoever has work done."""

    def start(self, work: Work) -> Child:
        """Begin with a piece of work."""
        ...

    def ask(self, work: Work, size: int | None = None) -> Said | Died:
        """Wait for the end of a short one; where it is about a file that nobody trusts, of so many bytes."""
        ...


class Forked:
    """Has work done by children, each a copy of this process."""

    def start(self, work: Work) -> Child:
        return _start(work, lambda: None)

    def ask(self, work: Work, size: int | None = None) -> Said | Died:
        child = _start(work, lambda: None if size is None else _limit(size))
        while (ended := child.ended(wait=True)) is None:
            continue
        return ended


class _Child:
    def __init__(self, pid: int, pipe: int) -> None:
        self._pid, self._pipe = pid, pipe
        self._said = b""

    def ended(self, *, wait: bool = False) -> Said | Died | None:
        # Its words come before its end, and may be more than a pipe holds.
        os.set_blocking(self._pipe, wait)
        with suppress(BlockingIOError):
            while piece := os.read(self._pipe, 1 << 16):
                self._said += piece
            return self._reaped(os.waitpid(self._pid, 0)[1])
        return None

    def _reaped(self, status: int) -> Said | Died:
        os.close(self._pipe)
        try:
            found = json.loads(self._said)
        except ValueError:
            code = os.waitstatus_to_exitcode(status)
            how = f"signal {-code}" if code < 0 else f"code {code}"
            asked = -code in {signal.SIGTERM, signal.SIGINT}
            return Died(f"The process that worked on it was ended by {how}.", asked)
        return Died(found["died"]) if "died" in found else found

    def stop(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, number)


def _start(work: Work, prepare: Callable[[], None]) -> _Child:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    pipe, out = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become(work, prepare, out, parent)
    os.close(out)
    return _Child(pid, pipe)


def _become(work: Work, prepare: Callable[[], None], out: int, parent: int) -> None:
    """Do the work in the child, say how it ended, and end without a trace of what the parent had."""
    try:
        for number in asking_to_end():
            signal.signal(number, signal.SIG_DFL)
        os.setpgid(0, 0)  # Ctrl-C is for the parent, which tells its children
        _end_with(parent)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        prepare()
        said = _done(work)
    except BaseException as problem:  # noqa: BLE001 - nothing of the parent's may run on in a child
        said = {"died": f"It could not be begun with ({type(problem).__name__})."}
    with suppress(BaseException), os.fdopen(out, "w", encoding="utf-8") as file:
        json.dump(said, file)
    os._exit(0)


def _done(work: Work) -> Said:
    try:
        return work()
    except SystemExit as end:
        return {"died": f"It ended by itself, with code {end.code}."}
    except Exception as problem:  # noqa: BLE001 - a bug becomes a report
        from apollo_batch.entrypoints.crash import report_crash

        return {"died": report_crash(problem)}


def _end_with(parent: int) -> None:
    with suppress(OSError, AttributeError):  # a system that has no such thing
        ctypes.CDLL(None).prctl(_END_WITH_PARENT, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)


def _limit(size: int) -> None:
    seconds = _SECONDS + size // _BYTES_A_SECOND
    for limit, most in (
        (resource.RLIMIT_AS, _MEMORY + 4 * size),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
