"""The do-not-contact lists come in; whether a row is on it, and as what, goes out."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from apollo_batch.catalogue.entry import Act, Operation
from apollo_batch.catalogue.kinds import BadCellError, Kind, clean, host_of
from apollo_batch.catalogue.param import Param
from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError
from apollo_batch.journal.erased import By, mark, marks
from apollo_batch.journal.store import Store
from apollo_batch.model import Params
from apollo_batch.packing import question, subject
from apollo_batch.skips import ERASED

_REMARK = re.compile(r"(?:^|\s)#.*")
_BETWEEN = re.compile(r"[,;\t|]")
_TITLE = re.compile(
    r"[a-z _-]*\b(?:e-?mail|domain|website|company|address|contact|id)s?\b[a-z _-]*"
)
_OF_A_COLLEAGUE = re.compile(r"owner|sender|mailbox|user|assign", re.IGNORECASE)


@dataclass(frozen=True)
class Suppression:
    """Whom nothing may be asked, made or sent."""

    emails: frozenset[str] = frozenset()
    """Without what follows a plus: it is the same mailbox."""
    domains: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    hashes: Mapping[str, str] = field(default_factory=dict)
    """MD5 and SHA-256 of each address, for rows that know no more of it."""
    erased: frozenset[str] = frozenset()
    """The marks of people who were erased."""
    salt: bytes = field(default=b"", repr=False)
    """The journal's own, with which those are made."""

    def finds(self, operation: Operation, params: Params) -> str | None:
        """Say which parameter of a row is on the list, and as what; None: none is."""
        if _lets_pass(operation):
            return None
        for name, value in params.items():
            param = operation.param(name)
            if param is None or param.ours:
                continue
            for text in value if isinstance(value, list) else [value]:
                entry = self._entry(param, text)
                if entry is not None:
                    return _note(name, entry)
        return ERASED if self.erased and self._asks_of_erased(operation, params) else None

    def _asks_of_erased(self, operation: Operation, params: Params) -> bool:
        """Whether it is what was asked of somebody before they were erased, or has their name."""
        hashes = (question(operation, params, self.salt), subject(operation, params, self.salt))
        again = any(self._is_erased(By.ASKED, one) for one in hashes if one)
        return again or self._is_erased(By.NAME, _name(params))

    def finds_cell(self, columns: Sequence[str], cells: Sequence[str]) -> str | None:
        """Say which cell of a row has an e-mail address that is on the list; None: none has.

        Where a row is named by an id alone, its own cells tell more than the request does.
        """
        told = zip(columns, cells, strict=False)
        return self._told((c, cell) for c, cell in told if not _OF_A_COLLEAGUE.search(c))

    def finds_answer(self, answers: Mapping[str, str]) -> str | None:
        """Say which answer of an earlier step, by `step.field`, is an address on the list."""
        return self._told(answers.items())

    def _told(self, texts: Iterable[tuple[str, str]]) -> str | None:
        for name, text in texts:
            entry = self._email(_cleaned(Kind.EMAIL, text)) if "@" in text else None
            if entry is not None:
                return _note(name, entry)
        return None

    def _entry(self, param: Param, value: Any) -> str | None:
        if not isinstance(value, str):
            return None
        match param.kind:
            case Kind.EMAIL:
                return self._email(value)
            case Kind.HASHED_EMAIL:
                erased = self._is_erased(By.HASHED_EMAIL, value)
                return ERASED if erased else self.hashes.get(value)
            case Kind.DOMAIN | Kind.URL:
                return self._domain(_host(value))
            case Kind.ID if param.target is None or not param.target.named:
                erased = self._is_erased(By.ID, value)
                return ERASED if erased else value if value in self.ids else None
        return None

    def _is_erased(self, by: By, text: str) -> bool:
        return bool(self.erased) and mark(self.salt, by, text) in self.erased

    def _email(self, email: str) -> str | None:
        plain = mailbox(email)
        if self._is_erased(By.EMAIL, plain):
            return ERASED
        return plain if plain in self.emails else self._domain(email.rpartition("@")[2])

    def _domain(self, host: str) -> str | None:
        labels = host.split(".")
        above = (".".join(labels[start:]) for start in range(len(labels) - 1))
        return next((name for name in above if name in self.domains), None)


