"""A machine in; what about it would keep a run from its end, out."""

import os
import platform
import shutil
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from apollo_batch import __version__
from apollo_batch.journal.disk import see_that_it_is_local
from apollo_batch.runner.checkup import Checked, broken, doubtful, tried, well

OLDEST_PYTHON = (3, 11)
MOUNTS = Path("/proc/self/mounts")
_PARTS = ("requests", "SQLAlchemy", "pydantic", "pandas", "python-calamine", "openpyxl", "rich")
_TIGHT, _LITTLE = 16 * 1024 * 1024, 200 * 1024 * 1024


def python(found: tuple[int, ...]) -> Checked:
    """Whether the interpreter is new enough."""
    words = ".".join(map(str, found))
    if found[:2] >= OLDEST_PYTHON:
        return well("python", f"Python {words} on {platform.system()}.")
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return broken("python", f"Python {words} is too old.", f"Install Python {oldest} or later.")


def versions() -> Checked:
    """Which versions of what it is made of are installed."""
    named = {}
    for part in _PARTS:
        try:
            named[part] = version(part)
        except PackageNotFoundError:
            return broken("versions", f"{part} is missing.", "Install apollo-batch again.")
    parts = ", ".join(f"{part} {number}" for part, number in named.items())
    return well("versions", f"apollo-batch {__version__}; {parts}.")


def local(folder: Path, mounts: Path = MOUNTS) -> Checked:
    """Whether the state folder is on a disk of this machine."""

    def look() -> str:
        see_that_it_is_local(_there(folder), mounts)
        return f"{folder} is on a disk of this machine."

    return tried("disk", look)


def room(folder: Path, free: int | None = None) -> Checked:
    """Whether there is room to write answers down."""
    left = shutil.disk_usage(_there(folder)).free if free is None else free
    words = f"{left // (1024 * 1024):,} MB are free where the state folder is."
    fix = "Free some space, or name a folder on another disk with --state."
    if left < _TIGHT:
        return broken("room", words, fix)
    return doubtful("room", words, fix) if left < _LITTLE else well("room", words)


def permissions(folder: Path, environ: Mapping[str, str]) -> Checked:
    """Whether others on this machine can read the journal, or the key."""
    named = environ.get("APOLLO_API_KEY_FILE") or ""
    # A folder that is closed closes all in it.
    folders = [folder] if folder.is_dir() else []
    for path in (*folders, *([Path(named)] if named else [])):
        if path.exists() and path.stat().st_mode & 0o077:
            fix = f"chmod {'700' if path.is_dir() else '600'} '{path}'"
            return doubtful("permissions", f"Others on this machine can open {path}.", fix)
    return well("permissions", "Nobody else on this machine can read the journal or a key file.")


def stop_file(folder: Path) -> Checked:
    """Whether a person has put a file there that ends every run."""
    file = folder / "STOP"
    if file.exists():
        return doubtful("stop", f"{file} is there: it ends every run.", "Take the file away.")
    return well("stop", "No file named STOP ends runs.")


def _there(folder: Path) -> Path:
    """Find the nearest folder that is there already."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def can_write(folder: Path) -> bool:
    """Whether files can be made in a folder."""
    return os.access(folder, os.W_OK | os.X_OK)
