"""The command that takes a person's word on rows in doubt, and says how the run goes on."""

from collections.abc import Sequence
from enum import Enum

from apollo_batch.clock import SystemClock
from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.following import run_again
from apollo_batch.entrypoints.opening import open_journal
from apollo_batch.errors import Exit, UsageError
from apollo_batch.journal.resolve import Doubt
from apollo_batch.model import Status
from apollo_batch.reasons import sentence
from apollo_batch.runner import report
from apollo_batch.runner.resolving import Resolving, ranges, resolving
from apollo_batch.settings import without_password

_MOST_LINES = 50


class Word(Enum):
    """What a person says of rows in doubt."""

    NONE = ""
    DONE = "--done"
    REDO = "--redo"

    @staticmethod
    def of(*, done: bool, redo: bool) -> "Word":
        """Take the one that was said; UsageError where both were."""
        if done and redo:
            raise UsageError(
                Code.FLAGS_CONTRADICT,
                "--done and --redo cannot both be true.",
                fix="Say each of the rows it holds for.",
            )
        return Word.DONE if done else Word.REDO if redo else Word.NONE


def resolve_run(
    run: str, rows: Sequence[tuple[int, int]], word: Word, state: str | None, *, sandbox: bool
) -> Exit:
    """List a run's rows in doubt, or take the word on those chosen; nothing is sent."""
    if word is not Word.NONE and not rows:
        raise UsageError(
            Code.FLAG_NEEDS_ANOTHER,
            f"{word.value} of which rows?",
            fix=f"Name them: --rows 2-11 {word.value}",
        )
    flags = [
        *(["--state", without_password(state)] if state else []),
        *(["--sandbox"] if sandbox else []),
    ]
    with (
        open_journal(state, sandbox=sandbox) as store,
        resolving(store, run, SystemClock(store.ahead())) as held,
    ):
        if word is Word.NONE:
            _list(held, rows, flags)
        else:
            _take(held, rows, word, flags)
    return Exit.OK


def _list(held: Resolving, rows: Sequence[tuple[int, int]], flags: list[str]) -> None:
    found = held.doubts(rows)
    if not found:
        console.result("No row is in doubt.")
        return
    for doubt in found[:_MOST_LINES]:
        console.result(f"{_where(held, doubt)}: {sentence(doubt.reason)} {doubt.note}".rstrip())
    if len(found) > _MOST_LINES:
        console.result(f"… and {len(found) - _MOST_LINES} more")
    where = "Look in Apollo whether it was carried out" if held.writes else "Decide"
    console.say(f"{where}, then say of each row one of the two:")
    words = ["resolve", held.found.run, "--rows", ranges([doubt.row for doubt in found])]
    sends = "sends them" if held.writes else "asks them, and may be charged"
    console.say(f"  {console.command([*words, '--done', *flags])}   nothing is sent again")
    console.say(f"  {console.command([*words, '--redo', *flags])}   the next run {sends} again")


def _where(held: Resolving, doubt: Doubt) -> str:
    step = f", step {doubt.step}" if len(held.steps) > 1 else ""
    found = f", of what was found for it number {doubt.found}" if doubt.found else ""
    return f"row {doubt.row}{step}{found}"


def _take(held: Resolving, rows: Sequence[tuple[int, int]], word: Word, flags: list[str]) -> None:
    resolved = held.say(rows, done=word is Word.DONE)
    named = f"Row {resolved[0]}" if len(resolved) == 1 else f"Rows {ranges(resolved)}"
    console.result(
        f"{named}: noted as carried out; nothing is sent again."
        if word is Word.DONE
        else f"{named}: ready again; the next run sends what was not carried out."
    )
    outside = [row for row in resolved if not any(low <= row <= high for low, high in rows)]
    if outside:
        console.say(f"Repeated by a row you named, and resolved with it: {ranges(outside)}.")
    console.say(f"Next: {_next(held, flags)}")


def _next(held: Resolving, flags: list[str]) -> str:
    found = report.figures(held.store, held.found.run)
    if found.statuses.get(Status.NOT_RUN):
        return console.command([*run_again(found), *flags])
    if held.doubts():
        return console.command(["resolve", found.run, *flags])
    return console.command(["export", found.run, *flags])
