"""What a lost request may have made: it is sent again only where it is shown not to be there."""

import json

import pytest

from apollo_batch.apollo.decode import decode
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.model import Chunk, ChunkItem, Leg, Status

CONTACT = "66e1a2b3c4d5e6f708192a3b"


def looked(name, params, key, total, *, again, shown=()):
    """The verdict on a row whose search shows these records and has so many in all; None: unsaid."""
    operation = OPERATIONS[name]
    course = (Leg("seek"), Leg(again))
    item = ChunkItem(1, params, course, since=1_700_000_000.0, looks=1)
    chunk = Chunk(1, 1, name, "seek", {}, (item,))
    page = {} if total is None else {"pagination": {"total_entries": total}}
    body = json.dumps({key: [*shown]} | page).encode()
    (verdict,) = decode(operation, operation.route("seek"), chunk, body, {}).verdicts
    return verdict


@pytest.mark.parametrize("total", [1, 2_317])
def test_where_apollo_does_not_show_all_it_has_a_task_is_in_doubt_and_not_made_again(total):
    params = {"contact_id": CONTACT, "type": "call"}

    verdict = looked("tasks.create", params, "tasks", total, again="bulk")

    assert (verdict.status, verdict.reason) == (Status.IN_DOUBT, "effect_unknown")
    assert f"{total:,} more records" in verdict.note
    assert not verdict.then


def test_where_apollo_shows_all_it_has_and_it_is_not_there_it_is_made_again():
    params = {"contact_id": CONTACT, "type": "call"}

    verdict = looked("tasks.create", params, "tasks", 0, again="bulk")

    assert [leg.route for leg in verdict.then] == ["bulk"]


@pytest.mark.parametrize(("again", "resent"), [("bulk", True), ("bulk create", False)])
def test_what_apollo_itself_keeps_from_being_made_twice_may_be_sent_again(again, resent):
    params = {"email": "ada@acme.example"}

    verdict = looked("contacts.create", params, "contacts", 5, again=again)

    assert bool(verdict.then) is resent
    assert (verdict.status is Status.IN_DOUBT) is not resent


@pytest.mark.parametrize(("shown", "resent"), [(99, True), (100, False)])
def test_a_full_page_that_does_not_count_may_not_be_all_there_is(shown, resent):
    params = {"name": "Autumn order"}
    others = [{"id": f"{n:024x}", "name": f"Order {n}"} for n in range(shown)]

    verdict = looked("deals.create", params, "opportunities", None, again="single", shown=others)

    assert bool(verdict.then) is resent
    assert (verdict.status is Status.IN_DOUBT) is not resent


@pytest.mark.parametrize("dated", [{}, {"created_at": None}, {"created_at": "yesterday"}])
def test_a_record_that_fits_and_does_not_say_since_when_leaves_it_in_doubt(dated):
    params = {"name": "Autumn order"}
    fitting = {"id": "7" * 24, "name": "Autumn order"} | dated

    verdict = looked("deals.create", params, "opportunities", 1, again="single", shown=[fitting])

    assert (verdict.status, verdict.reason) == (Status.IN_DOUBT, "effect_unknown")
    assert not verdict.then


def untold(params, *, again="bulk", shown=(), looks=0, times=1):
    """The verdict on a row of which an answer showed nothing, and its search shows these."""
    operation = OPERATIONS["contacts.create"]
    since = 1_700_000_000.0
    item = ChunkItem(1, params, (Leg("seek"), Leg(again)), since=since, looks=looks, untold=times)
    chunk = Chunk(1, 1, operation.name, "seek", {}, (item,))
    body = json.dumps({"contacts": [*shown], "pagination": {"total_entries": len(shown)}})
    (verdict,) = decode(operation, operation.route("seek"), chunk, body.encode(), {}).verdicts
    return verdict


