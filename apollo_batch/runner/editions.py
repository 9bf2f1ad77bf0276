"""A run whose output is written again in; where it goes, as what it was written before, out."""

import json
import shutil
from pathlib import Path

from apollo_batch.files import private_copy, sha256
from apollo_batch.journal import tell
from apollo_batch.journal.store import Store
from apollo_batch.runner.asked import undone_run
from apollo_batch.runner.output import Delivered, Wanted, deliver
from apollo_batch.runner.reading import see_that_it_is_there, sheet_of
from apollo_batch.runner.report import Figures
from apollo_batch.sheets.read import open_sheet


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


def rewritten(store: Store, found: Figures, *, now: float) -> bool:
    """Write a run's output once more from itself, as the journal has its rows now.

    False where it cannot be: the run was purged, or the output is no longer as we wrote it.
    """
    path = Path(found.record["output_path"])
    ours = tell.outputs_written(store, str(path), found.record["input_path"])
    if found.record["purged"] is not None or not path.is_file() or sha256(path) not in ours:
        return False
    folder = store.folder / "copies" / "rewriting"
    shutil.rmtree(folder, ignore_errors=True)
    copy = private_copy(path, folder / path.name)
    reading = json.loads(found.record["reading"])
    try:
        own = {"table": reading["table"], "header_row": reading["header_row"]}
        wanted = Wanted(
            open_sheet(copy, name=reading["sheet"], **own) if found.record["input_path"] else None,
            Path(found.record["input_path"]) if found.record["input_path"] else None,
            Path(found.record["job_path"]),
            target=path,
            as_csv=path.suffix.lower() == ".csv",
            finds=found.finds,
            undoes=undone_run(found.record) is not None,
        )
        deliver(store, found, wanted, now=now, next_step=None)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return True
