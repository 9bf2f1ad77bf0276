"""Files appear whole or not at all, readable by their owner only."""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
_DRAFT = ".part"
_HELD = {errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY}
"""What a file server says while somebody has the file open."""
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.75, 1.0)

Wait = Callable[[float], None]
"""Lets so many seconds pass."""


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner can enter, or tighten one that is there."""
    if not path.parent.exists():
        private_folder(path.parent)
    path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    if path.stat().st_mode & 0o077:
        path.chmod(PRIVATE_FOLDER)
    return path


@contextlib.contextmanager
def whole(
    target: Path, ready: Callable[[Path], None] | None = None, wait: Wait = time.sleep
) -> Iterator[Path]:
    """Yield a draft beside the target; it replaces the target when the block ends well.

    The draft is synced before the rename and the folder after it, so that a power cut leaves
    the old file or the new one, never half of one. Drafts of writers that were killed are cleared.
    `ready` sees the finished draft before it takes the target's place. A target that another
    program holds is tried again for 2.5 seconds, with `wait` between.
    """
    clear_drafts(target)
    prefix = _prefix(target)
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=_DRAFT, dir=target.parent)
    draft = Path(name)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # tells it from a draft whose writer is gone
        yield draft
        _see_that_it_is_ours(handle, draft)
        _sync(draft)
        if ready is not None:
            ready(draft)
        _replace(draft, target, wait)
        _sync(target.parent)
    finally:
        os.close(handle)
        draft.unlink(missing_ok=True)


def _see_that_it_is_ours(handle: int, draft: Path) -> None:
    """In a folder where others write too, somebody may have put something else in its place."""
    if not os.path.samestat(os.fstat(handle), draft.lstat()):
        raise OSError(errno.ESTALE, "something else was put in the place of its draft")


def _replace(draft: Path, target: Path, wait: Wait) -> None:
    for pause in _PAUSES:
        try:
            draft.replace(target)
        except OSError as error:
            if error.errno not in _HELD:
                raise
            wait(pause)
        else:
            return
    draft.replace(target)


def _prefix(target: Path) -> str:
    return f".{target.name[:80]}."


def clear_drafts(target: Path) -> None:
    """Delete the drafts of a file whose writers were killed."""
    prefix = _prefix(target)
    for path in target.parent.iterdir():
        if path.name.startswith(prefix) and path.name.endswith(_DRAFT):
            with contextlib.suppress(OSError):  # somebody else's: not ours to clear
                if not locked(path):
                    path.unlink()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """The hash of a file's bytes, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def named(path: Path) -> Path:
    """Say where a file is as a person sees it: in its real folder, under its own name or a link's."""
    return path.parent.resolve() / path.name


def private_copy(source: Path, target: Path) -> Path:
    """Copy a file whole, readable by its owner only; a copy that is there already is kept.

    Its time says when it was last wanted.
    """
    if target.exists():
        target.touch()
    else:
        private_folder(target.parent)
        with whole(target) as draft:
            shutil.copyfile(source, draft)
            draft.chmod(PRIVATE_FILE)
    return target


class Lock:
    """A kernel lock on a file: held until released or the process ends, never inherited.

    Some are held by many at once, none of whom has it alone.
    """

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self._handle = handle

    def release(self) -> None:
        """Let go; the file stays, so that no two processes ever lock different files of one name."""
        os.close(self._handle)

    @contextlib.contextmanager
    def alone(self) -> Iterator[bool]:
        """Have a lock that is held with others for oneself; False where others hold it too."""
        alone = _taken(self._handle, fcntl.LOCK_EX)
        try:
            yield alone
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_SH)


def lock(path: Path, says: str) -> Lock | None:
    """Take the lock of a file at once, or None where another process holds it.

    `says` is written into the file, for whoever finds it held.
    """
    private_folder(path.parent)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE_FILE)
    if not _taken(handle, fcntl.LOCK_EX):
        os.close(handle)
        return None
    os.ftruncate(handle, 0)
    os.write(handle, says.encode())
    return Lock(path, handle)


def lock_together(path: Path, patience: float) -> Lock | None:
    """Take the lock of a file with others; None where somebody has it alone for so many seconds."""
    private_folder(path.parent)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE_FILE)
    ends = time.monotonic() + patience
    while not _taken(handle, fcntl.LOCK_SH):
        if time.monotonic() >= ends:
            os.close(handle)
            return None
        time.sleep(_PAUSES[0])
    return Lock(path, handle)


def _taken(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def locked(path: Path) -> bool:
    """Whether another process, or another lock of this one, holds the lock of a file."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        return not _taken(handle, fcntl.LOCK_EX)
    finally:
        os.close(handle)
