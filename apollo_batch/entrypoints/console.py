"""Talk with the person at the terminal: on stderr, so that stdout carries results alone."""

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from apollo_batch.entrypoints import streams
from apollo_batch.entrypoints.ci import in_ci, on_github
from apollo_batch.entrypoints.workflow import harmless, harmless_json

# What turns text around goes too: a plan must read as it is written.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


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
    return text if streams.at_a_terminal(stream) and not in_ci(os.environ) else harmless(text)


def _print(text: str, stream: TextIO | None) -> None:
    streams.put(text + "\n", stream)


def can_ask() -> bool:
    """Whether a person sits there to answer."""
    seen = streams.at_a_terminal(sys.stdin) and streams.at_a_terminal(sys.stderr)
    return seen and not in_ci(os.environ)


def wider(letters: int) -> bool:
    """Whether so many letters are too many for a line of the terminal that shows results."""
    if not streams.at_a_terminal(sys.stdout):
        return False
    return letters > shutil.get_terminal_size((80, 24)).columns


def yes(question: str) -> bool:
    """Ask y/N; anything but a clear yes is no."""
    return asked(f"{question} [y/N]").strip().lower() in {"y", "yes"}


def asked(question: str) -> str:
    """Ask for a word, and give back what was typed."""
    streams.put(printable(question) + " ", sys.stderr)
    return streams.typed()


def short(path: Path) -> str:
    """Name a file as seen from the working folder."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def command(words: Sequence[str]) -> str:
    """Write a command so that it can be copied into a shell."""
    return shlex.join(["apollo-batch", *words])
