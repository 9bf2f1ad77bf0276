"""The shape of an entry: what one operation of Apollo takes, answers, costs, and repeats."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from apollo_batch.catalogue.addresses import Address
from apollo_batch.catalogue.param import Param


class Act(StrEnum):
    """What an operation does to the customer's Apollo; anything but looking writes."""

    LOOK_UP = "look up"
    SEARCH = "search"
    """One item, many records: page by page, each a row of its own."""
    CREATE = "create"
    UPDATE = "update"
    ENROLL = "enroll"
    """It has e-mail sent to people."""

    @property
    def writes(self) -> bool:
        """Whether it changes anything at Apollo's."""
        return self in {Act.CREATE, Act.UPDATE, Act.ENROLL}


class Mode(StrEnum):
    """What creating does where Apollo has the record already."""

    CREATE_OR_SKIP = "create_or_skip"
    CREATE = "create"
    """A second record is made."""
    UPSERT = "upsert"
    """It is updated."""


class Pairing(StrEnum):
    """How a reply says which result belongs to which item."""

    SOLE = "sole"
    """One item asked, one answer."""
    BY_POSITION = "by_position"
    """Result i belongs to item i; cross-checked by identity all the same."""
    BY_IDENTITY = "by_identity"
    """Results come in any order, misses left out: paired by what identifies them."""
    NONE = "none"
    """The reply speaks for the request as a whole."""
    MANY = "many"
    """All results belong to the one item asked."""
    SKIPS = "skips"
    """Enrolled contacts in a list, the others by their ids with a reason."""
    MEMBER = "member"
    """The record of one contact, which shows whether it is in the sequence."""
    STANDING = "standing"
    """The record of one contact, which shows how far a sequence has got with it."""
    SOUGHT = "sought"
    """Records among which is the one that a lost request made, if it made it."""

    @property
    def looks_for_effects(self) -> bool:
        """Whether such a reply shows what became of an earlier request."""
        return self in {Pairing.MEMBER, Pairing.SOUGHT}


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
    instead: Mapping[str, str] = field(default_factory=dict)
    """Option with an extra to the one that, asked for as well, takes its place."""

    def on_top(self, options: Mapping[str, object]) -> Decimal:
        """What a unit may cost more once the results are there that come later."""
        asked = {name for name, value in options.items() if value is True}
        extras = self.extras.items()
        return sum(
            (p for n, p in extras if n in asked and self.instead.get(n) not in asked), Decimal(0)
        )

    def is_open(self, options: Mapping[str, object]) -> bool:
        """Whether nobody knows beforehand what a unit may cost."""
        return any(options.get(name) is True for name in self.unbounded)


FREE = Price(per="request", base=Decimal(0))


@dataclass(frozen=True)
class Paging:
    """How an answer goes on over several pages."""

    per_page: int
    """The most records of one page; 0: one answer holds them all."""
    total_at: str | None = "pagination"
    """The block that counts all entries; None: no count, a short page is the last."""
    numbered: bool = True
    """Whether a request says which page; else there is one, of the latest records."""
    most: int = 50_000
    """Records that Apollo shows of one search ("Pagination": 500 pages of 100)."""

    def size(self, most_records: int | None) -> int:
        """Say how many records to ask for on each page."""
        return min(self.per_page, most_records or self.per_page)

    def limit(self, most_records: int | None) -> int:
        """Say how many records one search may bring."""
        return min(self.most, most_records or self.most)


