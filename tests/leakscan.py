"""Every byte that tests leave behind comes in; which of their secrets is in it, however written, goes out."""

import base64
import contextlib
import html
import io
import json
import os
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import quote

KEY = "CANARY/4f1d+a7c=e29b-38e5"
"""The key of nearly every test: each of its halves is found nowhere but in it."""
DATABASE_PASSWORD = "geheim/§1"
"""Says itself in a URL only when it is written %2F and %C2%A7."""
HOOK_TOKEN = "hook-canary-9d04c6b1"
PROXY_PASSWORD = "proxy&canary-51e7"
SECRETS = (
    KEY,
    DATABASE_PASSWORD,
    PROXY_PASSWORD,
    "sandbox-master-key",
    "sandbox-oauth-token",
    "sandbox-key-organizations",
)
"""What no artefact of any test may hold; a webhook's token may stand in the job that names it."""
_NESTED = 4


@cache
def spellings(secret: str) -> frozenset[bytes]:
    """Every way a secret may be written down, split in two among them."""
    plain = secret.encode()
    quoted = {quote(secret, safe=safe) for safe in ("", "/", "/+=")}
    texts = {
        secret,
        *quoted,
        *(re.sub("%..", lambda byte: byte[0].lower(), text) for text in quoted),
        json.dumps(secret)[1:-1],
        secret.replace("/", "\\/"),
        "".join(f"\\u{ord(c):04x}" for c in secret),
        html.escape(secret),
        repr(plain)[2:-1],
    }
    if secret == KEY:
        texts |= {secret[: len(secret) // 2], secret[len(secret) // 2 :]}
    bytes_ = {text.encode() for text in texts} | {
        plain.hex().encode(),
        plain.hex().upper().encode(),
    }
    return frozenset(bytes_ | {secret.encode("utf-16-le")} | set(_in_base64(plain)))


def _in_base64(plain: bytes) -> Iterator[bytes]:
    """In the three ways that it may lie in a longer text, such as after a name and a colon."""
    for before, first in ((0, 0), (1, 2), (2, 3)):
        text = base64.b64encode(b"\0" * before + plain)
        whole = text[first : len(text) - (0, 3, 2)[(before + len(plain)) % 3]]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


def leaked(content: bytes, secrets: Sequence[str] = SECRETS) -> list[str]:
    """Which secrets are in these bytes: plain, respelled, zipped, deflated, in a cell of a table."""
    layers = list(_layers(content, _NESTED))
    return [s for s in secrets if any(way in layer for way in spellings(s) for layer in layers)]


def leaks(content: bytes, key: str = KEY) -> bool:
    """Whether the key is anywhere in these bytes."""
    return bool(leaked(content, [key]))


def _layers(content: bytes, depth: int) -> Iterator[bytes]:
    """The bytes as they are, and what they turn into for whoever unpacks them."""
    yield content
    for inner in _inside(content) if depth else ():
        yield from _layers(inner, depth - 1)


def _inside(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"PK"):
        yield from _in_zip(content)
    elif content.startswith(b"SQLite format 3"):
        yield from _in_tables(content)
    elif content[:1] in {b"\x78", b"\x1f"}:
        for wbits in (15, 31):
            with contextlib.suppress(zlib.error):
                yield zlib.decompress(content, wbits)


def _in_zip(content: bytes) -> Iterator[bytes]:
    unreadable = (zipfile.BadZipFile, NotImplementedError, zlib.error, RuntimeError)
    with contextlib.suppress(*unreadable), zipfile.ZipFile(io.BytesIO(content)) as parts:
        yield from (parts.read(name) for name in parts.namelist())


def _in_tables(content: bytes) -> Iterator[bytes]:
    other = sqlite3.connect(":memory:")
    # A file in WAL mode says so in two bytes; alone, without its log, it is read like any other.
    other.deserialize(content[:18] + b"\x01\x01" + content[20:])
    with contextlib.closing(other), contextlib.suppress(sqlite3.DatabaseError):
        yield from in_cells(_rows(other))


def _rows(journal: sqlite3.Connection) -> Iterator[Sequence[object]]:
    names = "select name from sqlite_master where type = 'table'"
    for (table,) in journal.execute(names).fetchall():
        yield from journal.execute(f'select * from "{table}"')


def in_cells(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The cells of a table, texts in one piece: a page may split one where the file is read."""
    texts = []
    for cell in (cell for row in rows for cell in row):
        if isinstance(cell, bytes | memoryview):
            yield bytes(cell)
        elif isinstance(cell, str):
            texts.append(cell)
    yield "\n".join(texts).encode("utf-8", "replace")


def leaking_files(*folders: Path, secrets: Sequence[str] = SECRETS) -> dict[Path, list[str]]:
    """The files below that hold a secret, and which."""
    found = {path: held_in(path, secrets) for path in files_below(*folders)}
    return {path: held for path, held in found.items() if held}


def files_below(*folders: Path) -> Iterator[Path]:
    """Every file that lies in these folders, links and sockets left out."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path


def held_in(path: Path, secrets: Sequence[str]) -> list[str]:
    """Which secrets a file holds, in its name and what a killed process left beside it too."""
    try:
        content = path.read_bytes()
    except OSError:  # taken away meanwhile, or nobody's to read
        return []
    held = leaked(content, secrets) if content.strip(b"\0") else []
    named = leaked(os.fsencode(path.name), secrets)
    return held + named + _in_log(path, secrets)


def _in_log(path: Path, secrets: Sequence[str]) -> list[str]:
    """A journal whose process was killed has its last pages in a file beside it."""
    log = path.with_name(path.name + "-wal")
    if not log.is_file() or not log.stat().st_size:
        return []
    with (
        contextlib.suppress(sqlite3.DatabaseError),
        contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal,
    ):
        pieces = [layer for piece in in_cells(_rows(journal)) for layer in _layers(piece, 2)]
        return leaked(b"\n".join(pieces), secrets)
    return []
