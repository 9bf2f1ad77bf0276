"""The database behind the journal: opened safely, written by one transaction at a time."""

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import delete, insert, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from apollo_batch.clock import Clock, SystemClock
from apollo_batch.codes import Code
from apollo_batch.errors import BatchError, InvalidError, LostError, OutputError, UsageError
from apollo_batch.files import Lock, lock_together
from apollo_batch.journal import schema
from apollo_batch.journal.sqlite import SqliteFile
from apollo_batch.settings import Secret

T = TypeVar("T")

_PATIENCE_SECONDS = 60.0


class Database(Protocol):
    """All that differs between a file and a server."""

    name: str
    """What messages call it; no password is in it."""
    folder: Path
    """Where copies, logs and locks of this machine lie."""
    shared: bool
    """Whether other machines may write to it too."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Hold the only write transaction of all; it commits when the block ends well."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """Hold a transaction that sees one moment's truth and holds up nobody."""
        ...

    def explained(self, problem: BaseException) -> BatchError | None:
        """Say what went wrong in a transaction, where a person can do something about it."""
        ...

    def unopened(self, problem: BaseException) -> BatchError | None:
        """Say why it could not be opened, where it is a journal for all we know."""
        ...

    def opened(self) -> None:
        """Know that it is a journal of ours."""
        ...

    def wait_no_longer(self, seconds: float) -> None:
        """Wait for it, should it be away, for so many seconds from now at the most."""
        ...

    def take(self, name: str) -> bool:
        """Take a name that one process of all machines can have, until it ends."""
        ...

    def let_go(self, name: str) -> None:
        """Let a name be taken by others."""
        ...

    def ahead(self) -> float:
        """By how many seconds its clock is ahead of this machine's."""
        ...

    def compact(self, *, alone: bool) -> bool:
        """Leave as little as can be of what was deleted; False where the log holds it still.

        `alone`: nobody else is held up by it.
        """
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Store:
    """One journal, and the folder of copies and locks that goes with it."""

    def __init__(self, database: Database, salt: bytes, presence: Lock) -> None:
        self._database = database
        self._presence = presence
        self._closed = False
        self.salt = salt
        """What its hashes are made with: of another journal they are others."""
        self._gate = threading.Lock()
        self.folder = database.folder
        self.shared = database.shared

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Hold the only write transaction; it commits when the block ends well."""
        with self._gate, self._explaining(), self._database.writing() as connection:
            yield connection

    def written(self, work: Callable[[Connection], T]) -> T:
        """Do work in a write transaction; once more where the server went away over it.

        For what ends with the database alone, and must not be lost with the connection.
        """
        try:
            with self.write() as connection:
                return work(connection)
        except LostError:
            with self.write() as connection:
                return work(connection)

    @staticmethod
    @contextlib.contextmanager
    def part(connection: Connection) -> Iterator[None]:
        """Mark a part of a write transaction that is undone alone when it ends badly."""
        connection.exec_driver_sql("SAVEPOINT part")
        try:
            yield
        except BaseException:
            with contextlib.suppress(SQLAlchemyError):  # a full disk has undone all
                connection.exec_driver_sql("ROLLBACK TO part")
                connection.exec_driver_sql("RELEASE part")
            raise
        connection.exec_driver_sql("RELEASE part")

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Read without holding up writers; what is seen is one moment's truth."""
        with self._explaining(), self._database.reading() as connection:
            yield connection

    @contextlib.contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as problem:
            said = self._database.explained(problem)
            if said is None:
                raise
            raise said from None

    def take(self, name: str, says: str) -> str | None:
        """Take a name among all machines, or tell what its holder says; None: it is ours now.

        On one machine a lock in the folder does the same, and nothing is taken here.
        """
        if not self.shared:
            return None
        mine = schema.meta.c.key == f"held {name}"
        with self._gate, self._explaining():
            taken = self._database.take(name)
        with self.write() as c:
            if not taken:
                return c.scalar(select(schema.meta.c.value).where(mine)) or "on another machine"
            c.execute(delete(schema.meta).where(mine))
            c.execute(insert(schema.meta).values(key=f"held {name}", value=says))
        return None

    def let_go(self, name: str) -> None:
        """Let a name be taken by others."""
        with self._gate:
            self._database.let_go(name)

    def wait_no_longer(self, seconds: float) -> None:
        """Wait for the database, should it be away, for so many seconds from now at the most.

        It may be called at any moment, in a signal's handler too.
        """
        self._database.wait_no_longer(seconds)

    def ahead(self) -> float:
        """By how many seconds the journal's clock is ahead: all who share it go by the same."""
        return self._database.ahead()

    def alone(self) -> AbstractContextManager[bool]:
        """Have the journal for this process alone, as far as this machine goes; False: others use it."""
        return self._presence.alone()

    def compact(self, *, alone: bool) -> bool:
        """Leave as little as can be of what was deleted; False where the log holds it still."""
        with self._gate, self._explaining():
            return self._database.compact(alone=alone)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()
        if not self._closed:
            self._presence.release()
        self._closed = True


