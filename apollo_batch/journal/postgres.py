"""A journal on a server: a URL comes in, a PostgreSQL database of our manners goes out."""

import contextlib
import math
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import bindparam, extract, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from apollo_batch.clock import Clock, at, lasting
from apollo_batch.codes import Code
from apollo_batch.errors import (
    BatchError,
    HeldError,
    LostError,
    OutOfReachError,
    OutputError,
)
from apollo_batch.files import private_folder
from apollo_batch.journal import driver
from apollo_batch.journal.address import address_of, folder_of, place_of
from apollo_batch.settings import Secret

T = TypeVar("T")

PATIENCE_SECONDS = 120.0
"""How long a server that went away is waited for, once the journal has been opened."""
_LOOK_SECONDS = 0.25
_TOLD_SECONDS = 1.0
"""Whoever is back sooner was hardly away."""
_TAKING_SECONDS = 1.0
"""How long a name is asked for: the server may not have noticed yet that its holder is dead."""

_GONE = {"57P01", "57P02", "57P03", "25P03"}
"""Shut down, crashed, starting; frozen for too long."""

_TIME = select(extract("epoch", func.clock_timestamp()))
_COMMITTED = select(func.txid_status(bindparam("b_transaction")))
_TRY = select(func.pg_try_advisory_lock(bindparam("b_key")))
_RELEASE = select(func.pg_advisory_unlock(bindparam("b_key")))
_BEGUN = select(func.txid_current(), func.pg_advisory_xact_lock(bindparam("b_key")))


