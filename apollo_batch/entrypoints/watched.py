"""What `watch` does before and around its loop: see that all is there, hold the folder, begin."""

import hashlib
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from apollo_batch.clock import SystemClock
from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.apart import Died, Forked, Said
from apollo_batch.entrypoints.news import News
from apollo_batch.entrypoints.opening import place_for
from apollo_batch.entrypoints.taking_up import How
from apollo_batch.entrypoints.watching import FAR, Pace, Watcher
from apollo_batch.errors import BatchError, Exit, HeldError, UsageError
from apollo_batch.files import PRIVATE_FOLDER, lock
from apollo_batch.journal.disk import is_far
from apollo_batch.runner.job_files import JobFiles
from apollo_batch.runner.papers import is_synced

_MARK = 8


def watch_folder(
    folder: Path,
    *,
    jobs: Path,
    once: bool,
    sandbox: bool,
    state: str | None,
    threads: int,
    yes: bool,
) -> Exit:
    """Watch a folder until a signal asks for an end, or once."""
    if yes:
        raise UsageError(
            Code.NOT_AGREED,
            "--yes is refused here: it would agree to what nobody has seen.",
            fix="Up to 100 credits nobody is asked; for more, somebody moves the plan from review "
            "to approved.",
        )
    how = _opened(How(state=state, sandbox=sandbox, threads=threads))
    files = _job_files(jobs)
    folder = _made(folder)
    with _held(folder):
        pace = _pace(folder, sandbox=sandbox)
        watcher = Watcher(folder, files, how, pace, Forked(), SystemClock(), News(console.say))
        count = sum(file.takes_sheets for file in files.look().values())
        ends = "" if once else " Ctrl-C ends it."
        console.say(f"Watching {console.short(folder)} for {count} job{'s'[: count != 1]}.{ends}")
        return watcher.once() if once else watcher.watch()


def _job_files(jobs: Path) -> JobFiles:
    files = JobFiles(jobs.resolve())
    fix = "Name the folder that holds your job files: --jobs DIR"
    try:
        if not files.look():
            raise UsageError(Code.NO_JOB_FILES, f"There is no job file in {jobs}.", fix=fix)
    except OSError as problem:
        said = f"{jobs} cannot be read: {problem.strerror}."
        raise UsageError(Code.NO_JOB_FILES, said, fix=fix) from None
    return files


def _made(folder: Path) -> Path:
    try:
        if not folder.exists():
            folder.mkdir(mode=PRIVATE_FOLDER)
        if not os.access(folder, os.W_OK | os.X_OK) or not folder.is_dir():
            raise NotADirectoryError(0, "it is no folder that can be written to")
    except OSError as problem:
        raise UsageError(
            Code.FOLDER_UNUSABLE,
            f"{folder} cannot be watched: {problem.strerror}.",
            fix="Name a folder that is there, or can be made, and that you may write to.",
        ) from None
    return folder.resolve()


def _pace(folder: Path, *, sandbox: bool) -> Pace:
    far = is_far(folder) or any(map(is_synced, folder.parts))
    pace = FAR if far else Pace()
    # The embedded sandbox is a world of its own in each process.
    return Pace(pace.scan, pace.window, at_once=1) if sandbox else pace


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder on this machine; HeldError, naming the holder, where another process does."""
    host = socket.gethostname()
    own = folder / f".apollo-batch-{re.sub(r'[^A-Za-z0-9-]', '_', host)}"
    says = f"process {os.getpid()} on {host} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    held = lock(own / "watcher.lock", says)
    if held is None:
        holder = (own / "watcher.lock").read_text(encoding="utf-8").strip()
        raise HeldError(
            Code.FOLDER_HELD,
            f"{folder} is watched already: {holder}.",
            fix="End that one first, or let it be.",
        )
    try:
        yield
    finally:
        held.release()


def _opened(how: How) -> How:
    """See in a process apart that journal, key and Apollo are there; what is wrong is raised."""
    found = Forked().ask(lambda: _open(how))
    if isinstance(found, Died):
        raise BatchError(Code.BUG, found.words, fix="Give the same command again.")
    if found["code"]:
        problem = BatchError(Code(found["word"]), found["message"], fix=found["fix"])
        problem.exit_code = Exit(found["code"])
        raise problem
    return How(how.state, how.sandbox, how.threads, mark=found["mark"])


def _open(how: How) -> Said:
    try:
        with place_for(how.state, sandbox=how.sandbox) as (place, _):
            name = f"{socket.gethostname()} {place.store.folder.resolve()}"
    except BatchError as problem:
        code, word = int(problem.exit_code), problem.code.value
        return {"code": code, "word": word, "message": problem.message, "fix": problem.fix}
    return {"code": 0, "mark": hashlib.sha256(name.encode()).hexdigest()[:_MARK]}