def open_store(
    state: Path | Secret,
    clock: Clock | None = None,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> Store:
    """Open the journal in a state folder, in a file NAME.db, or on the server a URL names.

    `clock`: by which a server that is away is waited for; `tell` is told so.

    Raises UsageError where the place cannot be used, InvalidError for another version's journal.
    """
    database = _database(state, clock or SystemClock(), tell)
    presence = _presence(database)
    try:
        with database.writing() as connection:
            _check_ours(connection, database.name)
            schema.metadata.create_all(connection)
            _check_version(connection, database.name)
            salt = _salt(connection)
    except DBAPIError as problem:
        _leave(database, presence)
        said = database.unopened(problem)
        if said is None:
            said = UsageError(
                Code.NOT_A_JOURNAL,
                f"{database.name} is not a journal of this program: {problem.orig}.",
                fix="Name another place with --state.",
            )
        raise said from None
    except BaseException:
        _leave(database, presence)
        raise
    database.opened()
    return Store(database, salt, presence)


def _database(state: Path | Secret, clock: Clock, tell: Callable[[str], None]) -> Database:
    if isinstance(state, Path):
        return SqliteFile(state)
    from apollo_batch.journal.postgres import PostgresServer

    return PostgresServer(state, clock, tell)


def _presence(database: Database) -> Lock:
    """Show that this process uses the journal, for whoever would rather have it alone."""
    held = lock_together(database.folder / "in-use.lock", _PATIENCE_SECONDS)
    if held is None:
        database.close()
        raise OutputError(
            Code.JOURNAL_NOT_WRITTEN,
            f"Another process tidies up the journal {database.name}, or is frozen over it.",
            fix="Let it end, then run this again.",
        )
    return held


def _leave(database: Database, presence: Lock) -> None:
    database.close()
    presence.release()


def _check_ours(connection: Connection, name: str) -> None:
    tables = inspect(connection).get_table_names()
    if tables and schema.meta.name not in tables:
        raise UsageError(
            Code.NOT_A_JOURNAL,
            f"{name} is not a journal of this program: it holds {tables[0]!r} of somebody else's.",
            fix="Name another place with --state.",
        )


def _check_version(connection: Connection, name: str) -> None:
    key = schema.meta.c.key
    found = connection.scalar(select(schema.meta.c.value).where(key == "schema_version"))
    if found is None:
        connection.execute(
            insert(schema.meta).values(key="schema_version", value=str(schema.SCHEMA_VERSION))
        )
    elif found != str(schema.SCHEMA_VERSION):
        raise InvalidError(
            Code.JOURNAL_VERSION,
            f"The journal {name} was written by another version of apollo-batch "
            f"(schema {found}, this one reads {schema.SCHEMA_VERSION}).",
            fix="Use that version, or name another place with --state.",
        )


def _salt(connection: Connection) -> bytes:
    known = connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == "salt"))
    if known is None:
        known = secrets.token_hex(32)
        connection.execute(insert(schema.meta).values(key="salt", value=known))
    return bytes.fromhex(known)
