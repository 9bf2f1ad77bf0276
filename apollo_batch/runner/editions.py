"""A run whose output is written again in; where it goes, as what it was written before, out."""

from pathlib import Path

from apollo_batch.journal.store import Store
from apollo_batch.runner.asked import undone_run
from apollo_batch.runner.output import Delivered, Wanted, deliver
from apollo_batch.runner.reading import see_that_it_is_there, sheet_of
from apollo_batch.runner.report import Figures


def wanted_again(
    store: Store, found: Figures, *, target: Path | None = None, as_csv: bool = False
) -> Wanted:
    """Say where a run's output goes, from the journal alone; OutputError where it cannot be made any more."""
    record = found.record
    see_that_it_is_there(record)
    return Wanted(
        sheet_of(store, record),
        Path(record["input_path"]) if record["input_path"] else None,
        Path(record["job_path"]),
        target=target,
        as_csv=as_csv,
        finds=found.finds,
        undoes=undone_run(record) is not None,
    )


def edition(store: Store, found: Figures, *, now: float, next_step: str | None) -> Delivered:
    """Write a run's output again where it is, now that more is known; OutputError where it cannot.

    What is no longer as we wrote it is somebody's own: then it goes beside it.
    """
    path = Path(found.record["output_path"]) if found.record["output_path"] else None
    as_csv = path is not None and path.suffix.lower() == ".csv"
    wanted = wanted_again(store, found, target=path, as_csv=as_csv)
    return deliver(store, found, wanted, now=now, next_step=next_step)
