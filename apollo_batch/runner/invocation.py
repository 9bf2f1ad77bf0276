"""One invocation of `run` or `plan`, from file names to a settled run: each stage one function."""

import hashlib
import json
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from apollo_batch.apollo.wire import Wire
from apollo_batch.clock import Clock
from apollo_batch.errors import AccessError, HeldError, InvalidError, OutputError, UsageError
from apollo_batch.files import lock, private_copy, sha256
from apollo_batch.job.bind import Binding, bind_to
from apollo_batch.job.load import load
from apollo_batch.job.wanted import Job
from apollo_batch.journal import earlier, runs
from apollo_batch.journal.budget import most_per_item
from apollo_batch.journal.earlier import Endings, Past
from apollo_batch.journal.going import Going
from apollo_batch.journal.questions import Shelf
from apollo_batch.journal.settle import sweep
from apollo_batch.journal.store import Store
from apollo_batch.model import Chunk, Settlement
from apollo_batch.runner.engine import Watch, carry_out
from apollo_batch.runner.plan import (
    Basis,
    Choice,
    Plan,
    entries,
    make_plan,
    shelf_of,
    survey,
)
from apollo_batch.runner.pump import Pump
from apollo_batch.runner.workers import at_work, come_to_work
from apollo_batch.sheets.layout import comes_back, theirs
from apollo_batch.sheets.read import Sheet, open_sheet

_LOOKS = 5


@dataclass(frozen=True)
class Wish:
    """What a person typed, as far as a run is concerned."""

    job: Path
    input: Path
    encoding: str | None = None
    rows: Sequence[tuple[int, int]] = ()
    first: int | None = None
    period: str = ""
    fresh: bool = False
    resend_in_doubt: bool = False
    max_credits: Decimal | None = None
    threads: int = 8


@dataclass(frozen=True)
class Place:
    """Where a run happens: its journal, its line to Apollo, its clock."""

    store: Store
    wire: Wire
    clock: Clock
    account: str


@dataclass(frozen=True)
class Ready:
    """A job and a spreadsheet that fit together, and what a run of them would do."""

    wish: Wish
    job: Job
    sheet: Sheet
    binding: Binding
    shelf: Shelf
    plan: Plan
    run: str | None
    """The run it continues, if there is one."""
    basis: Basis
    earlier: Endings
    """What other runs of the job asked in vain."""
    notices: tuple[str, ...] = field(default=())


def read(wish: Wish, path: Path) -> tuple[Job, Sheet, Binding]:
    """Read job and spreadsheet and see that they fit; InvalidError where they do not."""
    try:
        job = load(wish.job)
        sheet = open_sheet(
            path,
            name=job.sheet,
            table=job.table,
            header_row=job.header_row,
            encoding=wish.encoding,
        )
        return job, sheet, bind_to(job, theirs(sheet.columns, list(job.steps[0].keep)))
    except InvalidError as problem:
        problem.job_file = wish.job if problem.problems else None
        raise


def tidy(place: Place) -> None:
    """Give up what processes that have ended left without an answer, of any run."""
    sweep(place.store, lambda name: at_work(place.store, name), place.clock.now())


def snapshot(store: Store, wish: Wish) -> Path:
    """Copy the input for this run alone, so that nobody can change it underneath."""
    if not wish.input.is_file():
        return wish.input  # reading it says what is wrong
    copies = store.folder / "copies"
    try:
        for _ in range(_LOOKS):
            digest = sha256(wish.input)
            copy = private_copy(wish.input, copies / digest[:16] / wish.input.name)
            if sha256(copy) == digest:
                return copy
            copy.unlink()  # it was saved anew between the two looks
    except OSError as problem:
        raise OutputError(
            f"{wish.input.name} could not be copied into {copies}: {problem.strerror}.",
            fix="Free some space or name another folder with --state.",
        ) from None
    raise InvalidError(
        f"{wish.input.name} is being written at this moment.", fix="Try again later."
    )


def prepare(place: Place, wish: Wish, path: Path) -> Ready:
    """Make the plan; it asks Apollo free questions only and writes nothing."""
    job, sheet, binding = read(wish, path)
    shelf = shelf_of(job, job.steps[0], place.account, place.clock.now())
    chosen = Choice(wish.rows, wish.first)
    found = survey(job, sheet, binding, period=wish.period, chosen=chosen)
    if not found.rows:
        raise InvalidError(
            f"{wish.input.name} has column names and no rows below them.",
            fix="Fill it, or name the sheet that has the rows: input: {sheet: …}.",
        )
    if not chosen.met:
        raise UsageError(
            f"{wish.input.name} has no row where --rows looks for one; nothing was sent.",
            fix="Name rows as the spreadsheet counts them: the header is one of them.",
        )
    basis = Basis(job, found, shelf, place.wire.limits(), comes_back(sheet.columns))
    run, plan, past = _weigh(place, wish, basis)
    return Ready(wish, job, sheet, binding, shelf, plan, run, basis, past, sheet.notices)


