"""What `run` and `plan` do, in the order a person sees it: read, plan, agree, carry out, deliver."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.debugging import DebugLog
from apollo_batch.entrypoints.following import next_step, raise_first
from apollo_batch.entrypoints.opening import place_for
from apollo_batch.errors import Exit, OutputError, UsageError
from apollo_batch.journal.store import Store
from apollo_batch.model import Status
from apollo_batch.runner import invocation, output, report
from apollo_batch.runner.engine import Watch
from apollo_batch.runner.invocation import Place, Ready, Wish
from apollo_batch.runner.plan import Plan
from apollo_batch.runner.summarise import verdict
from apollo_batch.settings import Settings
from apollo_batch.sheets.annotate import needs_suffix

UNATTENDED_CREDITS = 200
"""The most an unattended run may cost when nobody named a cap anywhere."""
_INT_DRAIN, _TERM_DRAIN = 10.0, 6.0


@dataclass(frozen=True)
class Manner:
    """How a person wants a run done, beyond what it does."""

    state: str | None = None
    sandbox: bool = False
    yes: bool = False
    ci: bool = False
    output: Path | None = None
    as_csv: bool = False
    as_json: bool = False
    debug: bool = False
    words: tuple[str, ...] = ()
    """What was typed, for the command that goes on."""


def plan_job(wish: Wish, manner: Manner) -> Exit:
    """Say what a run would do; nothing is paid for, nothing is written to Apollo."""
    with place_for(manner.state, sandbox=manner.sandbox) as (place, settings):
        ready = invocation.prepare(place, wish, wish.input)
        cap = cap_in_force(settings, ready, wish)
    if manner.as_json:
        document = {"schema": 1, "job": str(wish.job), "input": str(wish.input)}
        console.result(json.dumps(document | ready.plan.as_json(), ensure_ascii=False, indent=2))
    else:
        for line in plan_lines(ready, cap):
            console.result(line)
    return Exit.OK


def run_job(wish: Wish, manner: Manner) -> Exit:
    """Carry a job out over a spreadsheet and write the annotated workbook."""
    if not manner.sandbox:
        console.say(f"Reading {wish.input.name} …")
    elif wish.fresh:
        invocation.read(wish, wish.input)  # nothing is thrown away for a command with a mistake
    with place_for(manner.state, sandbox=manner.sandbox, fresh=wish.fresh) as (place, settings):
        path = invocation.snapshot(place.store, wish)
        invocation.tidy(place)
        ready = invocation.prepare(place, wish, path)
        _check_output(place.store, ready, manner)
        with invocation.holding(place, ready):
            ready = invocation.look_again(place, ready)
            cap = cap_in_force(settings, ready, wish)
            _tell_plan(ready, cap)
            agree(ready.plan, cap, manner)
            return _carry_out(place, ready, cap, manner)


def _check_output(store: Store, ready: Ready, manner: Manner) -> None:
    """See that --output can be meant before anything is paid; UsageError where it cannot."""
    wanted, sheet = ready.wish.input, ready.sheet
    path, _ = output.place(store, sheet, wanted, manner.output, as_csv=manner.as_csv)
    needed = needs_suffix(sheet)
    if not manner.as_csv and path.suffix.lower() in {".xlsx", ".xlsm"} - {needed}:
        raise UsageError(
            f"--output {manner.output} is no name for what {wanted.name} becomes: Excel would "
            "not open it.",
            fix=f"End it in {needed}.",
        )


def cap_in_force(settings: Settings, ready: Ready, wish: Wish) -> Decimal | None:
    """The least of what the user's settings, the job and the flag allow; None: nobody named one."""
    named = (settings.policy.max_credits, ready.job.limits.max_credits, wish.max_credits)
    caps = [cap for cap in named if cap is not None]
    return min(caps) if caps else None


def agree(plan: Plan, cap: Decimal | None, manner: Manner) -> None:
    """See that whoever pays has agreed; UsageError where nobody has, and nothing was sent."""
    if not plan.to_ask:
        return
    most = plan.most if cap is None else min(plan.most, cap)
    if manner.yes:
        _agree_unattended(most, cap, manner)
    elif manner.ci or not console.can_ask():
        raise UsageError(
            f"This run may spend up to {report.plain(most)} credits, and nobody can be asked.",
            fix="Add --yes to agree beforehand, and --max-credits N to say how far.",
        )
    elif not console.yes(f"Spend up to {report.plain(most)} credits?"):
        raise UsageError("Nothing was sent.", fix="Run it again whenever you like.")


def _agree_unattended(most: Decimal, cap: Decimal | None, manner: Manner) -> None:
    if manner.ci and cap is None and not manner.sandbox:
        raise UsageError(
            "In CI --yes alone is not enough: say how much may be spent.",
            fix=f"Add --max-credits N; this plan needs {report.plain(most)} at the most.",
        )
    if cap is None and most > UNATTENDED_CREDITS and not console.can_ask():
        raise UsageError(
            f"This run may spend up to {report.plain(most)} credits, and no limit is named anywhere.",
            fix=f"Add --max-credits {report.plain(most)}, or limits: {{max_credits: …}} to the job.",
        )


