"""Answers to what writes, however mangled: no row gets another row's id, and nothing crashes."""

import json
from dataclasses import replace

import pytest
import tally
from hypothesis import given, settings
from hypothesis import strategies as st

from apollo_batch.apollo.decode import decode
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.model import Arrival, Chunk, ChunkItem, Leg, Status

SENT_AT = 1_780_000_000.0
MADE_AT = "2026-05-29T00:00:00.000Z"  # after it was sent
SEQUENCE = f"{7:024x}"
# Operation, route, and whether it is looked for after a loss.
ANSWERS = (
    ("contacts.create", "bulk", False),
    ("contacts.create", "bulk create", False),
    ("contacts.create", "single", False),
    ("contacts.create", "seek", True),
    ("contacts.update", "bulk", False),
    ("contacts.update", "single", False),
    ("contacts.update", "stages", False),
    ("contacts.update", "owners", False),
    ("accounts.create", "bulk", False),
    ("accounts.create", "bulk upsert", False),
    ("accounts.update", "bulk", False),
    ("accounts.create", "seek", True),
    ("deals.create", "single", False),
    ("deals.create", "seek", True),
    ("tasks.create", "bulk", False),
    ("tasks.create", "single", False),
    ("tasks.create", "seek", True),
    ("lists.create", "single", False),
    ("lists.create", "seek", True),
    ("sequences.remove", "bulk", False),
    ("sequences.enroll", "add", False),
    ("sequences.enroll", "confirm", True),
)
EXAMPLES = max(220, settings.default.max_examples)
JUNK = st.sampled_from([None, 0, True, "x", [], {}, [None], {"id": None}, {"id": 5}])


def number(n):
    return f"{n:024x}"


def asked(name, n):
    """What a row says."""
    table, _, act = name.partition(".")
    if table == "lists":
        return {"name": f"List {n}", "modality": "contacts"}
    if name == "accounts.update":
        return {"account_id": number(n), "name": f"Firm {n}"}
    if table == "sequences":
        return {"contact_id": number(n), "sequence_id": SEQUENCE}
    if table == "tasks":
        return {"contact_id": number(n), "type": "call"}
    if act == "update":
        return {"contact_id": number(n), "title": f"Buyer {n}"}
    if table == "contacts":
        return {"email": f"n{n}@one.example", "first_name": f"N{n}", "last_name": f"C{n}"}
    if table == "accounts":
        return {"domain": f"n{n}.example", "name": f"Firm {n}"}
    return {"name": f"Deal {n}"}


def record(name, n):
    """What Apollo makes of it."""
    about = {**asked(name, n), "id": number(n), "created_at": MADE_AT}
    return about | {"emailer_campaign_ids": [SEQUENCE]}


def confuse(draw, name, records, count):
    """Exchange what two rows' records say in one field, or give both one id."""
    known = [record(name, n) for n in range(1, count + 1)]
    whole = [one for one in records if one in known]
    one, other = (whole * 2)[:2] if whole else ({}, {})
    if one and other and one is not other and draw(st.booleans()):
        field = draw(st.sampled_from(sorted(OPERATIONS[name].identity.keys() & one.keys())))
        one[field], other[field] = other[field], one[field]
    elif one and other and draw(st.booleans()):
        other["id"] = one["id"]


@st.composite
def mangled(draw, name, route, count):
    """Records of these rows and of strangers, some of them spoilt, in any order."""
    numbers = draw(st.lists(st.integers(1, count + 3), max_size=count + 3))
    records = [record(name, n) for n in numbers]
    for one in records:
        for field in draw(st.lists(st.sampled_from(sorted(one)), max_size=2)):
            if field in one and draw(st.booleans()):
                del one[field]
            elif field != "id":
                one[field] = draw(JUNK)
    if name in {"contacts.create", "accounts.create"} and count > 1:
        confuse(draw, name, records, count)
    records += draw(st.lists(JUNK, max_size=2))
    records = draw(st.permutations(records))
    if route.cap == 1 and route.name != "seek":
        whole = {route.results_at: records[0] if records else None}
    else:
        cut = draw(st.integers(0, len(records)))
        whole = {route.results_at: records[:cut], (route.existing_at or "other"): records[cut:]}
    if draw(st.integers(0, 5)) == 0:
        whole[route.results_at] = draw(JUNK)
    if route.name == "add":
        whole["skipped_contact_ids"] = draw(
            st.one_of(JUNK, st.lists(st.integers(1, count).map(number), max_size=2))
        )
    return whole


@pytest.mark.parametrize(("name", "way", "lost"), ANSWERS)
def test_no_mangled_answer_gives_a_row_what_is_not_its_own(name, way, lost):
    operation = OPERATIONS[name]
    route = operation.route(way)
    count = 1 if way in {"single", "seek", "confirm"} else 4
    legs = (Leg(way), *([Leg(operation.routes[0].name)] if lost else []))

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(data=st.data())
    def mangle(data):
        whole = data.draw(mangled(name, route, count))
        tally.count(tally.MUTATIONS)
        items = tuple(
            ChunkItem(n, asked(name, n), legs, since=SENT_AT if lost else None)
            for n in range(1, count + 1)
        )
        chunk = Chunk(1, 1, name, way, {}, items)
        ended = decode(operation, route, chunk, json.dumps(whole).encode(), {})
        assert ended.arrival in {Arrival.DONE, Arrival.UNKNOWN}
        if ended.arrival is Arrival.UNKNOWN:
            assert not ended.verdicts
            return
        assert [verdict.item for verdict in ended.verdicts] == list(range(1, count + 1))
        for verdict in ended.verdicts:
            assert verdict.found in {None, number(verdict.item)}, whole
            assert not verdict.made or verdict.found
            own = {None, number(verdict.item)}
            assert {way.found for way in verdict.instead} <= own, whole

    mangle()


@pytest.mark.parametrize("found", [None, {}, "x"])
def test_what_is_no_list_is_no_proof_that_nothing_was_made(found):
    operation = OPERATIONS["deals.create"]
    route = operation.route("seek")
    item = ChunkItem(1, asked("deals.create", 1), (Leg("seek"), Leg("single")), since=SENT_AT)
    chunk = Chunk(1, 1, "deals.create", "seek", {}, (replace(item, looks=1),))

    ended = decode(operation, route, chunk, json.dumps({"opportunities": found}).encode(), {})

    again = [verdict for verdict in ended.verdicts if verdict.then]
    assert not again, "it would be sent once more"


def test_another_contact_s_record_confirms_nobody_s_enrollment():
    operation = OPERATIONS["sequences.enroll"]
    item = ChunkItem(1, asked("sequences.enroll", 1), (Leg("confirm"), Leg("add")), since=SENT_AT)
    chunk = Chunk(1, 1, "sequences.enroll", "confirm", {}, (item,))
    other = {"contact": record("sequences.enroll", 2)}

    ended = decode(operation, operation.route("confirm"), chunk, json.dumps(other).encode(), {})

    assert [(v.status, v.made, v.then) for v in ended.verdicts] == [(Status.IN_DOUBT, False, ())]
