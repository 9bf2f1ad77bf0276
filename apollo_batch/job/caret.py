"""A problem and the file's lines come in; what a person reads, with a caret below, goes out."""

import unicodedata
from collections.abc import Sequence

from apollo_batch.errors import Problem
from apollo_batch.job.mistakes import without_secrets

_WIDEST = 100
_BEFORE = 60


def drawn(problem: Problem, lines: Sequence[str], name: str) -> str:
    """Show `name:line:column: message [code]`, the line, a caret under the word, and the fix."""
    told = [f"{name}:{problem.line}:{problem.column}: {problem.message} [{problem.code}]"]
    line = lines[problem.line - 1] if problem.line <= len(lines) else ""
    if line.strip():
        told += _line_and_caret(problem, without_secrets(line))
    if problem.fix:
        told.append(f"  {problem.fix}")
    return "\n".join(told)


def _line_and_caret(problem: Problem, line: str) -> list[str]:
    start = problem.column - 1
    cut = max(0, start - _BEFORE) if len(line) > _WIDEST else 0
    seen = line[cut : cut + _WIDEST]
    before, below = seen[: start - cut], seen[start - cut :][: problem.width]
    carets = "^" * max(1, sum(map(_cells, below)))
    return [f"    {_printable(seen)}", f"    {''.join(map(_blank, before))}{carets}"]


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\t" else "�" for c in text)


def _blank(character: str) -> str:
    # A tab is as wide as the terminal makes it, so it stands in both lines.
    return "\t" if character == "\t" else " " * _cells(character)


def _cells(character: str) -> int:
    """How many places of a terminal a character takes."""
    if unicodedata.combining(character) or unicodedata.category(character) == "Mn":
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
