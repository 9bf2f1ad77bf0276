"""A run in; whatever of its record, its files and its bill does not agree out."""

import json
import zlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from apollo_batch.apollo.decode import billed
from apollo_batch.apollo.reading import UnreadableError
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.files import locked, sha256
from apollo_batch.journal import tell
from apollo_batch.journal.checking import damage, disagreements, unreadable
from apollo_batch.journal.requests import answers_of, any_erased, cells_of
from apollo_batch.journal.store import Store
from apollo_batch.runner.asked import undone_run
from apollo_batch.runner.report import Figures, figures, plain
from apollo_batch.runner.summarise import left
from apollo_batch.runner.survey import identity_of

_DRAFTS = ".*.part"


def findings(store: Store, run: str) -> tuple[str, list[str]]:
    """Check a run in every way that costs nothing: its whole name, and [] where all agrees."""
    broken = damage(store)
    record = None if broken else tell.run_of(store, run)
    if record is not None:
        run = record["id"]
        broken = unreadable(store, run)
    return run, broken or _disagreements(store, figures(store, run))


def _disagreements(store: Store, found: Figures) -> list[str]:
    return [
        *disagreements(store, found.run),
        *_identity(store, found),
        *_answers(store, found),
        *_totals(found),
        *_files(store, found),
        *_balance(found),
    ]


def _identity(store: Store, found: Figures) -> Iterator[str]:
    """Hash job and rows as they are noted once more: it must be what the run began as.

    An undo has the rows of the run that it takes back.
    """
    if found.record["purged"] or (found.record["input_path"] and any_erased(store, found.run)):
        return
    undone = undone_run(found.record)
    record = found.record if undone is None else figures(store, undone).record
    canonical = json.loads(record["job"])["canonical"]
    hashed = identity_of(canonical, record["period"], cells_of(store, found.run), store.salt)
    if hashed != record["identity"]:
        yield "The job or the rows that are noted are not those the run began with."


def _answers(store: Store, found: Figures) -> Iterator[str]:
    """Read the bills out of the stored answers once more."""
    for answer in answers_of(store, found.run):
        route = OPERATIONS[answer.operation].route(answer.route)
        try:
            said = billed(route, zlib.decompress(answer.body))
        except (zlib.error, UnreadableError):
            yield f"The stored answer of request {answer.request} cannot be read any more."
            continue
        if said != answer.reported:
            yield (
                f"The stored answer of request {answer.request} bills {plain(said) or 'nothing'}, "
                f"and {plain(answer.reported) or 'nothing'} is noted."
            )


def _totals(found: Figures) -> Iterator[str]:
    if found.row_credits > found.charged + found.bill.held:
        yield (
            f"The rows add up to {plain(found.row_credits)} credits, the requests to "
            f"{plain(found.charged)}."
        )


def _files(store: Store, found: Figures) -> Iterator[str]:
    record = found.record
    if record["input_path"] and not record["purged"]:
        name = Path(record["input_path"]).name
        copy = store.folder / "copies" / record["input_hash"][:16] / name
        if not copy.is_file():
            # With whom it told of it goes on purpose.
            if not any_erased(store, found.run):
                yield f"The copy of {name} that the run read is gone."
        elif sha256(copy) != record["input_hash"]:
            yield f"The copy of {name} is not what the run read."
        yield from _drafts(copy.parent)
    output = Path(record["output_path"]) if record["output_path"] else None
    if output is not None and output.is_file():
        if sha256(output) not in tell.outputs_written(store, str(output), record["input_path"]):
            yield f"{output.name} was changed since it was written."
        yield from _drafts(output.parent)


def _drafts(folder: Path) -> Iterator[str]:
    for draft in sorted(folder.glob(_DRAFTS)):
        if not locked(draft):
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
