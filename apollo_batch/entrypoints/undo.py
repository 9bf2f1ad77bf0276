"""What `undo` does, in the order a person sees it: show, look, agree, take back, deliver."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.ci import in_ci
from apollo_batch.entrypoints.concluding import Ending, check_output, conclude
from apollo_batch.entrypoints.following import where
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.entrypoints.opening import place_for
from apollo_batch.entrypoints.progress import Progress
from apollo_batch.entrypoints.stopping import exit_by, on_signals
from apollo_batch.errors import Exit, OutputError, UsageError
from apollo_batch.journal import runs
from apollo_batch.journal.outcomes import outcomes
from apollo_batch.journal.store import Store
from apollo_batch.model import Status
from apollo_batch.reasons import REASONS
from apollo_batch.runner import output, report
from apollo_batch.runner.engine import Watch
from apollo_batch.runner.reading import sheet_of
from apollo_batch.runner.undoing import Undoing, Undone, undoing_of, undone

_SHOWN_IDS = 10
_STAYS = {code for code, reason in REASONS.items() if reason.status is Status.SKIPPED}
_AGAIN = {Exit.OUT_OF_REACH, Exit.ACCESS, Exit.INTERRUPTED, Exit.TERMINATED}
_TO_DO = {
    "sequences.remove": "To take out of the sequence",
    "lists.remove": "To take off the list",
    "lists.add": "To put on the list again",
}


def undo_run(run: str, manner: Manner) -> Exit:
    """Take back what a run did, as far as it can be; a run of its own, with a workbook."""
    with place_for(manner.state, sandbox=manner.sandbox) as (place, _):
        meant = undone(place, run)
        if not meant.operation.act.writes:
            return _only_asked(meant, manner)
        wanted = _wanted(place.store, meant, manner)
        check_output(place.store, wanted, Path(meant.found.record["input_path"]).name)
        with undoing_of(place, meant) as undoing:
            stopped = _undo(undoing, manner)
            return _finish(undoing, wanted, manner, stopped)


def _only_asked(meant: Undone, manner: Manner) -> Exit:
    said = f"Run {meant.found.run} only asked; there is nothing to take back."
    _say_all(_credits(meant))
    if manner.as_json:
        console.say(said)
        console.document({"schema": 1, "run": None, "exit_code": 0, "next": None})
    else:
        console.result(said)
    return Exit.OK


def _undo(undoing: Undoing, manner: Manner) -> int | None:
    """Take back what can be, once somebody has agreed; give the signal that stopped it."""
    if not undoing.left:
        _say_all(_nothing_left(undoing))
        return None
    asks = not manner.yes and not manner.ci and console.can_ask()
    seen = asks and undoing.looks
    if seen:
        console.say(f"Looking at {_rows(undoing.left)} first; nothing is changed yet …")
        stopped = _carried(undoing.look, undoing)
        if undoing.found.record["stop"]:
            return stopped
    _say_all(_plan(undoing, seen=seen))
    if not undoing.left:
        return None
    _agree(undoing, asks=asks, manner=manner)
    return _carried(undoing.take_back, undoing)


def _carried(work: Callable[[Watch], None], undoing: Undoing) -> int | None:
    """Work until nothing is left or a signal stops it; give the signal."""
    with Progress(undoing.left, budget="0") as progress:
        watch = Watch(on_change=progress)
        with on_signals(watch, undoing.place.store, hurried=in_ci(os.environ)):
            work(watch)
    if watch.stop_signal is not None:
        runs.stop(undoing.place.store, undoing.run, "interrupted")
    return watch.stop_signal


def _agree(undoing: Undoing, *, asks: bool, manner: Manner) -> None:
    """See that somebody has agreed; UsageError where nobody has, and nothing was changed."""
    count = _rows(undoing.left)
    if manner.yes:
        return
    if not asks:
        raise UsageError(
            Code.NOT_AGREED,
            f"This would take back up to {count}, and nobody can be asked.",
            fix="Add --yes to agree beforehand.",
        )
    if not console.yes(f"Take back {count}?"):
        raise UsageError(
            Code.DECLINED, "Nothing was taken back.", fix="Undo it again whenever you like."
        )


def _plan(undoing: Undoing, *, seen: bool) -> Iterator[str]:
    """Say what is taken back and what is not, a line each."""
    yield _name(undoing)
    doing = _TO_DO.get(undoing.step.operation.name, "To put back as it was")
    if undoing.left:
        up_to = "" if seen or not undoing.looks else "up to "
        yield f"{doing}: {up_to}{_rows(undoing.left)}."
        if up_to:
            yield "Each is looked at first: who has been mailed, or what was changed since, stays."
        for label, requests in undoing.requests().items():
            yield f"  {requests:>6}  {'request' if requests == 1 else 'requests'} to {label}"
    yield from _what_stays(undoing)


def _nothing_left(undoing: Undoing) -> Iterator[str]:
    done = undoing.found.statuses.get(Status.SUCCEEDED, 0)
    run = undoing.undone.found.run
    if done:
        yield f"Run {run} was undone already; nothing is sent, and its workbook is written again."
    else:
        yield _name(undoing)
        yield "Nothing of it can be taken back."
    yield from _what_stays(undoing)


def _what_stays(undoing: Undoing) -> Iterator[str]:
    reasons = undoing.found.reasons
    stays = {code: count for code, count in reasons.items() if code in _STAYS}
    if stays:
        yield f"Stays as it is: {_rows(sum(stays.values()))}."
    for code, count in stays.items():
        yield f"  {count:>6}  {code}: {report.sentence_of(code)}"
    if "stays" in stays:
        ids = list(_created(undoing))
        more = f" and {len(ids) - _SHOWN_IDS} more, all in the workbook" if ids[_SHOWN_IDS:] else ""
        yield f"Created and still there: {', '.join(ids[:_SHOWN_IDS])}{more}."
    yield from _credits(undoing.undone)


def _created(undoing: Undoing) -> Iterator[str]:
    for told in outcomes(undoing.place.store, undoing.undone.found.run):
        if told.found and told.status is not Status.SKIPPED:
            yield told.found


def _credits(meant: Undone) -> Iterator[str]:
    if meant.found.charged:
        yield f"Spent, and given back by nobody: {report.plain(meant.found.charged)} credits."


def _name(undoing: Undoing) -> str:
    record = undoing.undone.found.record
    name, rows = Path(record["input_path"]).name, _rows(undoing.undone.found.rows)
    return f"Undoing run {record['id']}, {record['job_name']}: {name}, {rows}."


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _say_all(lines: Iterator[str]) -> None:
    for line in lines:
        console.say(line)


def _wanted(store: Store, meant: Undone, manner: Manner) -> output.Wanted:
    record = meant.found.record
    try:
        sheet = sheet_of(store, record)
    except OutputError as problem:
        fix = "Type the command of that run once more, then undo it."
        raise OutputError(problem.code, problem.message, fix=fix) from None
    original = Path(record["input_path"])
    target, as_csv = manner.output, manner.as_csv
    return output.Wanted(sheet, original, original, target=target, as_csv=as_csv, undoes=True)


def _finish(undoing: Undoing, wanted: output.Wanted, manner: Manner, stopped: int | None) -> Exit:
    found = undoing.found
    code = found.exit_code
    if stopped is not None and found.statuses.get(Status.NOT_RUN):
        code = exit_by(stopped)
    following = None
    if code is Exit.IN_DOUBT:
        following = console.command(["resolve", found.run, *where(manner)])
    elif code in _AGAIN:
        following = console.command(list(manner.words))
    ending = Ending(undoing.place.store, found, wanted, code, following)
    return conclude(ending, manner)
