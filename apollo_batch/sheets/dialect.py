"""The bytes of a CSV file in; its encoding and its delimiter out."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError

_WINDOW = 1 << 20
_SAMPLE = 1 << 16
_DELIMITERS = (",", ";", "\t", "|")
_NONE = "\x1f"
"""Separates nothing: a file of one column."""
# Not at the end of a cell, where it may be a folder's name.
_ESCAPED = re.compile(r"""[^\\]\\"[^,;|\t\r\n"]""")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written."""

    encoding: str
    delimiter: str
    declared: bool = False
    """Whether its first line is `sep=;`, which names the delimiter and is no row."""
    spaced: bool = False
    """Whether a space stands between a delimiter and a quotation mark."""
    escaped: bool = False
    """Whether a quotation mark inside a cell has a backslash before it instead of a second one."""

    @property
    def one_column(self) -> bool:
        return self.delimiter == _NONE


def recognise(path: Path, asked: str | None) -> tuple[Dialect, tuple[str, ...]]:
    """Find out how a file is written, and what to tell the person about a guess."""
    encoding = _asked(path, asked) if asked else _encoding(path)
    guessed = encoding == "cp1252" and not asked
    _check_decodes(path, encoding, guessed=guessed)
    notices = (
        (
            "Read as Windows text (cp1252); if letters look wrong, name the encoding "
            "with --encoding.",
        )
        if guessed
        else ()
    )
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(_SAMPLE)
    declared = sample[:5].lower().startswith("sep=") and len(sample) > 4
    delimiter = sample[4] if declared else vote(sample, whole=len(sample) < _SAMPLE)
    spaced = f'{delimiter} "' in sample
    escaped = _ESCAPED.search(sample) is not None
    return Dialect(encoding, delimiter, declared, spaced, escaped), notices


def vote(sample: str, *, whole: bool) -> str:
    """Name the delimiter that cuts the sample into the most even rows of two cells or more."""
    if not whole:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    scores = {delimiter: _evenness(sample, delimiter) for delimiter in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > (0, 0) else _NONE


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    text = io.StringIO(sample, newline="")
    rows = csv.reader(text, delimiter=delimiter, skipinitialspace=True)
    try:
        widths = Counter(len(row) for row in rows if any(row))
    except csv.Error:
        return (0, 0)
    width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
    return (count / widths.total(), width) if width > 1 else (0, 0)


def _asked(path: Path, name: str) -> str:
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        raise InvalidError(
            Code.UNKNOWN_ENCODING,
            f"There is no encoding called {name!r}.",
            fix="Common ones are utf-8, cp1252 (Windows, Western Europe), cp1250, cp1251, cp932.",
        ) from None
    with path.open("rb") as file:
        starts_with_bom = file.read(3) == codecs.BOM_UTF8
    return "utf-8-sig" if encoding == "utf-8" and starts_with_bom else encoding


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return encoding
    # Every second byte of plain text in UTF-16 is zero.
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) * 10 > len(start) * 2 and min(even, odd) * 10 < max(even, odd):
        return "utf-16-be" if even > odd else "utf-16-le"
    return "utf-8" if _is_utf8(path) else "cp1252"


def _windows(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while window := file.read(_WINDOW):
            yield window


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for window in _windows(path):
            decoder.decode(window)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _check_decodes(path: Path, encoding: str, *, guessed: bool) -> None:
    """Decode the whole file once now, rather than fail in the middle of a run."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    try:
        for window in _windows(path):
            line += decoder.decode(window).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        read_as = "UTF-8 or Windows text (cp1252)" if guessed else encoding
        raise InvalidError(
            Code.WRONG_ENCODING,
            f"{path.name} cannot be read as {read_as}: there is a letter it does not have, "
            f"after line {line}.",
            fix="Name the encoding with --encoding, or save the file as CSV UTF-8 in Excel.",
        ) from error
