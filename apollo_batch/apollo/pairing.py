"""Which result belongs to which item: shown by what identifies them, never guessed."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, IntEnum
from typing import Any
from urllib.parse import unquote, urlsplit

from apollo_batch.catalogue.entry import Operation, Pairing
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.paths import parse, pick
from apollo_batch.model import Params


class Lost(Enum):
    """Why an item got no record."""

    ABSENT = "absent"
    """Asked, and Apollo knows nothing."""
    UNPAIRED = "unpaired"
    """There may be a record for it, and nothing shows which."""


NO_RECORD = ""
"""What stands in an answer in the place of a record that could not be told."""
Records = Sequence[Any]
Pairs = list[int | Lost]
"""For each item, where in the records its own stands, or why there is none."""

_STRONG_KINDS = frozenset(
    {
        Kind.ID,
        Kind.EMAIL,
        Kind.HASHED_EMAIL,
        Kind.PERSON_URL,
        Kind.COMPANY_URL,
        Kind.DOMAIN,
        Kind.URL,
    }
)
SAME = 2
"""How alike two values are that are the same; 1: one is a part of the other; 0: they differ."""
_SPELLINGS = (("ä", "a"), ("ö", "o"), ("ü", "u"), ("ae", "a"), ("oe", "o"), ("ue", "u"))


def pair(
    operation: Operation, pairing: Pairing, asked: Sequence[Params], records: Records
) -> Pairs:
    """Give every item its record's index.

    One question with one answer needs no proof. Otherwise a record is taken by position only
    where positions can hold and nothing about it contradicts the item.
    """
    if len(asked) == 1 and len(records) <= 1:
        return [0 if records and isinstance(records[0], dict) else _lost(records)]
    if pairing is Pairing.BY_POSITION and len(records) == len(asked):
        placed = _by_position(operation, asked, records)
        if placed is not None:
            return placed
    return _by_identity(operation, asked, records)


def same_value(operation: Operation, name: str, asked: Any, record: Mapping[str, Any]) -> bool:
    """Whether a record shows the very value of a parameter, however it is spelled."""
    param = operation.param(name)
    kind = param.kind if param else Kind.TEXT
    shown = _shown(operation, name, record)
    return any(_sameness(kind, str(asked), text) == SAME for text in shown)


def shows(operation: Operation, name: str, record: Mapping[str, Any]) -> bool:
    """Whether a record shows anything of what a parameter says."""
    return any(_shown(operation, name, record))


def _shown(operation: Operation, name: str, record: Mapping[str, Any]) -> list[str]:
    fields = operation.identity.get(name, (name,))
    return [text for field in fields for text in pick(record, parse(field)).split("; ") if text]


class _Grade(IntEnum):
    """How much a record shows of what identifies an item."""

    AGAINST = -1
    """What can be compared is different."""
    NOTHING = 0
    """There is nothing to compare."""
    HINT = 1
    """A part of the name, or a name whose address is another now."""
    LIKE = 2
    """The whole name, shortened or completed."""
    EXACT = 3
    """The whole name."""
    STRONG = 4
    """A key that only one has."""


def _by_position(operation: Operation, asked: Sequence[Params], records: Records) -> Pairs | None:
    own = [
        _grade(operation, params, record) if isinstance(record, dict) else None
        for params, record in zip(asked, records, strict=True)
    ]
    seekers = [
        index
        for index, grade in enumerate(own)
        if grade is not _Grade.STRONG and _sure(operation, asked[index])
    ]
    for index, grade in enumerate(own):
        if grade is None or grade is _Grade.STRONG:
            continue
        # A whole name at its place is believed, unless the record is shown to be somebody else's.
        others = seekers if grade is _Grade.EXACT else range(len(asked))
        rivals = [other for other in others if other != index]
        best = max((_grade(operation, asked[r], records[index]) for r in rivals), default=grade)
        if grade is _Grade.AGAINST or best > max(grade, _Grade.HINT):
            return None
    return [
        _lost(records[index : index + 1]) if grade is None else index
        for index, grade in enumerate(own)
    ]


def _lost(records: Records) -> Lost:
    """Say why an item got none of these: what is neither a record nor a miss may be its own."""
    told = all(record is None or isinstance(record, dict) for record in records)
    return Lost.ABSENT if told else Lost.UNPAIRED


def _by_identity(operation: Operation, asked: Sequence[Params], records: Records) -> Pairs:
    real = _distinct(records)
    grades = [
        {index: _grade(operation, params, records[index]) for index in real} for params in asked
    ]
    claims = [_claims(grades, item) for item in range(len(asked))]
    # Two items may ask for the same person and share a record; one item never has two.
    taken = {found[0] for found in claims if len(found) == 1}
    lost = Lost.UNPAIRED if set(real) - taken else _lost(records)
    return [found[0] if len(found) == 1 else (Lost.UNPAIRED if found else lost) for found in claims]


def _distinct(records: Records) -> list[int]:
    """Say where the records stand, each once, however often it is repeated."""
    first: dict[str, int] = {}
    for index, record in enumerate(records):
        if isinstance(record, dict):
            first.setdefault(str(record.get("id") or index), index)
    return list(first.values())


def _claims(grades: Sequence[Mapping[int, _Grade]], item: int) -> list[int]:
    """Find the records that show they are this item's; a shared key outweighs a like name."""
    for enough in (_Grade.STRONG, _Grade.EXACT, _Grade.LIKE):
        found = [index for index, grade in grades[item].items() if grade is enough]
        if found:
            break
    shared = enough is _Grade.LIKE and any(
        other[index] >= enough for index in found for n, other in enumerate(grades) if n != item
    )
    return [] if shared else found


