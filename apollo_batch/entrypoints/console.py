"""Talk with the person at the terminal: on stderr, so that stdout carries results alone."""

import json
import os
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from apollo_batch.entrypoints.ci import in_ci, on_github
from apollo_batch.entrypoints.workflow import harmless, harmless_json

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def say(text: str) -> None:
    """Print to stderr; control characters from files and replies are left out."""
    _print(_plain(text, sys.stderr), sys.stderr)


def printable(text: str) -> str:
    """Leave out what a terminal would obey, and a file or a reply may hold."""
    return _CONTROL.sub("", text)


def result(text: str) -> None:
    """Print to stdout: the result and nothing else."""
    _print(_plain(text, sys.stdout), sys.stdout)


def document(told: object) -> None:
    """Print to stdout what is told, as JSON."""
    _print(harmless_json(json.dumps(told, ensure_ascii=False, indent=2)), sys.stdout)


def annotate(commands: Iterable[str]) -> None:
    """Give commands of ours to GitHub's runner, where it reads what is printed."""
    if on_github(os.environ):
        for each in commands:
            _print(each, sys.stderr)


def _plain(text: str, stream: TextIO | None) -> str:
    """Take out control characters, and whatever a build's runner would take for a command to it."""
    text = printable(text)
    at_a_terminal = stream is not None and stream.isatty()
    return text if at_a_terminal and not in_ci(os.environ) else harmless(text)


def _print(text: str, stream: TextIO | None) -> None:
    if stream is None:  # closed by whoever started us
        return
    encoding = stream.encoding or "ascii"
    try:
        stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        stream.flush()
    except BrokenPipeError:
        # The reader has seen enough; how it ended is the exit code's to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def can_ask() -> bool:
    """Whether a person sits there to answer."""
    return not in_ci(os.environ) and sys.stdin.isatty() and sys.stderr.isatty()


def yes(question: str) -> bool:
    """Ask y/N; anything but a clear yes is no."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def asked(question: str) -> str:
    """Ask for a word, and give back what was typed."""
    sys.stderr.write(f"{question} ")
    sys.stderr.flush()
    return sys.stdin.readline()


def short(path: Path) -> str:
    """Name a file as seen from the working folder."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def command(words: Sequence[str]) -> str:
    """Write a command so that it can be copied into a shell."""
    return shlex.join(["apollo-batch", *words])
