"""A contact and a sequence come in; why Apollo leaves the contact out goes out, if it does."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from apollo_batch.sandbox.crm import Crm, Record
from apollo_batch.sandbox.standing import members, standings, within

NOT_FOUND = "contact_not_found"
_VERIFIED = {"verified", "likely_to_engage", "likely to engage"}


@dataclass(frozen=True)
class Reason:
    """One of Apollo's reasons to leave a contact out."""

    code: str
    lifted_by: frozenset[str]
    """Flags that let the contact in all the same; with none, nothing does."""
    holds: Callable[[Crm, Record, Record], bool]
    """Of a contact, in a sequence."""


def skip_reason(crm: Crm, contact: Record, sequence: Record, flags: Collection[str]) -> str | None:
    """The first reason that holds and that no flag lifts."""
    for reason in REASONS:
        if not reason.lifted_by & set(flags) and reason.holds(crm, contact, sequence):
            return reason.code
    return None


def _already_there(_crm: Crm, contact: Record, sequence: Record) -> bool:
    return within(contact, sequence["id"]) is not None


def _owned_by_a_stranger(crm: Crm, contact: Record, _sequence: Record) -> bool:
    # An admin reaches the contacts of every user of the team; an owner outside it shares nothing.
    owner = contact.get("owner_id")
    return owner not in (None, crm.me) and crm.users.find(str(owner)) is None


def _in_a_queue(crm: Crm, contact: Record, _sequence: Record) -> bool:
    account = crm.accounts.find(str(contact.get("account_id")))
    return bool(account and account.get("account_queues"))


def _unsubscribed(_crm: Crm, contact: Record, _sequence: Record) -> bool:
    return bool(contact.get("email_unsubscribed"))


def _changing_jobs(_crm: Crm, contact: Record, _sequence: Record) -> bool:
    return bool(contact.get("contact_job_change_event"))


def _without_address(_crm: Crm, contact: Record, _sequence: Record) -> bool:
    return not contact.get("email")


def _unverified(contact: Record) -> bool:
    return bool(contact.get("email")) and contact.get("email_status") not in _VERIFIED


def _typed_by_a_user(_crm: Crm, contact: Record, _sequence: Record) -> bool:
    return _unverified(contact) and bool(contact.get("email_from_customer"))


def _not_verified(_crm: Crm, contact: Record, _sequence: Record) -> bool:
    return _unverified(contact) and not contact.get("email_from_customer")


def _elsewhere(contact: Record, sequence: Record, statuses: Collection[str]) -> bool:
    return any(
        s["emailer_campaign_id"] != sequence["id"] and s["status"] in statuses
        for s in standings(contact)
    )


def _active_elsewhere(_crm: Crm, contact: Record, sequence: Record) -> bool:
    return _elsewhere(contact, sequence, {"active", "paused"})


def _finished_elsewhere(_crm: Crm, contact: Record, sequence: Record) -> bool:
    return _elsewhere(contact, sequence, {"finished"})


def _beside_a_colleague(crm: Crm, contact: Record, sequence: Record) -> bool:
    company = _company(contact)
    if not sequence.get("one_per_company") or not company:
        return False
    return any(_company(other) & company for other, _ in members(crm, {sequence["id"]}))


def _company(contact: Record) -> set[str]:
    ids = {contact.get("account_id"), contact.get("organization_id")}
    return {number for number in ids if number}


def _flags(words: str) -> frozenset[str]:
    return frozenset(words.split())


REASONS = (
    Reason("contacts_already_exists_in_current_campaign", _flags(""), _already_there),
    Reason(
        "contacts_without_ownership_permission",
        _flags("contacts_without_ownership_permission"),
        _owned_by_a_stranger,
    ),
    Reason("contacts_in_pending_state", _flags("add_if_in_queue"), _in_a_queue),
    Reason("contacts_unsubscribed", _flags(""), _unsubscribed),
    Reason("contacts_with_job_change", _flags("sequence_job_change"), _changing_jobs),
    Reason("contacts_without_email", _flags("sequence_no_email"), _without_address),
    Reason(
        "contacts_with_unverified_user_managed_email",
        _flags("sequence_unverified_email contact_verification_skipped"),
        _typed_by_a_user,
    ),
    Reason("contacts_unverified_email", _flags("sequence_unverified_email"), _not_verified),
    Reason(
        "contacts_active_in_other_campaigns",
        _flags("sequence_active_in_other_campaigns"),
        _active_elsewhere,
    ),
    Reason(
        "contacts_finished_in_other_campaigns",
        _flags("sequence_finished_in_other_campaigns"),
        _finished_elsewhere,
    ),
    Reason(
        "contacts_in_same_company",
        _flags("sequence_same_company_in_same_campaign"),
        _beside_a_colleague,
    ),
)
"""Looked at in this order; a contact that is not there at all has come before."""

FLAGS = frozenset().union(*(reason.lifted_by for reason in REASONS))
