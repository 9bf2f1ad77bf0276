"""A reckoning in; the workbook that goes to Apollo's support, or its lines for a terminal, out."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from apollo_batch.files import whole
from apollo_batch.journal.requests import Request
from apollo_batch.runner.reckoning import Reckoning, moment
from apollo_batch.runner.report import plain
from apollo_batch.runner.resolving import ranges
from apollo_batch.sheets import statement
from apollo_batch.sheets.refusals import told_plainly
from apollo_batch.sheets.statement import Sheet, Value

_MOST_NAMED = 200
"""Characters of row numbers in one line; the sheet of rows has them all."""


def lines(told: Reckoning) -> Iterator[str]:
    """Say a reckoning in lines for a person."""
    yield f"Run {told.found.run}"
    for name, value in _sums(told):
        yield f"  {name:<44} {plain(value) if isinstance(value, Decimal) else value:>12}"
    if not told.differences:
        yield "These agree with each other."
        return
    yield "Where they differ, and what stands behind it:"
    for one in told.differences:
        yield f"  {plain(one.credits):>8}  {one.words}"
        if one.requests:
            numbers = _short(ranges(one.requests))
            rows = f"; rows {_short(ranges(one.rows))}" if one.rows else ""
            yield f"{'':10}Requests {numbers}{rows}."


def _short(numbers: str) -> str:
    if len(numbers) <= _MOST_NAMED:
        return numbers
    return numbers[:_MOST_NAMED].rpartition(",")[0] + " and more"


def _sums(told: Reckoning) -> Iterator[tuple[str, Value]]:
    bill = told.found.bill
    yield "Planned at the most", "not known" if told.planned is None else told.planned
    yield "Reported by Apollo", bill.reported
    yield "Derived: price times found, Apollo silent", bill.derived
    yield "The account's balance fell by", "not known" if told.fell is None else told.fell
    yield "Held for results to come", bill.held
    yield "Requests whose bill nobody knows", bill.unpriced
    for kind, change in told.kinds.items():
        if change.before or change.after:
            yield f"{kind} before", change.before
            yield f"{kind} after", change.after
    if told.period:
        yield "Balances read", told.period


def write(told: Reckoning, path: Path) -> Path:
    """Write the workbook; a file that is there already stays, and the next free name is taken."""
    target, number = path, 2
    while target.exists():
        target = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    with told_plainly(target), whole(target) as draft:
        statement.write(draft, [_sums_sheet(told), _requests_sheet(told), _rows_sheet(told)])
    return target


def _sums_sheet(told: Reckoning) -> Sheet:
    rows: list[tuple[Value, ...]] = [
        ("Run", told.found.run),
        ("Apollo team", told.found.record["account"]),
        *_sums(told),
        (None,),
        ("Where they differ", "Credits", "Requests", "Rows"),
        *(
            (one.words, one.credits, len(one.requests) or None, len(one.rows) or None)
            for one in told.differences
        ),
    ]
    return Sheet("Sums", ("Credits", "", "", ""), (90, 46, 12, 12), rows)


_REQUESTS = (
    ("Request", 10),
    ("Sent (UTC)", 21),
    ("Route", 40),
    ("Apollo's id of it", 40),
    ("HTTP status", 12),
    ("Ended", 12),
    ("Rows", 30),
    ("Number of rows", 15),
    ("Credits reported", 17),
    ("Credits derived", 17),
    ("Credits expected", 17),
    ("Credits held", 13),
)


def _requests_sheet(told: Reckoning) -> Sheet:
    names, widths = zip(*_REQUESTS, strict=True)
    return Sheet("Requests", names, widths, [_line(request) for request in told.requests])


def _line(request: Request) -> tuple[Value, ...]:
    return (
        request.number,
        moment(request.at),
        request.route,
        request.apollo_id or None,
        request.http,
        request.outcome.replace("_", " "),
        ranges(request.rows),
        request.carried,
        request.reported,
        request.derived,
        request.expected,
        request.held,
    )


def _rows_sheet(told: Reckoning) -> Sheet:
    return Sheet("Rows", ("Row", "Request", "Behind what"), (10, 10, 90), _behind(told))


def _behind(told: Reckoning) -> Sequence[tuple[Value, ...]]:
    by_number = {request.number: request for request in told.requests}
    return [
        (row, number, one.words)
        for one in told.differences
        for number in one.requests
        for row in by_number[number].rows
    ]
