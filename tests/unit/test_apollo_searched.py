"""A page of a search: what is taken of it, whether there is another, and whether it was understood."""

import json

import pytest

from apollo_batch.apollo.decode import decode
from apollo_batch.catalogue import paths
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.model import Arrival, Chunk, ChunkItem, Halt, Status

KEEP = {"Id": paths.parse("organization_id")}
ASKED = {"organization_locations": ["Germany"], "revenue_range": {"min": 1}}


def crumbs(*names):
    return [{"signal_field_name": name, "value": "x"} for name in names]


def read(records, total, *, page=1, most=None, saved=(), heard=("organization_locations",)):
    """Read one page of a search for companies; the settlement and its one verdict."""
    operation = OPERATIONS["organizations.search"]
    chunk = Chunk(1, 1, operation.name, "pages", {}, (ChunkItem(1, ASKED, page=page),), most)
    body = {
        "organizations": [{"id": f"c{number}"} for number in range(records)],
        "accounts": list(saved),
        "pagination": {"total_entries": total},
        "breadcrumbs": crumbs(*heard),
    }
    settlement = decode(operation, operation.routes[0], chunk, json.dumps(body).encode(), KEEP)
    return settlement, settlement.verdicts[0]


@pytest.mark.parametrize(
    ("page", "total", "most", "taken", "more"),
    [
        (1, 250, None, 100, True),
        (2, 200, None, 100, False),
        (1, 250, 250, 100, True),
        (3, 990, 250, 50, False),
        (500, 90_000, None, 100, False),
        (499, 90_000, None, 100, True),
    ],
)
def test_pages_go_on_to_the_limit_and_to_the_last_that_apollo_shows(page, total, most, taken, more):
    _, verdict = read(100, total, page=page, most=most)

    assert (len(verdict.records), verdict.more) == (taken, more)


def test_what_lies_beyond_the_ceiling_is_named():
    _, verdict = read(100, 90_000, page=500)

    assert verdict.note.startswith("50,000 taken of 90,000 that Apollo has.")
    assert "Ask in narrower pieces for the rest." in verdict.note


def test_companies_that_are_saved_already_are_told_by_the_companys_own_id():
    _, verdict = read(2, 3, saved=[{"id": "account", "organization_id": "company"}])

    assert [record["Id"] for record in verdict.records] == ["c0", "c1", "company"]


def test_a_filter_that_apollo_does_not_repeat_is_named_where_others_are():
    _, verdict = read(1, 1)

    assert verdict.status is Status.SUCCEEDED
    assert "Apollo does not repeat revenue_range: see that it was heard." in verdict.note


@pytest.mark.parametrize("heard", [(), ("q_organization_name",)])
def test_an_answer_that_repeats_nothing_that_was_asked_stops_the_run(heard):
    settlement, verdict = read(100, 250, heard=heard)

    assert (settlement.arrival, settlement.halt) == (Arrival.DONE, Halt.BUG)
    assert (verdict.status, verdict.reason) == (Status.FAILED, "search_misread")
    assert verdict.records is None
    assert settlement.derived == 1


def test_a_page_with_nothing_on_it_costs_nothing():
    settlement, verdict = read(0, 0)

    assert (settlement.derived, verdict.status) == (0, Status.NO_MATCH)
