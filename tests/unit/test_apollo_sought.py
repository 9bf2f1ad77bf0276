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
