"""A text of paragraphs comes in; it goes out as wide as the terminal, no wider than 80 columns."""

import shutil
import textwrap

_WIDEST = 80


def wrapped(text: str) -> str:
    """Break paragraphs at the margin; lines that are indented, lists and tables stay as they are."""
    width = min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns)
    return "\n\n".join(_paragraph(part, width) for part in text.split("\n\n"))


def _paragraph(part: str, width: int) -> str:
    if part.startswith(" "):
        return part
    return "\n".join(
        textwrap.fill(
            line,
            width,
            break_long_words=False,
            break_on_hyphens=False,
            subsequent_indent=_hang(line),
        )
        for line in part.split("\n")
    )


def _hang(line: str) -> str:
    return "  " if line.startswith("- ") else ""
