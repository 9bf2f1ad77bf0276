"""A run in; every request it sent, with its rows and what is known of its cost, out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.engine import RowMapping

from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal import budget, late
from apollo_batch.journal.schema import attempts, balances, chunks, items, rows
from apollo_batch.journal.store import Store
from apollo_batch.model import Arrival

_IDS = ("x-request-id", "x-http-request-id", "x-transaction-id")
_UNANSWERED = frozenset({"sent", "lost", Arrival.UNKNOWN})


@dataclass(frozen=True)
class Request:
    """One request, as it left and as it ended."""

    number: int
    """The journal's own."""
    at: float
    route: str
    outcome: str
    http: int | None
    apollo_id: str
    """Apollo's number of it; "" where it gave none."""
    carried: int
    """How many rows it was for."""
    rows: Sequence[int]
    """Those of the spreadsheet itself."""
    reported: Decimal | None
    derived: Decimal | None
    expected: Decimal | None
    held: Decimal
    spent: Decimal
    priced: bool
    """Whether it asked for something that has a price."""

    @property
    def bill(self) -> Decimal | None:
        """What it cost; None: nobody knows."""
        # What came later may be derived, though the first answer was billed by Apollo.
        said = [part for part in (self.reported, self.derived) if part is not None]
        return sum(said, budget.ZERO) if said else None

    @property
    def unanswered(self) -> bool:
        """Whether it may have been carried out, and nobody knows."""
        return self.outcome in _UNANSWERED


def requests_of(store: Store, run: str) -> list[Request]:
    """Read a run's requests in the order they were sent; what never left is none."""
    with store.read() as c:
        # Records that were found are numbered on a sheet of their own.
        own = (items.c.run == run) & (items.c.sheet == "")
        numbers = c.execute(select(items.c.id, items.c.row).where(own))
        of_item: dict[int, int] = {item: row for item, row in numbers}  # noqa: C416 - rows are no pairs to mypy
        found = c.execute(
            select(attempts, chunks.c.kind, chunks.c.operation, chunks.c["items"])
            .join(chunks, chunks.c.id == attempts.c.chunk)
            .where(attempts.c.run == run, attempts.c.outcome != Arrival.NOT_SENT)
            .order_by(attempts.c.id)
        ).mappings()
        return [_request(one, of_item) for one in found]


def _request(one: RowMapping, of_item: Mapping[int, int]) -> Request:
    headers = json.loads(one["headers"]) if one["headers"] else {}
    # What asks for another's result is free, and carries no rows of its own.
    polls = one["kind"] == late.KIND
    carried = [] if polls else json.loads(one["items"])
    named = next((headers[name] for name in _IDS if headers.get(name)), "")
    return Request(
        number=one["id"],
        at=one["sent_at"],
        route=one["lane"].partition(" ")[2],
        outcome=one["outcome"],
        http=one["http"],
        apollo_id=one["request_id"] or named,
        carried=len(carried),
        rows=sorted(of_item[item] for item in carried if item in of_item),
        reported=one["reported"],
        derived=one["derived"],
        expected=one["expected"],
        held=one["held"],
        spent=one["spent"],
        priced=not polls and OPERATIONS[one["operation"]].price.base > 0,
    )


@dataclass(frozen=True)
class Noted:
    """What Apollo said was left of each kind of credits, and when."""

    at: float
    left: Mapping[str, Decimal]


def balances_of(store: Store, run: str) -> dict[str, Noted]:
    """Read the balances noted before and after a run; the latest of each."""
    mine = balances.c.run == run
    with store.read() as c:
        found = c.execute(select(balances).where(mine).order_by(balances.c.id)).mappings().all()
    return {
        one["moment"]: Noted(
            one["at"],
            {kind: Decimal(told["left"]) for kind, told in json.loads(one["kinds"]).items()},
        )
        for one in found
    }


def spent_by_others(
    store: Store, account: str, run: str, *, since: float, until: float
) -> dict[str, Decimal]:
    """Say what other runs of the account spent meanwhile, by run."""
    others = (attempts.c.account == account) & (attempts.c.run != run)
    meanwhile = attempts.c.sent_at.between(since, until)
    total = func.sum(attempts.c.spent)
    with store.read() as c:
        query = select(attempts.c.run, total).where(others, meanwhile).group_by(attempts.c.run)
        return {name: spent for name, spent in c.execute(query) if spent}


@dataclass(frozen=True)
class Stored:
    """The answer of a request, as it came."""

    request: int
    operation: str
    route: str
    reported: Decimal | None
    body: bytes
    """Compressed with zlib."""


def answers_of(store: Store, run: str) -> Iterator[Stored]:
    """Read the answers that are kept of a run's requests, one at a time."""
    kept = (attempts.c.run == run) & (attempts.c.outcome == Arrival.DONE)
    # What came later was billed by another answer.
    kept &= attempts.c.body.is_not(None) & attempts.c.late.is_(None)
    numbers = select(attempts.c.id).where(kept).order_by(attempts.c.id)
    one = (
        select(attempts.c.id, chunks.c.operation, chunks.c.route, attempts.c.reported)
        .add_columns(attempts.c.body)
        .join(chunks, chunks.c.id == attempts.c.chunk)
        .where(chunks.c.kind != late.KIND)
    )
    with store.read() as c:
        for number in c.scalars(numbers).all():
            found = c.execute(one.where(attempts.c.id == number)).first()
            if found is not None:
                yield Stored(*found)


def any_erased(store: Store, run: str) -> bool:
    """Whether the cells of some of a run's rows were emptied, because of whom they told."""
    emptied = (rows.c.run == run) & (rows.c.sheet == "") & (rows.c.hash == "")
    with store.read() as c:
        return c.scalar(select(rows.c.number).where(emptied).limit(1)) is not None


def cells_of(store: Store, run: str) -> Iterator[tuple[int, list[str]]]:
    """Read the named cells of a run's rows in their order."""
    mine = (rows.c.run == run) & (rows.c.sheet == "")
    with store.read() as c:
        query = select(rows.c.number, rows.c.cells).where(mine).order_by(rows.c.number)
        for number, cells in c.execute(query):
            yield number, json.loads(cells)
