"""An XLSX file as a zip of parts: read one, follow its relationships, write the whole again."""

import copy
import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from apollo_batch.sheets import markup
from apollo_batch.sheets.behind import Behind, behind
from apollo_batch.sheets.markup import UnsupportedError

Writer = Callable[[Behind], None]
"""Writes one part's bytes, in as many pieces as it likes."""

_WINDOW = 1 << 20
_LEVEL = 2  # a quarter larger than the best, in a quarter of the time
_RELATIONSHIP = re.compile(rb"<(?:[\w.-]+:)?Relationship\s[^>]*>")
_ZIP64 = 1
_LARGEST = 0xFFFFFFFF


@dataclass(frozen=True)
class Relationship:
    """One arrow from a part to another."""

    id: str
    kind: str
    """The last word of its type: worksheet, drawing, styles."""
    target: str
    """A part's name, without a leading slash; empty for what lies outside the package."""


class Package:
    """The parts of one workbook; names are compared without regard to case, as Excel does."""

    def __init__(self, file: Path | IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file)
        self._names = {info.filename.casefold(): info for info in self._zip.infolist()}
        if len(self._names) < len(self._zip.infolist()):
            raise UnsupportedError("it holds two parts of the same name", readable=False)
        if any(info.file_size > _LARGEST for info in self._zip.infolist()):
            raise UnsupportedError("one of its parts is larger than 4 GB", readable=False)
        self.new: dict[str, bytes | Writer] = {}
        """Part name to what is to stand there instead of, or besides, what is there."""
        self.huge = False
        """Whether a new part may be larger than 2 GB, which old readers of zips do not expect."""
        self.planted: dict[str, bytes] = {}
        """New parts that are changed like those of the original: what they were at first."""
        self.gone: set[str] = set()
        """Names, casefolded, of parts that are not written again."""

    def __enter__(self) -> "Package":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        fold = name.casefold()
        added = any(fold == other.casefold() for other in self.new)
        return added or (fold in self._names and fold not in self.gone)

    def names(self) -> Iterator[str]:
        """Name every part there is now, new ones included."""
        kept = (i.filename for i in self._names.values() if i.filename.casefold() not in self.gone)
        yield from kept
        yield from (name for name in self.new if name.casefold() not in self._names)

    def read(self, name: str) -> bytes:
        """Read a part as it stands, changes included."""
        own = self._own_name(name)
        new = self.new.get(own)
        return new if isinstance(new, bytes) else self._zip.read(own)

    def stream(self, name: str) -> IO[bytes]:
        """Open a part for reading as it was before it was changed."""
        own = self._own_name(name)
        return io.BytesIO(self.planted[own]) if own in self.planted else self._zip.open(own)

    def put(self, name: str, content: bytes | Writer) -> None:
        """Replace a part, or add one."""
        self.new[self._own_name(name)] = content

    def plant(self, name: str, content: bytes) -> None:
        """Add a part that will be changed like one of the original."""
        self.put(name, content)
        self.planted[self._own_name(name)] = content

    def free_name(self, pattern: str) -> str:
        """Fill a pattern such as "xl/charts/chart{}.xml" with the first number not in use."""
        taken = {name.casefold() for name in self.names()} | self.gone | set(self._names)
        number = 1
        while pattern.format(number).casefold() in taken:
            number += 1
        return pattern.format(number)

    def relationships(self, part: str) -> list[Relationship]:
        """Follow the arrows that start at a part; "" is the package itself."""
        name = rels_name(part)
        if name not in self:
            return []
        tags = _RELATIONSHIP.findall(self.read(name))
        return [_relationship(markup.attributes(tag), part) for tag in tags]

    def owners(self) -> list[str]:
        """Name the parts that arrows start at: a/_rels/b.xml.rels belongs to a/b.xml."""
        rels = (name for name in self.names() if name.lower().endswith(".rels"))
        return [folder + name[:-5] for folder, _, name in (r.rpartition("_rels/") for r in rels)]

    def same(self, other: "Package", name: str) -> bool:
        """Whether another package has the very same compressed bytes under a name."""
        mine, theirs = self._names[name.casefold()], other._names[name.casefold()]
        if (mine.CRC, mine.file_size, mine.compress_type) != (
            theirs.CRC,
            theirs.file_size,
            theirs.compress_type,
        ):
            return False
        return mine.compress_size == theirs.compress_size and all(
            a == b for a, b in zip(self._packed(mine), other._packed(theirs), strict=True)
        )

    def write(self, file: IO[bytes]) -> None:
        """Write the workbook: changed parts anew, all others as the compressed bytes they are."""
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as target:
            for info in self._zip.infolist():
                if info.filename in self.new:
                    _write(target, info.filename, self.new[info.filename], huge=self.huge)
                elif info.filename.casefold() not in self.gone:
                    self._copy(target, info)
            for name, content in self.new.items():
                if name.casefold() not in self._names:
                    _write(target, name, content, huge=self.huge)

    def _own_name(self, name: str) -> str:
        info = self._names.get(name.casefold())
        return name if info is None else info.filename

    def _copy(self, target: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        """Copy a member without unpacking it; zipfile has no call for that."""
        out = target.fp
        if out is None:
            raise ValueError("the zip file is closed")
        copied = copy.copy(info)
        copied.extra = _without_zip64(info.extra)
        copied.flag_bits &= ~0x08  # sizes stand in the header, not in a descriptor behind the data
        out.seek(target.start_dir)
        copied.header_offset = out.tell()
        out.write(copied.FileHeader())
        for piece in self._packed(info):
            out.write(piece)
        target.filelist.append(copied)
        target.NameToInfo[copied.filename] = copied
        target.start_dir = out.tell()

    def _packed(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """A member's compressed bytes."""
        source = self._zip.fp
        if source is None:
            raise ValueError("the zip file is closed")
        source.seek(info.header_offset + 26)
        lengths = source.read(4)
        place = source.tell() + sum(int.from_bytes(lengths[i : i + 2], "little") for i in (0, 2))
        end = place + info.compress_size
        while place < end:
            source.seek(place)
            piece = source.read(min(end - place, _WINDOW))
            if not piece:
                raise zipfile.BadZipFile("the file is cut off")
            place += len(piece)
            yield piece


def rels_name(part: str) -> str:
    """Name the part that holds another part's relationships."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _relationship(values: Mapping[str, str], part: str) -> Relationship:
    kind = values.get("Type", "").rpartition("/")[2]
    target = unquote(values.get("Target", ""))
    if values.get("TargetMode") == "External":
        return Relationship(values.get("Id", ""), kind, "")
    joined = posixpath.join("/", posixpath.dirname(part), target)
    return Relationship(values.get("Id", ""), kind, posixpath.normpath(joined).lstrip("/"))


def _write(target: zipfile.ZipFile, name: str, content: bytes | Writer, *, huge: bool) -> None:
    with target.open(name, "w", force_zip64=huge) as file:
        if isinstance(content, bytes):
            file.write(content)
        else:
            with behind(file) as out:
                content(out)


def _without_zip64(extra: bytes) -> bytes:
    kept = b""
    while len(extra) >= 4:
        size = 4 + int.from_bytes(extra[2:4], "little")
        if int.from_bytes(extra[:2], "little") != _ZIP64:
            kept += extra[:size]
        extra = extra[size:]
    return kept
