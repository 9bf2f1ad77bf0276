"""A run in; planned, reported, derived and the balance side by side, and why they differ, out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from apollo_batch.catalogue.team import POOL
from apollo_batch.journal.requests import (
    Noted,
    Request,
    balances_of,
    requests_of,
    spent_by_others,
)
from apollo_batch.journal.store import Store
from apollo_batch.runner.report import Figures, plain

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Difference:
    """Two of the numbers differ: by how much, and what stands behind it."""

    words: str
    credits: Decimal
    requests: Sequence[int] = ()
    rows: Sequence[int] = ()


@dataclass(frozen=True)
class Change:
    """One kind of credits, before the run and after it."""

    before: Decimal
    after: Decimal

    @property
    def fell(self) -> Decimal:
        """By how much it fell."""
        return self.before - self.after


@dataclass(frozen=True)
class Reckoning:
    """What a run cost, by everybody who says so."""

    found: Figures
    planned: Decimal | None
    """At the most; None: nothing was planned."""
    kinds: Mapping[str, Change]
    """Kinds of credits whose balance is known before and after; {}: not known."""
    period: str
    """Between which moments the balance fell; "" where that is not known."""
    requests: Sequence[Request]
    differences: Sequence[Difference]

    @property
    def fell(self) -> Decimal | None:
        """By how much the balance fell that look-ups are paid from; None: not known."""
        return self.kinds[POOL].fell if POOL in self.kinds else None


def reckon(store: Store, found: Figures) -> Reckoning:
    """Put together what a run was to cost, what it is said to have cost, and what is gone."""
    requests = requests_of(store, found.run)
    noted = balances_of(store, found.run)
    before, after = noted.get("before"), noted.get("after")
    planned = found.planned.get("credits", {}).get("most")
    most = None if planned is None else Decimal(planned)
    kinds = _kinds(before, after) if before and after else {}
    differences = [*_of_plan(found, most, requests), *_of_requests(requests)]
    if before and after and POOL in kinds:
        others = spent_by_others(
            store, found.record["account"], found.run, since=before.at, until=after.at
        )
        differences += _of_balance(found, kinds[POOL].fell, others)
    period = f"{moment(before.at)} to {moment(after.at)} UTC" if before and after else ""
    return Reckoning(found, most, kinds, period, requests, differences)


def moment(at: float) -> str:
    """Write a moment as support asks for it: to the second, in UTC."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"


def _kinds(before: Noted, after: Noted) -> dict[str, Change]:
    both = [kind for kind in before.left if kind in after.left]
    return {kind: Change(before.left[kind], after.left[kind]) for kind in both}


def _of_plan(
    found: Figures, most: Decimal | None, requests: Sequence[Request]
) -> Iterator[Difference]:
    if most is None or found.charged <= most:
        return
    seen: set[int] = set()
    again = []
    for request in requests:
        if request.priced and seen.intersection(request.rows):
            again.append(request)
        seen.update(request.rows)
    words = (
        "More was charged than was first planned at the most: more rows were taken up since, or "
        "some were asked again."
    )
    yield _difference(words, found.charged - most, again)


def _of_requests(requests: Sequence[Request]) -> Iterator[Difference]:
    """Differences that stand in single requests, by what is odd about them."""
    for words, odd, credits in _ODD:
        chosen = [request for request in requests if odd(request)]
        if chosen:
            yield _difference(words, sum(map(credits, chosen), _ZERO), chosen)


def _over(request: Request) -> Decimal:
    """By how much a bill is higher than its rows explain; lower: less than nought."""
    known = request.bill is not None and request.expected is not None
    return (request.bill or _ZERO) - (request.expected or _ZERO) if known else _ZERO


_ODD: tuple[tuple[str, Callable[[Request], bool], Callable[[Request], Decimal]], ...] = (
    (
        "The bill is higher than what came back explains.",
        lambda request: _over(request) > 0,
        _over,
    ),
    (
        "The bill is lower than what came back explains.",
        lambda request: _over(request) < 0,
        lambda request: -_over(request),
    ),
    (
        "Sent, and no usable answer came: up to this may have been charged.",
        lambda request: request.priced and request.unanswered,
        lambda request: request.held + request.spent,
    ),
    (
        "Answered without a bill: up to this may be charged.",
        lambda request: request.priced and request.outcome == "done" and request.bill is None,
        lambda request: request.held + request.spent,
    ),
    (
        "Nobody said what came later cost: up to this may have been charged.",
        lambda request: request.bill is not None and request.spent > request.bill,
        lambda request: request.spent - (request.bill or _ZERO),
    ),
    (
        "Held for results to come: up to this may still be charged.",
        lambda request: request.held > 0 and request.bill is not None,
        lambda request: request.held,
    ),
)


def _of_balance(
    found: Figures, fell: Decimal, others: Mapping[str, Decimal]
) -> Iterator[Difference]:
    """What the balance fell by, beyond the bill: other runs first, then whoever else spends."""
    for run, spent in others.items():
        yield Difference(f"Run {run} spent on the same account meanwhile, or may have.", spent)
    rest = fell - found.charged - sum(others.values(), _ZERO)
    unsure = max(_ZERO, found.bill.spent - found.charged) + found.bill.held
    if rest > 0 and unsure:
        mine = min(rest, unsure)
        yield Difference(
            "The balance fell by more than was billed: requests above whose bill is open may "
            "have been charged.",
            mine,
        )
        rest -= mine
    if rest > 0:
        yield Difference(
            "The balance fell by more than this journal knows of: others of the team spent "
            "meanwhile, or Apollo charged for what it did not report.",
            rest,
        )
    elif rest < 0:
        yield Difference(
            "The balance fell by less than was billed: Apollo books later than it answers, or "
            "credits were added meanwhile.",
            -rest,
        )


def _difference(words: str, credits: Decimal, requests: Sequence[Request]) -> Difference:
    rows = sorted({row for request in requests for row in request.rows})
    return Difference(words, credits, [request.number for request in requests], rows)


def as_json(told: Reckoning) -> dict[str, object]:
    """The document `usage RUN --json` prints."""
    bill = told.found.bill
    return {
        "schema": 1,
        "run": told.found.run,
        "credits": {
            "planned": plain(told.planned),
            "reported": plain(bill.reported),
            "derived": plain(bill.derived),
            "balance_fell": plain(told.fell),
            "held": plain(bill.held),
            "unpriced_requests": bill.unpriced,
        },
        "balances": {
            kind: {"before": plain(c.before), "after": plain(c.after), "fell": plain(c.fell)}
            for kind, c in told.kinds.items()
        },
        "differences": [
            {
                "what": one.words,
                "credits": plain(one.credits),
                "requests": list(one.requests),
                "rows": list(one.rows),
            }
            for one in told.differences
        ],
    }
