"""The shape of a parameter: a value that Apollo takes, and where a job may say it."""

from dataclasses import dataclass
from enum import StrEnum

from apollo_batch.catalogue.kinds import Kind


class Target(StrEnum):
    """What a parameter points to; people know these by name, Apollo by id."""

    CONTACT = "contact"
    ACCOUNT = "account"
    DEAL = "deal"
    TASK = "task"
    PERSON = "person"
    ORGANIZATION = "organization"
    USER = "user"
    MAILBOX = "mailbox"
    SEQUENCE = "sequence"
    CONTACT_STAGE = "contact stage"
    ACCOUNT_STAGE = "account stage"
    DEAL_STAGE = "deal stage"
    CONTACT_LIST = "contact list"
    ACCOUNT_LIST = "account list"
    CONTACT_FIELD = "contact field"
    ACCOUNT_FIELD = "account field"
    DEAL_FIELD = "deal field"

    @property
    def named(self) -> bool:
        """Whether people know these by name, so that a job may say it instead of the id."""
        return self not in _BY_ID


_BY_ID = {
    Target.CONTACT,
    Target.ACCOUNT,
    Target.DEAL,
    Target.TASK,
    Target.PERSON,
    Target.ORGANIZATION,
}


@dataclass(frozen=True)
class Param:
    """A value that Apollo takes, filled from a column or the same for every row."""

    name: str
    does: str
    kind: Kind = Kind.TEXT
    option: bool = False
    """The same for every row of a request: named under `options`, never under `map`."""
    either: bool = False
    """From a column under `map`, or the same for every row under `options`."""
    many: bool = False
    """A list; a cell fills it with one value, or with several that `split` tells apart."""
    span: bool = False
    """A range: `{min: 1, max: 9}`."""
    choices: tuple[str, ...] = ()
    """The only words it may be, as Apollo spells them."""
    target: Target | None = None
    """What its id stands for."""
    most: int = 0
    """The most values of a list; 0: as many as one likes."""
    no_column: str = ""
    """Why the job alone says it, though it belongs to a row; "": a column may fill it."""
    ours: bool = False
    """It speaks of the team itself, not of whom a row is about."""

    @property
    def in_map(self) -> bool:
        """Whether a column may fill it."""
        return not self.option and not self.no_column

    @property
    def in_options(self) -> bool:
        """Whether it may be the same for every row."""
        return self.option or self.either
