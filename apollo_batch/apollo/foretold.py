"""What Apollo shows of a contact comes in; why it will be left out of a sequence, if so, goes out."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from apollo_batch.apollo.contacts_seen import Account, Contact
from apollo_batch.catalogue.sequences import GOOD_ADDRESSES
from apollo_batch.skips import LIFTED_BY

NOT_FOUND = "contact_not_found"
SAME_COMPANY = "contacts_in_same_company"
"""It holds only for teams that once asked for it, which Apollo does not show."""


@dataclass(frozen=True)
class Into:
    """The sequence that contacts are to be put into, and what the job says of that."""

    sequence: str
    options: frozenset[str] = frozenset()
    """The options that are on."""
    team: frozenset[str] | None = None
    """Ids of everybody of the team; None: Apollo does not tell this key."""
    inside: Collection[str] = frozenset()
    """Companies, by either id, of which somebody is in it or comes first."""


@dataclass(frozen=True)
class Seen:
    """A contact, and its account where that was looked at."""

    contact: Contact
    account: Account | None = None


def foretold(seen: Seen | None, into: Into) -> str | None:
    """Name the first reason that holds and that no option lifts; None: it will be enrolled.

    `seen` is None where Apollo has no such contact.
    """
    if seen is None:
        return NOT_FOUND
    for code, holds in _REASONS.items():
        if not into.options & LIFTED_BY.get(code, frozenset()) and holds(seen, into):
            return code
    return None


def told(
    numbers: Iterable[str],
    contacts: Mapping[str, Contact | None],
    accounts: Mapping[str, Account | None],
    into: Into,
) -> dict[str, str | None]:
    """Foretell in the order of the rows: whoever gets in may keep a colleague out.

    Contacts that were not looked at are not in the answer; None: Apollo has no such contact.
    """
    known = [contact for contact in contacts.values() if contact]
    members = [contact for contact in known if into.sequence in contact.standings]
    inside = {company for contact in members for company in contact.companies}
    reasons: dict[str, str | None] = {}
    for number in numbers:
        if number not in contacts:
            continue
        contact = contacts[number]
        seen = Seen(contact, accounts.get(contact.account)) if contact else None
        reasons[number] = foretold(seen, replace(into, inside=inside))
        if contact and reasons[number] is None:
            inside |= contact.companies
    return reasons


def _already_there(seen: Seen, into: Into) -> bool:
    return into.sequence in seen.contact.standings


def _owned_by_a_stranger(seen: Seen, into: Into) -> bool:
    owner = seen.contact.owner
    return bool(owner) and into.team is not None and owner not in into.team


def _queued(seen: Seen, _into: Into) -> bool:
    return seen.account is not None and seen.account.queued


def _unverified(seen: Seen) -> bool:
    return bool(seen.contact.email) and seen.contact.email_status not in GOOD_ADDRESSES


def _elsewhere(*statuses: str) -> Callable[[Seen, Into], bool]:
    def holds(seen: Seen, into: Into) -> bool:
        standings = seen.contact.standings.items()
        return any(status in statuses for number, status in standings if number != into.sequence)

    return holds


def _beside_a_colleague(seen: Seen, into: Into) -> bool:
    of_account = seen.account is not None and into.sequence in seen.account.sequences
    return of_account or not seen.contact.companies.isdisjoint(into.inside)


_REASONS: dict[str, Callable[[Seen, Into], bool]] = {
    "contacts_already_exists_in_current_campaign": _already_there,
    "contacts_without_ownership_permission": _owned_by_a_stranger,
    "contacts_in_pending_state": _queued,
    "contacts_unsubscribed": lambda seen, _: seen.contact.unsubscribed,
    "contacts_with_job_change": lambda seen, _: seen.contact.new_job,
    "contacts_without_email": lambda seen, _: not seen.contact.email,
    "contacts_with_unverified_user_managed_email": (
        lambda seen, _: _unverified(seen) and seen.contact.typed_in
    ),
    "contacts_unverified_email": lambda seen, _: _unverified(seen) and not seen.contact.typed_in,
    "contacts_active_in_other_campaigns": _elsewhere("active", "paused"),
    "contacts_finished_in_other_campaigns": _elsewhere("finished"),
    SAME_COMPANY: _beside_a_colleague,
}
