"""What `run` does, in the order a person sees it: read, plan, agree, carry out, deliver."""

import sys
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.building import warn_of_a_new_journal
from apollo_batch.entrypoints.collecting import harvest_first, wait_for_results
from apollo_batch.entrypoints.concluding import Ending, check_output, conclude, told_as_purged
from apollo_batch.entrypoints.consent import Caps, agree, caps_in_force
from apollo_batch.entrypoints.debugging import DebugLog
from apollo_batch.entrypoints.following import leave_room, next_step, raise_first
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.entrypoints.opening import place_for
from apollo_batch.entrypoints.piloting import goes_on
from apollo_batch.entrypoints.planning import plan_lines
from apollo_batch.entrypoints.progress import Progress
from apollo_batch.entrypoints.promising import in_period, see_that_it_is_the_plan, with_plan
from apollo_batch.entrypoints.purging import purge_at_the_end, purge_by_itself
from apollo_batch.entrypoints.stopping import ended_without_journal, exit_by, on_signals
from apollo_batch.errors import Exit, OutOfReachError
from apollo_batch.journal import tell
from apollo_batch.journal.store import Store
from apollo_batch.journal.undoing import undone_by
from apollo_batch.model import Status
from apollo_batch.runner import invocation, output, report
from apollo_batch.runner.artifacts import see_that_it_is_apart
from apollo_batch.runner.carrying import carry
from apollo_batch.runner.engine import Watch
from apollo_batch.runner.holding import holding
from apollo_batch.runner.invocation import Ready, Wish
from apollo_batch.runner.pilot import held_back, pilot_of
from apollo_batch.runner.place import Place
from apollo_batch.runner.rehearsing import rehearse
from apollo_batch.settings import without_password


def run_job(wish: Wish, manner: Manner) -> Exit:
    """Carry a job out over a spreadsheet and write the annotated workbook."""
    wish = with_plan(wish, manner)
    if manner.artifacts is not None:
        see_that_it_is_apart(manner.artifacts)
    if not manner.sandbox:
        console.say(f"Reading {wish.name} …")
    elif wish.fresh:
        invocation.read(wish, wish.input)  # nothing is thrown away for a command with a mistake
    with place_for(manner.state, sandbox=manner.sandbox, fresh=wish.fresh) as (place, _):
        return run_at(place, wish, manner)


def run_at(place: Place, wish: Wish, manner: Manner) -> Exit:
    """Carry a job out where everything is open that it needs."""
    wish, manner = in_period(wish, manner, place.clock.now())
    if manner.ci and not manner.sandbox:
        warn_of_a_new_journal(place.store)
    invocation.tidy(place)
    purge_by_itself(place, manner.state, sandbox=manner.sandbox)
    path = invocation.snapshot(place.store, wish)
    return run_ready(place, invocation.prepare(place, wish, path, goes_on=True), manner)


def run_ready(place: Place, ready: Ready, manner: Manner) -> Exit:
    """Carry out what is planned, as far as somebody agrees to it."""
    check_output(place.store, _wanted(ready, manner), ready.wish.name)
    see_that_it_is_the_plan(place, ready, manner)
    identity = ready.plan.survey.identity
    with holding(place.store, place.account, identity, place.clock.now()):
        harvest_first(place, ready.run)
        ready = invocation.look_again(place, ready)
        if (ended := told_as_purged(place.store, ready.run, manner)) is not None:
            return ended
        see_that_it_is_the_plan(place, ready, manner)
        ready = rehearse(place, ready, console.say)
        caps = caps_in_force(place, ready)
        _tell_plan(place.store, ready, caps.least)
        enrolled = agree(place, ready, caps.least, manner)
        return _carry_out(place, ready, caps, manner, enrolled)


def _wanted(ready: Ready, manner: Manner) -> output.Wanted:
    wish = ready.wish
    return output.Wanted(
        ready.rows.sheet,
        wish.input,
        wish.job,
        target=manner.output,
        as_csv=manner.as_csv,
        finds=any(step.fans_out for step in ready.job.steps),
    )


