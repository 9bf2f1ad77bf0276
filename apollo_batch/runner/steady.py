"""What is seen of a file from scan to scan in; whether it is whole and may be taken, out."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from apollo_batch.sheets.complete import Ending

SLOW_SECONDS = 600.0
"""After so long somebody is told why a file is not taken; and one that is cut off is taken as it is."""
_TIMES_UNSURE = 3.0


@dataclass(frozen=True)
class Sample:
    """What changes when somebody writes in a file, or puts another in its place."""

    size: int
    mtime_ns: int
    """Never held against a clock: a file server's may be years ahead."""
    inode: int


@dataclass
class Sighting:
    """A file as it has been seen so far, by seconds that never jump."""

    sample: Sample
    first: float
    since: float
    """When it was first seen as it is now."""
    ending: Ending | None = None
    """How it ends, as it is now; None: nobody has looked inside."""


class Call(StrEnum):
    """What a file calls for."""

    WAIT = "wait"
    LOOK_INSIDE = "look inside"
    TAKE = "take"


def called_for(seen: Sighting, now: float, window: float, *, is_open: bool) -> Call:
    """Say what is to be done with a file that has been seen so."""
    still = now - seen.since
    if is_open or still < window:
        return Call.WAIT
    match seen.ending:
        case None:
            return Call.LOOK_INSIDE
        case Ending.WHOLE:
            return Call.TAKE
        case Ending.UNSURE:
            return Call.TAKE if still >= _TIMES_UNSURE * window else Call.WAIT
        case Ending.CUT:
            return Call.TAKE if still >= SLOW_SECONDS else Call.WAIT


class Sightings:
    """All files of an inbox as they have been seen."""

    def __init__(self) -> None:
        self.all: dict[str, Sighting] = {}

    def see(self, name: str, sample: Sample, now: float) -> Sighting:
        """Take note of a file as it is at this moment."""
        known = self.all.get(name)
        if known is None or known.sample.inode != sample.inode:
            known = self.all[name] = Sighting(sample, now, now)
        elif known.sample != sample:
            known = self.all[name] = Sighting(sample, known.first, now)
        return known

    def keep_only(self, names: Collection[str]) -> None:
        """Forget all files but these."""
        for name in self.all.keys() - names:
            del self.all[name]

    def forget(self, name: str) -> None:
        """Forget a file that was taken."""
        self.all.pop(name, None)
