"""What the operating system says to writing in; an error in plain words out."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.errors import OutputError, UsageError

_HELD = "it is open in another program, or you may not write there"
_SAID = {
    errno.EACCES: _HELD,
    errno.EPERM: _HELD,
    errno.EBUSY: _HELD,
    errno.ETXTBSY: _HELD,
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.EFBIG: "it is larger than a file may be there",
    errno.ENOENT: "the folder does not exist",
    errno.EROFS: "the disk is read-only",
}


def spare(source: Path, target: Path) -> None:
    """Refuse to write over the input."""
    if target.exists() and target.samefile(source):
        raise UsageError(
            Code.OUTPUT_IS_INPUT,
            f"The output would overwrite the input {source.name}.",
            fix="Name another file with --output.",
        )


@contextmanager
def told_plainly(target: Path) -> Iterator[None]:
    """Turn what the operating system says into words."""
    try:
        if target.exists() and not target.stat().st_mode & 0o200:
            raise PermissionError(errno.EACCES, "read-only")
        yield
    except OSError as error:
        why = _why(error, target.parent)
        raise OutputError(
            Code.OUTPUT_NOT_WRITTEN, f"{target} could not be written: {why}.", fix=_fix(error)
        ) from error


def _why(error: OSError, folder: Path) -> str:
    held = error.errno in {errno.EACCES, errno.EPERM}
    if held and not os.access(folder, os.W_OK | os.X_OK):
        return "you may not write into its folder"
    return _SAID.get(error.errno or 0) or error.strerror or str(error)


def _fix(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "Make room, then run the same command again; the results are safe."
    first = "Make the folder" if error.errno == errno.ENOENT else "Close it"
    return (
        f"{first}, or name another place with --output, then run the same command again; "
        "the results are safe."
    )
