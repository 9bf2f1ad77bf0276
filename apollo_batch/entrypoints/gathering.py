"""Results that come later are fetched for a watched folder's runs; what can go on by now comes out."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from apollo_batch.entrypoints.apart import Said
from apollo_batch.entrypoints.collecting import collect
from apollo_batch.entrypoints.opening import open_journal, place_for
from apollo_batch.entrypoints.taking_up import How
from apollo_batch.errors import BatchError
from apollo_batch.files import named
from apollo_batch.journal import late, tell
from apollo_batch.journal.store import Store
from apollo_batch.model import Status
from apollo_batch.runner import notices
from apollo_batch.runner.inbox import open_like
from apollo_batch.runner.report import figures


def gather(folder: Path, how: How, now: float) -> Said:
    """Fetch what has come; write results and words in `done` anew where that changes them."""
    again: list[tuple[str, str]] = []
    trouble = ""
    try:
        for run, path in _waiting(folder, how):
            collect(run, 0.0, how.state, sandbox=how.sandbox, as_json=False)
            if _is_told(run, path, how, now):
                again.append((str(path), run))
    except BatchError as problem:
        trouble = f"Results that come later could not be fetched: {problem.message}"
    return {"again": again, "trouble": trouble}


def _waiting(folder: Path, how: How) -> Sequence[tuple[str, Path]]:
    """Find the runs of a folder that wait for results; where none does, Apollo is not asked who we are."""
    with open_journal(how.state, sandbox=how.sandbox) as store:
        if not list(_in_folder(store, late.waiting_runs(store, None), folder)):
            return []
    with place_for(how.state, sandbox=how.sandbox) as (place, _):
        mine = late.waiting_runs(place.store, place.account)
        return list(_in_folder(place.store, mine, folder))


def _in_folder(store: Store, found: Sequence[str], folder: Path) -> Iterator[tuple[str, Path]]:
    whole = named(folder / "any").parent
    for run in found:
        record = tell.run_of(store, run)
        path = Path(record["input_path"]) if record is not None else Path()
        if path.is_relative_to(whole) and path.is_file() and path.parent.name == "done":
            yield run, path


def _is_told(run: str, path: Path, how: How, now: float) -> bool:
    """Say beside a spreadsheet what has come; whether there is more to do with it by now."""
    with open_journal(how.state, sandbox=how.sandbox) as store:
        found = figures(store, run)
    with suppress(OSError):
        if found.output is not None:
            open_like(path.parent, found.output)
        before = notices.told_by(path)
        notice = notices.done(found, {"The result": found.output.name if found.output else ""})
        if before.get("rows") != notice.figures["rows"]:
            notices.put_up(path, notice, now)
    return bool(found.statuses.get(Status.NOT_RUN)) and not found.record["stop"]
