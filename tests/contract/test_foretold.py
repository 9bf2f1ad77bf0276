"""Whom Apollo will leave out is foretold from what it shows: the sandbox then says the same of each."""

import pytest
from sandbox_caller import calling

from apollo_batch.apollo import contacts_seen, lookups
from apollo_batch.apollo.client import Client
from apollo_batch.apollo.foretold import SAME_COMPANY, Into, told
from apollo_batch.apollo.wire import Wire
from apollo_batch.catalogue.sequences import FLAGS
from apollo_batch.sandbox.seeds_enrollable import numbers_of
from apollo_batch.sandbox.world import World
from apollo_batch.settings import Credential, Secret
from apollo_batch.skips import ENROLLMENT_CODES

WORLD = World(42)
SPRING, ONE_PER_COMPANY = WORLD.id_of("sequence", 1), WORLD.id_of("sequence", 6)
KINDS = (
    "ready without_email unverified typed_unverified new_job owned_elsewhere queued "
    "active_elsewhere paused_elsewhere finished_elsewhere failed_elsewhere already_there "
    "colleague_inside colleague unsubscribed"
).split()
ENROLLABLE = [WORLD.id_of("enrollable", number) for kind in KINDS for number in numbers_of(kind)]
SAVED = [p.contact_id for p in map(WORLD.person, range(300)) if p.contact_id][:30]
EVERYBODY = [*ENROLLABLE, *SAVED, WORLD.person(9).id]
NAMES = [flag.name for flag in FLAGS]


@pytest.fixture(scope="module")
def apollo():
    with calling(profile="unlimited") as caller:
        yield caller


@pytest.fixture(scope="module")
def shown(apollo):
    """Everybody as Apollo shows them, their accounts, and the team."""
    credential = Credential(Secret(apollo.sandbox.key), "a test")
    wire = Wire(Client(apollo.sandbox.base_url, credential, {}), lambda _: None)
    contacts = {number: contacts_seen.contact(wire, number) for number in EVERYBODY}
    ids = {contact.account for contact in contacts.values() if contact} - {""}
    accounts = {number: contacts_seen.account(wire, number) for number in ids}
    return contacts, accounts, frozenset(user.id for user in lookups.users(wire))


def answered(apollo, sequence, options):
    """What the sandbox says of everybody: None of those it enrolls."""
    apollo.sandbox.reset()
    body = {
        "emailer_campaign_id": sequence,
        "send_email_from_email_account_id": WORLD.id_of("mailbox", 1),
        "contact_ids": EVERYBODY,
    }
    path = f"/emailer_campaigns/{sequence}/add_contact_ids"
    reply = apollo.post(path, body | dict.fromkeys(options, True)).json()
    return dict.fromkeys(c["id"] for c in reply["contacts"]) | reply["skipped_contact_ids"]


@pytest.mark.parametrize("sequence", [SPRING, ONE_PER_COMPANY])
@pytest.mark.parametrize("options", [(), *((name,) for name in NAMES), NAMES])
def test_what_is_foretold_of_each_contact_is_what_the_sandbox_answers(
    apollo, shown, sequence, options
):
    contacts, accounts, team = shown

    foretold = told(EVERYBODY, contacts, accounts, Into(sequence, frozenset(options), team))

    if sequence == SPRING:  # a sequence that takes many of one company, which Apollo does not show
        foretold = {n: None if why == SAME_COMPANY else why for n, why in foretold.items()}
    assert foretold == answered(apollo, sequence, options)


def test_every_reason_that_apollo_names_is_foretold(shown):
    contacts, accounts, team = shown
    reasons = told(EVERYBODY, contacts, accounts, Into(SPRING, frozenset(), team)) | told(
        ENROLLABLE, contacts, accounts, Into(ONE_PER_COMPANY, frozenset(), team)
    )
    assert {*reasons.values()} >= ENROLLMENT_CODES - {SAME_COMPANY}
    assert SAME_COMPANY in reasons.values()


def test_nothing_is_said_of_owners_where_the_team_is_not_known(shown):
    contacts, accounts, _ = shown
    stranger = WORLD.id_of("enrollable", numbers_of("owned_elsewhere")[0])

    reasons = told([stranger], contacts, accounts, Into(SPRING, frozenset(), None))

    assert reasons == {stranger: None}


def test_a_list_is_shown_page_by_page(apollo):
    credential = Credential(Secret(apollo.sandbox.key), "a test")
    wire = Wire(Client(apollo.sandbox.base_url, credential, {}), lambda _: None)

    found = [*contacts_seen.on_list(wire, WORLD.id_of("list of enrollable", 1), 1)]

    assert {each.id for each in found} == set(ENROLLABLE[:10])
    assert {each.email_status for each in found} == {"verified"}
