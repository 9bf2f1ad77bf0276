"""The first lines of a sheet in; the line that names the columns, and their names, out.

The rule: of the first 50 lines, the header is the first one that

* fills more than half as many cells as the fullest of the lines from it on,
* holds short texts, at least six in ten of them different from each other,
* holds no e-mail address, and values (numbers, dates, web addresses) in at most three of ten.

Titles and notes above a table fill too few cells; a line of data gives itself away by its values.

A header may have two lines: "Address" merged over "City" and "Zip". Its columns are then called
"Address / City" and "Address / Zip", and the lower line is the header. It shows in merged cells of
the upper line; without any, in gaps of the upper line that the lower one fills with words where all
rows below hold values. A name above one column alone is joined to that column only.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LOOKED_AT = 50
_SHORT = 120
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_VALUE = re.compile(r"[\d\s.,:/+%€$£()-]*\d[\d\s.,:/+%€$£()-]*|https?://\S+|TRUE|FALSE|#\S+", re.I)
_COMPARED = 20

Line = tuple[int, Sequence[str]]
Area = tuple[int, int, int, int]


@dataclass(frozen=True)
class Header:
    """Where the column names are, and what they are."""

    row: int
    """The lower one of two."""
    columns: tuple[str, ...]


def find(lines: Iterable[Line], merged: Sequence[Area] = ()) -> Header | None:
    """Find the header among the numbered lines; None where no line looks like one."""
    top = [(number, cells) for number, cells in lines if _filled(cells)]
    for index, (number, cells) in enumerate(top):
        texts = _filled(cells)
        fullest = max(len(_filled(later)) for _, later in top[index:])
        if 2 * len(texts) > fullest and _names_columns(texts):
            for upper in (index, index - 1):
                if 0 <= upper < len(top) - 1 and _are_two(top[upper:], merged):
                    return _joined(top[upper], top[upper + 1], merged)
            return Header(number, columns(cells))
    return None


def columns(cells: Sequence[str]) -> tuple[str, ...]:
    """Trim a header line's texts, up to the last that is not blank."""
    texts = [cell.strip() for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _filled(cells: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in cells if cell.strip()]


def _names_columns(texts: list[str]) -> bool:
    if any(len(text) > _SHORT or _EMAIL.fullmatch(text) for text in texts):
        return False
    values = sum(_VALUE.fullmatch(text) is not None for text in texts)
    different = len({text.casefold() for text in texts})
    return 10 * values <= 3 * len(texts) and 10 * different >= 6 * len(texts)


def _are_two(lines: Sequence[Line], merged: Sequence[Area]) -> bool:
    """Whether the first two of these lines are one header."""
    (number, upper), (below, lower) = lines[:2]
    words = _filled(lower)
    if below != number + 1 or len(_filled(upper)) < 2 or not _names_columns(words):
        return False
    spans = [area for area in merged if area[0] == area[2] == number and area[1] < area[3]]
    if merged:
        return any(len(_filled(lower[left - 1 : right])) > 1 for _, left, _, right in spans)
    gaps = [place for place, text in enumerate(lower) if text.strip() and not _at(upper, place)]
    first = next(place for place, text in enumerate(upper) if text.strip())
    between = [place for place in gaps if place > first]
    return len(between) > 1 and _differs(lower, [cells for _, cells in lines[2:][:_COMPARED]])


def _differs(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether names stand where every row below, two at the least, holds a value."""
    if any(_is_value(name.strip()) for name in names):
        return False
    return len(rows) > 1 and any(
        name.strip() and all(_is_value(_at(row, place)) for row in rows)
        for place, name in enumerate(names)
    )


def _is_value(text: str) -> bool:
    return bool(_VALUE.fullmatch(text) or _EMAIL.fullmatch(text))


def _joined(upper: Line, lower: Line, merged: Sequence[Area]) -> Header:
    number, above = upper
    names = list(columns(above))
    names += [""] * (len(lower[1]) - len(names))
    for top, left, bottom, right in merged:
        if top == bottom == number:
            names[left - 1 : right] = [_at(above, left - 1)] * (right - left + 1)
    pairs = [(name, _at(lower[1], place)) for place, name in enumerate(names)]
    return Header(lower[0], columns([_pair(*pair) for pair in pairs]))


def _pair(upper: str, lower: str) -> str:
    if not upper or not lower or upper == lower:
        return upper or lower
    return f"{upper} / {lower}"


def _at(cells: Sequence[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""
