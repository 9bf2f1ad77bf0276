"""A run's record in; its outcomes, or what a search of it found, as a table for analysts out."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.journal.found import found_records
from apollo_batch.journal.outcomes import Told, outcomes
from apollo_batch.journal.store import Store
from apollo_batch.runner.columns import Columns, told

if TYPE_CHECKING:
    import pandas as pd

_ENDS = ("status", "reason", "note", "credits")


def framed(store: Store, record: Mapping[str, Any], found: str | None) -> "pd.DataFrame":
    """Give the rows of a run, or the records that the step `found` brought; UsageError for others."""
    run, sheets = str(record["id"]), told(json.loads(record["job"]))
    if found is not None and found not in sheets.keys() - {""}:
        raise _no_such_search(run, found, sorted(sheets.keys() - {""}))
    columns = sheets[found or ""]
    if not columns.ends:
        return _records(store, run, str(found), columns)
    rows = list(outcomes(store, run, found or ""))
    # Ours come last, so that a kept column of the same name does not stand in for them.
    cells = _kept(columns, [one.kept for one in rows]) | _ends(rows)
    if found is not None:
        cells["for"] = [one.parent for one in rows]
    return _table([one.row for one in rows], cells, columns)


def _records(store: Store, run: str, step: str, columns: Columns) -> "pd.DataFrame":
    records = list(found_records(store, run, step))
    cells = _kept(columns, [each.kept for each in records])
    cells["for"] = [each.parent for each in records]
    return _table([each.number for each in records], cells, columns)


def _kept(columns: Columns, rows: Sequence[Mapping[str, str]]) -> dict[str, list[Any]]:
    return {name: [row.get(name) for row in rows] for name in columns.kept}


def _ends(rows: Sequence[Told]) -> dict[str, list[Any]]:
    return {
        "status": [one.status.value for one in rows],
        "reason": [one.reason for one in rows],
        "note": [one.note for one in rows],
        "credits": [one.credits for one in rows],
    }


def _table(
    numbers: Sequence[int], cells: Mapping[str, list[Any]], columns: Columns
) -> "pd.DataFrame":
    import pandas as pd

    ours = [name for name in ("for", *_ENDS) if name in cells]
    index = pd.Index(numbers, name="row", dtype="int64")
    table = pd.DataFrame(dict(cells), index=index)
    return table[[*ours, *(name for name in columns.kept if name not in ours)]]


def _no_such_search(run: str, found: str, searches: Sequence[str]) -> UsageError:
    named = f"Its steps that search: {', '.join(searches)}." if searches else "None of it searches."
    return UsageError(
        Code.UNKNOWN_STEP, f"Run {run} has no step {found!r} that searches.", fix=named
    )
