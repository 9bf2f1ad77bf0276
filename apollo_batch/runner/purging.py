"""How long something is kept comes in; runs that are older lose cells, answers and copies."""

import json
import shutil
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apollo_batch.errors import HeldError
from apollo_batch.files import clear_drafts
from apollo_batch.job.wanted import REUSE_DAYS
from apollo_batch.journal import purge
from apollo_batch.journal.purge import Shelved
from apollo_batch.journal.store import Store
from apollo_batch.runner.holding import holding
from apollo_batch.settings import Policy

KEPT_DAYS = 30
"""How long a run's cells are kept where the user's settings do not say."""
_DAY = 86_400.0
_ALWAYS = float("inf")


@dataclass(frozen=True)
class Limit:
    """What is too old to be kept."""

    before: float
    """Runs that nothing was asked or written of since this moment."""
    run: str | None = None
    """The only one that is meant."""
    answers: bool = False
    """Whether their answers go too, though the same questions could be answered from them."""


def limit_of(policy: Policy, now: float) -> Limit:
    """Say what is too old by the user's settings; answers, by default, when nothing can be answered from them."""
    days = policy.retention_days
    if days is None:
        return Limit(now - KEPT_DAYS * _DAY)
    return Limit(now - days * _DAY, answers=True)


@dataclass(frozen=True)
class Due:
    """What would be purged, and what is as old and is not."""

    runs: tuple[Any, ...]
    rows: int
    open: tuple[Any, ...]
    """Runs of which something is still to be asked, found out, waited for or written."""


def due(store: Store, limit: Limit) -> Due:
    """Look what is to be purged; nothing changes."""
    old = purge.old_runs(store, limit.before, limit.run)
    with store.read() as c:
        over = [one for one in old if purge.is_delivered(one) and purge.is_over(c, one)]
    chosen = {one["id"] for one in over}
    kept = tuple(one for one in old if one["id"] not in chosen)
    return Due(tuple(over), purge.row_count(store, list(chosen)), kept)


@dataclass(frozen=True)
class Purged:
    """What is gone."""

    runs: int
    rows: int
    answers: int
    copies: int
    whole: bool
    """Whether nothing of it is left in the journal's file."""

    @property
    def anything(self) -> bool:
        """Whether anything is."""
        return bool(self.runs or self.answers or self.copies)


def carry_out(store: Store, due: Due, limit: Limit, now: float, *, held: bool = False) -> Purged:
    """Purge; ended in the middle, the next one does the rest.

    `held`: this process holds the run itself.
    """
    marked = [one for one in due.runs if _marked(store, one, now, held=held)]
    halves = purge.half_emptied(store)
    names = [one["id"] for one in halves]
    rows = purge.row_count(store, names)
    for one in halves:
        _drop_beside(store, one)
        purge.empty(store, one["id"])
    answers = [
        number for each in purge.shelved(store) for number in _unserving(store, each, limit, now)
    ]
    purge.drop_answers(store, answers)
    with store.alone() as alone:
        copies = drop_copies(store, now, alone=alone)
        anything = bool(marked or names or answers)
        whole = store.compact(alone=alone) if anything else True
    purge.note_purged(store, now)
    return Purged(len({*names, *(one["id"] for one in marked)}), rows, len(answers), copies, whole)


def _marked(store: Store, record: Any, now: float, *, held: bool) -> bool:
    hold = nullcontext() if held else holding(store, record["account"], record["identity"], now)
    with suppress(HeldError), hold:
        return purge.mark(store, record["id"], now)
    return False


def _unserving(store: Store, shelved: Shelved, limit: Limit, now: float) -> Sequence[int]:
    """Pick the answers of a purged run that nobody is answered from any more."""
    meant = limit.run in {None, shelved.run} and shelved.updated <= limit.before
    if limit.answers and meant:
        return shelved.numbers
    told = json.loads(shelved.planned).get("limits", {}).get("reuse_days", 0)
    serving = purge.serving(store, shelved.run, now - max(REUSE_DAYS, int(told)) * _DAY)
    return [number for number in shelved.numbers if number not in serving]


def _drop_beside(store: Store, purged: Any) -> None:
    """Delete what lies beside the journal and the output of a purged run: its log, drafts left behind."""
    (store.folder / "logs" / f"{purged['id']}.log").unlink(missing_ok=True)
    if purged["output_path"]:
        with suppress(OSError):  # the folder may be gone, or somebody else's by now
            clear_drafts(Path(purged["output_path"]))


def drop_copies(store: Store, now: float, *, alone: bool) -> int:
    """Delete copies of inputs that no run is written from; others may be reading one just now."""
    used = {digest[:16] for digest in purge.copies_in_use(store)}
    count = 0
    for folder in sorted((store.folder / "copies").glob("*")):
        if folder.name in used:
            continue
        with suppress(OSError):  # another purge is quicker
            copies = [copy.lstat().st_mtime for copy in folder.iterdir()]
            if alone or max(copies, default=0.0) < now - _DAY:
                shutil.rmtree(folder)
                count += len(copies)
    return count


def any_kept(store: Store) -> bool:
    """Whether there is a run that was not purged."""
    return bool(purge.copies_in_use(store))


def by_itself(store: Store, policy: Policy, now: float) -> Purged | None:
    """Purge what is too old, once a day; None where it was done already."""
    if purge.is_new(store) or 0 <= now - purge.last_purged(store) < _DAY:
        return None
    limit = limit_of(policy, now)
    return carry_out(store, due(store, limit), limit, now)


def at_the_end(store: Store, run: str, policy: Policy, now: float, *, held: bool) -> Purged | None:
    """Purge a run whose output was written, where nothing is to be kept; None elsewhere."""
    if policy.retention_days != 0:
        return None
    limit = Limit(_ALWAYS, run, answers=True)
    return carry_out(store, due(store, limit), limit, now, held=held)
