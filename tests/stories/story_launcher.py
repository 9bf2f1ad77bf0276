"""Forks commands off a process that has everything imported: a story costs a fork, not a start."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class Launcher:
    """Runs commands to their end, each in a process of its own."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-W", "error", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self, words: Sequence[str], folder: Path, environ: Mapping[str, str], stdin: str
    ) -> tuple[int, bytes, bytes]:
        """Give exit code, stdout and stderr."""
        assert self._child.stdin
        assert self._child.stdout
        with tempfile.TemporaryDirectory() as between:
            files = [Path(between) / name for name in ("in", "out", "err")]
            files[0].write_text(stdin, encoding="utf-8")
            request = {
                "words": list(words),
                "folder": str(folder),
                "environ": dict(environ),
                "files": [str(file) for file in files],
            }
            self._child.stdin.write(json.dumps(request) + "\n")
            self._child.stdin.flush()
            code = int(self._child.stdout.readline())
            return code, files[1].read_bytes(), files[2].read_bytes()

    def close(self) -> None:
        self._child.communicate(timeout=10)


def serve() -> None:
    """Fork and reap as asked, until nobody asks any more."""
    _import_everything()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print(code, flush=True)


def _import_everything() -> None:
    import encodings.idna  # noqa: F401
    import sqlite3  # noqa: F401

    import keyring.backends.null  # noqa: F401
    import openpyxl.chart  # noqa: F401
    import sqlalchemy.dialects.sqlite  # noqa: F401
    import uvicorn  # noqa: F401

    import apollo_batch.apollo.client
    import apollo_batch.entrypoints.cli
    import apollo_batch.entrypoints.running
    import apollo_batch.entrypoints.telling
    import apollo_batch.sandbox.server  # noqa: F401


def _become(request: dict[str, Any]) -> None:
    """Turn the forked process into the command, as if it had just been typed."""
    from apollo_batch.entrypoints.cli import main

    for number, path in enumerate(request["files"]):
        handle = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(handle, number)
        os.close(handle)
    for number in _numbers(request, "UNREAD"):
        far, near = os.pipe()
        os.dup2(near, number)
        os.close(far)
    closed = _numbers(request, "CLOSED")
    for number in closed:
        os.close(number)
    streams = [
        None if number in closed else open(number, mode, closefd=False, encoding="utf-8")  # noqa: SIM115
        for number, mode in enumerate("rww")
    ]
    sys.stdin, sys.stdout, sys.stderr = streams  # type: ignore[assignment]
    os.chdir(request["folder"])
    os.umask(int(request["environ"].pop("UMASK", "022"), 8))
    os.environ.clear()
    os.environ.update(request["environ"])
    sys.argv = ["apollo-batch", *request["words"]]
    code: object = 70
    try:
        main()
    except SystemExit as end:
        code = end.code
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(code if isinstance(code, int) else 71)


def _numbers(request: dict[str, Any], name: str) -> list[int]:
    """Which streams a story wants so; not for the command to hear of."""
    return [int(number) for number in request["environ"].pop(name, "").split()]


if __name__ == "__main__":
    serve()
