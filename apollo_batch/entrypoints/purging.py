"""What `purge` does, in the order a person sees it: look, say what goes, agree, delete."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from apollo_batch.clock import SystemClock
from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.opening import open_journal, sandbox_of
from apollo_batch.errors import Exit, UsageError
from apollo_batch.files import lock_together
from apollo_batch.journal.store import Store
from apollo_batch.model import Status
from apollo_batch.runner import purging, report
from apollo_batch.runner.place import Place
from apollo_batch.runner.purging import Due, Limit, Purged
from apollo_batch.settings import read_settings, state_place

_WAITS = {
    Status.IN_DOUBT: "in doubt",
    Status.PENDING: "pending",
    Status.NOT_RUN: "not asked yet",
}
_MOST_LINES = 20


@dataclass(frozen=True)
class Typed:
    """What a person typed behind `purge`."""

    older_than: float | None
    run: str | None
    state: str | None
    sandbox: bool
    yes: bool
    asks: bool
    """Whether somebody may be asked."""


def purge_state(typed: Typed) -> Exit:
    """Delete what is too old; UsageError where nobody has agreed, and nothing was deleted."""
    with open_journal(typed.state, sandbox=typed.sandbox) as store:
        now = SystemClock(store.ahead()).now()
        limit = _limit(store, typed, now)
        due = purging.due(store, limit)
        for line in _preview(store, due, limit):
            console.say(line)
        if due.runs:
            _agree(due, typed)
        for line in _told(purging.carry_out(store, due, limit, now)):
            console.result(line)
        if typed.sandbox:
            _drop_world(store)
    return Exit.OK


def _limit(store: Store, typed: Typed, now: float) -> Limit:
    if typed.run is not None:
        if typed.older_than is not None:
            raise UsageError(
                Code.FLAGS_CONTRADICT,
                "--run and --older-than cannot both be meant.",
                fix="Name one run, or all runs of an age.",
            )
        return Limit(float("inf"), report.figures(store, typed.run).run, answers=True)
    if typed.older_than is not None:
        return Limit(now - typed.older_than, answers=True)
    return purging.limit_of(read_settings(os.environ).policy, now)


def _preview(store: Store, due: Due, limit: Limit) -> Iterator[str]:
    for record in due.runs[:_MOST_LINES]:
        yield f"To purge: run {record['id']}, {record['job_name']}"
    if due.runs[_MOST_LINES:]:
        yield f"  and {len(due.runs) - _MOST_LINES:,} more."
    if due.runs:
        answers = "all answers" if limit.answers else "answers past their shelf life"
        yield (
            f"What goes: the cells of {_count(due.rows, 'row')}, what was found for them, the "
            f"copies of their spreadsheets, and {answers} of Apollo's. Workbooks stay."
        )
    for record in due.open[:_MOST_LINES]:
        yield f"Kept: run {record['id']}, {record['job_name']}: {_why(store, record['id'])}."
    if due.open[_MOST_LINES:]:
        yield f"  and {len(due.open) - _MOST_LINES:,} more."


def _why(store: Store, run: str) -> str:
    counts = report.figures(store, run).statuses
    waits = [f"{_count(counts[s], 'row')} {word}" for s, word in _WAITS.items() if counts.get(s)]
    return ", ".join(waits) or "it has no workbook yet, or an old one (`apollo-batch export`)"


def _agree(due: Due, typed: Typed) -> None:
    count = _count(len(due.runs), "run")
    if typed.yes:
        return
    if not typed.asks or not console.can_ask():
        raise UsageError(
            Code.NOT_AGREED,
            f"This would purge {count}, and nobody can be asked.",
            fix="Add --yes to agree beforehand.",
        )
    if not console.yes(f"Purge {count}? Nobody can bring it back."):
        raise UsageError(
            Code.DECLINED, "Nothing was purged.", fix="Type it again whenever you like."
        )


def _told(purged: Purged) -> Iterator[str]:
    if not purged.anything:
        yield "Nothing was purged."
        return
    of_runs = f"the cells of {_count(purged.rows, 'row')} in {_count(purged.runs, 'run')}"
    answers = _count(purged.answers, "answer")
    copies = _count(purged.copies, "copied spreadsheet")
    counts = {of_runs: purged.runs, answers: purged.answers, copies: purged.copies}
    yield f"Purged {', '.join(words for words, count in counts.items() if count)}."
    if not purged.whole:
        yield "The rest of it leaves the journal's log when the last run under way has ended."


def purge_by_itself(place: Place, state: str | None, *, sandbox: bool) -> None:
    """Purge what the settings say is too old, once a day, and say so where anything was."""
    now = place.clock.now()
    purged = purging.by_itself(place.store, place.policy, now)
    if purged is not None and purged.anything:
        console.say(f"Kept long enough: {next(_told(purged))}")
    if not sandbox:
        _drop_old_sandbox(state, purging.limit_of(place.policy, now).before)


def purge_at_the_end(place: Place, run: str, *, held: bool) -> None:
    """Purge a run whose output was written, where nothing is to be kept."""
    purged = purging.at_the_end(place.store, run, place.policy, place.clock.now(), held=held)
    if purged is not None and purged.anything:
        console.say(f"Nothing is kept (retention_days = 0): {next(_told(purged))}")


def _drop_old_sandbox(state: str | None, before: float) -> None:
    """Delete the sandbox where nothing was done in it since a moment: all in it is made up, or a copy."""
    folder = sandbox_of(state_place(state, os.environ))
    journal = folder / "journal.db"
    if not journal.exists() or journal.stat().st_mtime > before:
        return
    held = lock_together(folder / "in-use.lock", 0.0)
    if held is not None:
        with held.alone() as alone, suppress(OSError):
            if alone:
                shutil.rmtree(folder)
        held.release()


def _drop_world(store: Store) -> None:
    """Delete what the sandbox knows of its own, once no run is left that it belongs to."""
    with store.alone() as alone:
        if alone and not purging.any_kept(store):
            (store.folder / "world.jsonl").unlink(missing_ok=True)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word if number == 1 else word + 's'}"
