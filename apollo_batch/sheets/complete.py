"""A file that somebody may still be writing in; whether it ends as a whole spreadsheet does, out."""

import contextlib
import zipfile
import zlib
from enum import StrEnum
from pathlib import Path

from apollo_batch.errors import InvalidError
from apollo_batch.sheets import archive, dialect, guard, records

_ZIP, _OLD = b"PK", b"\xd0\xcf\x11\xe0"
_SECTOR = 512
_WINDOW = 1 << 20


class Ending(StrEnum):
    """How a file ends."""

    WHOLE = "whole"
    CUT = "cut"
    """Something is still to come, or was lost on the way."""
    UNSURE = "unsure"
    """It may be whole: a last line without an end, which some programs write."""


def ending_of(path: Path) -> Ending:
    """Say how a file ends; what is no spreadsheet at all is whole, and refused by whoever reads it."""
    with path.open("rb") as file:
        start = file.read(len(_OLD))
    if start.startswith(_ZIP):
        return _archive(path)
    if start == _OLD:
        return Ending.UNSURE if path.stat().st_size % _SECTOR else Ending.WHOLE
    try:
        return _text(path) if guard.kind_of(path) == "csv" else Ending.WHOLE
    except InvalidError:
        # Zeros where a workbook's first bytes belong: room was made for what is still to come.
        return Ending.CUT if not any(start) else Ending.WHOLE


def _archive(path: Path) -> Ending:
    """A zip's list of parts stands at its end, and each part has a sum that tells whether it is all there."""
    try:
        archive.kind_of(path)
    except InvalidError:
        # Damaged as by a copy that is under way, or made to harm; only the first may mend itself.
        return Ending.WHOLE if _has_list(path) else Ending.CUT
    try:
        with zipfile.ZipFile(path) as parts:
            for info in parts.infolist():
                with parts.open(info) as part:
                    while part.read(_WINDOW):
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
        return Ending.CUT
    return Ending.WHOLE


def _has_list(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path):
            return True
    except (zipfile.BadZipFile, EOFError, zlib.error, ValueError, NotImplementedError):
        return False


def _text(path: Path) -> Ending:
    found, _ = dialect.recognise(path, None)
    width, last = 0, 0
    try:
        for _, record in records.records(path, found):
            if any(record):
                width, last = width or len(record), len(record)
    except InvalidError:
        return Ending.CUT  # a quotation mark was opened, and what closes it has not come
    if _ends_with_a_line(path, found.encoding):
        return Ending.WHOLE
    return Ending.CUT if last < width else Ending.UNSURE


def _ends_with_a_line(path: Path, encoding: str) -> bool:
    with path.open("rb") as file, contextlib.suppress(OSError):
        file.seek(-8, 2)
        tail = file.read()
        return tail.decode(encoding.replace("-sig", ""), "replace").endswith(("\n", "\r"))
    return False
