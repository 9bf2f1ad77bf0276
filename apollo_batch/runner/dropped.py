"""The name of a file in an inbox in; whether somebody dropped it to be worked on, and what to call it, out."""

import re
import unicodedata
from pathlib import PurePath

SPREADSHEETS = frozenset(
    {".csv", ".tsv", ".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods"}
)
_OF_PROGRAMS = ("~$", ".", "$", "~")
"""How programs begin the names of files that are no person's."""
_LONGEST = 120
"""Bytes of a name without its ending: what is written beside it needs room for words of its own."""
_LONGEST_OWNER = 60
_ALLOWED = frozenset(" -_.,()+&'")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
"""Names that mean a device on Windows, whatever ending they have."""
_COPIES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<name>.+?) ?\([^()]*conflict(?:ed|ing)? ?(?:copy|version)?[^()]*\)",
        r"(?P<name>.+?)[.-]sync-conflict-\d{8}-\d{6}-\w+",
        r"(?P<name>.+?)-(?:desktop|laptop|win)-[a-z0-9]{4,12}(?:-\d+)?",
        r"(?P<name>.+?)-[a-z0-9]+-pc(?:-\d+)?",
        r"(?P<name>.+?) - (?:copy|kopie|copie|copia)(?: ?\(\d{1,3}\))?",
        r"(?:copy|kopie|copie|copia) (?:of|von|de) (?P<name>.+)",
        r"(?P<name>.+?) ?\(\d{1,3}\)",
    )
)


def is_for_us(name: str) -> bool:
    """Whether a file of this name is a spreadsheet that a person dropped."""
    if name.startswith(_OF_PROGRAMS) or name.endswith(("~", "#")):
        return False
    return PurePath(name.rstrip(" .")).suffix.lower() in SPREADSHEETS


def locks_of(name: str) -> tuple[str, ...]:
    """The files that Excel and LibreOffice lay beside a spreadsheet while they have it open."""
    return f"~${name}", f"~${name[2:]}", f".~lock.{name}#"


def owner_in(lock: bytes) -> str:
    """Who has a spreadsheet open, as such a file says; "" where it does not say."""
    if b"," in lock[:_LONGEST_OWNER] and b"\0" not in lock:
        said = lock.decode("utf-8", "replace").split(",")
        name = next((word for word in said[:2] if word.strip()), "")
    else:
        name = (
            lock[1 : 1 + min(lock[0], _LONGEST_OWNER)].decode("cp1252", "replace") if lock else ""
        )
    return "".join(c for c in name if c.isprintable())[:_LONGEST_OWNER].strip()


def safe_name(name: str) -> str:
    """Call a file so that its name means nothing else, anywhere, than the file."""
    whole = PurePath(unicodedata.normalize("NFC", name).rstrip(" ."))
    stem = "".join(c if _is_allowed(c) else "_" for c in whole.stem).strip(" .-")
    stem = stem.encode()[:_LONGEST].decode("utf-8", "ignore").rstrip(" .") or "spreadsheet"
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return stem + whole.suffix.lower()


def _is_allowed(letter: str) -> bool:
    return letter.isalnum() or letter in _ALLOWED or unicodedata.category(letter)[0] == "M"


def printable(name: str) -> str:
    """Write a name so that it can stand in a line of text, whatever letters somebody gave it."""
    return "".join(c if c.isprintable() else "_" for c in name)


def copy_of(name: str) -> str | None:
    """The name of which this one looks like a copy, as file services and people make them."""
    path = PurePath(name)
    for pattern in _COPIES:
        found = pattern.fullmatch(path.stem)
        if found is not None:
            return found["name"] + path.suffix
    return None


def numbered(name: str, number: int) -> str:
    """The same name with a number, where the first is taken."""
    path = PurePath(name)
    return name if number < 2 else f"{path.stem}-{number}{path.suffix}"