def _key(name: str) -> int:
    digest = sha256(f"apollo-batch {name}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


_WRITERS = _key("writers")


class PostgresServer:
    """One database of a server, whose writers of all machines wait for each other.

    Every write goes over one connection, which also holds the names taken: who has lost his names
    cannot write either. Whether a commit was carried out, whose answer was lost with the
    connection, is asked of the server when it is back.
    """

    shared = True

    def __init__(self, url: Secret, clock: Clock, tell: Callable[[str], None]) -> None:
        address = address_of(url)
        driver.see_that_it_is_there()
        self.name = place_of(address)
        self.folder = private_folder(folder_of(address))
        self._password = str(address.password or address.query.get("password") or "")
        self._clock = clock
        self._tell = tell
        self._patience = 0.0
        self._gives_up_at = math.inf
        self._writer: Connection | None = None
        self._names: set[str] = set()
        self.engine = driver.engine_to(address)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        connection, transaction = self._patiently(self._begin)
        try:
            yield connection
            self._commit(connection, transaction)
        except BaseException as problem:
            self._undo(connection, problem)
            raise

    def _begin(self) -> tuple[Connection, int]:
        connection = self._connected()
        try:
            connection.exec_driver_sql("BEGIN ISOLATION LEVEL READ COMMITTED")
            transaction, _ = connection.execute(_BEGUN, {"b_key": _WRITERS}).one()
        except BaseException as problem:
            self._undo(connection, problem)
            raise
        return connection, int(transaction)

    def _connected(self) -> Connection:
        if self._writer is None:
            connection = self.engine.connect()
            self._writer = connection
            lost = [name for name in self._names if not _tried(connection, name)]
            if lost:
                self._drop()
                raise HeldError(
                    Code.RUN_HELD,
                    "The journal's server was away, and another process goes on with this run.",
                    fix="Wait for it to end, then run the same command again.",
                )
        return self._writer

    def _drop(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with contextlib.suppress(SQLAlchemyError):
                writer.invalidate()
                writer.close()

    def _undo(self, connection: Connection, problem: BaseException) -> None:
        if self._is_lost(problem):
            self._drop()
            return
        try:
            connection.exec_driver_sql("ROLLBACK")
        except SQLAlchemyError:
            self._drop()

    def _commit(self, connection: Connection, transaction: int) -> None:
        try:
            connection.exec_driver_sql("COMMIT")
        except DBAPIError as problem:
            if not self._is_lost(problem):
                raise
            self._drop()
            if not self._patiently(lambda: self._was_committed(transaction)):
                raise

    def _was_committed(self, transaction: int) -> bool:
        # Once the lock is ours, nothing of the other transaction is under way any more.
        connection, _ = self._begin()
        try:
            return connection.scalar(_COMMITTED, {"b_transaction": transaction}) == "committed"
        finally:
            connection.exec_driver_sql("ROLLBACK")

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        connection = self._patiently(self._look)
        try:
            yield connection
        finally:
            with contextlib.suppress(SQLAlchemyError):
                connection.exec_driver_sql("ROLLBACK")
            connection.close()

    def _look(self) -> Connection:
        connection = self.engine.connect()
        try:
            connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        except BaseException:
            connection.close()
            raise
        return connection

    def _patiently(self, do: Callable[[], T]) -> T:
        since = math.inf
        told = False
        while True:
            try:
                done = do()
            except (DBAPIError, HeldError) as problem:
                lost = self._is_lost(problem)
                if not lost and not isinstance(problem, HeldError):
                    raise
                now = self._clock.monotonic()
                since = min(since, now)
                ends = min(since + self._patience, self._gives_up_at)
                if now >= ends and self._patience and lost:
                    # What was under way is done or undone, nobody knows: it is not done again.
                    raise self._away(problem, OutOfReachError) from None
                if now >= ends:
                    raise
                told = told or (lost and self._told(problem, now - since, ends - now))
            else:
                if told:
                    self._tell(f"The journal's server {self.name} is back.")
                return done
            self._wait()

    def _told(self, problem: BaseException, lasted: float, left: float) -> bool:
        """Tell that the server is away, once it has been for a moment; whether it was told."""
        if lasted < _TOLD_SECONDS:
            return False
        away = f"The journal's server {self.name} is away: {self._words(problem)}."
        self._tell(f"{away} It is waited for until {at(left)} ({lasting(left)} at the most).")
        return True

    def _wait(self) -> None:
        nobody_calls = threading.Condition()
        with nobody_calls:
            self._clock.wait(nobody_calls, _LOOK_SECONDS)

    @staticmethod
    def _is_lost(problem: BaseException) -> bool:
        if not isinstance(problem, DBAPIError):
            return False
        state = getattr(problem.orig, "sqlstate", None)
        if state is None:  # no word from the server: from the way to it
            return isinstance(problem, OperationalError | InterfaceError)
        return bool(problem.connection_invalidated) or state in _GONE or state.startswith("08")

    def explained(self, problem: BaseException) -> BatchError | None:
        state = getattr(getattr(problem, "orig", None), "sqlstate", None) or ""
        if self._is_lost(problem):
            return self._away(problem, LostError)
        if state == "55P03":
            fix = "Another run holds it for long: let it end, then run this again."
        elif state.startswith("53"):
            fix = "Make room on the server, then run the same command again."
        else:
            return None
        return OutputError(
            Code.JOURNAL_NOT_WRITTEN,
            f"The journal in {self.name} cannot be written: {self._words(problem)}.",
            fix=fix,
        )

    def _away(self, problem: BaseException, kind: type[OutOfReachError]) -> OutOfReachError:
        return kind(
            Code.JOURNAL_OUT_OF_REACH,
            f"The journal's server {self.name} went away: {self._words(problem)}.",
            fix="See that it runs, then run the same command again: it goes on.",
        )

    def unopened(self, problem: BaseException) -> BatchError | None:
        if self._is_lost(problem):
            return OutOfReachError(
                Code.JOURNAL_OUT_OF_REACH,
                f"The journal in {self.name} cannot be reached: {self._words(problem)}.",
                fix="See that the server runs and lets you in, then run the same command again. "
                "A password may stand in APOLLO_BATCH_STATE, PGPASSWORD or ~/.pgpass.",
            )
        return self.explained(problem)

    def _words(self, problem: BaseException) -> str:
        words = " ".join(str(getattr(problem, "orig", problem)).split()).rstrip(".")
        return words.replace(self._password, "***") if self._password else words

    def opened(self) -> None:
        self._patience = PATIENCE_SECONDS

    def wait_no_longer(self, seconds: float) -> None:
        self._gives_up_at = self._clock.monotonic() + seconds

    def take(self, name: str) -> bool:
        until = self._clock.monotonic() + _TAKING_SECONDS
        while not self._patiently(lambda: self._try_to_take(name)):
            if self._clock.monotonic() >= until:
                return False
            self._wait()
        self._names.add(name)
        return True

    def _try_to_take(self, name: str) -> bool:
        connection = self._connected()
        try:
            return _tried(connection, name)
        except DBAPIError as problem:
            self._undo(connection, problem)
            raise

    def let_go(self, name: str) -> None:
        self._names.discard(name)
        if self._writer is not None:
            try:
                self._writer.scalar(_RELEASE, {"b_key": _key(name)})
            except SQLAlchemyError:
                self._drop()

    def ahead(self) -> float:
        with self.reading() as connection:
            before = self._clock.now()
            theirs = connection.scalar(_TIME)
            return float(theirs or before) - (before + self._clock.now()) / 2

    def compact(self, *, alone: bool) -> bool:  # noqa: ARG002 - it holds up nobody
        driver.vacuum(self.engine)
        return True

    def close(self) -> None:
        self._drop()
        self.engine.dispose()


def _tried(connection: Connection, name: str) -> bool:
    return bool(connection.scalar(_TRY, {"b_key": _key(name)}))
