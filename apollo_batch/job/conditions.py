"""A skip rule comes in, a question to ask of a cell goes out."""

import re
import warnings
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from apollo_batch.job.headers import tidy
from apollo_batch.job.wanted import Condition, SkipRule, When

MOST_PATTERN = 200
MOST_CELL = 200
"""`matches` looks at so many characters of a cell."""
MOST_WAYS = (MOST_CELL + 1) ** 3
"""How many ways a pattern may be tried on one cell: three open ends, no more."""

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")


def question(rule: SkipRule | When) -> Callable[[str], bool]:
    """Make a rule ready to ask; whatever a cell holds, the answer is yes or no."""
    wanted = rule.operand
    match rule.condition, wanted:
        case Condition.MATCHES, str():
            pattern = compiled(wanted)
            return lambda cell: pattern.search(tidy(cell)[:MOST_CELL]) is not None
        case ((Condition.AT_LEAST | Condition.AT_MOST), Decimal()):
            least = rule.condition is Condition.AT_LEAST
            return lambda cell: _compares(cell, wanted, least=least)
        case ((Condition.BLANK | Condition.FILLED), _):
            blank = (rule.condition is Condition.BLANK) is (wanted is True)
            return lambda cell: (not tidy(cell)) is blank
    words = wanted if isinstance(wanted, tuple) else (str(wanted),)
    known = frozenset(tidy(word).casefold() for word in words)
    among = rule.condition in {Condition.IS, Condition.IN}
    return lambda cell: (tidy(cell).casefold() in known) is among


def _compares(cell: str, bound: Decimal, *, least: bool) -> bool:
    text = tidy(cell)
    if not _NUMBER.fullmatch(text):
        return False
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return number >= bound if least else number <= bound


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern that is quick on every cell; ValueError, in a sentence, for others.

    A pattern such as `(a+)+$` would try one cell for years. So a repeated group may not hold
    repeats or alternatives, and the ways to try the whole are counted beforehand.
    """
    if len(pattern) > MOST_PATTERN:
        raise ValueError(f"This pattern is over {MOST_PATTERN} characters long.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ready = re.compile(pattern, re.IGNORECASE)
            ways = _ways(_parser.parse(pattern, re.IGNORECASE))
    except (re.error, OverflowError, RecursionError, Warning) as trouble:
        raise ValueError(f"This is no pattern: {trouble}.") from None
    if ways > MOST_WAYS:
        raise ValueError("This pattern could take very long: too many open ends like .* in it.")
    return ready


def _ways(parsed: Any) -> int:
    ways = 1
    for kind, detail in parsed:
        ways *= _ways_of(kind, detail)
    return ways


def _ways_of(kind: Any, detail: Any) -> int:
    if kind in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
        least, most, repeated = detail
        inner = _ways(repeated)
        if most > 1 and inner > 1:
            raise ValueError("This pattern could take very long: it repeats what repeats.")
        most, least = min(int(most), MOST_CELL), min(int(least), MOST_CELL)
        return (most - least + 1) * inner
    if kind is op.BRANCH:
        return sum(_ways(branch) for branch in detail[1])
    if kind is op.SUBPATTERN:
        return _ways(detail[-1])
    if kind in {op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN, op.AT}:
        return 1
    raise ValueError("Look-arounds and back-references are not supported in a pattern.")
