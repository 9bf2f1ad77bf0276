"""The last row of a sheet and the rows above it in; whether it only sums them up out."""

import re
from collections.abc import Iterable, Sequence

from apollo_batch.model import Row

_WORDS = re.compile(
    r"(?:grand |sub-?)?totals?(?: (?:sum|amount|général|general))?|sums?|overall|all|"
    r"(?:gesamt|zwischen)?(?:summe|summen|ergebnis)|(?:ins)?gesamt|total(?:e|i|en|es|aal)|totaal|"
    r"som(?:ma|me)|suma|soma|summa|razem|sammanlagt|yhteensä|celkem|összesen|итого|всего|合計|总计",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+(]?[\d.,]*\d\)?")
_NOISE = re.compile(r"[\s'\u2019€$£¥%]|\b[A-Z]{3}\b")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


def may_be(cells: Sequence[str]) -> bool:
    """Whether a row holds numbers only, and beside them one word for a total at the most."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    words = [cell for cell in filled if number(cell) is None]
    return len(words) < len(filled) and len(words) < 2 and all(map(_names_total, words))


def adds_up(row: Row, above: Iterable[Row]) -> bool:
    """Whether a row's numbers are the sums of those above it: one with a word, all without.

    Some row above must hold more than it does. Rows that are hidden may be left out of a sum. With
    a word beside it, a count or an average will do as well.
    """
    wanted = {place: value for place, cell in enumerate(row.cells) if (value := number(cell))}
    tallies = {place: (_Tally(), _Tally()) for place in wanted}
    fuller = False
    for each in above:
        if each.number >= row.number:
            break
        fuller = fuller or _filled(each) > _filled(row)
        for place, (every, visible) in tallies.items():
            every.add(each.cells[place])
            if each.skip is None:
                visible.add(each.cells[place])
    if not fuller:
        return False
    named = any(cell.strip() and number(cell) is None for cell in row.cells)
    proofs = [
        any(tally.gives(wanted[place], loosely=named) for tally in pair)
        for place, pair in tallies.items()
    ]
    return bool(proofs) and (any(proofs) if named else all(proofs))


class _Tally:
    """What a column comes to."""

    def __init__(self) -> None:
        self.rows = 0
        self.sum = 0.0
        self.numbers = 0
        self.filled = 0

    def add(self, cell: str) -> None:
        value = number(cell)
        self.rows += 1
        self.sum += value or 0.0
        self.numbers += value is not None
        self.filled += bool(cell.strip())

    def gives(self, value: float, *, loosely: bool) -> bool:
        if self.rows < 2:
            return False
        found = [self.sum] if self.numbers > 1 else []
        if loosely:
            found += [self.rows, self.filled, self.sum / max(self.numbers, 1)]
        return any(abs(one - value) <= 0.006 + 1e-9 * abs(value) for one in found)


def number(cell: str) -> float | None:
    """Read a cell as a number, in the writing of any of our languages; None where it is none."""
    bare = _NOISE.sub("", cell)
    if not bare or not _NUMBER.fullmatch(bare):
        return None
    sign = -1 if bare[0] in "-(" else 1
    digits = bare.strip("+-()")
    if _GROUPED.fullmatch(digits) and len({*digits} & {",", "."}) == 1:
        return sign * float(re.sub("[.,]", "", digits))
    whole, point, part = digits.replace(",", ".").rpartition(".")
    if not point:
        return sign * float(part)
    return sign * float(f"{whole.replace('.', '') or 0}.{part}")


def _filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row.cells)


def _names_total(word: str) -> bool:
    return _WORDS.fullmatch(word.rstrip(" :=")) is not None
