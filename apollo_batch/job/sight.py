"""The header and the first rows of a sheet come in; what its columns seem to hold goes out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from apollo_batch.job import synonyms
from apollo_batch.job.recognise import Column, columns_of, meanings, squashed

_OF_A_PERSON = ("first name", "last name", "full name", "email", "title", "mobile phone")
_BARE = frozenset(map(squashed, ("name", "nom", "nombre")))

Held = dict[str, list[Column]]


@dataclass(frozen=True)
class Sight:
    """A sheet with what its columns seem to hold."""

    columns: Sequence[Column]
    held: Mapping[str, Sequence[Column]]
    """Meaning to the columns that may have it, the surest first."""
    of_people: bool
    """Whether anything but a bare Name shows that its rows are people."""
    blank: bool
    """Whether there are no rows yet: then a column's name has to do."""

    def tells(self, column: Column) -> bool:
        """Whether a column says something of the rows there are."""
        return bool(column.cells) or self.blank


def look_at(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Sight:
    """See what the columns of a sheet seem to hold; `rows` are the first ones."""
    columns = columns_of(header, rows)
    held = _by_name(columns)
    told = {m: [c for c in found if c.cells or not rows] for m, found in held.items()}
    of_people = any(told.get(each) for each in _OF_A_PERSON)
    bare = [each for each in columns if squashed(each.name) in _BARE]
    if len(bare) == 1:
        held |= dict(_left_over(bare[0], told, rows))
        # Beside a company's name, what is called Name is somebody's.
        of_people = of_people or bool(told.get("company"))
        if not of_people:
            held["company"] = bare
    return Sight(columns, held, of_people, blank=not rows)


def _by_name(columns: Sequence[Column]) -> Held:
    found: dict[str, list[tuple[bool, int, int]]] = {}
    for place, column in enumerate(columns):
        for meaning, (rank, must_show) in meanings(column.name).items():
            of_nobody = meaning == "email" and column.of_nobody
            if (column.cells or not must_show) and not of_nobody:
                found.setdefault(meaning, []).append((not column.cells, rank, place))
    return {
        meaning: [columns[place] for *_, place in sorted(ranked)]
        for meaning, ranked in found.items()
    }


def _left_over(
    bare: Column, held: Held, rows: Sequence[Sequence[str]]
) -> Iterator[tuple[str, list[Column]]]:
    """Say what a bare Name is, by what stands beside it."""
    for phrase, meaning, beside, without in synonyms.LEFT_OVER:
        fits = squashed(phrase) == squashed(bare.name)
        if fits and all(map(held.get, beside)) and not any(map(held.get, without)):
            parts = [held[each][0] for each in beside]
            whole = any(_repeats(rows, bare, part) for part in parts)
            yield ("full name" if whole else meaning), [bare]
            return


def _repeats(rows: Sequence[Sequence[str]], whole: Column, part: Column) -> bool:
    """Whether one column says once more what another says, and something besides."""
    pairs = [
        (row[part.index].casefold().strip(), row[whole.index].casefold().split())
        for row in rows
        if row[part.index].strip() and row[whole.index].strip()
    ]
    return 2 * sum(one in words and len(words) > 1 for one, words in pairs) > len(pairs)
