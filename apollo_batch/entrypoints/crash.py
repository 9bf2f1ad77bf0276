"""A bug becomes a report on disk: where it happened, and nothing of what was being handled."""

import os
import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from apollo_batch import __version__
from apollo_batch.codes import Code
from apollo_batch.files import PRIVATE_FILE


def report_crash(problem: BaseException) -> str:
    """Write the report, and give the words that say where it is.

    Frames and types only: messages of exceptions may quote cells, and cells are personal data.
    """
    lines = [
        f"apollo-batch {__version__}, Python {platform.python_version()}, {sys.platform}",
        datetime.now(UTC).isoformat(timespec="seconds"),
        *_chain(problem),
    ]
    handle, name = tempfile.mkstemp(prefix="apollo-batch-crash-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    path = Path(name)
    path.chmod(PRIVATE_FILE)
    return (
        f"A bug of ours. What was paid for is safe in the journal. [{Code.BUG}]\n"
        f"  A report without key or personal data is in {path}; run the same command again to go on."
    )


def _chain(problem: BaseException | None) -> list[str]:
    lines: list[str] = []
    while problem is not None:
        lines.append(type(problem).__qualname__)
        lines += [
            f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(problem.__traceback__)
        ]
        problem = problem.__cause__ or problem.__context__
    return lines
