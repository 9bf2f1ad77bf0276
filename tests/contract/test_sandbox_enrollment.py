"""Enrollment: who is left out, which flag lets them in, and what Apollo says of a bad request."""

import threading

import pytest
import requests
from sandbox_caller import Caller, calling

from apollo_batch.sandbox.seeds_enrollable import numbers_of
from apollo_batch.sandbox.world import World

WORLD = World(42)
SPRING, FAIR, WINTER, ARCHIVED, DRAFT, ONE_PER_COMPANY = (
    WORLD.id_of("sequence", number) for number in range(1, 7)
)
MAILBOX, SECOND, REVOKED, AGGREGATE = (WORLD.id_of("mailbox", number) for number in range(1, 5))
ADDRESS = "robin.sample@example.com"
VERIFICATION = {"sequence_unverified_email", "contact_verification_skipped"}
ACTIVE = "contacts_active_in_other_campaigns"
SAME_COMPANY = {"sequence_same_company_in_same_campaign"}
OWNERSHIP = "contacts_without_ownership_permission"
FINISHED = {"sequence_finished_in_other_campaigns"}
# Reason, whom it meets, in which sequence, and the flags each of which lifts it.
REASONS = [
    (ACTIVE, "active_elsewhere", SPRING, {"sequence_active_in_other_campaigns"}),
    (ACTIVE, "paused_elsewhere", SPRING, {"sequence_active_in_other_campaigns"}),
    ("contacts_finished_in_other_campaigns", "finished_elsewhere", SPRING, FINISHED),
    ("contacts_without_email", "without_email", SPRING, {"sequence_no_email"}),
    ("contacts_unverified_email", "unverified", SPRING, {"sequence_unverified_email"}),
    ("contacts_with_unverified_user_managed_email", "typed_unverified", SPRING, VERIFICATION),
    ("contacts_with_job_change", "new_job", SPRING, {"sequence_job_change"}),
    ("contacts_in_same_company", "colleague", ONE_PER_COMPANY, SAME_COMPANY),
    (OWNERSHIP, "owned_elsewhere", SPRING, {OWNERSHIP}),
    ("contacts_in_pending_state", "queued", SPRING, {"add_if_in_queue"}),
]
FLAGS = set().union(*(flags for *_, flags in REASONS))


@pytest.fixture(scope="module")
def running_sandbox():
    with calling() as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def contacts(kind):
    return [WORLD.id_of("enrollable", number) for number in numbers_of(kind)]


def path(sequence):
    return f"/emailer_campaigns/{sequence}/add_contact_ids"


def asked(ids, sequence=SPRING, **more):
    body = {"emailer_campaign_id": sequence, "send_email_from_email_account_id": MAILBOX}
    return {**body, "contact_ids": ids, **more}


def enroll(apollo, ids, sequence=SPRING, **more):
    return apollo.post(path(sequence), asked(ids, sequence, **more))


def enrolled(reply):
    return [contact["id"] for contact in reply.json()["contacts"]]


def standing(contact, sequence=SPRING):
    (one,) = (
        s for s in contact["contact_campaign_statuses"] if s["emailer_campaign_id"] == sequence
    )
    return one


def test_contacts_with_nothing_against_them_are_enrolled_and_active(apollo):
    ids = contacts("ready")

    reply = enroll(apollo, ids)

    assert reply.status_code == 200
    assert enrolled(reply) == ids
    assert reply.json()["skipped_contact_ids"] == {}
    for contact in reply.json()["contacts"]:
        assert contact["emailer_campaign_ids"] == [SPRING]
        assert standing(contact)["status"] == "active"
        assert standing(contact)["inactive_reason"] is None
        assert standing(contact)["current_step_position"] == 1
        assert standing(contact)["send_email_from_email_account_id"] == MAILBOX
        assert standing(contact)["send_email_from_email_address"] == ADDRESS


def test_there_are_nine_flags():
    assert len(FLAGS) == 9


@pytest.mark.parametrize(("reason", "kind", "sequence", "lifting"), REASONS)
def test_a_contact_is_left_out_for_a_reason_whatever_the_other_flags(
    apollo, reason, kind, sequence, lifting
):
    ids = contacts(kind)

    without = enroll(apollo, ids, sequence)
    with_the_others = enroll(apollo, ids, sequence, **dict.fromkeys(FLAGS - lifting, True))

    for reply in (without, with_the_others):
        assert reply.json()["skipped_contact_ids"] == dict.fromkeys(ids, reason)
        assert reply.json()["contacts"] == []


@pytest.mark.parametrize(
    ("kind", "sequence", "flag"),
    [(kind, sequence, flag) for _, kind, sequence, flags in REASONS for flag in sorted(flags)],
)
def test_the_flag_of_its_reason_lets_a_contact_in(apollo, kind, sequence, flag):
    ids = contacts(kind)

    reply = enroll(apollo, ids, sequence, **{flag: True})

    assert enrolled(reply) == ids
    assert reply.json()["skipped_contact_ids"] == {}


