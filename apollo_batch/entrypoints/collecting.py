"""Results that come later are fetched, waited for and warned of; changed workbooks written again."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apollo_batch.clock import lasting
from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.following import collecting, run_again, where
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.entrypoints.opening import place_for
from apollo_batch.entrypoints.purging import purge_at_the_end
from apollo_batch.entrypoints.trouble import words_of
from apollo_batch.errors import (
    AccessError,
    BatchError,
    Exit,
    HeldError,
    OutOfReachError,
    OutputError,
    UsageError,
)
from apollo_batch.journal import late
from apollo_batch.model import Status
from apollo_batch.runner import report
from apollo_batch.runner.balances import note_balance
from apollo_batch.runner.document import document_of
from apollo_batch.runner.editions import edition
from apollo_batch.runner.engine import Watch
from apollo_batch.runner.harvest import Harvest
from apollo_batch.runner.holding import holding
from apollo_batch.runner.place import Place
from apollo_batch.runner.report import Figures


def harvest_first(place: Place, run: str | None) -> None:
    """Fetch what has come for a run meanwhile; where that cannot be, the run goes on all the same."""
    if run is None:
        return
    try:
        Harvest(place, run).once()
    except (AccessError, OutOfReachError) as problem:
        console.say(f"Results that come later could not be asked for: {problem.message}")


def wait_for_results(place: Place, run: str, deadline: float, watch: Watch) -> bool:
    """Wait for what a run's rows still wait for; whether there is more to do once it has come."""
    left = deadline - place.clock.now()
    if left <= 0 or watch.stop_signal is not None:
        return False
    waits, before = late.waits(place.store, place.account, run), report.figures(place.store, run)
    if waits.again is None:
        return False
    console.say(f"Waiting for the results of {_rows(waits.rows)}, {lasting(left)} at the most …")
    try:
        Harvest(place, run, lambda: watch.stop_signal is not None).until(deadline)
        note_balance(place, run, "after")
    except (AccessError, OutOfReachError) as problem:
        console.say(f"Results that come later could not be asked for: {problem.message}")
    found = report.figures(place.store, run)
    freed = found.record["stop"] == "budget" and found.bill.held < before.bill.held
    if watch.stop_signal is not None or not (freed or _left(found) > _left(before)):
        return False
    late.go_on(place.store, run)
    return True


def _left(found: Figures) -> int:
    """How many rows the same command takes up: those that wait no longer go on to the next step."""
    return found.statuses.get(Status.NOT_RUN, 0)


def warn(found: Figures, now: float, flags: list[str]) -> None:
    """Say five days beforehand that results will be thrown away."""
    waits = found.waits
    if waits.expires is not None and waits.warn_from is not None and now >= waits.warn_from:
        console.say(
            f"{_rows(waits.rows)} of run {found.run} wait for results that Apollo keeps until "
            f"{_day(waits.expires)} only. Fetch them: {collecting(found.run, flags)}"
        )


@dataclass(frozen=True)
class _Wish:
    """What is to be collected, and how it is told."""

    run: str | None
    wait: float
    flags: list[str]
    as_json: bool


def collect(
    run: str | None, wait: float, state: str | None, *, sandbox: bool, as_json: bool
) -> Exit:
    """Fetch the results of a run, or of all; write each workbook again that they change."""
    wish = _Wish(run, wait, where(Manner(state=state, sandbox=sandbox)), as_json)
    with place_for(state, sandbox=sandbox) as (place, _):
        one = None if run is None else _own(place, run)
        hold = nullcontext() if one is None else _holding(place, one)
        with hold:
            return _collect(place, wish, None if one is None else one.run)


def _own(place: Place, run: str) -> Figures:
    found = report.figures(place.store, run)
    if found.record["account"] != place.account:
        raise UsageError(
            Code.OTHER_ACCOUNT,
            f"Run {found.run} is of another Apollo account than this key.",
            fix="Use the key of the account that the run was made with.",
        )
    return found


@contextmanager
def _holding(place: Place, found: Figures) -> Iterator[None]:
    record = found.record
    with holding(place.store, record["account"], record["identity"], place.clock.now()):
        yield


