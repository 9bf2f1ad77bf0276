"""Cells that can be read once in; cells that can be read again and again out."""

import contextlib
import itertools
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from apollo_batch.sheets.rewrite import Entry

_AT_ONCE = 500


@contextlib.contextmanager
def repeatable(entries: Iterable[Entry], folder: Path) -> Iterator[Callable[[], Iterable[Entry]]]:
    """Keep what comes only once on disk, in a file without a name that goes with the process."""
    if iter(entries) is not entries:
        yield lambda: entries
        return
    rest = iter(entries)
    places = []
    with tempfile.TemporaryFile(dir=folder) as file:
        while some := list(itertools.islice(rest, _AT_ONCE)):
            places.append(file.tell())
            pickle.dump(some, file, pickle.HIGHEST_PROTOCOL)
        yield lambda: _again(file, places)


def _again(file: IO[bytes], places: Iterable[int]) -> Iterator[Entry]:
    """Several may read at a time: each finds its own place."""
    for place in places:
        file.seek(place)
        yield from pickle.load(file)  # noqa: S301 - nobody else can open this file
