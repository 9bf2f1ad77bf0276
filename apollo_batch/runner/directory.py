"""A job with names in it comes in; the directory of all they may stand for, asked once, goes out."""

from collections.abc import Callable

from apollo_batch.apollo import lookups
from apollo_batch.apollo.lookups import Asks, Thing, Things
from apollo_batch.catalogue.param import Target
from apollo_batch.job.names import Directory, Entry
from apollo_batch.job.resolve import needed, resolved
from apollo_batch.job.wanted import Job

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


def looked_up(job: Job, apollo: Asks) -> tuple[Job, Directory]:
    """Put ids in the place of a job's names, and give what its cells are looked up in.

    Raises InvalidError where a name stands for nothing; asks nothing for a job without names.
    """
    directory = directory_for(job, apollo)
    return resolved(job, directory), directory


def directory_for(job: Job, apollo: Asks) -> Directory:
    """Ask for everything of the kinds that the job names, and for nothing else."""
    asked: dict[Look, Things | None] = {}
    entries = {}
    for target in sorted(needed(job)):
        look, of = _WAYS[target]
        if look not in asked:
            asked[look] = look(apollo)
        things = asked[look]
        if things is not None:
            entries[target] = tuple(_entry(thing) for thing in things if thing.of == of)
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
