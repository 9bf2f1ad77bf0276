"""What PyYAML says of a file it cannot read comes in; what a person can do goes out."""

import re
from typing import Protocol

import yaml

from apollo_batch.codes import Code
from apollo_batch.errors import Problem
from apollo_batch.job.places import Place

# The breaks that PyYAML counts lines by; str.splitlines knows others.
LINE_BREAK = re.compile("\r\n|[\n\r\u0085\u2028\u2029]")

_INDENT = "Keys of one level begin in the same column; indent with spaces, two a level."
_KNOWN = (
    (
        "'\\t'",
        "A tab stands where YAML wants spaces.",
        "Replace tabs with spaces, two a level.",
    ),
    ("cannot start any token", "A value cannot begin with this character.", "Put it in quotes."),
    (
        "mapping values are not allowed",
        "A second `key:` stands where a value is expected.",
        "Put a value that holds a colon in quotes; begin a new line for a new key.",
    ),
    (
        "could not find expected ':'",
        "This line is no `key: value`: the colon is missing.",
        "Write `key: value`, with a space after the colon.",
    ),
    ("expected <block end>", "This line does not fit the lines above it.", _INDENT),
    (
        "expected ',' or",
        "A bracket is not closed, or a comma is missing.",
        "Close every { with } and every [ with ], with commas between.",
    ),
    ("unexpected end of stream", "A quote is opened and never closed.", "Close the quote."),
    (
        "unknown escape character",
        "Within double quotes a backslash begins a special character.",
        "Use single quotes.",
    ),
    (
        "expected the node content",
        "A value is missing here.",
        "Write a value, or take the key out.",
    ),
)

_NOTICED_LATE = ("could not find expected ':'", "unexpected end of stream", "got '<stream end>'")


class Mark(Protocol):
    """What PyYAML knows of a place."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


def place(start: Mark | None, end: Mark | None = None) -> Place:
    """Turn PyYAML's marks into a place; the caret stays within one line."""
    if start is None:
        return Place()
    one_line = end is not None and end.line == start.line
    width = end.column - start.column if end is not None and one_line else 1
    return Place(start.line + 1, start.column + 1, max(1, width))


def explain(trouble: yaml.YAMLError, text: str) -> Problem:
    """Say in plain words why a file is no YAML, and where."""
    if isinstance(trouble, yaml.reader.ReaderError):
        return place_of(text, trouble.position).problem(
            Code.BAD_CHARACTER,
            "This character cannot stand in a job file.",
            "Delete it and type the text anew.",
        )
    where, why = _told(trouble)
    for words, message, fix in _KNOWN:
        if words in why:
            return where.problem(Code.NOT_YAML, message, fix)
    return where.problem(
        Code.NOT_YAML, "This cannot be read.", "Check the quotes, colons and indentation here."
    )


def _told(trouble: yaml.YAMLError) -> tuple[Place, str]:
    if not isinstance(trouble, yaml.MarkedYAMLError):
        return Place(), ""
    why = trouble.problem or ""
    mark = trouble.problem_mark or trouble.context_mark
    # What is never closed is noticed at the end of the file; a person looks where it begins.
    if any(words in why for words in _NOTICED_LATE):
        mark = trouble.context_mark or mark
    return place(mark), why


def place_of(text: str, index: int) -> Place:
    """Find the line and column of a character by its number."""
    breaks = list(LINE_BREAK.finditer(text, 0, index))
    begin = breaks[-1].end() if breaks else 0
    return Place(len(breaks) + 1, index - begin + 1)


def shown(text: str, most: int = 40) -> str:
    """Quote a word of the file for a message: short, and without what a terminal would obey."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return "`" + "".join(c if c.isprintable() else "�" for c in short) + "`"
