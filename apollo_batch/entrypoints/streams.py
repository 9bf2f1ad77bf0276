"""The three streams of a process, as whoever started it left them, in; streams that can be written to, out."""

import codecs
import contextlib
import errno
import os
import sys
from typing import TextIO

from apollo_batch.codes import Code
from apollo_batch.errors import OutputError

_SPELT = {"…": "...", "—": "-", "█": "#", "░": "."}
"""How a terminal of few letters is told what it has none for; anything else is a question mark."""
_GONE = {errno.EPIPE, errno.EIO, errno.EBADF}
"""What writing says once nobody reads any more: the pipe was closed, the terminal is gone."""


def ready() -> None:
    """See that no file is opened in the place of a stream that is closed, and no letter too much."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    codecs.register_error("spelt", _spelt)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="spelt")


def _spelt(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    lost = problem.object[problem.start : problem.end]
    return "".join(_SPELT.get(letter, "?") for letter in lost), problem.end


def put(text: str, stream: TextIO | None) -> None:
    """Write to a stream at once; where nobody reads any more, nothing is said from then on."""
    if stream is None or stream.closed:
        return
    try:
        stream.write(text)
        stream.flush()
    except OSError as problem:
        if problem.errno not in _GONE and stream is sys.stdout:
            _point_nowhere(stream)
            raise OutputError(
                Code.OUTPUT_NOT_WRITTEN,
                f"What it says could not be written where stdout leads: {problem.strerror}.",
                fix="Make room there; what a run wrote down is safe.",
            ) from None
        # How it ended is the exit code's to say.
        _point_nowhere(stream)


def _point_nowhere(stream: TextIO) -> None:
    # What is still kept back for the stream would fail once more when the process ends.
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def typed() -> str:
    """Give the line that a person types; nothing where nobody can type one any more."""
    try:
        return sys.stdin.readline() if sys.stdin else ""
    except (OSError, UnicodeDecodeError):
        return ""


def at_a_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks on at the other end."""
    return stream is not None and not stream.closed and stream.isatty()


def draws() -> bool:
    """Whether what is shown on stderr may move: a terminal that knows more than lines."""
    return at_a_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"


def at_once(text: str) -> None:
    """Write to stderr from within a signal, which may have come in the middle of a print."""
    with contextlib.suppress(OSError):
        os.write(2, text.encode("ascii", "replace"))


def give_back() -> None:
    """Leave the terminal as it was: a bar that is drawn hides the cursor."""
    if draws():
        at_once("\x1b[?25h\n")
