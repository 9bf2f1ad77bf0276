"""Column names and cells in; columns as wide as these need, within reason, out."""

import itertools
from collections.abc import Iterable, Sequence
from decimal import Decimal

from apollo_batch.sheets.rewrite import Entry

_SAMPLE = 200
_NARROW, _WIDE = 11, 48


def fitting(names: Sequence[str], entries: Iterable[Entry]) -> list[float]:
    """As wide as the header and the first rows need, within reason."""
    longest = [len(name) + 3 for name in names]
    for _, values in itertools.islice(entries, _SAMPLE):
        for index, value in enumerate(values):
            if isinstance(value, str | Decimal | int):
                line = max(str(value).split("\n"), key=len)
                longest[index] = max(longest[index], len(line) + 2)
    return [float(min(max(width, _NARROW), _WIDE)) for width in longest]