def whom_to_spare(store: Store, paths: Sequence[Path]) -> Suppression | None:
    """Read the lists, and whom the journal knows as erased; None: there is nobody."""
    listed, erased = read_lists(paths) if paths else None, marks(store)
    if not erased:
        return listed
    return replace(listed or Suppression(), erased=erased, salt=store.salt)


def read_lists(paths: Iterable[Path]) -> Suppression:
    """Read lists of e-mail addresses, domains and Apollo ids; InvalidError where one cannot be.

    One entry a line; of a line with several cells, each that is an entry counts.
    """
    found: dict[Kind, set[str]] = {Kind.EMAIL: set(), Kind.DOMAIN: set(), Kind.ID: set()}
    for path in paths:
        for kind, entry in _entries(path, _lines_of(path)):
            found[kind].add(entry)
    emails = frozenset(map(mailbox, found[Kind.EMAIL]))
    hashes = {digest: one for one in found[Kind.EMAIL] | emails for digest in digests(one)}
    return Suppression(emails, frozenset(found[Kind.DOMAIN]), frozenset(found[Kind.ID]), hashes)


def _lines_of(path: Path) -> list[str]:
    why = "it is no file" if path.exists() and not path.is_file() else ""
    try:
        if not why:
            return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "it is no text in UTF-8"
    raise InvalidError(
        Code.DO_NOT_CONTACT,
        f"The do-not-contact list {path} cannot be read: {why}. Nothing is sent without it.",
        fix="Put it there, or mend do_not_contact where `apollo-batch config show` says it is said.",
    )


def _entries(path: Path, lines: Sequence[str]) -> Iterator[tuple[Kind, str]]:
    first = True
    for number, line in enumerate(lines, start=1):
        cells = [
            cell.strip().strip("\"'").strip() for cell in _BETWEEN.split(_REMARK.sub("", line))
        ]
        if not any(cells):
            continue
        entries = [entry for cell in cells if (entry := _entry(cell)) is not None]
        title = first and any(_TITLE.fullmatch(cell.lower()) for cell in cells)
        if not entries and not title:
            raise InvalidError(
                Code.DO_NOT_CONTACT,
                f"{path}:{number}: neither an e-mail address, a domain nor an Apollo id; "
                "whoever is meant would not be spared.",
                fix="Correct the line, or begin it with #.",
            )
        first = False
        yield from entries


def _entry(cell: str) -> tuple[Kind, str] | None:
    plain = cell.removeprefix("*").lstrip(".@") if cell.startswith(("*", "@", ".")) else cell
    if "@" in plain:
        email = _cleaned(Kind.EMAIL, plain)
        return (Kind.EMAIL, email) if email else None
    number = _cleaned(Kind.ID, plain)
    if number:
        return Kind.ID, number
    host = _host(plain)
    return (Kind.DOMAIN, host) if host else None


def _note(name: str, entry: str) -> str:
    """Say what of a row is on the list; of whom was erased, nothing is written down again."""
    return ERASED if entry == ERASED else f"{name}: {entry}"


def _name(params: Params) -> str:
    names = [params.get(name) for name in ("first_name", "last_name")]
    whole = params.get("name") or " ".join(one for one in names if isinstance(one, str))
    return " ".join(re.findall(r"\w+", str(whole).casefold()))


def _lets_pass(operation: Operation) -> bool:
    return operation.act is Act.SEARCH or operation.withdraws


def _cleaned(kind: Kind, text: str) -> str:
    try:
        return clean(kind, text)
    except BadCellError:
        return ""


def _host(text: str) -> str:
    try:
        return host_of(text)
    except BadCellError:
        return ""


def mailbox(email: str) -> str:
    """Name the mailbox of an address: what follows a plus is none of its own."""
    name, _, host = email.rpartition("@")
    return f"{name.partition('+')[0] or name}@{host}"


def digests(email: str) -> tuple[str, str]:
    """Hash an address as Apollo takes it: MD5 and SHA-256."""
    raw = email.encode()
    return hashlib.md5(raw, usedforsecurity=False).hexdigest(), hashlib.sha256(raw).hexdigest()