def _sure(operation: Operation, params: Params) -> bool:
    return any(is_key(operation, name) for name in operation.identity.keys() & params.keys())


def is_key(operation: Operation, name: str) -> bool:
    """Whether a parameter alone says who is meant."""
    param = operation.param(name)
    return param is not None and param.kind in _STRONG_KINDS


def _grade(operation: Operation, params: Params, record: Mapping[str, Any]) -> _Grade:
    """Say how much a record echoes of an item's identity."""
    compared = dict(compare(operation, params, record))
    strong = [level for name, level in compared.items() if is_key(operation, name)]
    if any(strong):
        return _Grade.STRONG
    both = min(compared.get("first_name", 0), compared.get("last_name", 0))
    whole = max(both, compared.get("name", 0))
    if whole and not strong:
        return _Grade.EXACT if whole == SAME else _Grade.LIKE
    if any(compared.values()):
        return _Grade.HINT
    return _Grade.AGAINST if compared else _Grade.NOTHING


def compare(
    operation: Operation, params: Params, record: Mapping[str, Any]
) -> Iterator[tuple[str, int]]:
    """Say of all that identifies an item, and that a record shows, how alike they are."""
    for name, fields in operation.identity.items():
        asked = params.get(name)
        if not asked:
            continue
        shown = [
            text for field in fields for text in pick(record, parse(field)).split("; ") if text
        ]
        param = operation.param(name)
        kind = param.kind if param else Kind.TEXT
        level = max((_sameness(kind, str(asked), text) for text in shown), default=None)
        # Hashes are mostly of private addresses, which an answer seldom shows.
        if level is not None and (level or kind is not Kind.HASHED_EMAIL):
            yield name, level


def _sameness(kind: Kind, asked: str, shown: str) -> int:
    match kind:
        case Kind.NAME | Kind.TEXT:
            return _likeness(asked, shown)
        case Kind.DOMAIN | Kind.URL:
            same = _host(asked) == _host(shown)
        case Kind.PERSON_URL | Kind.COMPANY_URL:
            same = _slug(asked) == _slug(shown)
        case Kind.HASHED_EMAIL:
            same = asked in _hashes(shown)
        case _:
            same = asked.casefold() == shown.casefold()
    return SAME if same else 0


def _host(text: str) -> str:
    host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
    return host.removeprefix("www.").rstrip(".").lower()


def _slug(text: str) -> str:
    last = urlsplit(text).path.rstrip("/").rpartition("/")[2]
    return unicodedata.normalize("NFC", unquote(last)).casefold()


def _hashes(email: str) -> set[str]:
    raw = email.strip().lower().encode()
    return {hashlib.md5(raw, usedforsecurity=False).hexdigest(), hashlib.sha256(raw).hexdigest()}


def _likeness(asked: str, shown: str) -> int:
    if asked == shown:
        return SAME
    one, two = _words(asked), _words(shown)
    if "".join(one) == "".join(two):
        return SAME if one else 0
    # Apollo shortens and completes names: "von der Heide" and "Heide", "Acme" and "Acme GmbH".
    return int(bool(one and two) and (set(one) <= set(two) or set(two) <= set(one)))


def _words(text: str) -> list[str]:
    lower = text.casefold()
    for letter, plain in _SPELLINGS:
        lower = lower.replace(letter, plain)
    bare = unicodedata.normalize("NFKD", lower)
    return re.findall(r"[^\W_]+", "".join(c for c in bare if not unicodedata.combining(c)))
