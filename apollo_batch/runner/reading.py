"""Job files and spreadsheets found again: for checking, and for writing an old run's output."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apollo_batch.codes import Code
from apollo_batch.errors import OutputError
from apollo_batch.job.load import load
from apollo_batch.job.wanted import Job
from apollo_batch.journal.store import Store
from apollo_batch.sheets.read import Sheet, open_sheet


def read_job(path: Path, zone: str = "UTC") -> Job:
    """Read a job file alone; InvalidError with every problem in it."""
    return load(path, zone)


def see_that_it_is_there(record: Mapping[str, Any]) -> None:
    """See that a run can still be written out; OutputError where it was purged."""
    if record["purged"] is None:
        return
    written = f"What it wrote is {record['output_path']}; t" if record["output_path"] else "T"
    raise OutputError(
        Code.RUN_PURGED,
        f"Run {record['id']} was purged on {day(record['purged'])}: its cells, and what was found "
        "for them, are not here any more, so that its workbook cannot be written again.",
        fix=f"{written}he same command with --fresh is a new run: what was bought is answered from "
        "what is kept of it, or skipped; tasks, deals and changes are made again.",
    )


def day(at: float) -> str:
    """Say a day as people do."""
    then = datetime.fromtimestamp(at, UTC)
    return f"{then.day} {then:%b %Y}"


def sheet_of(store: Store, record: Mapping[str, Any]) -> Sheet | None:
    """Open a run's own copy of its input; OutputError where the copy is gone.

    None where the run starts from a search and has no spreadsheet.
    """
    if not record["input_path"]:
        return None
    name = Path(record["input_path"]).name
    copy = store.folder / "copies" / record["input_hash"][:16] / name
    if not copy.is_file():
        raise OutputError(
            Code.COPY_GONE,
            f"The copy of {name} that this run was made from is gone.",
            fix="Run the same command again; what is known costs nothing.",
        )
    reading = json.loads(record["reading"])
    return open_sheet(
        copy,
        name=reading["sheet"],
        table=reading["table"],
        header_row=reading["header_row"],
        encoding=reading["encoding"],
    )
