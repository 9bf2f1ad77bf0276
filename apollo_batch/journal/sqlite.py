"""A journal in a file: a folder or NAME.db comes in, an SQLite database of our manners goes out."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from apollo_batch.codes import Code
from apollo_batch.errors import BatchError, OutputError, UsageError
from apollo_batch.files import PRIVATE_FILE, private_folder
from apollo_batch.journal import disk
from apollo_batch.journal.portable import Portable

_BUSY_MS = 30_000
_PAUSES = (0.01, 0.02, 0.04, 0.1, 0.2, 0.4, 0.8, 1.6)


class SqliteFile:
    """One file, whose writers wait for each other; locks and copies lie beside it."""

    shared = False

    def __init__(self, state: Path) -> None:
        file, self.folder = _place(state)
        disk.see_that_it_is_local(self.folder)
        self.name = str(file)
        self._portable, self._open = Portable(file, self.folder), False
        self.engine = create_engine(f"sqlite:///{file}", isolation_level="AUTOCOMMIT")
        event.listen(self.engine, "connect", _prepare)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            if self._open:
                self._portable.mark(connection)
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                with contextlib.suppress(OperationalError):  # a full disk has undone it already
                    connection.exec_driver_sql("ROLLBACK")
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("ROLLBACK")

    def explained(self, problem: BaseException) -> BatchError | None:
        if isinstance(problem, DBAPIError) and "malformed" in str(problem.orig):
            return self._damaged(problem)
        words = str(problem.orig) if isinstance(problem, OperationalError) else ""
        if isinstance(problem, OperationalError) and ("full" in words or "locked" in words):
            return self._unwritable(str(self.folder), problem)
        return None

    def unopened(self, problem: BaseException) -> BatchError | None:
        if isinstance(problem, OperationalError):
            return self._unwritable(self.name, problem)
        if isinstance(problem, DBAPIError) and "malformed" in str(problem.orig):
            return self._damaged(problem)
        return None

    def _damaged(self, problem: DBAPIError) -> OutputError:
        return OutputError(
            Code.JOURNAL_DAMAGED,
            f"The journal's file {self.name} is damaged: {problem.orig}.",
            fix="Put a copy of the file back; what was sent since it was made is not known then.",
        )

    @staticmethod
    def _unwritable(place: str, problem: OperationalError) -> OutputError:
        if "locked" in str(problem.orig):
            fix = "Another run holds it for long, or is frozen: let it end, then run this again."
        else:
            fix = "Free some space and run the same command again, or name a folder with --state."
        return OutputError(
            Code.JOURNAL_NOT_WRITTEN,
            f"The journal in {place} cannot be written: {problem.orig}.",
            fix=fix,
        )

    def opened(self) -> None:
        self._open = True
        disk.lay_ballast(self.folder)

    def wait_no_longer(self, seconds: float) -> None:
        pass

    def take(self, name: str) -> bool:  # noqa: ARG002 - the lock in the folder is enough
        return True

    def let_go(self, name: str) -> None:
        pass

    def ahead(self) -> float:
        return 0.0

    def compact(self, *, alone: bool) -> bool:
        """Leave nothing of what was deleted; False where the log still holds some of it.

        The log is folded in when the last process that uses the journal ends.
        """
        with self.engine.connect() as connection:
            if alone:
                connection.exec_driver_sql("VACUUM")
            # Nobody who is at work is held up for longer than that.
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_BUSY_MS if alone else 200}")
            busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_BUSY_MS}")
        return not busy

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it."""
        with self._portable.leaving():
            with contextlib.suppress(DBAPIError), self.engine.connect() as connection:
                self._portable.fold(connection)
            self.engine.dispose()


def _place(state: Path) -> tuple[Path, Path]:
    try:
        if state.suffix == ".db":
            folder = private_folder(state.with_name(state.name + ".d"))
            return _private(state), folder
        return _private(private_folder(state) / "journal.db"), state
    except OSError as problem:
        raise UsageError(
            Code.STATE_UNUSABLE,
            f"The state folder {state} cannot be used: {problem.strerror}.",
            fix="Name a folder you may write to: --state FOLDER",
        ) from None


def _private(file: Path) -> Path:
    # Before SQLite opens it, because the log beside it is made with the permissions of the file.
    file.touch(mode=PRIVATE_FILE)
    file.chmod(PRIVATE_FILE)
    return file


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    _keep_a_log(connection)
    # What is deleted leaves no text behind in the file; pages alone can be had back from it.
    connection.execute("PRAGMA secure_delete=ON")
    # FULL, because NORMAL may drop the last commits at a power cut, and these are paid answers.
    connection.execute("PRAGMA synchronous=FULL")


def _keep_a_log(connection: sqlite3.Connection) -> None:
    # Where two open a new journal at once, SQLite waits for neither to turn it into one with a log.
    for pause in _PAUSES:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem):
                raise
            time.sleep(pause)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")
