"""What must outlive the sandbox, line by line in a file: written before the answer leaves."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any


class Diary:
    """An append-only file of JSON lines; without a path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file = None
        if path is not None:
            path.touch(mode=0o600)
            self._cut_torn_line(path)
            self._file = path.open("ab")

    def read(self) -> list[dict[str, Any]]:
        """Everything written so far, oldest first."""
        if self._path is None:
            return []
        return [json.loads(line) for line in self._path.read_bytes().splitlines()]

    def write(self, entries: Iterable[dict[str, Any]]) -> None:
        """Append, and hand the lines to the operating system."""
        if self._file is not None:
            self._file.writelines(json.dumps(entry).encode() + b"\n" for entry in entries)
            self._file.flush()

    def clear(self) -> None:
        """Forget everything."""
        if self._file is not None:
            self._file.truncate(0)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    @staticmethod
    def _cut_torn_line(path: Path) -> None:
        # A process that was killed while writing leaves half a line, whose answer never left.
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            os.truncate(path, whole)
