"""The disk under a journal: local, or refused; with some room kept back for what was paid for."""

import os
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.files import PRIVATE_FILE

BALLAST_BYTES = 2 * 1024 * 1024
_NEEDED = 8 * BALLAST_BYTES
"""No ballast is laid where less than this is free: it would itself fill the disk."""
_NETWORK = frozenset(
    "nfs nfs4 cifs smb3 smbfs 9p afs ceph glusterfs lustre davfs fuse.sshfs fuse.rclone "
    "fuse.s3fs fuse.gcsfuse fuse.davfs2".split()
)
_MOUNTS = Path("/proc/self/mounts")


def see_that_it_is_local(folder: Path, mounts: Path = _MOUNTS) -> None:
    """Refuse a folder that another computer keeps: locks do not hold there.

    "SQLite over a network": two processes then write at once, and lose what was paid for.
    """
    kind = _kind_of(folder.resolve(), mounts)
    if kind in _NETWORK:
        raise UsageError(
            Code.STATE_ON_NETWORK,
            f"The state folder {folder} is on a network drive ({kind}), where locks do not hold.",
            fix="Name a folder of this machine's own disk: --state FOLDER",
        )


def is_far(folder: Path, mounts: Path = _MOUNTS) -> bool:
    """Whether another computer keeps a folder: what is written there is seen here some time later."""
    return _kind_of(folder.resolve(), mounts) in _NETWORK


def _kind_of(folder: Path, mounts: Path) -> str:
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # no such list on this system
        return ""
    kind, longest = "", -1
    for line in lines:
        words = line.split(" ")
        if len(words) < 3:
            continue
        place = Path(words[1].replace("\\040", " "))
        # Of two at one place the later lies over the earlier.
        if folder.is_relative_to(place) and len(place.parts) >= longest:
            kind, longest = words[2], len(place.parts)
    return kind


def lay_ballast(folder: Path) -> None:
    """Keep some room back, so that an answer can be written down on a disk that is full."""
    file = folder / "ballast"
    try:
        free = os.statvfs(folder)
        if file.exists() or free.f_bavail * free.f_frsize < _NEEDED:
            return
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        try:
            os.posix_fallocate(handle, 0, BALLAST_BYTES)
        finally:
            os.close(handle)
    except OSError:
        file.unlink(missing_ok=True)


def drop_ballast(folder: Path) -> bool:
    """Give the room that was kept back; False where there was none."""
    try:
        (folder / "ballast").unlink()
    except OSError:
        return False
    return True
