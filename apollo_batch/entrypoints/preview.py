"""The first rows of a sheet come in; lines that fit a terminal, and can do nothing to it, go out."""

import shutil
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from apollo_batch.job.headers import tidy

_MOST_COLUMNS = 30
_NAME, _LEAST, _GAP = 24, 7, 2


def width() -> int:
    """How many signs a line may have."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 120))


def safe(text: str) -> str:
    """Leave of a text what a terminal only shows: one line, no control signs."""
    return "".join(sign if sign.isprintable() else " " for sign in tidy(text))


def fitted(text: str, size: int) -> str:
    """Bring a text to a size, with a mark where something is missing."""
    plain = safe(text)
    if cell_len(plain) > size:
        return set_cell_size(plain, size - 1) + "…"
    return set_cell_size(plain, size)


def preview(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Show a sheet turned on its side: a line for each column, its name and its first cells."""
    named = [(index, name) for index, name in enumerate(columns) if name.strip()]
    longest = max((cell_len(safe(name)) for _, name in named), default=0)
    first = min(longest, _NAME, width() // 3)
    shown = max(1, min(len(rows), (width() - first - _GAP) // (_LEAST + _GAP)))
    each = (width() - first - _GAP * (shown + 1)) // shown
    for index, name in named[:_MOST_COLUMNS]:
        cells = [fitted(row[index], each) for row in rows[:shown]]
        yield (" " * _GAP).join(["", fitted(name, first), *cells]).rstrip()[_GAP - 2 :]
    if len(named) > _MOST_COLUMNS:
        yield f"  and {len(named) - _MOST_COLUMNS} columns more"
