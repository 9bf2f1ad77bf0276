"""Who is at work: a process holds a lock of its own, and the kernel lets it go when it dies."""

import os
import secrets
import socket
from hashlib import sha256
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.errors import HeldError
from apollo_batch.files import Lock, lock, locked, private_folder
from apollo_batch.journal.settle import sweep
from apollo_batch.journal.store import Store

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def come_to_work(store: Store) -> tuple[str, Lock]:
    """Take a name under which this process sends, and the lock that shows it is alive."""
    owner = f"{os.getpid()}-{secrets.token_hex(4)}"
    if store.shared:
        owner += f"@{_here(store)}"
    held = lock(_work(store, owner), owner)
    if held is None:
        raise HeldError(
            Code.RUN_HELD, f"The name {owner} is taken.", fix="Run the same command again."
        )
    return owner, held


def at_work(store: Store, owner: str) -> bool:
    """Whether the process of that name still lives."""
    return locked(_work(store, owner))


def elsewhere(store: Store, owner: str) -> bool:
    """Whether a process has its lock where nobody here can see it."""
    return store.shared and owner.partition("@")[2] != _here(store)


def give_up_the_dead(store: Store, now: float) -> None:
    """Give up what processes that have ended left without an answer, of any run."""
    sweep(
        store,
        lambda owner: at_work(store, owner),
        now,
        elsewhere=lambda owner: elsewhere(store, owner),
    )


def _here(store: Store) -> str:
    """Name the reach of this folder's locks: one folder, of one kernel since it was started."""
    folder = private_folder(store.folder / "workers").stat()
    boot = _BOOT.read_text(encoding="ascii") if _BOOT.exists() else ""
    text = f"{boot} {folder.st_dev} {folder.st_ino}"
    return f"{socket.gethostname()[:60]}-{sha256(text.encode()).hexdigest()[:8]}".replace("/", "-")


def _work(store: Store, owner: str) -> Path:
    return store.folder / "workers" / f"{owner}.lock"