def _collect(place: Place, wish: _Wish, run: str | None) -> Exit:
    chosen = _chosen(place, run)
    before = {one: report.figures(place.store, one) for one in chosen}
    trouble = _harvest(place, wish, run) if chosen else None
    codes = [_tell(place, wish, before[one], held=run is not None) for one in chosen]
    for one in chosen:
        purge_at_the_end(place, one, held=run is not None)
    after = [report.figures(place.store, one) for one in chosen]
    if trouble is not None:
        console.say(str(trouble))
        codes.append(Exit(trouble.exit_code))
    code = max(codes, key=_rank, default=Exit.OK)
    waiting = [found for found in after if found.statuses.get(Status.PENDING)]
    following = collecting(run, wish.flags) if waiting else None
    onward = [found for found in after if _left(found) > _left(before[found.run])]
    if onward and not following:
        following = console.command([*run_again(onward[0]), *wish.flags])
    if wish.as_json:
        _tell_json(after, code, following)
    elif not chosen:
        console.result("Nothing is still to come.")
    _tell_rest(place, wish, waiting)
    if following:
        console.say(f"Next: {following}")
    return code


def _rank(code: Exit) -> int:
    order = (Exit.OK, Exit.ROWS_FAILED, Exit.OUT_OF_REACH, Exit.ACCESS, Exit.NOT_WRITTEN)
    return order.index(code)


def _chosen(place: Place, run: str | None) -> list[str]:
    """Name the runs that wait for results, or whose workbook does not show all of them."""
    waiting = late.waiting_runs(place.store, place.account)
    return [one for one in waiting if run in {None, one}]


def _harvest(place: Place, wish: _Wish, run: str | None) -> BatchError | None:
    harvest = Harvest(place, run)
    try:
        harvest.once()
        if wish.wait:
            harvest.until(place.clock.now() + wish.wait)
    except (AccessError, OutOfReachError) as problem:
        return problem
    return None


def _tell(place: Place, wish: _Wish, before: Figures, *, held: bool) -> Exit:
    """Say what has come for a run, and write its workbook again where that changes it."""
    found = report.figures(place.store, before.run)
    waiting = found.statuses.get(Status.PENDING, 0)
    came = before.statuses.get(Status.PENDING, 0) - waiting
    rest = f", {waiting:,} still to come" if waiting else ", all are there"
    _say(wish, f"Run {found.run}: results came for {_rows(came)}{rest}.")
    if came:
        with suppress(AccessError):
            note_balance(place, before.run, "after")
    failed = found.statuses.get(Status.FAILED, 0) > before.statuses.get(Status.FAILED, 0)
    code = Exit.ROWS_FAILED if failed else Exit.OK
    if found.record["news"] == found.record["news_written"]:
        return code
    try:
        with nullcontext() if held else _holding(place, found):
            _write(place, wish, report.figures(place.store, found.run))
    except HeldError as problem:
        console.say(f"{problem.message} It writes its workbook itself.")
    except OutputError as problem:
        console.say(words_of(problem))
        console.say(f"Next: {console.command(['export', found.run, *wish.flags])}")
        return Exit.NOT_WRITTEN
    return code


def _write(place: Place, wish: _Wish, found: Figures) -> None:
    waits = found.statuses.get(Status.PENDING)
    following = collecting(found.run, wish.flags) if waits else None
    delivered = edition(place.store, found, now=place.clock.now(), next_step=following)
    for notice in delivered.notices:
        console.say(notice)
    _say(wish, f"Written to {console.short(delivered.path)}")


def _say(wish: _Wish, text: str) -> None:
    (console.say if wish.as_json else console.result)(text)


def _tell_rest(place: Place, wish: _Wish, waiting: list[Figures]) -> None:
    now = place.clock.now()
    for found in waiting:
        warn(found, now, wish.flags)
    if any(found.waits.again is not None and found.waits.again <= now for found in waiting):
        console.say("Some could not be asked for yet: Apollo's limits have no room at the moment.")


def _tell_json(after: list[Figures], code: Exit, following: str | None) -> None:
    runs = [
        document_of(found, exit_code=found.exit_code, output=found.output, next_step=None)
        for found in after
    ]
    document: dict[str, Any] = {"schema": 1, "exit_code": int(code), "runs": runs}
    console.document(document | {"next": following})


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _day(seconds: float) -> str:
    day = datetime.fromtimestamp(seconds, UTC)
    return f"{day.day} {day:%b %Y}"
