"""Where else a job has results of people sent comes in; a host that its person did not list is refused."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from apollo_batch.catalogue.kinds import Kind
from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError
from apollo_batch.job.wanted import Job
from apollo_batch.runner.place import Place


def see_that_hosts_are_listed(place: Place, job: Job) -> None:
    """InvalidError where Apollo would send results to a host that the settings do not list."""
    if place.wire.loopback:
        return  # a sandbox sends nothing anywhere
    for host in _hosts(job):
        if host not in place.policy.webhook_hosts:
            raise InvalidError(
                Code.WEBHOOK_UNLISTED,
                f"Apollo would send what it finds of people to {host} too, as `webhook_url` says, "
                "and your settings do not list that host.",
                fix="If it is yours, add it to the file that `apollo-batch config path` names: "
                f'webhook_hosts = ["{host}"]',
            )


def _hosts(job: Job) -> Iterator[str]:
    for step in job.steps:
        for name, value in step.options.items():
            param = step.operation.param(name)
            if param is not None and param.kind is Kind.WEBHOOK:
                yield (urlsplit(str(value)).hostname or "").lower().rstrip(".")