def _carry_out(
    place: Place, ready: Ready, caps: Caps, manner: Manner, enrolled: int | None
) -> Exit:
    run = invocation.begin(place, ready, caps.budget)
    began = place.clock.now()
    log = DebugLog(place.store.folder / "logs" / f"{run}.log") if manner.debug else None
    work = _Work(place, run, manner, log, report.plain(caps.of(ready.plan.most)) or "0", enrolled)
    first = pilot_of(place.store, ready, run)
    watch = Watch()
    try:
        if first is not None:
            work.do(first, watch, held_back(ready))
        if watch.stop_signal is None and (first is None or goes_on(place, ready, run, manner)):
            work.do(ready, watch)
    except OutOfReachError as away:
        if watch.stop_signal is None:
            raise
        return ended_without_journal(away, watch, manner)
    if log:
        console.say(f"A masked log of every request is in {log.path}")
    if others := leave_room(place, began):
        console.say(others)
    if watch.stop_signal is not None:
        from apollo_batch.journal import runs

        runs.stop(place.store, run, "interrupted")
    code = finish(place, ready, run, manner, interrupted=watch.stop_signal)
    purge_at_the_end(place, run, held=True)
    return code


@dataclass(frozen=True)
class _Work:
    """What a run needs to send its rows, or its first rows, and show how it gets on."""

    place: Place
    run: str
    manner: Manner
    log: DebugLog | None
    budget: str
    enrolled: int | None

    def do(self, ready: Ready, watch: Watch, held_back: Collection[str] | None = None) -> None:
        """Send what is to be sent, and wait for what comes later as long as it is wanted.

        `held_back`: the steps that a pilot leaves for later; None: it is none.
        """
        rows, place = sum(count for _, count in ready.plan.doing), self.place
        show = self.manner.shows or partial(Progress, plain=self.manner.ci)
        bar = watch.on_change = show(rows, budget=self.budget)
        with bar, on_signals(watch, place.store, hurried=self.manner.ci):
            note = self.log.note if self.log else None
            until = place.clock.now() + self.manner.wait
            how: Any = {"most_enrolled": self.enrolled, "held_back": held_back or ()}
            carry(place, ready, self.run, watch, note, **how)
            while held_back is None and wait_for_results(place, self.run, until, watch):
                carry(place, ready, self.run, watch, note, **how)


def finish(
    place: Place, ready: Ready, run: str, manner: Manner, *, interrupted: int | None = None
) -> Exit:
    """Write the output, say how it ended, and give the exit code."""
    store = place.store
    found = report.figures(store, run)
    code = found.exit_code
    if interrupted is not None and found.statuses.get(Status.NOT_RUN):
        code = exit_by(interrupted)
    left = invocation.what_is_left(store, ready, run)
    following = next_step(code, found, left, manner)
    ending = Ending(store, found, _wanted(ready, manner), code, following)
    return conclude(ending, manner, raise_first=raise_first(found, ready, left, place.policy))


def _tell_plan(store: Store, ready: Ready, cap: Decimal | None) -> None:
    if ready.run and not ready.plan.left:
        console.say(f"{_done(ready)}; its workbook is written again.")
        if by := undone_by(store, ready.shelf.account, ready.run):
            console.say(f"Run {by} has undone it; add --fresh to do it once more.")
        return
    if ready.run:
        console.say(f"Going on with run {ready.run}; what is settled is not asked again.")
    elif before := _with_another_sheet(store, ready):
        console.say(
            f"Period {ready.wish.period} was run with another spreadsheet before, by run {before}: "
            "tasks, deals and changes of rows that are in both are made again."
        )
    for line in plan_lines(ready, cap):
        console.say(line)


def _with_another_sheet(store: Store, ready: Ready) -> str:
    """The run of the same job in the same period whose rows were others; "" where there is none."""
    wish = ready.wish
    if not wish.period or not ready.plan.writes or wish.fresh:
        return ""
    same = (str(wish.job), wish.period)
    found = (run for run in tell.all_runs(store) if (run["job_path"], run["period"]) == same)
    return next((str(run["id"]) for run in found), "")


def _done(ready: Ready) -> str:
    if ready.wish.period:
        return f"Period {ready.wish.period} is done already, by run {ready.run}: nothing is sent"
    return f"Run {ready.run} is finished"


def typed_words(manner: Manner) -> Manner:
    """Remember what was typed, so that the next command can be said in full."""
    return replace(manner, words=tuple(without_password(word) for word in sys.argv[1:]))
