"""A zip file nobody has opened yet in; the kind of workbook it holds, or why it is refused, out."""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError

MOST_MEMBERS = 10_000
MOST_BYTES = 2 << 30
MOST_RATIO = 200
SAVE_AS = "Open it in Excel or LibreOffice, save it as .xlsx, and use that file."
AGAIN = "Download or copy it again; if it still does not open in Excel, ask for a new one."

_RATIO_FROM = 10 << 20
_TOTAL_RATIO_FROM = 100 << 20
_WINDOW = 1 << 20
_OVERLAP = 32

# Nothing a spreadsheet program writes has these; a bomb of nested entities does.
_DTD = re.compile(
    rb"<!(?:DOCTYPE|ENTITY)|<\x00!\x00(?:D\x00O\x00C|E\x00N\x00T)|\x00<\x00!\x00[DE]\x00"
)
_DTD_STARTS = (b"<!", b"<\x00!")
_BY_MEMBER = (
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("index/document.iwa", "a Numbers or Pages document"),
)
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"


def kind_of(path: Path) -> Literal["xlsx", "xlsb", "ods"]:
    """Look at the list of members only; InvalidError where no spreadsheet program wrote it."""
    with _read(path) as archive:
        members = archive.infolist()
        _check_members(path, members)
        return _kind(path, archive, {info.filename.casefold() for info in members})


def unpacked_size(path: Path) -> int:
    """How large the members say they are; `check_content` makes sure of it."""
    with _read(path) as archive:
        return sum(info.file_size for info in archive.infolist())


def check_content(path: Path) -> None:
    """Read every part to its end, so that sizes and checksums are counted and not believed."""
    with _read(path) as archive:
        for info in archive.infolist():
            name = info.filename.lower()
            # Old OpenOffice lists its members under a document type, and nobody reads that list.
            if name.endswith((".xml", ".rels", ".bin")) and not name.startswith("meta-inf/"):
                _check_part(path, archive, info)


@contextmanager
def _read(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise InvalidError(
            Code.SHEET_DAMAGED,
            f"{path.name} is damaged or cut off, as after a broken download: {error}.",
            fix=AGAIN,
        ) from error
    except NotImplementedError as error:
        raise InvalidError(
            Code.SHEET_DAMAGED,
            f"{path.name} is packed in a way no Excel reads: {error}.",
            fix=SAVE_AS,
        ) from error


def _check_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    if any(info.flag_bits & 0x1 for info in members):
        raise InvalidError(
            Code.SHEET_LOCKED,
            f"{path.name} is an archive protected by a password.",
            fix="Save it without one.",
        )
    if len(members) > MOST_MEMBERS:
        raise _hostile(path, f"it holds {len(members)} parts")
    names = [info.filename.casefold() for info in members]
    if len(set(names)) != len(names):
        raise _hostile(path, "it holds two parts of the same name")
    if any(_leaves(info.filename) for info in members):
        raise _hostile(path, "a part's name points outside the file")
    _check_sizes(path, members)
    _check_overlap(path, members)


def _check_sizes(path: Path, members: list[zipfile.ZipInfo]) -> None:
    total = sum(info.file_size for info in members)
    if total > MOST_BYTES:
        raise _hostile(path, "unpacked it would be larger than 2 GB")
    for info in members:
        if info.file_size > _RATIO_FROM and info.file_size > MOST_RATIO * info.compress_size:
            raise _hostile(path, f"its part {info.filename} unpacks to far more than it should")
    if total > _TOTAL_RATIO_FROM and total > MOST_RATIO * path.stat().st_size:
        raise _hostile(path, "it unpacks to far more than it should")


def _leaves(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name[:3]


def _check_overlap(path: Path, members: Iterable[zipfile.ZipInfo]) -> None:
    end = 0
    for info in sorted(members, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise _hostile(path, "its parts overlap")
        end = info.header_offset + 30 + info.compress_size


def _kind(path: Path, archive: zipfile.ZipFile, names: set[str]) -> Literal["xlsx", "xlsb", "ods"]:
    for member, what in _BY_MEMBER:
        if member in names:
            raise not_a_sheet(path, what)
    if "mimetype" in names and "content.xml" in names:
        with archive.open("mimetype") as file:
            if not file.read(100).startswith(_ODS):
                raise not_a_sheet(path, "an OpenDocument file of another kind")
        return "ods"
    if not {"[content_types].xml", "_rels/.rels"} <= names:
        raise not_a_sheet(path, "an archive (zip) that holds no workbook")
    return "xlsb" if "xl/workbook.bin" in names else "xlsx"


def _check_part(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    text = not info.filename.lower().endswith(".bin")
    with archive.open(info) as file:
        rest = b""
        while window := file.read(_WINDOW):
            # Looking for two bytes first is many times faster than the pattern alone.
            seen = rest + window
            if text and any(start in seen for start in _DTD_STARTS) and _DTD.search(seen):
                raise _hostile(path, f"its part {info.filename} declares a document type")
            rest = window[-_OVERLAP:]


def not_a_sheet(path: Path, what: str) -> InvalidError:
    """Refuse a file by the name of what it is."""
    return InvalidError(
        Code.NOT_A_SHEET, f"{path.name} is not a spreadsheet: it is {what}.", fix=SAVE_AS
    )


def _hostile(path: Path, why: str) -> InvalidError:
    return InvalidError(
        Code.SHEET_SUSPECT,
        f"{path.name} is not opened, because no spreadsheet program writes such a file: {why}.",
        fix="If you trust where it came from: " + SAVE_AS[0].lower() + SAVE_AS[1:],
    )
