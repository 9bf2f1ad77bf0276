"""The database behind the journal: opened safely, written by one transaction at a time."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, event, insert, inspect, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from apollo_batch.errors import InvalidError, OutputError, UsageError
from apollo_batch.files import PRIVATE_FILE, private_folder
from apollo_batch.journal import disk, schema

_BUSY_MS = 30_000


class Store:
    """One journal file, and the folder of copies and locks that goes with it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._gate = threading.Lock()
        self.folder = folder

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Hold the only write transaction; it commits when the block ends well."""
        with self._gate, self._engine.connect() as connection:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException as problem:
                with contextlib.suppress(OperationalError):  # a full disk has undone it already
                    connection.exec_driver_sql("ROLLBACK")
                words = str(problem.orig) if isinstance(problem, OperationalError) else ""
                if isinstance(problem, OperationalError) and ("full" in words or "locked" in words):
                    raise _unwritable(self.folder, problem) from None
                raise

    @staticmethod
    @contextlib.contextmanager
    def part(connection: Connection) -> Iterator[None]:
        """Mark a part of a write transaction that is undone alone when it ends badly."""
        connection.exec_driver_sql("SAVEPOINT part")
        try:
            yield
        except BaseException:
            with contextlib.suppress(OperationalError):  # a full disk has undone everything
                connection.exec_driver_sql("ROLLBACK TO part")
                connection.exec_driver_sql("RELEASE part")
            raise
        connection.exec_driver_sql("RELEASE part")

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Read without holding up writers; what is seen is one moment's truth."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("ROLLBACK")

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it."""
        with contextlib.suppress(OperationalError), self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self._engine.dispose()


def open_store(state: Path) -> Store:
    """Open the journal in a state folder, or the one named by a file NAME.db.

    Raises UsageError where the place cannot be used, InvalidError for another version's journal.
    """
    file, folder = _place(state)
    disk.see_that_it_is_local(folder)
    engine = create_engine(f"sqlite:///{file}", isolation_level="AUTOCOMMIT")
    event.listen(engine, "connect", _prepare)
    store = Store(engine, folder)
    try:
        with store.write() as connection:
            _check_ours(connection, file)
            schema.metadata.create_all(connection)
            _check_version(connection, file)
    except OperationalError as problem:
        raise _unwritable(file, problem) from None
    except DatabaseError as problem:
        raise UsageError(
            f"{file} is not a journal of this program: {problem.orig}.",
            fix="Name another file or folder with --state.",
        ) from None
    disk.lay_ballast(folder)
    return store


def _unwritable(place: Path, problem: OperationalError) -> OutputError:
    if "locked" in str(problem.orig):
        fix = "Another run holds it for long, or is frozen: let it end, then run this again."
    else:
        fix = "Free some space and run the same command again, or name a folder with --state."
    return OutputError(f"The journal in {place} cannot be written: {problem.orig}.", fix=fix)


def _place(state: Path) -> tuple[Path, Path]:
    try:
        if state.suffix == ".db":
            folder = private_folder(state.with_name(state.name + ".d"))
            return _private(state), folder
        return _private(private_folder(state) / "journal.db"), state
    except OSError as problem:
        raise UsageError(
            f"The state folder {state} cannot be used: {problem.strerror}.",
            fix="Name a folder you may write to: --state FOLDER",
        ) from None


def _private(file: Path) -> Path:
    # Before SQLite opens it, because the log beside it is made with the permissions of the file.
    file.touch(mode=PRIVATE_FILE)
    file.chmod(PRIVATE_FILE)
    return file


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # FULL, because NORMAL may drop the last commits at a power cut, and these are paid answers.
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _check_ours(connection: Connection, file: Path) -> None:
    tables = inspect(connection).get_table_names()
    if tables and schema.meta.name not in tables:
        raise UsageError(
            f"{file} is not a journal of this program: it holds {tables[0]!r} of somebody else's.",
            fix="Name another file or folder with --state.",
        )


def _check_version(connection: Connection, file: Path) -> None:
    key = schema.meta.c.key
    found = connection.scalar(select(schema.meta.c.value).where(key == "schema_version"))
    if found is None:
        connection.execute(
            insert(schema.meta).values(key="schema_version", value=str(schema.SCHEMA_VERSION))
        )
    elif found != str(schema.SCHEMA_VERSION):
        raise InvalidError(
            f"The journal {file} was written by another version of apollo-batch "
            f"(schema {found}, this one reads {schema.SCHEMA_VERSION}).",
            fix="Use that version, or name another folder with --state.",
        )
