"""A misspelt word and the words there are come in, the one that was meant goes out."""

from collections.abc import Iterable

SLIPS = 2
"""So many letters apart, two words are one and a slip of it."""
_ALIKE = 0.75


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that was probably meant, or None rather than a wild guess."""
    plain = _plain(word)
    ranked = sorted((distance(plain, _plain(each)), each) for each in known)
    if not ranked:
        return None
    far, best = ranked[0]
    if far <= SLIPS and far * 2 < len(plain):
        return best
    import difflib

    alike = difflib.get_close_matches(plain, [_plain(each) for _, each in ranked], 1, _ALIKE)
    return next((each for _, each in ranked if alike and _plain(each) == alike[0]), None)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Ask the question, where there is one to ask."""
    meant = nearest(word, known)
    return None if meant is None else f"Did you mean `{meant}`?"


def near(word: str, known: Iterable[str]) -> str:
    """Ask the question, or else name all there are."""
    names = list(known)
    return did_you_mean(word, names) or f"There are: {', '.join(names)}."


def distance(left: str, right: str) -> int:
    """Count the slips between two words: a letter wrong, missing, too many, or two swapped."""
    before: list[int] = []
    above = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            slips = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                slips = min(slips, before[j - 2] + 1)
            row.append(slips)
        before, above = above, row
    return above[-1]


def _plain(word: str) -> str:
    # Long words are cut: nobody misspells forty letters, and the work grows with the square.
    return word[:40].casefold().replace("-", "_").replace(" ", "_").strip("_")
