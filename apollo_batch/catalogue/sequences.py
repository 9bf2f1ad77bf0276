"""Sequences, which Apollo's addresses call emailer campaigns: who gets their e-mails."""

import re
from dataclasses import replace

from apollo_batch.catalogue import records
from apollo_batch.catalogue.addresses import at
from apollo_batch.catalogue.contacts import CONTACT_ID, VIEW
from apollo_batch.catalogue.entry import (
    FREE,
    Act,
    Once,
    Operation,
    Paging,
    Pairing,
    Place,
    Repeat,
    Route,
)
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.param import Param, Target

_MANY = 100
GOOD_ADDRESSES = frozenset({"verified", "likely_to_engage", "likely to engage"})
"""What Apollo says of an e-mail address that it sends to without being told to."""
_GONE = re.compile(r"Contact not found|not a valid ID", re.I)

_SEQUENCE = Param(
    "sequence_id", "The sequence: its id.", Kind.ID, either=True, target=Target.SEQUENCE
)


def _flag(name: str, does: str) -> Param:
    return Param(name, does, Kind.FLAG, option=True)


FLAGS = (
    _flag("sequence_no_email", "Enroll contacts without an e-mail address too."),
    _flag("sequence_unverified_email", "Enroll contacts whose address is not verified too."),
    _flag("sequence_job_change", "Enroll contacts who have just changed jobs too."),
    _flag("sequence_active_in_other_campaigns", "Enroll contacts who are in another one too."),
    _flag("sequence_finished_in_other_campaigns", "Enroll contacts who finished another one too."),
    _flag(
        "sequence_same_company_in_same_campaign",
        "Enroll contacts of a company that has somebody in it too.",
    ),
    _flag("contacts_without_ownership_permission", "Enroll contacts that somebody else owns too."),
    _flag("add_if_in_queue", "Enroll contacts that wait in an account's queue too."),
    _flag("contact_verification_skipped", "Enroll without verifying addresses first."),
)

ENROLL = Operation(
    name="sequences.enroll",
    does="Enroll contacts in a sequence: it sends them e-mails.",
    act=Act.ENROLL,
    routes=(
        Route(
            name="add",
            address=at("sequences.add_contacts"),
            results_at="contacts",
            pairing=Pairing.SKIPS,
            cap=_MANY,
            items_at="contact_ids",
            ids_only="contact_id",
            options_in=Place.BODY,
            shared={
                "sequence_id": "emailer_campaign_id",
                "send_email_from_email_account_id": "send_email_from_email_account_id",
                "send_email_from_email_address": "send_email_from_email_address",
                "user_id": "user_id",
                "status": "status",
                "auto_unpause_at": "auto_unpause_at",
            },
            carries=frozenset(),
            needs=frozenset({"contact_id", "sequence_id"}),
            # Two at once on one sequence were seen to answer 500 with the contacts added.
            one_at_a_time="sequence_id",
        ),
        Route(
            name="confirm",
            address=at("contacts.get"),
            results_at="contact",
            pairing=Pairing.MEMBER,
            carries=frozenset(),
            needs=frozenset({"contact_id"}),
            only_after=True,
        ),
    ),
    params=(
        CONTACT_ID,
        replace(
            _SEQUENCE,
            no_column="nobody is e-mailed by a sequence that the job does not name",
        ),
        Param(
            "send_email_from_email_account_id",
            "The mailbox that sends: its id, or several to take turns.",
            Kind.ID,
            either=True,
            many=True,
            target=Target.MAILBOX,
        ),
        Param(
            "send_email_from_email_address",
            "An alias of the mailbox to send from.",
            Kind.EMAIL,
            either=True,
            ours=True,
        ),
        Param("user_id", "Who is said to have done it.", Kind.ID, either=True, target=Target.USER),
        Param(
            "status",
            "paused: they wait until auto_unpause_at.",
            either=True,
            choices=("active", "paused"),
        ),
        Param("auto_unpause_at", "When paused ones begin.", Kind.MOMENT, either=True),
        *FLAGS,
    ),
    enough=(frozenset({"contact_id", "sequence_id", "send_email_from_email_account_id"}),),
    price=FREE,
    repeat=Repeat.NEVER,
    once=Once.EVER,
    fields=records.CONTACT,
    identity={"contact_id": ("id",)},
    exclusive={"auto_unpause_at": frozenset({"status"})},
    subject=(("sequence_id", "contact_id"),),
    done="enrolled",
    undone_by="sequences.remove",
)

REMOVE = Operation(
    name="sequences.remove",
    does="Finish, stop or take out contacts of a sequence.",
    act=Act.UPDATE,
    routes=(
        Route(
            name="bulk",
            address=at("sequences.remove_contacts"),
            results_at="contacts",
            pairing=Pairing.BY_IDENTITY,
            cap=_MANY,
            items_at="contact_ids",
            ids_only="contact_id",
            shared={"sequence_id": "emailer_campaign_ids", "mode": "mode"},
            carries=frozenset(),
            needs=frozenset({"contact_id", "sequence_id"}),
            one_at_a_time="sequence_id",
        ),
        replace(VIEW, pairing=Pairing.STANDING),
    ),
    params=(
        CONTACT_ID,
        _SEQUENCE,
        Param(
            "mode",
            "What becomes of them.",
            either=True,
            choices=("mark_as_finished", "remove", "stop"),
        ),
    ),
    enough=(frozenset({"contact_id", "sequence_id", "mode"}),),
    price=FREE,
    repeat=Repeat.SAFE,
    once=Once.RUN,
    fields=records.CONTACT,
    identity={"contact_id": ("id",)},
    subject=(("sequence_id", "contact_id"),),
    done="removed",
    withdraws=True,
)

SEARCH_SEQUENCES = Operation(
    name="sequences.search",
    does="Find sequences by name; free.",
    act=Act.SEARCH,
    routes=(
        Route(
            name="pages",
            address=at("sequences.search"),
            options_in=Place.BODY,
            results_at="emailer_campaigns",
            pairing=Pairing.MANY,
            echoes=frozenset({"q_name"}),
        ),
    ),
    params=(Param("q_name", "A part of the sequence's name.", either=True),),
    enough=(frozenset(),),
    price=FREE,
    repeat=Repeat.SAFE,
    fields=records.SEQUENCE,
    identity={},
    paging=Paging(_MANY),
)

ACTIVITY = Operation(
    name="sequences.activity",
    does="List what happened to contacts in sequences; free.",
    act=Act.SEARCH,
    routes=(
        Route(
            name="pages",
            address=at("sequences.activity"),
            options_in=Place.BODY,
            results_at="events",
            pairing=Pairing.MANY,
            gone=_GONE,
        ),
    ),
    params=(CONTACT_ID, _SEQUENCE),
    enough=(frozenset({"contact_id"}),),
    price=FREE,
    repeat=Repeat.SAFE,
    fields=records.EVENT,
    identity={},
    # No pages: the latest fifty.
    paging=Paging(50, total_at=None, numbered=False, most=50),
)

OPERATIONS = (ENROLL, REMOVE, SEARCH_SEQUENCES, ACTIVITY)