def test_a_contact_who_failed_elsewhere_is_enrolled(apollo):
    ids = contacts("failed_elsewhere")

    assert enrolled(enroll(apollo, ids)) == ids


@pytest.mark.parametrize("kind", ["already_there", "ready"])
def test_a_contact_is_enrolled_once_whatever_the_flags(apollo, kind):
    ids = contacts(kind)
    if kind == "ready":
        enroll(apollo, ids)

    again = enroll(apollo, ids, **dict.fromkeys(FLAGS, True))

    reason = "contacts_already_exists_in_current_campaign"
    assert again.json()["skipped_contact_ids"] == dict.fromkeys(ids, reason)
    assert again.json()["contacts"] == []


@pytest.mark.parametrize(
    "stranger", [WORLD.person(9).id, "0" * 24, "nonsense", "+".join(contacts("ready"))]
)
def test_an_id_of_no_contact_is_not_found_whatever_the_flags(apollo, stranger):
    known = contacts("ready")[0]

    reply = enroll(apollo, [stranger, known], **dict.fromkeys(FLAGS, True))

    assert reply.json()["skipped_contact_ids"] == {stranger: "contact_not_found"}
    assert enrolled(reply) == [known]


def test_a_contact_named_twice_is_enrolled_once(apollo):
    known = contacts("ready")[0]

    reply = enroll(apollo, [known, known])

    assert enrolled(reply) == [known]
    assert reply.json()["skipped_contact_ids"] == {}


@pytest.mark.parametrize("sequence", [WINTER, ARCHIVED, DRAFT])
def test_a_sequence_that_does_not_run_takes_contacts_as_paused(apollo, sequence):
    reply = enroll(apollo, contacts("ready")[:1], sequence)

    (contact,) = reply.json()["contacts"]
    assert standing(contact, sequence)["status"] == "paused"
    assert standing(contact, sequence)["inactive_reason"] == "Sequence inactive"
    assert reply.json()["emailer_campaign"]["active"] is False


def test_a_start_in_the_future_pauses_until_then(apollo):
    until = "2026-12-24T10:00:00+02:00"

    reply = enroll(apollo, contacts("ready")[:1], status="paused", auto_unpause_at=until)

    (contact,) = reply.json()["contacts"]
    assert standing(contact)["status"] == "paused"
    assert standing(contact)["auto_unpause_at"] == "2026-12-24T08:00:00.000+00:00"


def test_a_start_in_the_future_is_not_heard_without_the_pause(apollo):
    (contact,) = enroll(
        apollo, contacts("ready")[:1], auto_unpause_at="2026-12-24T10:00:00Z"
    ).json()["contacts"]

    assert standing(contact)["status"] == "active"
    assert standing(contact)["auto_unpause_at"] is None


def test_several_mailboxes_take_turns(apollo):
    reply = enroll(
        apollo, contacts("ready")[:4], send_email_from_email_account_id=[MAILBOX, SECOND]
    )

    senders = [standing(c)["send_email_from_email_account_id"] for c in reply.json()["contacts"]]
    assert senders == [MAILBOX, SECOND, MAILBOX, SECOND]


@pytest.mark.parametrize(
    ("address", "used"), [("robin@example.com", "robin@example.com"), ("x@example.com", ADDRESS)]
)
def test_an_alias_of_the_mailbox_is_the_sender(apollo, address, used):
    reply = enroll(apollo, contacts("ready")[:1], send_email_from_email_address=address)

    (contact,) = reply.json()["contacts"]
    assert standing(contact)["send_email_from_email_address"] == used


def test_the_user_who_enrolls_is_remembered(apollo):
    colleague = WORLD.id_of("user", 2)

    reply = enroll(apollo, contacts("ready")[:1], user_id=colleague)

    assert standing(reply.json()["contacts"][0])["added_by_user_id"] == colleague


def test_everything_can_stand_in_the_query(apollo):
    ids = contacts("without_email")
    query = {"contact_ids[]": ids, "sequence_no_email": "true"}

    reply = apollo.post(
        path(SPRING),
        emailer_campaign_id=SPRING,
        send_email_from_email_account_id=MAILBOX,
        **query,
    )

    assert enrolled(reply) == ids


def test_a_list_names_contacts_too(apollo):
    body = asked([], label_names=["Ready for outreach"])

    assert enrolled(apollo.post(path(SPRING), body)) == contacts("ready")
    nobody = apollo.post(path(SPRING), body | {"label_names": ["No such list"]})
    assert nobody.json()["contacts"] == []


NOBODY = {"error": "Please specify either contact_ids or label_names."}
UNSENT = {"error": "Please specify a emailer_campaign_id and send_email_from_email_account_id."}


