"""A run's figures in; the document that `--json` prints out."""

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from apollo_batch.errors import Exit
from apollo_batch.model import Status
from apollo_batch.runner.columns import title, told
from apollo_batch.runner.report import Figures, plain


def document_of(
    found: Figures, *, exit_code: Exit, output: Path | None, next_step: str | None
) -> dict[str, Any]:
    """The document `--json` prints; its shape is public and versioned by `schema`."""
    explains_nothing = {"found", "no_match"}
    return {
        "schema": 1,
        "run": found.run,
        "job": found.record["job_path"] or found.record["job_name"],
        "input": found.record["input_path"] or None,
        "output": str(output) if output else None,
        "exit_code": int(exit_code),
        "rows": _by_status(found.statuses),
        "reasons": {code: n for code, n in found.reasons.items() if code not in explains_nothing},
        "credits": {
            "max": plain(found.budget.get("cap")),
            "reported": plain(found.bill.reported),
            "derived": plain(found.bill.derived),
            "held": plain(found.bill.held),
            "unpriced_requests": found.bill.unpriced,
        },
        "requests": found.bill.requests,
        "sheets": _sheets(found),
        "unknown": dict(found.unknown),
        "next": next_step,
    }


def _by_status(counts: Mapping[Status, int]) -> dict[str, int]:
    return {"total": sum(counts.values())} | {s.value: counts.get(s, 0) for s in Status}


def _sheets(found: Figures) -> dict[str, dict[str, int]]:
    """Tell the rows apart by their sheets, where there are several."""
    if not found.finds:
        return {}
    sheets = {}
    if found.record["input_path"]:
        sheet = json.loads(found.record["reading"])["sheet"]
        own = sheet or Path(found.record["input_path"]).name
        sheets[own] = _by_status(found.own_statuses)
    names = (name for name in map(title, itertools.count(1)) if name not in sheets)
    for name, sheet in zip(names, _found_sheets(found), strict=False):
        count = {Status.SUCCEEDED: found.sheets.get(sheet, 0)}
        sheets[name] = _by_status(found.by_sheet.get(sheet, count))
    return sheets


def _found_sheets(found: Figures) -> list[str]:
    return [sheet for sheet in told(json.loads(found.record["job"])) if sheet]
