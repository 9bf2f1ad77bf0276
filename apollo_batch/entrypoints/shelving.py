"""A spreadsheet that nothing more is to be done with goes into `done` or `failed`, with words beside it."""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.following import where
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.errors import OutputError
from apollo_batch.files import named, sha256
from apollo_batch.journal import tell
from apollo_batch.journal.moved import moved
from apollo_batch.journal.store import Store
from apollo_batch.runner import notices
from apollo_batch.runner.claim import Claim
from apollo_batch.runner.inbox import Inbox, open_like
from apollo_batch.runner.invocation import Ready
from apollo_batch.runner.notices import Notice, State, put_up
from apollo_batch.runner.place import Place
from apollo_batch.runner.publish import publish
from apollo_batch.runner.report import Figures


def to_done(place: Place, claim: Claim, found: Figures) -> str:
    """Lay result, report and status beside the spreadsheet in `done`; give the words."""
    done = claim.inbox.done
    name = claim.name_in(done)
    beside = {"The result": _result(found, done), "The report": _report(place, found, done, name)}
    notice = notices.done(found, beside)
    put_up(done / name, notice, place.clock.now())
    before, after = str(named(claim.file)), str(named(done / name))
    claim.note(run=found.run, at=after)
    claim.put(done)
    moved(place.store, found.run, before, after)
    claim.close()
    return notice.words


def _result(found: Figures, done: Path) -> str:
    if found.output is None:
        return ""
    open_like(done, found.output)
    return found.output.name


def _report(place: Place, found: Figures, done: Path, name: str) -> str:
    with suppress(OutputError):  # the result is what was asked for
        path = publish(place.store, found.run, done / f"{Path(name).stem}.report.html").path
        open_like(done, path)
        return path.name
    return ""


def to_failed(claim: Claim, words: str, now: float) -> None:
    """Put a spreadsheet that cannot be used into `failed`, and say why."""
    failed = claim.inbox.failed
    put_up(failed / claim.name_in(failed), Notice(State.FAILED, words), now)
    claim.put(failed)
    claim.let_go(claim.inbox.done)
    claim.close()


def same_as(store: Store, ready: Ready, claim: Claim, now: float, manner: Manner) -> str:
    """Put a spreadsheet whose very content was run before into `done`; "" where it was not."""
    record = tell.run_of(store, ready.run) if ready.run and not ready.plan.left else None
    source = ready.rows.source(claim.file)
    if record is None or record["input_hash"] != source["input_hash"]:
        return ""
    if record["input_path"] == source["input_path"]:
        return ""  # it is this one, whose watcher was stopped before its result was written
    done = claim.inbox.done
    output = str(record["output_path"] or "").removeprefix(f"{done}{os.sep}")
    words = _same(record["id"], record["created"], Path(record["input_path"]), output)
    file = str(done / claim.name_in(done))
    command = ["run", str(claim.inbox.job), file, *where(manner), "--fresh"]
    words += "\nIt is not run again. Whoever set this folder up can: " + console.command(command)
    put_up(done / claim.name_in(done), Notice(State.DONE, words, str(record["id"])), now)
    claim.put(done)
    claim.close()
    return words


def _same(run: str, created: float, earlier: Path, output: str) -> str:
    day = datetime.fromtimestamp(created, UTC).astimezone()
    result = f" Its result is {output}." if output else ""
    return f"The same, to the last byte, as {earlier.name} of {day.day} {day:%b %Y}, run {run}.{result}"


def conflict_of(claim: Claim) -> str:
    """Ask about a file that calls itself a copy of one that is here, and is not the same; "" if not."""
    original = str(claim.known.get("copy_of", ""))
    found = [path for path in _called(claim.inbox, original) if path != claim.file]
    if not found:
        return ""
    digest = sha256(claim.file)
    if any(sha256(path) == digest for path in found):
        return ""
    return (
        f"{claim.known.get('dropped', claim.name)} looks like a copy of {original} that a file service "
        f"made, and is not the same. If it is a spreadsheet of its own, agree to its plan; if not, "
        f"delete it: {original} is dealt with by itself."
    )


def _called(inbox: Inbox, name: str) -> list[Path]:
    """Files of a name, wherever they are in an inbox."""
    if not name:
        return []
    folders = [inbox.path, inbox.review, inbox.done, inbox.failed, *inbox.working.iterdir()]
    return [folder / name for folder in folders if (folder / name).is_file()]
