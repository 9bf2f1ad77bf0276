"""One job's part of a watched folder in; what lies in it, and where things are put, out."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from apollo_batch.files import whole
from apollo_batch.runner.dropped import is_for_us, numbered
from apollo_batch.runner.steady import Sample

FOLDERS = ("review", "approved", "working", "done", "failed")
PLAN = ".plan.json"
STATUS_TEXT, STATUS_JSON = ".status.txt", ".status.json"
READ_ME, OVERVIEW = "READ-ME-FIRST.txt", "STATUS.txt"
_QUIET = {"desktop.ini", "thumbs.db", "icon\r"}
"""What lies about in folders and is nobody's spreadsheet."""


@dataclass(frozen=True)
class Content:
    """What lies in an inbox at one moment."""

    files: dict[str, Sample] = field(default_factory=dict)
    """Spreadsheets that somebody dropped."""
    names: frozenset[str] = frozenset()
    """All names there are, of locks too."""
    others: tuple[str, ...] = ()
    """Files that nothing will happen with, and that a person may have dropped."""


@dataclass(frozen=True)
class Inbox:
    """A folder in which spreadsheets are dropped for one job."""

    path: Path
    job: Path

    @property
    def review(self) -> Path:
        return self.path / "review"

    @property
    def approved(self) -> Path:
        return self.path / "approved"

    @property
    def working(self) -> Path:
        return self.path / "working"

    @property
    def done(self) -> Path:
        return self.path / "done"

    @property
    def failed(self) -> Path:
        return self.path / "failed"

    def lay_out(self, read_me: str) -> None:
        """Make what is missing of it; whoever may enter the folder above may enter it too."""
        folder_like(self.path.parent, self.path)
        for name in FOLDERS:
            folder_like(self.path, self.path / name)
        if not (self.path / READ_ME).exists():
            among_others(lambda: write_text(self.path / READ_ME, read_me))

    def look(self) -> Content:
        """See what lies in it; OSError where it cannot be seen."""
        files, names, others = {}, set(), []
        with os.scandir(self.path) as entries:
            for entry in entries:
                names.add(entry.name)
                if is_for_us(entry.name):
                    with suppress(FileNotFoundError):  # gone since
                        if (sample := sample_of(entry)) is not None:
                            files[entry.name] = sample
                elif _is_a_stray(entry):
                    others.append(entry.name)
        return Content(files, frozenset(names), tuple(sorted(others)))

    def plans(self) -> Iterator[Path]:
        """Plans that somebody has approved by moving them."""
        with os.scandir(self.approved) as entries:
            for entry in entries:
                if entry.name.endswith(PLAN) and entry.is_file(follow_symlinks=False):
                    yield Path(entry.path)

    def sheet_of(self, plan: Path) -> Path | None:
        """The spreadsheet that a plan is of: where the plan was, or moved along with it."""
        name = plan.name.removesuffix(PLAN)
        places = (self.review / name, self.approved / name)
        return next((p for p in places if p.is_file() and not p.is_symlink()), None)


def sample_of(entry: "os.DirEntry[str] | Path") -> Sample | None:
    """See a regular file as it is at this moment; None where it is none, or empty."""
    found = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(found.st_mode) or not found.st_size:
        return None
    return Sample(found.st_size, found.st_mtime_ns, found.st_ino)


def _is_a_stray(entry: "os.DirEntry[str]") -> bool:
    name = entry.name
    ours = name in {READ_ME, OVERVIEW} or name.endswith((STATUS_TEXT, STATUS_JSON))
    if ours or name.casefold() in _QUIET or name.startswith((".", "~", "$")):
        return False
    return entry.is_file(follow_symlinks=False)


def reserve(folder: Path, name: str) -> str:
    """Find a name that nothing in a folder has, and take it before anybody else, on any machine."""
    number = 1
    while True:
        chosen = numbered(name, number)
        stem = Path(chosen).stem
        beside = (chosen, chosen + STATUS_TEXT, chosen + PLAN, f"{stem}.report.html")
        annotated = (f"{stem}.annotated.xlsx", f"{stem}.annotated.xlsm")
        if not any((folder / each).exists() for each in (*beside, *annotated)):
            with suppress(FileExistsError):
                flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
                os.close(os.open(folder / (chosen + STATUS_JSON), flags, 0o600))
                return chosen
        number += 1


def move(source: Path, target: Path) -> bool:
    """Give a file another place, where nothing is; False where something is."""
    if target.exists():
        return False
    source.rename(target)
    return True


def write_text(path: Path, text: str) -> None:
    """Write a file whole, for whoever may read the folder that it is in."""
    with whole(path) as draft:
        draft.write_bytes(text.encode("utf-8", "replace"))
        open_like(path.parent, draft)


def among_others(write: Callable[[], None]) -> bool:
    """Write what every watcher of a folder writes; False where another did at the same moment."""
    try:
        write()
    except OSError as problem:
        if problem.errno not in {errno.ESTALE, errno.ENOENT}:
            raise
        return False
    return True


def open_like(folder: Path, file: Path) -> None:
    """Let those read and write a file who may do so in its folder."""
    with suppress(OSError):  # some shares know no permissions
        file.chmod(folder.stat().st_mode & 0o666)


def folder_like(above: Path, folder: Path) -> None:
    """Make a folder that those may enter who may enter the one above it."""
    if folder.is_symlink():
        raise NotADirectoryError(errno.ENOTDIR, "it is a link to somewhere else", str(folder))
    if not folder.is_dir():
        folder.mkdir(exist_ok=True)
        with suppress(OSError):
            folder.chmod(above.stat().st_mode & 0o7777)
