"""A job in; what its key must be allowed, and what is of use to it besides, out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apollo_batch.catalogue.addresses import Address, at
from apollo_batch.catalogue.entry import Act
from apollo_batch.catalogue.team import BALANCES, LIMITS, PROFILE
from apollo_batch.job.wanted import Job, Rehearse, Step
from apollo_batch.runner.directory import directory_for

_REHEARSAL = tuple(map(at, ("contacts.get", "contacts.search", "accounts.get")))
_LATER = "webhook_url"
USEFUL = frozenset(address.scope for address in (BALANCES, LIMITS, PROFILE))
"""Whose account it is, and what limits and credits leave: a run does without where it must."""


def scopes_of(job: Job) -> frozenset[str]:
    """Name every scope that a run of the job may need."""
    noting = _Noting()
    directory_for(job, noting)
    asked = (address for step in job.steps for address in _addresses(step))
    return frozenset(address.scope for address in (*asked, *noting.asked))


def _addresses(step: Step) -> Iterator[Address]:
    yield from (route.address for route in step.operation.routes)
    if step.operation.act is Act.ENROLL and step.rehearse is not Rehearse.OFF:
        yield from _REHEARSAL
    if _LATER in step.options or _LATER in step.constants:
        yield at("webhook_result.get")


@dataclass
class _Noting:
    """Stands where Apollo would be asked for names; notes what is asked, and tells nothing."""

    asked: list[Address] = field(default_factory=list)

    def ask(
        self,
        address: Address,
        query: Mapping[str, Any] | None = None,  # noqa: ARG002
        body: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> None:
        self.asked.append(address)