def _carry_out(place: Place, ready: Ready, cap: Decimal | None, manner: Manner) -> Exit:
    run = invocation.begin(place, ready, cap)
    budget = report.plain(ready.plan.most if cap is None else min(cap, ready.plan.most))
    log = DebugLog(place.store.folder / "logs" / f"{run}.log") if manner.debug else None
    with console.Progress(ready.plan.to_ask, budget=budget or "0") as progress:
        watch = Watch(on_change=progress)
        with _signals(watch):
            invocation.carry(place, ready, run, watch, log.note if log else None)
    if log:
        console.say(f"A masked log of every request is in {log.path}")
    if watch.stop_signal is not None:
        from apollo_batch.journal import runs

        runs.stop(place.store, run, "interrupted")
    return finish(place.store, ready, run, manner, interrupted=watch.stop_signal)


def finish(
    store: Store, ready: Ready, run: str, manner: Manner, *, interrupted: int | None = None
) -> Exit:
    """Write the output, say how it ended, and give the exit code."""
    found = report.figures(store, run)
    code = found.exit_code
    if interrupted is not None and found.statuses.get(Status.NOT_RUN):
        code = Exit.TERMINATED if interrupted == signal.SIGTERM else Exit.INTERRUPTED
    following = next_step(code, found, ready, manner.words)
    path: Path | None = None
    try:
        delivered = output.deliver(
            store,
            found,
            ready.sheet,
            list(ready.job.steps[0].keep),
            original=ready.wish.input,
            target=manner.output,
            as_csv=manner.as_csv,
            now=found.record["updated"],
            next_step=following,
        )
        path = delivered.path
        for notice in delivered.notices:
            console.say(notice)
    except OutputError as problem:
        console.say(str(problem))
        code = Exit.NOT_WRITTEN if code is not Exit.IN_DOUBT else code
        following = console.command(["export", run, *_where(manner)])
    _tell_end(found, code, path, following, manner)
    # What has to be done first stands right above the command it holds up.
    for line in (raise_first(found, ready), following and f"Next: {following}"):
        if line:
            console.say(line)
    return code


def _where(manner: Manner) -> list[str]:
    return [
        *(["--state", manner.state] if manner.state else []),
        *(["--sandbox"] if manner.sandbox else []),
        *(["--format", "csv"] if manner.as_csv else []),
    ]


def plan_lines(ready: Ready, cap: Decimal | None) -> Iterator[str]:
    """Say a plan in sentences, a line each."""
    plan, found = ready.plan, ready.plan.survey
    operation = ready.job.steps[0].operation
    yield f"{ready.wish.input.name}: {_count(found.rows, 'row')}. {operation.does}"
    yield (
        f"To ask: {plan.to_ask} in {_count(plan.requests, 'request')} to "
        f"{plan.route.method} {plan.route.path}."
    )
    if found.repeats:
        yield f"Same as another row, so asked once: {_count(found.repeats, 'row')}."
    if plan.known and not ready.run:
        yield f"Known already: {plan.known}, answered from the journal for nothing."
    if plan.taken_over and not ready.run:
        yield f"Taken over from an earlier run: {plan.taken_over}, as they ended then."
    if found.skips:
        yield f"Skipped before anything is sent: {_count(sum(found.skips.values()), 'row')}."
        for code, count in found.skips.items():
            yield f"  {count:>6}  {code}: {report.sentence_of(code)}"
    if found.unchosen:
        yield f"Left for another time (--rows, --first): {_count(found.unchosen, 'row')}."
    yield (
        f"Credits: at least 0, likely {report.plain(plan.likely)}, "
        f"at most {report.plain(plan.most)}."
        + (f" The budget stops it at {report.plain(cap)}." if cap is not None else "")
    )
    if plan.seconds:
        yield f"Apollo's limits stretch this to about {console.lasting(plan.seconds)}."
    yield from plan.notes
    yield from ready.notices


def _tell_plan(ready: Ready, cap: Decimal | None) -> None:
    if ready.run and not ready.plan.to_ask:
        console.say(f"Run {ready.run} is finished; its workbook is written again.")
        return
    if ready.run:
        console.say(f"Going on with run {ready.run}; what is settled is not asked again.")
    for line in plan_lines(ready, cap):
        console.say(line)


def _tell_end(
    found: report.Figures, code: Exit, path: Path | None, following: str | None, manner: Manner
) -> None:
    if manner.as_json:
        document = report.as_json(found, exit_code=code, output=path, next_step=following)
        console.result(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        console.result(verdict(found))
        if path is not None:
            console.result(f"Written to {_short(path)}")
    if found.record["stop_note"]:
        console.say(found.record["stop_note"])


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


@contextmanager
def _signals(watch: Watch) -> Iterator[None]:
    def on_signal(number: int, _frame: object) -> None:
        if watch.stop_signal is not None:
            os._exit(128 + number)
        waits = f"the {_count(watch.in_flight, 'call')} in flight"
        watch.stop(number, _TERM_DRAIN if number == signal.SIGTERM else _INT_DRAIN)
        # Straight to the descriptor: the signal may have come in the middle of a print.
        os.write(2, f"Finishing {waits}, then stopping. Ctrl-C again stops now.\n".encode())

    before = {n: signal.signal(n, on_signal) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def typed_words(manner: Manner) -> Manner:
    """Remember what was typed, so that the next command can be said in full."""
    return replace(manner, words=tuple(sys.argv[1:]))
