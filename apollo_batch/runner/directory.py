"""A job with names in it comes in; the directory of all they may stand for, asked once, goes out."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

from apollo_batch.apollo import lookups
from apollo_batch.apollo.lookups import Asks, Thing, Things
from apollo_batch.catalogue.param import Target
from apollo_batch.errors import InvalidError, OutputError
from apollo_batch.job.names import Directory, Entry
from apollo_batch.job.resolve import in_cells, needed, resolved
from apollo_batch.job.wanted import Job
from apollo_batch.journal.names import Names

Look = Callable[[Asks], Things | None]

# How things of a kind are had, and of which kind of records they are.
_WAYS: dict[Target, tuple[Look, str]] = {
    Target.USER: (lookups.users, ""),
    Target.MAILBOX: (lookups.mailboxes, ""),
    Target.SEQUENCE: (lookups.sequences, ""),
    Target.CONTACT_STAGE: (lookups.contact_stages, "contact"),
    Target.ACCOUNT_STAGE: (lookups.account_stages, "account"),
    Target.DEAL_STAGE: (lookups.deal_stages, "opportunity"),
    Target.CONTACT_LIST: (lookups.lists, "contact"),
    Target.ACCOUNT_LIST: (lookups.lists, "account"),
    Target.CONTACT_FIELD: (lookups.fields, "contact"),
    Target.ACCOUNT_FIELD: (lookups.fields, "account"),
    Target.DEAL_FIELD: (lookups.fields, "opportunity"),
}


def looked_up(job: Job, apollo: Asks, names: Names | None = None) -> tuple[Job, Directory]:
    """Put ids in the place of a job's names, and give what its cells are looked up in.

    Raises InvalidError where a name stands for nothing; asks nothing for a job without names.
    `names`: what was told within the last hour does, unless a name is missing from it.
    """
    if names is not None:
        directory = _gathered(job, _Remembering(apollo, names, in_cells(job)))
        try:
            return resolved(job, directory), directory
        except InvalidError:
            pass  # it may have been made, or mended, since
    directory = _gathered(job, _Asking(apollo, names))
    return resolved(job, directory), directory


def directory_for(job: Job, apollo: Asks) -> Directory:
    """Ask for everything of the kinds that the job names, and for nothing else."""
    return _gathered(job, _Asking(apollo, None))


class _Asking:
    """Asks Apollo for everything of a kind, and keeps what it told."""

    def __init__(self, apollo: Asks, names: Names | None) -> None:
        self._apollo = apollo
        self._names = names

    def things(self, look: Look, targets: Collection[Target]) -> Things | None:  # noqa: ARG002
        told = look(self._apollo)
        if told is not None and self._names is not None:
            with suppress(OutputError):  # without it, it is only asked for again
                self._names.tell(look.__name__, [vars(thing) for thing in told])
        return told


class _Remembering(_Asking):
    """Takes what was told before where it will do: cells are looked up in what there is now."""

    def __init__(self, apollo: Asks, names: Names, in_cells: frozenset[Target]) -> None:
        super().__init__(apollo, names)
        self._kept = names
        self._in_cells = in_cells

    def things(self, look: Look, targets: Collection[Target]) -> Things | None:
        told = None if self._in_cells.intersection(targets) else self._kept.told(look.__name__)
        return super().things(look, targets) if told is None else tuple(map(_thing, told))


def _thing(told: Mapping[str, Any]) -> Thing:
    choices = tuple((number, text) for number, text in told["choices"])
    return Thing(**{**told, "others": tuple(told["others"]), "choices": choices})


def _gathered(job: Job, asking: _Asking) -> Directory:
    ways: dict[Look, list[Target]] = {}
    for target in sorted(needed(job)):
        ways.setdefault(_WAYS[target][0], []).append(target)
    entries = {}
    for look, targets in ways.items():
        things = asking.things(look, targets)
        for target in targets if things is not None else ():
            of = _WAYS[target][1]
            entries[target] = tuple(_entry(thing) for thing in things or () if thing.of == of)
    return Directory(entries)


def _entry(thing: Thing) -> Entry:
    apart = [f"{name} {fact}" for name, fact in thing.facts.items() if fact]
    return Entry(
        thing.id,
        thing.name,
        others=thing.others,
        apart=", ".join(apart[:2]),
        gone=thing.gone,
        idle=thing.idle,
        group=thing.group,
        type=thing.type,
        choices=thing.choices,
    )