def test_what_an_answer_did_not_show_is_found_by_its_address():
    shown = {"id": CONTACT, "email": "ada@acme.example", "created_at": "2026-01-01T00:00:00Z"}

    verdict = untold({"email": "ada@acme.example"}, shown=[shown])

    assert (verdict.status, verdict.found, verdict.made) == (Status.SUCCEEDED, CONTACT, True)
    assert verdict.note == "Apollo's answer did not show it; found by looking it up."


@pytest.mark.parametrize(
    ("again", "times", "resent"), [("bulk", 1, True), ("bulk", 2, False), ("bulk create", 1, False)]
)
def test_what_an_answer_did_not_show_is_sent_once_more_only_where_apollo_knows_it_again(
    again, times, resent
):
    verdict = untold({"email": "ada@acme.example"}, again=again, looks=1, times=times)

    assert (verdict.then == (Leg(again),)) is resent
    assert resent or (verdict.then[0].route, verdict.looks) == ("seek", 2)


def test_after_ten_free_looks_a_person_has_to():
    verdict = untold({"email": "ada@acme.example"}, again="bulk create", looks=9)

    assert (verdict.status, verdict.reason) == (Status.IN_DOUBT, "unconfirmed")
    assert "looked for 10 times" in verdict.note


def created(name, params, record):
    """The verdict on a row whose single request was answered with this record."""
    operation = OPERATIONS[name]
    route = operation.route("single")
    item = ChunkItem(1, params, (Leg("single", tuple(params)),))
    body = json.dumps({route.results_at: record}).encode()
    chunk = Chunk(1, 1, name, "single", {}, (item,))
    (verdict,) = decode(operation, route, chunk, body, {}).verdicts
    return verdict


ADA = {"email": "ada@acme.example", "first_name": "Ada", "last_name": "Hill"}


@pytest.mark.parametrize(
    ("name", "params", "record"),
    [
        ("contacts.create", ADA, ADA | {"email": "bob@acme.example"}),
        ("contacts.create", ADA, {"first_name": "Bob"}),
        ("contacts.create", ADA, {}),
        ("deals.create", {"name": "Pumps"}, {"name": "Valves"}),
        ("deals.create", {"name": "Pumps"}, {"amount": 100}),
        ("lists.create", {"name": "Fair", "modality": "contacts"}, {"modality": "contacts"}),
    ],
)
def test_an_answer_that_shows_nothing_of_a_row_gives_it_no_id_and_has_it_looked_for(
    name, params, record
):
    verdict = created(name, params, {"id": CONTACT} | record)

    assert (verdict.found, verdict.made, verdict.untold) == (None, False, True)
    assert [leg.route for leg in verdict.then] == ["seek", "single"]


@pytest.mark.parametrize(
    ("name", "params", "more"),
    [
        ("contacts.create", ADA, {"first_name": "Adaline"}),
        ("deals.create", {"name": "Pumps", "account_id": "6c" * 12}, {"account_id": "6d" * 12}),
        ("tasks.create", {"contact_id": CONTACT, "note": "Ask."}, {"note": "<p>Ask.</p>"}),
    ],
)
def test_what_apollo_completes_or_spells_otherwise_does_not_make_a_record_another_s(
    name, params, more
):
    verdict = created(name, params, {"id": "6e" * 12} | params | more)

    assert (verdict.found, verdict.made) == ("6e" * 12, True)


def test_a_row_that_no_search_can_tell_is_left_to_a_person_at_once():
    operation = OPERATIONS["contacts.create"]
    params = {"linkedin_url": "http://www.linkedin.com/in/ada"}
    chunk = Chunk(1, 1, operation.name, "bulk", {}, (ChunkItem(1, params, (Leg("bulk"),)),))
    nothing = json.dumps({"created_contacts": [], "existing_contacts": []}).encode()

    (verdict,) = decode(operation, operation.route("bulk"), chunk, nothing, {}).verdicts

    assert (verdict.status, verdict.reason) == (Status.IN_DOUBT, "unconfirmed")