@dataclass(frozen=True)
class Route:
    """One address of Apollo's and how a request to it is built and its reply read."""

    name: str
    """`bulk` or `single`, or what it is for."""
    address: Address
    results_at: str
    """The reply's key that holds the record or records; "" for the reply itself."""
    pairing: Pairing
    existing_at: str | None = None
    """The reply's key of records that were there before and stay as they are."""
    cap: int = 1
    """The most items in one request."""
    items_at: str | None = None
    """The key for the list of items; None: the one item's parameters stand alone."""
    ids_only: str | None = None
    """The parameter that alone makes an item: the list holds its bare values."""
    items_in: Place = Place.BODY
    options_in: Place = Place.QUERY
    shared: Mapping[str, str] = field(default_factory=dict)
    """Parameter to its name on the wire: said once a request, so its items agree on them."""
    carries: frozenset[str] | None = None
    """The row's parameters it takes, Apollo drops others without a word; None: all of them."""
    needs: frozenset[str] = frozenset()
    """Parameters that it cannot do without, such as the id in its path."""
    renames: Mapping[str, str] = field(default_factory=dict)
    """Parameter to what it is called in the path or among an item's own."""
    fixed: Mapping[str, object] = field(default_factory=dict)
    """What every request says besides."""
    sought_by: tuple[tuple[str, str], ...] = ()
    """Parameter of a row to the one it is looked for by: the first that a row has."""
    one_at_a_time: str | None = None
    """Parameter of which no two requests may be under way at once with the same value."""
    credits_at: str | None = None
    """The reply's key that states the bill; None: it states none, price times found holds."""
    charged_at: str | None = None
    """The reply's key that counts the charged records, where it has one."""
    lacks: frozenset[str] = frozenset()
    """Answer fields that the operation's other routes have and this one leaves out."""
    answers: frozenset[str] | None = None
    """The only answer fields it has, where those are few; None: all but what it lacks."""
    same_as: Mapping[str, str] = field(default_factory=dict)
    """Answer field to the one that says the same in a record that lacks it."""
    echoes: frozenset[str] = frozenset()
    """Parameters that a reply names among what it understood (`breadcrumbs`)."""
    mode: Mode | None = None
    """The mode in which it is taken; None: in any."""
    only_after: bool = False
    """Never the first of a row's requests: it goes on with what another has made."""
    of: tuple[str, str] | None = None
    """A parameter and its value: the rows that it is for; None: it is for all."""
    gone: re.Pattern[str] | None = None
    """What a refusal says when there is no such record."""
    there: re.Pattern[str] | None = None
    """What a refusal says when the effect is there already."""

    @property
    def method(self) -> str:
        return self.address.method

    @property
    def path(self) -> str:
        """Below `/api/v1`, with the words that stand for ids."""
        return self.address.path

    @property
    def views(self) -> bool:
        """Whether it only reads the record that the row is about, before or after a change."""
        return self.only_after and self.method == "GET" and not self.pairing.looks_for_effects

    def takes(self, name: str) -> bool:
        """Whether it carries a parameter of a row."""
        return self.carries is None or name in self.carries or name in self.shared

    def holds(self, name: str) -> bool:
        """Whether its answer has a field."""
        return name in self.answers if self.answers is not None else name not in self.lacks


@dataclass(frozen=True, eq=False)  # there is one of each, so that choices can be remembered
class Operation:
    """One thing a job can ask for."""

    name: str
    does: str
    """One sentence for `apollo-batch operations`."""
    routes: tuple[Route, ...]
    """The preferred one first; others where a row or a job asks for what the first leaves out."""
    params: tuple[Param, ...]
    enough: tuple[frozenset[str], ...]
    """Sets of parameters; a row that fills one of them whole can be sent."""
    price: Price
    repeat: Repeat
    fields: frozenset[str]
    """Fields of the answer's record, the first word of a `keep` path."""
    identity: Mapping[str, tuple[str, ...]]
    """Parameter to the answer fields that would echo it: what a result is checked against."""
    act: Act = Act.LOOK_UP
    substance: tuple[str, ...] = ()
    """A record with none of these fields is hollow: billed, and empty."""
    once: Once = Once.NONE
    find: Find = Find.NOWHERE
    exclusive: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Option to the options of which it needs one set, such as a webhook address."""
    subject: tuple[tuple[str, ...], ...] = ()
    """What an effect is made to: the first set of parameters that a row has whole."""
    done: str = "found"
    """The reason code of a row that ended well."""
    paging: Paging | None = None
    modes: tuple[Mode, ...] = ()
    """The modes it knows, the usual one first."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Field that people look for among its own, to where it is had."""
    undone_by: str = ""
    """The operation that takes back what this one has done; "": there is no way back."""
    withdraws: bool = False
    """It keeps e-mails from people: done for those on the do-not-contact list, too."""

    def param(self, name: str) -> Param | None:
        """Find a parameter by its name, or None."""
        return next((p for p in self.params if p.name == name), None)

    def route(self, name: str) -> Route:
        """Find a route by its name; KeyError where there is none."""
        return {route.name: route for route in self.routes}[name]

    @property
    def by_id(self) -> bool:
        """Whether it changes or enrolls what is there: an id may be all that names whom."""
        return self.act in {Act.UPDATE, Act.ENROLL} and not self.withdraws

    @property
    def seek(self) -> Route | None:
        """How to find out whether a lost request had its effect; None: a person has to look."""
        return next((r for r in self.routes if r.pairing.looks_for_effects), None)

    @property
    def id_param(self) -> str | None:
        """The parameter by which a route that goes on names the record; None: none goes on."""
        ways = [r for r in self.routes if r.only_after and not r.pairing.looks_for_effects]
        return next((name for route in ways for name in route.needs), None)
