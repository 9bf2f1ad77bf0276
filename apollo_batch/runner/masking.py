"""Text about a row in, the same text out with what it says of a person masked."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"([^\s@'\"<>(),;:])[^\s@'\"<>(),;:]*@([\w-]+(?:\.[\w-]+)+)")
_WORD = re.compile(r"[^\W_]{3,}")
_QUOTES = "'\""


def masked(text: str) -> str:
    """Mask the e-mail addresses in a text: a***@acme.example."""
    return _ADDRESS.sub(r"\1***@\2", text)


def masked_value(value: str) -> str:
    """Mask the value of a cell: an address keeps its domain, anything else its first letter."""
    plain = value.strip(f" {_QUOTES}")
    address = _ADDRESS.fullmatch(plain)
    if address is not None:
        return f"{address[1]}***@{address[2]}"
    return f"{plain[:1]}***" if plain else ""


def masked_note(note: str, cells: Iterable[str], *, about_a_cell: bool) -> str:
    """Mask a note: the cell that it quotes, or every word that stands in the row's own cells."""
    label, colon, value = note.partition(": ")
    if about_a_cell and colon:
        return f"{label}: {masked_value(value)}"
    words = {word.casefold() for cell in cells for word in _WORD.findall(cell)}
    known = _WORD.sub(
        lambda word: f"{word[0][0]}***" if word[0].casefold() in words else word[0], note
    )
    return masked(known)


def host_only(address: str) -> str:
    """Mask an address to all but its host: whoever knows the rest may write to it."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}" + ("/…" if parts.path.strip("/") or parts.query else "")
