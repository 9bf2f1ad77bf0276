"""Who is at work: a process holds a lock of its own, and the kernel lets it go when it dies."""

import os
import secrets
from pathlib import Path

from apollo_batch.errors import HeldError
from apollo_batch.files import Lock, lock, locked
from apollo_batch.journal.store import Store


def come_to_work(store: Store) -> tuple[str, Lock]:
    """Take a name under which this process sends, and the lock that shows it is alive."""
    owner = f"{os.getpid()}-{secrets.token_hex(4)}"
    held = lock(_work(store, owner), owner)
    if held is None:
        raise HeldError(f"The name {owner} is taken; run the same command again.")
    return owner, held


def at_work(store: Store, owner: str) -> bool:
    """Whether the process of that name still lives."""
    return locked(_work(store, owner))


def _work(store: Store, owner: str) -> Path:
    return store.folder / "workers" / f"{owner}.lock"
