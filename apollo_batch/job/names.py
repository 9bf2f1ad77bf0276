"""Names that people use come in with all that Apollo has; the ids behind them go out."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from apollo_batch.catalogue.kinds import BadCellError
from apollo_batch.catalogue.param import Target
from apollo_batch.job.headers import normal

_ID = re.compile(r"[0-9a-f]{24}")
LISTS = frozenset({Target.CONTACT_LIST, Target.ACCOUNT_LIST})


@dataclass(frozen=True)
class Entry:
    """One thing of the team's that has a name."""

    id: str
    name: str
    others: tuple[str, ...] = ()
    """What else it goes by, such as an e-mail address."""
    apart: str = ""
    """What tells it from another of the same name, for messages."""
    gone: str = ""
    """Why it can no longer be used: deleted, revoked, archived; "": it can."""
    idle: str = ""
    """Why using it may not do what people think: inactive; "": it does."""
    group: str = ""
    """What it belongs to, such as a stage's pipeline: `group / name` means it as well."""
    type: str = ""
    """Of a custom field: what its values are."""
    choices: tuple[tuple[str, str], ...] = ()
    """Of a custom field: the id and the text of each value it may have."""

    def called(self) -> Iterator[str]:
        """Every name it goes by, as they are compared."""
        yield from (normal(name) for name in (self.name, *self.others) if name)
        if self.group:
            yield normal(f"{self.group} / {self.name}")


@dataclass(frozen=True)
class Directory:
    """All of the team's that has names, as far as Apollo tells it; gathered once a run."""

    entries: Mapping[Target, tuple[Entry, ...]] = field(default_factory=dict)
    """A kind that is not here was not asked for, or Apollo did not tell."""

    def knows(self, target: Target) -> bool:
        """Whether everything of a kind is here."""
        return target in self.entries

    def names(self, target: Target) -> list[str]:
        """List what things of a kind are called, without those that are gone."""
        return [each.name for each in self.entries.get(target, ()) if not each.gone]

    def words(self, target: Target) -> list[str]:
        """List every word that things of a kind go by, addresses too."""
        usable = [each for each in self.entries.get(target, ()) if not each.gone]
        return [word for each in usable for word in (each.name, *each.others) if word]

    def find(self, target: Target, text: str) -> list[Entry]:
        """Find what an id or a name means: one thing, several of that name, or none."""
        entries = self.entries.get(target, ())
        by_id = [each for each in entries if each.id == text.strip().lower() or each.id == text]
        if by_id:
            return by_id
        wanted = normal(text)
        found = [each for each in entries if wanted in each.called()]
        # One that can be used is meant rather than one of the same name that is gone.
        return [each for each in found if not each.gone] or found

    def cell(self, target: Target, text: str) -> str:
        """Give the id that a cell means, or a list's name; BadCellError where nobody can tell."""
        found = self.find(target, text)
        if target in LISTS and len(found) < 2:
            return found[0].name if found else text
        if not self.knows(target) and looks_like_id(text):
            return text.lower()
        if len(found) > 1:
            raise BadCellError("ambiguous_name")
        if not found or found[0].gone:
            raise BadCellError("unknown_name")
        return found[0].id


def looks_like_id(text: str) -> bool:
    """Whether a text has the form of Apollo's ids."""
    return _ID.fullmatch(text.lower()) is not None


def listed(names: Iterable[str], most: int = 12) -> str:
    """Put names into a sentence, the first few."""
    every = list(dict.fromkeys(names))
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return f"{', '.join(every[:most])}{more}"
