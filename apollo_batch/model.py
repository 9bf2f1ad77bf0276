"""The nouns every room shares: rows, items, chunks, outcomes, settlements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, NewType

RowNumber = NewType("RowNumber", int)
"""The row as the spreadsheet counts it: with a header in row 1, data starts at 2."""

Params = Mapping[str, Any]
"""Parameter name to the cleaned value that Apollo gets."""


class Status(StrEnum):
    """What became of a row; exactly one each."""

    SUCCEEDED = "succeeded"
    NO_MATCH = "no_match"
    SKIPPED = "skipped"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    PENDING = "pending"
    NOT_RUN = "not_run"

    @property
    def words(self) -> str:
        """As a cell of the workbook says it."""
        return self.value.replace("_", " ").capitalize()


STATUS_MEANINGS = {
    Status.SUCCEEDED: "Found, created, updated or enrolled; the kept columns are filled.",
    Status.NO_MATCH: "Asked, and Apollo has nothing by these details.",
    Status.SKIPPED: "Left out: decided here before anything was sent, or by Apollo, which left it as it was.",
    Status.FAILED: "Apollo refused it.",
    Status.IN_DOUBT: "Sent, and nobody knows whether it was carried out, or charged.",
    Status.PENDING: "Found; a part of the answer is still to come.",
    Status.NOT_RUN: "Not asked; the same command takes it up.",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row ended as it did."""

    code: str
    """Stable; scripts may rely on it."""
    status: Status
    """The status it explains."""
    sentence: str
    """What happened, as the workbook says it."""
    remedy: str = ""
    """What a person can do about it; empty where there is nothing to do."""
    again: bool = False
    """Whether the same command takes the row up again."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a spreadsheet, every cell as the text a person would read."""

    number: RowNumber
    cells: tuple[str, ...]
    """As wide as the header; a missing cell is the empty string."""
    troubles: Mapping[int, str] = field(default_factory=dict)
    """Cell index to reason code, where the cell holds no usable value (an error, lost digits)."""
    skip: str | None = None
    """Reason code, where the sheet itself says that this is no row to send (hidden, totals)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row's parameters, cleaned and ready to send."""

    row: RowNumber
    params: Params


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row, with the reason a person reads."""

    row: RowNumber
    status: Status
    reason: str
    """A code of `reasons.REASONS`, or a word of the job file's own `skip`."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """One request on an item's way: most take one, some an id first, or a second address."""

    route: str
    names: tuple[str, ...] = ()
    """The parameters it says, besides the ids it cannot do without."""
    old: bool = False
    """It reads what was there before, for `undo`; nothing of it is kept as an answer."""


Course = tuple[Leg, ...]
"""An item's requests, in their order."""


@dataclass(frozen=True, slots=True)
class ChunkItem:
    """An item inside a chunk, under the number the journal knows it by."""

    id: int
    params: Params
    course: Course = ()
    """The leg this chunk is, and those that follow it."""
    page: int = 1
    """Which page of an answer is asked for."""
    since: float | None = None
    """When the request was sent whose outcome nobody knows: what it made is being looked for."""
    looks: int = 0
    """How often it was looked for in vain."""
    untold: int = 0
    """How many answers came that show nothing of it, though they should."""
    expects: Params = field(default_factory=dict)
    """What its record has to show still for the rest to be sent: what a run that is undone wrote
    there, and what was there before."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """The items of one request, claimed and held for by `dispatch`: the licence to send once."""

    id: int
    attempt: int
    """The journal's number of this attempt; a retry of the same chunk gets a new one."""
    operation: str
    route: str
    options: Params
    items: tuple[ChunkItem, ...]
    most_records: int | None = None
    """How many records a search may bring for an item; None: all there are."""
    label: str = ""
    """The list that what it creates goes on besides; "": on none."""
    step: str = ""
    """The step of the job that it belongs to."""
    given: float | None = None
    """When it was given leave: long after that others may have given it up."""
    begins: float | None = None
    """When those whom it enrolls are sent the first e-mail, at the earliest; None: at once."""


