"""The shape of an entry: what one operation of Apollo takes, answers, costs, and repeats."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from apollo_batch.catalogue.addresses import Address
from apollo_batch.catalogue.kinds import Kind


class Pairing(StrEnum):
    """How a reply says which result belongs to which item."""

    SOLE = "sole"
    """One item asked, one answer."""
    BY_POSITION = "by_position"
    """Result i belongs to item i; cross-checked by identity all the same."""
    BY_IDENTITY = "by_identity"
    """Results come in any order, misses left out: paired by what identifies them."""


class Repeat(StrEnum):
    """What sending the same request twice would do."""

    SAFE = "safe"
    """Nothing more than the first time."""
    PAID = "paid"
    """No harm, but it may be charged again."""
    NEVER = "never"
    """It would create, enroll or send once more."""


class Once(StrEnum):
    """How long an effect, once made for a subject, counts as made."""

    NONE = "none"
    """The operation has no effect."""
    RUN = "run"
    EVER = "ever"


class Find(StrEnum):
    """How to find out whether a request of unknown outcome had its effect."""

    NOWHERE = "nowhere"
    BALANCE = "balance"
    """The account's credit balance tells whether it was charged."""


class Place(StrEnum):
    """Where a parameter travels."""

    BODY = "body"
    QUERY = "query"
    PATH = "path"


@dataclass(frozen=True)
class Param:
    """A value that Apollo takes, filled from a column or the same for every row."""

    name: str
    does: str
    kind: Kind = Kind.TEXT
    option: bool = False
    """The same for every row of a request: named under `options`, never under `map`."""


@dataclass(frozen=True)
class Price:
    """What Apollo charges, in credits ("API pricing" page)."""

    per: str
    """What one unit is: a person, a company, a page."""
    base: Decimal = Decimal(1)
    """Charged when data was found."""
    extras: Mapping[str, Decimal] = field(default_factory=dict)
    """Option to what it may add per unit, charged when the result comes."""
    unbounded: frozenset[str] = frozenset()
    """Options whose price is not known at request time."""


@dataclass(frozen=True)
class Route:
    """One address of Apollo's and how a request to it is built and its reply read."""

    name: str
    """`bulk` or `single`."""
    address: Address
    results_at: str
    """The reply's key that holds the record or records."""
    pairing: Pairing
    cap: int = 1
    """The most items in one request."""
    items_at: str | None = None
    """The body's key for the list of items; None: the one item's parameters stand alone."""
    items_in: Place = Place.BODY
    options_in: Place = Place.QUERY
    credits_at: str | None = None
    """The reply's key that states the bill; None: it states none, price times found holds."""
    charged_at: str | None = None
    """The reply's key that counts the charged records, where it has one."""
    lacks: frozenset[str] = frozenset()
    """Answer fields that the operation's other routes have and this one leaves out."""

    @property
    def method(self) -> str:
        return self.address.method

    @property
    def path(self) -> str:
        """Below `/api/v1`, with the words that stand for ids."""
        return self.address.path


@dataclass(frozen=True)
class Operation:
    """One thing a job can ask for."""

    name: str
    does: str
    """One sentence for `apollo-batch operations`."""
    routes: tuple[Route, ...]
    """The preferred one first; another is taken where a job keeps what the first leaves out."""
    params: tuple[Param, ...]
    enough: tuple[frozenset[str], ...]
    """Sets of parameters; a row that fills one of them whole can be looked up."""
    price: Price
    repeat: Repeat
    fields: frozenset[str]
    """Fields of the answer's record, the first word of a `keep` path."""
    identity: Mapping[str, tuple[str, ...]]
    """Parameter to the answer fields that would echo it: what a result is checked against."""
    substance: tuple[str, ...]
    """A record with none of these fields is hollow: billed, and empty."""
    once: Once = Once.NONE
    find: Find = Find.NOWHERE
    exclusive: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Option to the options of which it needs one set, such as a webhook address."""

    def param(self, name: str) -> Param | None:
        """Find a parameter by its name, or None."""
        return next((p for p in self.params if p.name == name), None)

    def route(self, name: str) -> Route:
        """Find a route by its name; KeyError where there is none."""
        for route in self.routes:
            if route.name == name:
                return route
        raise KeyError(name)
