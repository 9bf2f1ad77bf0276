"""What Apollo says of whom it enrolled: five shapes of the same answer, and one that says nothing."""

import pytest

from apollo_batch.apollo.enrolled import enrolled, member
from apollo_batch.catalogue.paths import parse
from apollo_batch.catalogue.sequences import ENROLL
from apollo_batch.model import Chunk, ChunkItem, Leg, Status
from apollo_batch.skips import ENROLLMENT_CODES

SEQUENCE, OTHER = "5" * 24, "6" * 24
IN, OUT = "a" * 24, "b" * 24
NO_EMAIL = "contacts_without_email"
KEEP = {"E-mail": parse("email")}


def item(number, contact, **known):
    params = {"contact_id": contact, "sequence_id": SEQUENCE}
    return ChunkItem(number, params, (Leg("add"),), **known)


def chunk(*items, route="add"):
    return Chunk(1, 1, ENROLL.name, route, {}, items)


def record(number=IN, **standing):
    status = {"emailer_campaign_id": SEQUENCE, "status": "active"} | standing
    return {"id": number, "email": "ada@acme.example", "contact_campaign_statuses": [status]}


def ends(data, *items):
    verdicts = enrolled(chunk(*(items or (item(1, IN), item(2, OUT)))), data, KEEP)
    return [(v.status, v.reason, v.then) for v in verdicts]


DONE = (Status.SUCCEEDED, "enrolled", ())
LEFT_OUT = (Status.SKIPPED, NO_EMAIL, ())
WORDLESS = (Status.SKIPPED, "apollo:left out without a word", ())
OPEN = (Status.SUCCEEDED, "", (Leg("confirm"),))


@pytest.mark.parametrize(
    ("skips", "second"),
    [
        ({OUT: NO_EMAIL}, LEFT_OUT),
        ({NO_EMAIL: [OUT]}, LEFT_OUT),
        ({NO_EMAIL: [{"id": OUT}], "contacts_with_job_change": []}, LEFT_OUT),
        ([OUT], WORDLESS),
        ([{"id": OUT}], WORDLESS),
        ([], OPEN),
        ({}, OPEN),
        (None, OPEN),
        ("nonsense", OPEN),
    ],
)
def test_whoever_was_left_out_is_read_from_any_shape(skips, second):
    assert ends({"contacts": [record()], "skipped_contact_ids": skips}) == [DONE, second]


def test_an_answer_without_any_skips_leaves_the_others_open():
    assert ends({"contacts": [record()]}) == [DONE, OPEN]


def test_contacts_may_come_in_two_lists_of_their_own():
    both = {"added": [record()], "skipped": [{"id": OUT}]}

    assert ends({"contacts": both}) == [DONE, WORDLESS]
    assert ends({"contacts": both, "skipped_contact_ids": {OUT: NO_EMAIL}}) == [DONE, LEFT_OUT]


def test_contacts_may_come_as_bare_ids():
    assert ends({"contacts": [IN], "skipped_contact_ids": [OUT]}) == [DONE, WORDLESS]


@pytest.mark.parametrize("contacts", [None, {}, [], "loading", [None, 3, {}, {"id": None}]])
def test_an_answer_that_names_nobody_is_no_sign_that_anybody_is_in(contacts):
    assert ends({"contacts": contacts, "skipped_contact_ids": None}) == [OPEN, OPEN]


@pytest.mark.parametrize("code", sorted(ENROLLMENT_CODES))
def test_every_code_of_apollos_stays_as_it_is(code):
    assert ends({"skipped_contact_ids": {OUT: code}})[1] == (Status.SKIPPED, code, ())


def test_a_code_nobody_knows_yet_is_passed_on_as_apollos():
    assert ends({"skipped_contact_ids": {OUT: "contacts_asleep"}})[1] == (
        Status.SKIPPED,
        "apollo:contacts_asleep",
        (),
    )


def test_who_is_there_already_after_a_request_of_ours_was_lost_was_added_by_it():
    there = {OUT: "contacts_already_exists_in_current_campaign"}

    (verdict,) = enrolled(chunk(item(1, OUT, since=1.0)), {"skipped_contact_ids": there}, KEEP)

    assert (verdict.status, verdict.reason, verdict.made) == (Status.SUCCEEDED, "enrolled", True)


def test_what_was_enrolled_is_made_and_its_columns_are_kept():
    (verdict, _) = enrolled(chunk(item(1, IN), item(2, OUT)), {"contacts": [record()]}, KEEP)

    assert verdict.made
    assert verdict.found == IN
    assert verdict.kept == {"E-mail": "ada@acme.example"}


@pytest.mark.parametrize(
    ("standing", "note"),
    [
        ({"status": "paused", "inactive_reason": "Sequence inactive"}, "sequence is inactive"),
        ({"status": "paused", "auto_unpause_at": "2026-12-07"}, "Paused until 2026-12-07."),
        ({}, ""),
        ({"emailer_campaign_id": OTHER, "inactive_reason": "Sequence inactive"}, ""),
    ],
)
def test_how_the_contact_stands_in_this_sequence_is_noted(standing, note):
    (verdict,) = enrolled(chunk(item(1, IN)), {"contacts": [record(**standing)]}, KEEP)

    assert verdict.note.startswith(note) or note in verdict.note
    assert bool(verdict.note) == bool(note)


def confirmed(contact, **known):
    (verdict,) = member(chunk(item(1, IN, **known), route="confirm"), {"contact": contact}, KEEP)
    return verdict


@pytest.mark.parametrize(
    "contact", [record(), {"id": IN, "emailer_campaign_ids": [OTHER, SEQUENCE]}]
)
def test_the_record_of_a_contact_shows_that_it_is_in(contact):
    verdict = confirmed(contact)

    assert (verdict.status, verdict.reason, verdict.made) == (Status.SUCCEEDED, "enrolled", True)


@pytest.mark.parametrize(
    "contact",
    [None, {}, {"id": IN, "emailer_campaign_ids": [OTHER]}, record(emailer_campaign_id=OTHER)],
)
def test_a_record_that_does_not_show_it_leaves_it_in_doubt(contact):
    verdict = confirmed(contact)

    assert (verdict.status, verdict.reason, verdict.made) == (
        Status.IN_DOUBT,
        "unconfirmed",
        False,
    )


def test_after_a_lost_request_it_is_looked_for_twice_before_it_is_sent_again():
    course = (Leg("confirm"), Leg("add"))
    params = {"contact_id": IN, "sequence_id": SEQUENCE}
    first, second = (
        member(
            chunk(ChunkItem(1, params, course, since=1.0, looks=looks), route="confirm"),
            {"contact": {"id": IN}},
            KEEP,
        )[0]
        for looks in (0, 1)
    )

    assert (first.then, first.looks) == (course, 1)
    assert (second.then, second.looks) == (course[1:], 0)


def test_after_a_lost_request_and_the_next_a_contact_that_neither_shows_is_in_doubt():
    (again,) = enrolled(chunk(item(1, IN, since=1.0)), {"contacts": []}, KEEP)
    confirm = ChunkItem(1, item(1, IN).params, again.then, since=1.0, looks=1)

    (verdict,) = member(chunk(confirm, route="confirm"), {"contact": {"id": IN}}, KEEP)

    assert (verdict.status, verdict.reason) == (Status.IN_DOUBT, "unconfirmed")


def test_whoever_is_left_out_without_a_word_after_a_lost_request_is_looked_up():
    (verdict,) = enrolled(chunk(item(1, IN, since=1.0)), {"skipped_contact_ids": [IN]}, KEEP)

    assert verdict.then == (Leg("confirm"),)
