"""A folder of job files in; which of them are sound, and what is wrong with the rest, out, at any moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apollo_batch.errors import BatchError, InvalidError
from apollo_batch.job.load import load
from apollo_batch.job.wanted import Job

_ENDINGS = {".yaml", ".yml"}


@dataclass(frozen=True)
class JobFile:
    """A job file as it was read last."""

    path: Path
    job: Job | None
    trouble: str = ""
    """What is wrong with it, in words."""

    @property
    def takes_sheets(self) -> bool:
        """Whether spreadsheets can be dropped for it; one that cannot be read may be mended to."""
        return self.job is None or not self.job.searches

    @property
    def does(self) -> str:
        """What it does, in words of the catalogue."""
        steps = self.job.steps if self.job else ()
        return " ".join(dict.fromkeys(step.operation.does for step in steps))


class JobFiles:
    """The job files of a folder; each is read again when it changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[Path, tuple[tuple[int, int, int], JobFile]] = {}

    def look(self) -> Mapping[str, JobFile]:
        """Give the job files there are, by their names without an ending; OSError without a folder."""
        found = {}
        for path in sorted(self.folder.iterdir()):
            if path.suffix.lower() in _ENDINGS and not path.name.startswith(".") and path.is_file():
                found[path.stem] = self._file(path)
        return found

    def _file(self, path: Path) -> JobFile:
        about = path.stat()
        as_is = (about.st_mtime_ns, about.st_size, about.st_ino)
        known = self._read.get(path)
        if known is None or known[0] != as_is:
            known = self._read[path] = (as_is, _read(path))
        return known[1]


def _read(path: Path) -> JobFile:
    try:
        return JobFile(path, load(path))
    except BatchError as problem:
        found = problem.problems if isinstance(problem, InvalidError) else ()
        lines = [f"line {p.line}: {p.message} {p.fix or ''}".strip() for p in found]
        return JobFile(path, None, "\n".join(lines) or str(problem))