@pytest.mark.parametrize(
    ("differing", "body"),
    [
        ({"contact_ids": None}, NOBODY),
        ({"contact_ids": []}, NOBODY),
        ({"emailer_campaign_id": None}, UNSENT),
        ({"emailer_campaign_id": FAIR}, UNSENT),
        ({"send_email_from_email_account_id": None}, UNSENT),
        (
            {"send_email_from_email_account_id": REVOKED},
            {"error": "These mailboxes are no longer active. former.colleague@example.com"},
        ),
        (
            {"send_email_from_email_account_id": [MAILBOX, REVOKED]},
            {"error": "These mailboxes are no longer active. former.colleague@example.com"},
        ),
        (
            {"send_email_from_email_account_id": AGGREGATE},
            {
                "error": "Aggregate accounts are not supported for this sequence. "
                f"These are the aggregate accounts: {AGGREGATE}"
            },
        ),
        (
            {"send_email_from_email_account_id": "x"},
            {"error": "Parameters misconfigured. x is not a valid ID"},
        ),
    ],
)
def test_a_bad_request_is_refused_in_apollos_words_and_enrolls_nobody(apollo, differing, body):
    ids = contacts("ready")

    reply = apollo.post(path(SPRING), asked(ids) | differing)

    assert (reply.status_code, reply.json()) == (422, body)
    assert apollo.sandbox.books()["effects"] == []


def test_a_sequence_nobody_has_is_not_found(apollo):
    nowhere = "0" * 24

    assert enroll(apollo, contacts("ready"), nowhere).status_code == 404
    assert enroll(apollo, contacts("ready"), "x").status_code == 422


def test_the_second_of_two_calls_at_once_fails_although_its_contacts_are_in():
    first, second = contacts("ready")[:5], contacts("ready")[5:]
    with calling() as apollo:
        apollo.sandbox.plot([{"route": "*", "on": [1], "fault": "slow", "seconds": 2}])
        statuses = {}

        def first_call():
            statuses["first"] = enroll(apollo, first).status_code

        thread = threading.Thread(target=first_call)
        thread.start()
        while thread.is_alive() and not apollo.sandbox.books()["log"]:
            pass
        # A connection of its own: the first one is busy.
        with requests.Session() as session:
            session.trust_env = False
            other = Caller(apollo.sandbox, session)
            statuses["second"] = enroll(other, second).status_code
            elsewhere = enroll(other, contacts("failed_elsewhere"), WINTER).status_code
        thread.join()
        again = enroll(apollo, second)

    assert statuses == {"first": 200, "second": 500}
    assert elsewhere == 200
    reason = "contacts_already_exists_in_current_campaign"
    assert again.json()["skipped_contact_ids"] == dict.fromkeys(second, reason)


def test_the_books_tell_who_was_enrolled_by_which_request(apollo):
    ids = contacts("ready")[:2]
    enroll(apollo, [*ids, *contacts("without_email")])

    effects = apollo.sandbox.books()["effects"]

    assert [(e["kind"], e["sequence"], e["contact"], e["request"]) for e in effects] == [
        ("enrolled", SPRING, ids[0], 1),
        ("enrolled", SPRING, ids[1], 1),
    ]
    assert {e["route"] for e in effects} == {
        "POST /emailer_campaigns/{sequence_id}/add_contact_ids"
    }


@pytest.mark.parametrize(("fault", "count"), [("500_after", 10), ("500_before", 0)])
def test_a_failed_call_has_enrolled_everybody_or_nobody(apollo, fault, count):
    apollo.sandbox.plot([{"route": "*", "on": [1], "fault": fault}])

    assert enroll(apollo, contacts("ready")).status_code == 500

    assert len(apollo.sandbox.books()["effects"]) == count
    assert len(enrolled(enroll(apollo, contacts("ready")))) == 10 - count


def test_enrollments_outlive_a_restart(tmp_path):
    world = tmp_path / "world.jsonl"
    ids = contacts("ready")
    with calling(persist=world) as first:
        enroll(first, ids)
        before = first.sandbox.books()["effects"]
    with calling(persist=world) as second:
        again = enroll(second, ids)
        after = second.sandbox.books()["effects"]

    assert after == before
    assert again.json()["contacts"] == []
    assert set(again.json()["skipped_contact_ids"]) == set(ids)


def test_strict_takes_every_parameter_that_apollo_knows():
    known = dict.fromkeys(FLAGS, True)
    with calling(strict=True) as apollo:
        good = enroll(apollo, contacts("ready")[:1], status="active", user_id=None, **known)
        bad = enroll(apollo, contacts("ready")[1:2], sequence_nonsense=True)

    assert good.status_code == 200
    assert (bad.status_code, bad.json()) == (422, {"error": "Invalid parameters"})
