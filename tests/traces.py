"""Looks for words in every byte that a folder holds, in compressed answers too."""

import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

_PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_MOST = 4_000_000


def traces(folder: Path, words: Collection[str]) -> dict[str, list[str]]:
    """Name, for each word that is there, the files that hold it, whatever its case."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = b"\0".join(_unpacked(path)).lower()
            for word in words:
                if word.lower().encode() in text:
                    found.setdefault(word, []).append(path.name)
    return found


def _unpacked(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield content
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            yield from map(package.read, package.namelist())
        return
    for start in _PACKED.finditer(content):
        try:
            yield zlib.decompressobj().decompress(content[start.start() :], _MOST)
        except zlib.error:
            continue
