"""A run comes in; while its lock is held, no other process sends or changes anything of it."""

import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from apollo_batch.codes import Code
from apollo_batch.errors import HeldError
from apollo_batch.files import lock
from apollo_batch.journal.store import Store


@contextmanager
def holding(store: Store, account: str, identity: str, now: float) -> Iterator[None]:
    """Hold the lock of a run; HeldError, naming the holder, where another process has it."""
    name = hashlib.sha256(f"{account} {identity}".encode()).hexdigest()
    path = store.folder / "runs" / f"{name[:32]}.lock"
    began = datetime.fromtimestamp(now, UTC)
    says = f"process {os.getpid()} on {socket.gethostname()} since {began:%Y-%m-%d %H:%M:%S} UTC"
    held = lock(path, says)
    if held is None:
        raise _under_way(path.read_text(encoding="utf-8").strip())
    try:
        if (other := store.take(name, says)) is not None:
            raise _under_way(other)
        try:
            yield
        finally:
            store.let_go(name)
    finally:
        held.release()


def _under_way(holder: str) -> HeldError:
    return HeldError(
        Code.RUN_HELD,
        f"This run is under way already: {holder}.",
        fix="Wait for it to end, then run the same command again.",
    )