class Arrival(StrEnum):
    """What is known of a request once its call is over."""

    DONE = "done"
    """Answered, and the answer reads as Apollo's."""
    REFUSED = "refused"
    """Answered with a definite no; it had no effect."""
    LIMITED = "limited"
    """429: a window is full; it had no effect."""
    NOT_SENT = "not_sent"
    """No byte left: no connection, no name, no TLS."""
    UNKNOWN = "unknown"
    """It may have been carried out, and charged."""


class Halt(StrEnum):
    """A refusal that ends more than its chunk."""

    ACCESS = "access"
    """The key is wrong or may not do this: the step stops."""
    CREDITS = "credits"
    """The team's credits are used up: paid steps stop."""
    BUG = "bug"
    """Apollo does not understand our request: the step stops before it repeats the mistake."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One rate window as a reply's headers tell it."""

    span: str
    """minute, hour or day."""
    limit: int | None
    """None: this window is not limited."""
    used: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one reply says of one item."""

    item: int
    status: Status
    reason: str
    note: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)
    """New column to its text."""
    index: int | None = None
    """Where in the answer the record stands, so that a later job can read other fields of it."""
    credits: Decimal | None = None
    """What this row is expected to have cost; None where nobody knows."""
    then: Course = ()
    """The requests that are still to come; the status is the last one's."""
    found: str | None = None
    """Apollo's id of the record that was found or made."""
    made: bool = False
    """Whether this answer shows that the effect was made, and by us."""
    adds: Params = field(default_factory=dict)
    """Parameters that its next requests need besides."""
    old: Mapping[str, Any] | None = None
    """What the record was before it was changed."""
    records: Sequence[Mapping[str, str]] | None = None
    """What a search found on this page, as kept columns; None: it is no search."""
    more: bool = False
    """Whether another page is to be asked for."""
    looks: int | None = None
    """It was looked for so often in vain: look once more a little later; None: as it was."""
    untold: bool = False
    """Whether the answer shows nothing of it: what was made of it is to be looked for."""
    instead: Sequence["Verdict"] = ()
    """What holds, one after the other, where the record found is another row's; the last: none."""


@dataclass(frozen=True, slots=True)
class Late:
    """What Apollo says, once asked for it, of a result that was still to come."""

    ended: str = ""
    """CAME, or the reason why it never will; "": it is still on its way."""
    again: float | None = None
    """In how many seconds Apollo wants to be asked once more."""
    reported: Decimal | None = None
    """Credits as the result states them."""
    derived: Decimal | None = None
    """Price times what came, besides; both None: nobody knows what it cost."""


CAME = "came"
"""How waiting for a result ends well."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """A call's end: what is known of it, its items' verdicts, its bill, what it says of limits."""

    arrival: Arrival
    verdicts: Sequence[Verdict] = ()
    reported: Decimal | None = None
    """Credits as the reply states them; None where it states none."""
    derived: Decimal | None = None
    """Price times what came back, where the reply states no bill."""
    expected: Decimal | None = None
    """What its rows are expected to cost, one by one; None where nobody can tell."""
    still_held: Decimal | None = Decimal(0)
    """What may yet be charged for results still to come; None: unknown, keep all that is held."""
    request_id: str | None = None
    """Apollo's number for results still to come: a signed 64-bit integer, as text."""
    halt: Halt | None = None
    blamed: frozenset[int] = frozenset()
    """The items that Apollo named as those because of which it refused the whole request."""
    message: str = ""
    """What to tell a person, without personal data."""
    missing: str = ""
    """What the reply lacks of the least that is needed to read it; "" where it has that."""
    unknown: Mapping[str, int] = field(default_factory=dict)
    """What of it this version does not know (a field, a value, a reason), and how often."""
    http: int | None = None
    body: bytes = b""
    """The reply as it came, key and tokens cut out, compressed with zlib."""
    headers: Mapping[str, str] = field(default_factory=dict)
    readings: Sequence[Reading] = ()
    retry_after: float | None = None
    """Seconds Apollo asked us to wait."""
    time_scale: float = 1.0
    """How much faster than ours the clock behind the windows runs: 1, but for a sandbox."""
    late: Late | None = None
    """What it says of an earlier request's result, where that was asked for."""
