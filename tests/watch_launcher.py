"""Starts watchers off a process that is warm, each in one of its own, by a clock that runs fast."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Started:
    """A watcher at work."""

    pid: int

    def kill(self) -> None:
        """End it as a power cut would, its children with it."""
        os.kill(self.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end."""
        os.kill(self.pid, signal.SIGTERM)

    @property
    def alive(self) -> bool:
        """Whether it is there still."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


class WatchLauncher:
    """Starts watchers; `speed` is how much faster their clock runs."""

    def __init__(self, speed: float) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-W", "error", __file__, str(speed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(
        self,
        folder: Path,
        jobs: Path,
        state: Path,
        environ: Mapping[str, str],
        *,
        mark: str = "0a1b2c3d",
        at_once: int = 4,
        log: Path | None = None,
    ) -> Started:
        """Start a watcher of a folder."""
        assert self._child.stdin
        assert self._child.stdout
        request = {
            "folder": str(folder),
            "jobs": str(jobs),
            "state": str(state),
            "environ": dict(environ),
            "mark": mark,
            "at_once": at_once,
            "log": str(log or os.devnull),
        }
        self._child.stdin.write(json.dumps(request) + "\n")
        self._child.stdin.flush()
        return Started(int(self._child.stdout.readline()))

    def close(self) -> None:
        self._child.communicate(timeout=10)


class HurriedClock:
    """Runs so much faster than the machine's own."""

    def __init__(self, speed: float) -> None:
        self._speed, self._began = speed, time.monotonic()

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return (time.monotonic() - self._began) * self._speed

    def wait(self, wake: threading.Condition, seconds: float) -> None:
        wake.wait(max(0.005, seconds / self._speed))


def serve(speed: float) -> None:
    """Fork a watcher for every line, until nobody asks any more."""
    import openpyxl.chart
    import sqlalchemy.dialects.sqlite

    import apollo_batch.entrypoints.watching  # noqa: F401

    assert openpyxl.chart
    assert sqlalchemy.dialects.sqlite
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    started = []
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _become(json.loads(line), speed)
        started.append(pid)
        print(pid, flush=True)
    for pid in started:  # a test that failed may have left some
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _become(request: dict[str, Any], speed: float) -> None:
    from apollo_batch.entrypoints.apart import Forked
    from apollo_batch.entrypoints.news import News
    from apollo_batch.entrypoints.taking_up import How
    from apollo_batch.entrypoints.watching import Pace, Watcher
    from apollo_batch.runner.job_files import JobFiles

    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (0, 1, 2):
        os.dup2(log, stream)
    os.environ.update(request["environ"])
    how = How(state=request["state"], mark=request["mark"], threads=4)
    news = News(lambda text: print(text, flush=True))
    folder, jobs = Path(request["folder"]), JobFiles(Path(request["jobs"]))
    pace = Pace(at_once=request["at_once"])
    watcher = Watcher(folder, jobs, how, pace, Forked(), HurriedClock(speed), news)
    os._exit(int(watcher.watch()))


if __name__ == "__main__":
    serve(float(sys.argv[1]))
