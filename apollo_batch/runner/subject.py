"""A person as somebody names them comes in; whether a cell or an answer tells of them goes out."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apollo_batch.catalogue.kinds import BadCellError, Kind, clean
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal.erased import By, mark
from apollo_batch.packing import subject
from apollo_batch.runner.suppression import digests, mailbox

_ADDRESS = re.compile(r"[^\s@'\"<>()\[\]{},;:=|\\/]+@[\w-]+(?:\.[\w-]+)+")
_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])", re.IGNORECASE)
_IDS_OF_THEIRS = ("id", "person_id", "contact_id")
_NOT_THEIRS = re.compile(r"owner|creator|sender|user|account|organization", re.IGNORECASE)


@dataclass(frozen=True)
class Subject:
    """A person, by all that they are known by."""

    emails: frozenset[str] = frozenset()
    """Without what follows a plus: it is the same mailbox."""
    ids: frozenset[str] = frozenset()
    """Apollo's, of the person and of the contact."""
    names: frozenset[tuple[str, ...]] = frozenset()
    """The words of their name; whoever else is called so is meant too."""
    _phrases: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        said = (r"\W+".join(map(re.escape, words)) for words in self.names)
        object.__setattr__(
            self, "_phrases", tuple(re.compile(rf"(?<!\w){words}(?!\w)") for words in said)
        )

    def in_text(self, text: str) -> bool:
        """Whether a text names them."""
        if "@" in text and any(mailbox(one) in self.emails for one in _addresses(text)):
            return True
        if self.ids and any(one.lower() in self.ids for one in _ID.findall(text)):
            return True
        folded = text.casefold()
        return any(phrase.search(folded) for phrase in self._phrases)

    def in_cells(self, cells: Sequence[str]) -> bool:
        """Whether a row's cells name them, first and last name apart or together."""
        if any(map(self.in_text, cells)):
            return True
        return bool(self.names) and self._named({_folded(cell) for cell in cells})

    def in_value(self, value: Any) -> bool:
        """Whether anything that JSON can hold names them anywhere."""
        match value:
            case str():
                return self.in_text(value)
            case list():
                return any(map(self.in_value, value))
            case dict():
                return self._is_theirs(value) or any(map(self.in_value, (*value, *value.values())))
        return False

    def out_of(self, value: Any) -> Any:
        """Take them out of an answer: their own record becomes empty, all others stay."""
        match value:
            case str():
                return "" if self.in_text(value) else value
            case list():
                return [self.out_of(one) for one in value]
            case dict() if self._is_theirs(value):
                return {}
            case dict():
                return {k: self.out_of(one) for k, one in value.items() if not self.in_text(k)}
        return value

    def in_answer(self, value: Any) -> Iterator[Mapping[str, Any]]:
        """Find the records in an answer that are their own."""
        if isinstance(value, dict) and self._is_theirs(value):
            yield value
        elif isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                yield from self.in_answer(one)

    def _is_theirs(self, record: Mapping[str, Any]) -> bool:
        if any(record.get(name) in self.ids for name in _IDS_OF_THEIRS if record.get(name)):
            return True
        if any(mailbox(one) in self.emails for one in _emails_of(record)):
            return True
        names = (record.get("first_name"), record.get("last_name"), record.get("name"))
        return bool(self.names) and self._named({_folded(one) for one in names if _is_text(one)})

    def _named(self, cells: set[tuple[str, ...]]) -> bool:
        return any(
            words in cells or any({words[:at], words[at:]} <= cells for at in range(1, len(words)))
            for words in self.names
        )

    def with_what(self, records: Iterable[Mapping[str, Any]]) -> "Subject":
        """Know them by what their own records say of them, too."""
        emails, ids = set(self.emails), set(self.ids)
        for record in records:
            emails |= {mailbox(one) for one in _emails_of(record)}
            ids |= {str(record[n]) for n in _IDS_OF_THEIRS if _is_id(record.get(n))}
            contact = record.get("contact")
            if isinstance(contact, dict) and _is_id(contact.get("id")):
                ids.add(contact["id"])
        return Subject(frozenset(emails), frozenset(ids), self.names)

    def made_to(self, salt: bytes) -> set[str]:
        """Say, as the ledger hashes it, to whom something would have been made by their address."""
        return {
            subject(operation, {"email": email}, salt)
            for operation in OPERATIONS.values()
            if ("email",) in operation.subject
            for email in self.emails
        }

    def marks(self, salt: bytes) -> set[str]:
        """Say by what they are to be known again, in hashes."""
        hashed = (digest for email in self.emails for digest in digests(email))
        return {
            *(mark(salt, By.EMAIL, email) for email in self.emails),
            *(mark(salt, By.HASHED_EMAIL, digest) for digest in hashed),
            *(mark(salt, By.ID, number) for number in self.ids),
            *(mark(salt, By.NAME, " ".join(words)) for words in self.names),
        }


def named(word: str) -> Subject:
    """Read what somebody typed: an e-mail address, an Apollo id, or else a name."""
    for kind, of in ((Kind.EMAIL, _by_email), (Kind.ID, _by_id)):
        try:
            return of(clean(kind, word))
        except BadCellError:
            continue
    return Subject(names=frozenset({_folded(word)}))


def _by_email(email: str) -> Subject:
    return Subject(emails=frozenset({mailbox(email)}))


def _by_id(number: str) -> Subject:
    return Subject(ids=frozenset({number}))


def _addresses(text: str) -> Iterator[str]:
    return (one.casefold() for one in _ADDRESS.findall(text))


def _emails_of(record: Mapping[str, Any]) -> Iterator[str]:
    """Every address that a record gives as the person's own."""
    for name, value in record.items():
        if "email" in name and not _NOT_THEIRS.search(name):
            for one in value if isinstance(value, list) else [value]:
                said = one.get("email") if isinstance(one, dict) else one
                if _is_text(said):
                    yield from _addresses(str(said))


def _folded(text: Any) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", str(text).casefold()))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None
