"""A workbook nobody has parsed yet in; its values out, read by a process that can do no harm.

A file made to harm its reader harms a process of its own, which may use so much memory, time and
disk as a spreadsheet of that size needs, and which gets no key and nothing else of ours.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO

from apollo_batch.codes import Code
from apollo_batch.errors import Exit, InvalidError, OutputError
from apollo_batch.sheets import archive
from apollo_batch.sheets.cells import Read
from apollo_batch.sheets.extract import Facts, Request
from apollo_batch.sheets.guard import Kind

_MEMORY, _MEMORY_FOR_OLDER, _MEMORY_PER_BYTE = 320 << 20, 768 << 20, 4
_SECONDS, _BYTES_A_SECOND = 1, 5 << 20
_OUTPUT, _OUTPUT_PER_BYTE = 256 << 20, 10
_OUT_OF_TIME = (-signal.SIGXCPU, -signal.SIGKILL)
_PIECE = 1 << 18
_PATIENCE = 20
"""So many times the processor time may pass on the wall, on a machine that is busy."""


class Extracted:
    """A sheet's values, kept in a file without a name that goes with the process."""

    def __init__(self, file: IO[bytes]) -> None:
        self._handle = os.dup(file.fileno())
        known = next(_lines(self._handle, 0))
        self.facts = Facts(**json.loads(known))
        self._start = len(known) + 1

    def __del__(self) -> None:
        os.close(self._handle)

    def lines(self) -> Iterator[tuple[int, Sequence[Read]]]:
        """Every line of the sheet from row 1, column A on; each reader keeps its own place."""
        number = 0
        for together in _lines(self._handle, self._start):
            for values in json.loads(together):
                number += 1
                yield number, values


def _lines(handle: int, place: int) -> Iterator[bytes]:
    rest = b""
    while piece := os.pread(handle, _PIECE, place):
        place += len(piece)
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole


def extract(path: Path, kind: Kind, *, sheet: str | None, table: str | None) -> Extracted:
    """Read a workbook's sheet; InvalidError where it cannot be used, or takes too much."""
    request = _request(path, kind, sheet, table)
    with tempfile.TemporaryFile() as file:
        done = _run(request, file)
        if done != 0:
            if kind == "xlsx" and done not in _OUT_OF_TIME:
                _run(replace(request, measure=True), file)
            raise _too_much(path)
        return Extracted(file)


def _request(path: Path, kind: Kind, sheet: str | None, table: str | None) -> Request:
    size = path.stat().st_size if kind == "xls" else archive.unpacked_size(path)
    return Request(
        path=str(path),
        kind=kind,
        sheet=sheet,
        table=table,
        memory=(_MEMORY if kind == "xlsx" else _MEMORY_FOR_OLDER) + _MEMORY_PER_BYTE * size,
        seconds=_SECONDS + size // _BYTES_A_SECOND,
        output=_OUTPUT + _OUTPUT_PER_BYTE * size,
    )


def _run(request: Request, out: IO[bytes]) -> int:
    """Run the reading process to its end; InvalidError with the reason it gives."""
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module, no shell
            [
                sys.executable,
                "-P",
                "-m",
                "apollo_batch.sheets.extract",
                json.dumps(asdict(request)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            env=_environ(),
            timeout=_PATIENCE * request.seconds,
            start_new_session=True,  # Ctrl-C is for this process; it ends the other
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _OUT_OF_TIME[0]
    if done.returncode == Exit.INVALID:
        code, message, fix = json.loads(done.stderr)
        raise InvalidError(Code(code), message, fix=fix)
    if b"No space left" in done.stderr:
        raise OutputError(
            Code.NO_ROOM_FOR_COPY,
            f"{tempfile.gettempdir()} has no room for the values of {Path(request.path).name}.",
            fix="Free some space there, or name another folder in TMPDIR.",
        )
    return done.returncode


def _environ() -> dict[str, str]:
    # The package is found where this process found it, and no key goes along.
    home = str(Path(__file__).parents[2])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    # Each thread of a numeric library reserves address space, which is limited.
    alone = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1", **alone}


def _too_much(path: Path) -> InvalidError:
    return InvalidError(
        Code.SHEET_SUSPECT,
        f"{path.name} is not opened: reading it takes more memory or time than a spreadsheet of "
        "its size should.",
        fix="If you trust where it came from: " + archive.SAVE_AS[0].lower() + archive.SAVE_AS[1:],
    )
