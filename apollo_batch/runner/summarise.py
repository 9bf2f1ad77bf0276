"""A run's figures become its summary: what the sheet, `show` and the report all say."""

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from apollo_batch import __version__
from apollo_batch.catalogue.team import POOL
from apollo_batch.files import sha256
from apollo_batch.model import Status
from apollo_batch.reasons import sentence
from apollo_batch.runner.asked import label_of, labels, settings_of, steps_of
from apollo_batch.runner.report import Figures, plain
from apollo_batch.sheets.summary import Summary, Table

SILENT = frozenset({"found"})
"""Reasons that say no more than the status."""


def summarise(found: Figures, next_step: str | None) -> Summary:
    """Say what a run came to."""
    return Summary(
        title=found.record["job_name"],
        verdict=verdict(found),
        facts=tuple(_facts(found, next_step)),
        tables=tuple(table for table in _tables(found) if table.rows),
    )


def _tables(found: Figures) -> Iterator[Table]:
    counted = found.ended
    statuses = tuple((s.words, counted[s]) for s in Status if counted.get(s))
    yield Table("What became of the rows", ("Status", "Rows"), statuses, chart="pie")
    reasons = tuple((sentence(c), n) for c, n in found.reasons.items() if c not in SILENT)
    yield Table("Reasons", ("Reason", "Rows"), reasons, chart="bar")
    # A free run has no credits to draw.
    credits = tuple(_credit_rows(found))
    credits = credits if any(amount for _, amount in credits) else ()
    yield Table("Credits by step, against the budget", ("Step", "Credits"), credits, chart="bar")
    yield Table("Requests", ("Route", "Requests"), tuple(found.bill.requests.items()))
    yield Table("Not known in Apollo's answers", ("What", "Times"), tuple(found.unknown.items()))
    yield Table("Settings used", ("Setting", "Value"), tuple(settings_of(found.record)))


def _facts(found: Figures, next_step: str | None) -> Iterator[tuple[str, str | Decimal | int]]:
    if next_step:
        yield "Next", next_step
    yield from _input_facts(Path(found.record["input_path"]), found.record["input_hash"])
    yield "Run", found.run
    if found.record["undone_by"]:
        yield "Undone by run", found.record["undone_by"]
    if labels(found.record):
        yield "List of what was created", label_of(found.run)
    yield "Began", _moment(found.record["created"])
    yield "Ended", _moment(found.record["updated"])
    if found.record["purged"]:
        yield "Cells and answers purged", _moment(found.record["purged"])
    if found.finds:
        yield "Records found", sum(found.sheets.values())
    if found.waits.rows and found.waits.expires is not None:
        rows = f"{found.waits.rows:,} {'row' if found.waits.rows == 1 else 'rows'}"
        yield (
            "Results still to come",
            f"{rows}, kept by Apollo until {_moment(found.waits.expires)}",
        )
    yield from _credit_facts(found)
    if found.not_revealed:
        yield "Personal e-mails not revealed", found.not_revealed
    yield "Made with", f"apollo-batch {__version__}"


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def _credit_rows(found: Figures) -> Iterator[tuple[str, Decimal]]:
    planned = found.planned.get("steps", {})
    for step in steps_of(found.record):
        credits = planned.get(step, found.planned).get("credits", {})
        if credits:
            yield f"{step}: planned at most", Decimal(credits["most"])
        yield f"{step}: charged", found.charges.get(step, Decimal(0))
    if found.bill.held:
        yield "Held for results to come", found.bill.held
    if found.budget.get("cap") is not None:
        yield "Budget", found.budget["cap"]


def _input_facts(path: Path, read: str) -> Iterator[tuple[str, str]]:
    if not path.name:
        return  # it came from a search
    yield "Input", path.name
    with contextlib.suppress(OSError):
        if sha256(path) != read:
            yield "Input since then", "changed; this is what it was when the run read it"


def _credit_facts(found: Figures) -> list[tuple[str, str | Decimal | int]]:
    credits = found.planned.get("credits", {})
    facts: list[tuple[str, str | Decimal | int]] = []
    if credits:
        facts.append(("Credits planned at most", Decimal(credits["most"])))
    facts.append(("Credits charged, as Apollo said", found.bill.reported))
    if found.bill.derived:
        facts.append(("Credits charged, price times found", found.bill.derived))
    if found.bill.held:
        facts.append(("Credits held for results to come", found.bill.held))
    if found.bill.unpriced:
        facts.append(("Requests whose bill nobody knows", found.bill.unpriced))
    without_row = found.charged - found.row_credits
    if without_row > 0:
        facts.append(("Credits that belong to no single row", without_row))
    if found.budget.get("cap") is not None:
        facts.append(("Budget of this run", found.budget["cap"]))
    for moment in ("before", "after"):
        rest = left(found.balances.get(moment, {}))
        if rest is not None:
            facts.append((f"Account balance {moment}", rest))
    return facts


def left(kinds: Any) -> Decimal | None:
    """Say what an account's balance was; None where Apollo did not tell."""
    # On unified plans this kind is the shared pool; the kinds must not be added up.
    found = kinds.get(POOL, {}).get("left")
    return None if found is None else Decimal(found)


def not_known(found: Figures) -> str:
    """Say in one sentence how much of Apollo's answers is new to this version; "" for nothing."""
    kinds = Counter(name.partition(" ")[0] for name in found.unknown)
    if not kinds:
        return ""
    counts = ", ".join(f"{n} {kind if n == 1 else kind + 's'}" for kind, n in kinds.items())
    return (
        f"Apollo's answers had things that this version does not know: {counts}; "
        f"see `apollo-batch show {found.run}`."
    )


def verdict(found: Figures) -> str:
    """Say in one sentence how a run ended."""
    counted = found.own_statuses
    paid = f"{plain(found.charged)} {'credit' if found.charged == 1 else 'credits'} charged"
    told = _of_search(counted) if found.searches else _of_rows(counted)
    if found.finds:
        records = sum(found.sheets.values())
        told += f"{records:,} {'record' if records == 1 else 'records'} found"
        told += f": {_counts(found.found_ended)}. " if found.found_ended else ". "
    parts = [paid]
    # What nobody knows the bill of counts as spent in full until somebody does.
    unsure = found.bill.spent - found.charged
    if unsure > 0:
        parts.append(f"up to {plain(unsure)} more may have been")
    if found.bill.held:
        parts.append(f"{plain(found.bill.held)} held for results to come")
    return f"{told}{', '.join(parts)}."


def _of_rows(counted: Mapping[Status, int]) -> str:
    rows = sum(counted.values())
    return f"{rows:,} {'row' if rows == 1 else 'rows'}: {_counts(counted)}. "


def _counts(counted: Mapping[Status, int]) -> str:
    return ", ".join(f"{counted[s]:,} {s.words.lower()}" for s in Status if counted.get(s))


def _of_search(counted: Mapping[Status, int]) -> str:
    """Say of the search that a job starts from what kept it from its end."""
    return next((f"{_SEARCH[s]} " for s in _SEARCH if counted.get(s)), "")


_SEARCH = {
    Status.IN_DOUBT: "The search is in doubt.",
    Status.FAILED: "The search failed.",
    Status.NOT_RUN: "The search is not finished.",
}