def look_again(place: Place, ready: Ready) -> Ready:
    """Weigh the same rows anew: another process may have begun or moved the run meanwhile."""
    run, plan, past = _weigh(place, ready.wish, ready.basis)
    return replace(ready, run=run, plan=plan, earlier=past)


def _weigh(place: Place, wish: Wish, basis: Basis) -> tuple[str | None, Plan, Endings]:
    identity = basis.survey.identity
    run = None if wish.fresh else runs.current(place.store, place.account, identity)
    past: Endings = {}
    if run is None and not wish.fresh and basis.returned:
        same = Past(place.account, _kept_of(basis.job), wish.period, basis.shelf.since)
        past = earlier.endings(place.store, same)
    plan = make_plan(basis, place.store, run=run, resend=wish.resend_in_doubt, earlier=past)
    return run, plan, past


def _kept_of(job: Job) -> str:
    """Say a job as the journal keeps it: two runs with the same are runs of the same job."""
    return json.dumps({"canonical": job.canonical(), "kept": list(job.steps[0].keep)})


@contextmanager
def holding(place: Place, ready: Ready) -> Iterator[None]:
    """Hold the lock of a run; HeldError, naming the holder, where another process has it."""
    name = hashlib.sha256(f"{place.account} {ready.plan.survey.identity}".encode()).hexdigest()
    path = place.store.folder / "runs" / f"{name[:32]}.lock"
    began = datetime.fromtimestamp(place.clock.now(), UTC)
    says = f"process {os.getpid()} on {socket.gethostname()} since {began:%Y-%m-%d %H:%M:%S} UTC"
    held = lock(path, says)
    if held is None:
        raise HeldError(
            f"This run is under way already: {path.read_text(encoding='utf-8').strip()}.",
            fix="Wait for it to end, then run the same command again.",
        )
    try:
        yield
    finally:
        held.release()


def begin(place: Place, ready: Ready, cap: Decimal | None) -> str:
    """Enter the run's rows, put its budget in force, and give its id."""
    now = place.clock.now()
    digest = sha256(ready.sheet.path)
    source = {"input_path": str(ready.wish.input.resolve()), "input_hash": digest}
    run = ready.run or runs.create(place.store, _new_run(place, ready, source), now)
    bound = ready.plan.survey.entries or entries(ready.sheet, ready.binding)
    runs.enter(place.store, run, ready.shelf, bound, now, earlier=ready.earlier)
    runs.set_out(
        place.store,
        run,
        place.account,
        cap=cap,
        selection=ready.plan.survey.selection,
        planned=None if ready.run else ready.plan.as_json() | {"limits": _limits(ready.job)},
        source=source,
        now=now,
    )
    if ready.wish.resend_in_doubt:
        runs.ask_again(place.store, run, ready.plan.survey.selection)
    _note_balance(place, run, "before")
    return run


def _limits(job: Job) -> dict[str, str]:
    limits = {name: value for name, value in vars(job.limits).items() if value is not None}
    return {name: str(value) for name, value in limits.items()}


def _new_run(place: Place, ready: Ready, source: dict[str, str]) -> runs.NewRun:
    reading = {
        "sheet": None if ready.sheet.kind == "csv" else ready.sheet.name,
        "table": ready.job.table,
        "header_row": ready.job.header_row,
        "encoding": ready.wish.encoding,
    }
    return runs.NewRun(
        account=place.account,
        identity=ready.plan.survey.identity,
        period=ready.wish.period,
        job_name=ready.job.name,
        job=_kept_of(ready.job),
        job_path=str(ready.wish.job),
        input_path=source["input_path"],
        input_hash=source["input_hash"],
        reading=json.dumps(reading),
    )


def carry(
    place: Place,
    ready: Ready,
    run: str,
    watch: Watch,
    note: Callable[[Chunk, Settlement], None] | None = None,
) -> None:
    """Send what is to be sent and settle what comes back, until nothing is left or it stops."""
    step = ready.job.steps[0]
    owner, held = come_to_work(place.store)
    try:
        going = Going(
            run=run,
            owner=owner,
            most=most_per_item(step.operation, step.options, ready.job.limits.most_per_row),
            shelf=ready.shelf,
            selection=tuple(ready.plan.survey.selection),
        )

        def send(chunk: Chunk) -> Settlement:
            settlement = place.wire.send(step.operation, step.route, chunk, step.keep)
            if note is not None:
                note(chunk, settlement)
            return settlement

        pump = Pump(place.store, going, step.keep, place.clock, lambda: tidy(place))
        carry_out(pump, send, watch, place.clock, ready.wish.threads)
        # Whoever stops a run waits for nothing more; a key withdrawn meanwhile hides no results.
        with suppress(AccessError):
            if watch.stop_signal is None:
                _note_balance(place, run, "after")
    finally:
        held.release()


def _note_balance(place: Place, run: str, moment: str) -> None:
    kinds = {
        kind: {"limit": str(b.limit), "used": str(b.used), "left": str(b.left)}
        for kind, b in place.wire.balances().items()
        if b.left is not None
    }
    if kinds:
        runs.note_balance(
            place.store,
            run,
            account=place.account,
            moment=moment,
            kinds=json.dumps(kinds),
            now=place.clock.now(),
        )
