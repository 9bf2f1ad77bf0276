"""A file nobody has opened yet in; what kind of spreadsheet it is, or why it is none, out."""

import re
from pathlib import Path
from typing import Literal

from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError
from apollo_batch.sheets import archive
from apollo_batch.sheets.archive import AGAIN, SAVE_AS, not_a_sheet

Kind = Literal["csv", "xlsx", "xls", "xlsb", "ods"]

_LARGEST_CONTAINER = 200 << 20
_WORKBOOK_SUFFIXES = {".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods"}
_BY_START = (
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x1f\x8b", "a compressed archive (gzip)"),
    (b"Rar!", "an archive (RAR)"),
    (b"7z\xbc\xaf", "an archive (7z)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_WEB_PAGE = re.compile(rb"\s*<(?:!doctype html|html|head|body|table|meta)", re.IGNORECASE)


def kind_of(path: Path) -> Kind:
    """Say what kind it is; refuse what is none before a parser sees a byte of it."""
    start = _start(path)
    if start.startswith(b"PK"):
        return archive.kind_of(path)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return _old_container(path)
    _refuse_others(path, start)
    return "csv"


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except FileNotFoundError:
        raise InvalidError(
            Code.SHEET_MISSING, f"There is no file {path}.", fix="Check the name and the folder."
        ) from None
    except IsADirectoryError:
        raise InvalidError(
            Code.SHEET_UNREADABLE, f"{path} is a folder.", fix="Name the file inside it."
        ) from None
    except OSError as error:
        raise InvalidError(
            Code.SHEET_UNREADABLE,
            f"{path} cannot be read: {error.strerror}.",
            fix="See that you may read it, then run the same command again.",
        ) from error
    if not start:
        raise InvalidError(
            Code.SHEET_EMPTY, f"{path.name} is empty: it has no content at all.", fix=AGAIN
        )
    return start


def _refuse_others(path: Path, start: bytes) -> None:
    for sign, what in _BY_START:
        if start.startswith(sign):
            raise not_a_sheet(path, what)
    if _WEB_PAGE.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise not_a_sheet(path, "a web page saved under a spreadsheet's name")
    if start.lstrip().startswith(b"<?xml") or path.suffix.lower() in _WORKBOOK_SUFFIXES:
        raise not_a_sheet(path, "no Excel workbook, whatever its name says")


def _old_container(path: Path) -> Kind:
    """Tell the old Excel format from an encrypted new one: both use the same container."""
    if path.stat().st_size > _LARGEST_CONTAINER:
        raise InvalidError(
            Code.SHEET_TOO_LARGE, f"{path.name} is too large for an old Excel file.", fix=SAVE_AS
        )
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise InvalidError(
            Code.SHEET_LOCKED,
            f"{path.name} is protected by a password.",
            fix="Open it in Excel, remove the password (File > Info > Protect Workbook), save it.",
        )
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return "xls"
    raise not_a_sheet(path, "an old Office document of another kind")
