"""What `erase` does, in the order a person sees it: look, say what was found, agree, erase, receipt."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from apollo_batch.clock import SystemClock
from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.opening import open_journal, sandbox_of
from apollo_batch.errors import Exit, HeldError, InvalidError, UsageError
from apollo_batch.files import lock_together
from apollo_batch.journal.erasing import Row
from apollo_batch.journal.store import Store
from apollo_batch.runner import erasing
from apollo_batch.runner.editions import rewritten
from apollo_batch.runner.erasing import Erased, Found
from apollo_batch.runner.report import figures
from apollo_batch.runner.subject import Subject, named
from apollo_batch.runner.workers import give_up_the_dead
from apollo_batch.settings import state_place

_CALLED = {"--email": "e-mail address", "--apollo-id": "id of Apollo's", "--name": "name"}


@dataclass(frozen=True)
class Typed:
    """What a person typed behind `erase`."""

    people: tuple[tuple[str, str], ...]
    """Each with the flag that names them."""
    file: Path | None
    state: str | None
    sandbox: bool
    yes: bool
    rewrite_outputs: bool
    asks: bool
    """Whether somebody may be asked."""


def erase_people(typed: Typed) -> Exit:
    """Erase a person; UsageError where nobody has agreed, HeldError where a run asks about them now."""
    people = (*typed.people, *(("", line) for line in (_lines(typed.file) if typed.file else ())))
    subject = _subject(people)
    with open_journal(typed.state, sandbox=typed.sandbox) as store:
        now = SystemClock(store.ahead()).now()
        give_up_the_dead(store, now)
        for line in _preview(erasing.find(store, subject)):
            console.say(line)
        _agree(typed)
        with erasing.held(store, subject, now) as found:
            _see_that_nothing_is_under_way(found)
            done = erasing.erase(store, found, now)
            left = _outputs_left(store, found, typed, now)
        sandbox = _drop_sandbox(store, typed)
        words = [word for _, word in people]
        for line in _receipt(words, found, done, left, now, sandbox=sandbox):
            console.result(line)
    return Exit.ROWS_FAILED if found.waiting else Exit.OK


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "it is no text in UTF-8"
        raise InvalidError(
            Code.ERASE_LIST,
            f"{path} cannot be read: {why}.",
            fix="Name a text file with an e-mail address, an Apollo id or a name on each line.",
        ) from None
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _subject(people: Iterable[tuple[str, str]]) -> Subject:
    each = [_one(flag, word) for flag, word in people]
    if not each or any(len(name) < 2 for one in each for name in one.names):
        raise UsageError(
            Code.WORD_MISSING,
            "Nobody is named whom to erase, or by a single word, which would be many.",
            fix="Add --email X, --apollo-id ID or --name 'First Last'.",
        )
    return Subject(
        frozenset().union(*(one.emails for one in each)),
        frozenset().union(*(one.ids for one in each)),
        frozenset().union(*(one.names for one in each)),
    )


def _one(flag: str, word: str) -> Subject:
    """Read what stands behind a flag; a mistyped address must not be taken for somebody's name."""
    found = named(word)
    meant = {"--email": found.emails, "--apollo-id": found.ids, "--name": found.names}
    if not meant.get(flag, True) or ("@" in word and not found.emails):
        raise UsageError(
            Code.FLAG_VALUE,
            f"{word!r} is no {_CALLED.get(flag, _CALLED['--email'])}.",
            fix="Write it as it stands in the spreadsheet, or in Apollo.",
        )
    return found


def _see_that_nothing_is_under_way(found: Found) -> None:
    if found.under_way:
        raise HeldError(
            Code.RUN_HELD,
            f"{_said(found.under_way)} is being asked for at this moment; nothing was erased.",
            fix="Wait for the run to end, or end it, then type it again.",
        )


def _preview(found: Found) -> Iterator[str]:
    yield f"Found: {_counts(len(found.rows), len(found.answers), len(found.copies))}."
    if found.rows:
        yield f"  {_said(found.rows)}"
    if found.waiting:
        yield (
            f"Not erased yet, because they are in doubt or pending: {_said(found.waiting)}. See "
            "`apollo-batch resolve` and `apollo-batch collect`, then erase once more."
        )
    for path in found.outputs:
        yield f"A workbook names them: {path}"


def _counts(rows: int, answers: int, copies: int) -> str:
    words = {"row": rows, "answer": answers, "copied spreadsheet": copies}
    told = [f"{count:,} {word if count == 1 else word + 's'}" for word, count in words.items()]
    return ", ".join(told)


def _said(rows: Iterable[Row]) -> str:
    each = erasing.by_run(rows).items()
    return "; ".join(f"run {run}, row {', '.join(map(str, numbers))}" for run, numbers in each)


def _agree(typed: Typed) -> None:
    if typed.yes:
        return
    if not typed.asks or not console.can_ask():
        raise UsageError(
            Code.NOT_AGREED,
            "This would erase a person, and nobody can be asked.",
            fix="Add --yes to agree beforehand.",
        )
    if not console.yes("Erase all of it? Nobody can bring it back."):
        raise UsageError(
            Code.DECLINED, "Nothing was erased.", fix="Type it again whenever you like."
        )


def _outputs_left(store: Store, found: Found, typed: Typed, now: float) -> dict[Path, str]:
    """Say of each workbook that names them what is left to do, once it was written again if wanted."""
    left = {}
    for path, numbers in found.outputs.items():
        where = f"row {', '.join(map(str, numbers))}" if numbers else "somewhere in it"
        run = next((one for one in found.written if found.written[one] == path), None)
        done = typed.rewrite_outputs and run is not None
        done = done and rewritten(store, figures(store, str(run)), now=now)
        ours = "our columns of it are empty now; delete what is your own" if done else "delete it"
        left[path] = f"{where}: {ours}"
    return left


def _drop_sandbox(store: Store, typed: Typed) -> bool:
    """Throw away what the sandbox keeps: all in it is made up, or a copy of the same."""
    if typed.sandbox:
        (store.folder / "world.jsonl").unlink(missing_ok=True)
        return True
    folder = sandbox_of(state_place(typed.state, os.environ))
    held = lock_together(folder / "in-use.lock", 0.0) if folder.exists() else None
    if held is None:
        return False
    with held.alone() as alone, suppress(OSError):
        if alone:
            shutil.rmtree(folder)
    held.release()
    return not folder.exists()


def _receipt(
    words: Iterable[str],
    found: Found,
    done: Erased,
    left: dict[Path, str],
    now: float,
    *,
    sandbox: bool,
) -> Iterator[str]:
    yield f"Erased on {datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC: {', '.join(words)}"
    yield f"  {_counts(done.rows, done.answers, done.copies)}"
    if done.rows:
        yield f"  {_said(row for row in found.rows if row not in found.waiting)}"
    if found.waiting:
        yield f"  Not erased yet, in doubt or pending: {_said(found.waiting)}"
    for path, words_ in left.items():
        yield f"  Names them still: {path}, {words_}"
    for run in found.jobs:
        yield f"  The job, or the name of the spreadsheet, of run {run} names them: those are kept."
    if sandbox:
        yield "  The sandbox was thrown away."
    if not done.whole:
        yield "  The rest leaves the journal's log when the last run under way has ended."
    yield "  From now on nothing is asked, made or sent about them; only keyed hashes tell who it was."
    yield "  Apollo keeps its own copy, and backups theirs: delete it there."
