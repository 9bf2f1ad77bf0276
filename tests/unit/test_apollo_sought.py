"""What a lost request may have made: it is sent again only where it is shown not to be there."""

import json

import pytest

from apollo_batch.apollo.decode import decode
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.model import Chunk, ChunkItem, Leg, Status

CONTACT = "66e1a2b3c4d5e6f708192a3b"


def looked(name, params, key, total, *, again):
    """The verdict on a row whose search shows nothing of it and has so many records in all."""
    operation = OPERATIONS[name]
    course = (Leg("seek"), Leg(again))
    item = ChunkItem(1, params, course, since=1_700_000_000.0, looks=1)
    chunk = Chunk(1, 1, name, "seek", {}, (item,))
    body = json.dumps({key: [], "pagination": {"total_entries": total}}).encode()
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
