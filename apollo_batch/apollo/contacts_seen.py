"""A free question about a contact goes out; what decides whether it may be enrolled comes back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import quote

from apollo_batch.apollo.wire import Probe
from apollo_batch.catalogue.addresses import Address, at
from apollo_batch.model import Arrival

PAGE = 100
"""How many contacts one page of a search shows."""

Record = Mapping[str, Any]


class Probes(Protocol):
    """Whoever can ask Apollo a free question, once."""

    def probe(
        self,
        address: Address,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Probe: ...


class UnseenError(Exception):
    """Apollo did not show what was asked for."""

    def __init__(self, message: str, *, limited: bool = False, halted: bool = False) -> None:
        super().__init__(message)
        self.limited = limited
        """Whether a rate limit is why."""
        self.halted = halted
        """Whether it would not show others either."""


@dataclass(frozen=True)
class Contact:
    """What of a saved contact decides whether it may be enrolled."""

    id: str
    email: str = ""
    email_status: str = ""
    typed_in: bool = False
    """Whether somebody of the team wrote its address in."""
    unsubscribed: bool = False
    new_job: bool = False
    """Whether it has just changed jobs, where Apollo shows that."""
    owner: str = ""
    account: str = ""
    organization: str = ""
    standings: Mapping[str, str] = field(default_factory=dict)
    """Id of each sequence that it is in or was in, and how it stands there."""
    lists: tuple[str, ...] = ()
    """Ids of the lists that it is on."""

    @property
    def companies(self) -> frozenset[str]:
        """What its company goes by."""
        return frozenset({self.account, self.organization} - {""})


@dataclass(frozen=True)
class Account:
    """What of a contact's account decides whether it may be enrolled."""

    queued: bool
    """Whether it waits in a queue."""
    sequences: frozenset[str]
    """In which sequences anybody of it is."""


def contact(apollo: Probes, number: str) -> Contact | None:
    """Look a contact up; None: there is none. UnseenError where Apollo does not show it."""
    data = _asked(apollo, _one(at("contacts.get"), contact_id=number))
    record = data.get("contact") if isinstance(data, dict) else None
    return _contact(record) if isinstance(record, dict) else None


def account(apollo: Probes, number: str) -> Account | None:
    """Look an account up; None: there is none. UnseenError where Apollo does not show it."""
    data = _asked(apollo, _one(at("accounts.get"), id=number))
    record = data.get("account") if isinstance(data, dict) else None
    if not isinstance(record, dict):
        return None
    return Account(
        queued=bool(record.get("account_queues")),
        sequences=frozenset(_texts(record.get("contact_emailer_campaign_ids"))),
    )


def on_list(apollo: Probes, label: str, pages: int) -> Iterator[Contact]:
    """Bring the contacts of a list, so many pages of it; UnseenError where Apollo shows none."""
    for page in range(1, pages + 1):
        body = {"contact_label_ids": [label], "page": page, "per_page": PAGE}
        data = _asked(apollo, at("contacts.search"), body)
        found = data.get("contacts") if isinstance(data, dict) else None
        records = found if isinstance(found, list) else []
        yield from (_contact(record) for record in records if isinstance(record, dict))
        if len(records) < PAGE:
            return


def _one(address: Address, **ids: str) -> Address:
    quoted = {name: quote(number, safe="") for name, number in ids.items()}
    return replace(address, path=address.path.format(**quoted))


def _asked(apollo: Probes, address: Address, body: Record | None = None) -> Any:
    """Ask once; None where Apollo says that there is no such record."""
    probe = apollo.probe(address, body=body)
    if probe.arrival is Arrival.DONE:
        return probe.data
    if probe.arrival is Arrival.REFUSED and probe.halt is None:
        return None
    limited = probe.arrival is Arrival.LIMITED
    raise UnseenError(probe.message, limited=limited, halted=probe.halt is not None)


def _contact(record: Record) -> Contact:
    return Contact(
        id=_text(record, "id"),
        email=_text(record, "email"),
        email_status=_text(record, "email_status"),
        typed_in=record.get("email_from_customer") is True,
        unsubscribed=record.get("email_unsubscribed") is True,
        new_job=bool(record.get("contact_job_change_event")),
        owner=_text(record, "owner_id"),
        account=_text(record, "account_id"),
        organization=_text(record, "organization_id"),
        standings=dict(_standings(record)),
        lists=tuple(_texts(record.get("label_ids"))),
    )


def _standings(record: Record) -> Iterator[tuple[str, str]]:
    yield from ((number, "") for number in _texts(record.get("emailer_campaign_ids")))
    statuses = record.get("contact_campaign_statuses")
    for status in statuses if isinstance(statuses, list) else ():
        if isinstance(status, dict):
            yield _text(status, "emailer_campaign_id"), _text(status, "status")


def _texts(values: Any) -> list[str]:
    return [v for v in values if isinstance(v, str)] if isinstance(values, list) else []


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""
