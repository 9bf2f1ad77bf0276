"""A run in; whatever of its record, its files and its bill does not agree out."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from apollo_batch.files import sha256
from apollo_batch.journal import tell
from apollo_batch.journal.checking import disagreements
from apollo_batch.journal.store import Store
from apollo_batch.runner.report import Figures, plain
from apollo_batch.runner.summarise import left

_DRAFTS = ".*.part"


def findings(store: Store, found: Figures) -> list[str]:
    """Check a run in every way that costs nothing; [] where all agrees."""
    return [
        *disagreements(store, found.run),
        *_totals(found),
        *_files(store, found),
        *_balance(found),
    ]


def _totals(found: Figures) -> Iterator[str]:
    if found.row_credits > found.charged + found.bill.held:
        yield (
            f"The rows add up to {plain(found.row_credits)} credits, the requests to "
            f"{plain(found.charged)}."
        )


def _files(store: Store, found: Figures) -> Iterator[str]:
    record = found.record
    if record["input_path"]:
        name = Path(record["input_path"]).name
        copy = store.folder / "copies" / record["input_hash"][:16] / name
        if not copy.is_file():
            yield f"The copy of {name} that the run read is gone."
        elif sha256(copy) != record["input_hash"]:
            yield f"The copy of {name} is not what the run read."
    output = Path(record["output_path"]) if record["output_path"] else None
    if output is not None and output.is_file():
        if sha256(output) not in tell.outputs_written(store, str(output), record["input_path"]):
            yield f"{output.name} was changed since it was written."
        for draft in output.parent.glob(_DRAFTS):
            yield f"A draft was left behind: {draft.name}."


def _balance(found: Figures) -> Iterator[str]:
    """Hold the bill against what the account's balance fell by; others may have spent too."""
    before, after = (left(found.balances.get(moment, {})) for moment in ("before", "after"))
    if before is None or after is None:
        return
    fell = before - after
    if fell < found.charged - found.bill.held and found.bill.unpriced == 0:
        yield (
            f"The run was charged {plain(found.charged)} credits, and the account's balance fell "
            f"by {plain(max(fell, Decimal(0)))} only."
        )
