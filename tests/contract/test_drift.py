"""Apollo's answers, changed in one place each: nothing crashes, nothing wrong is told, doubt stays doubt.

Set APOLLO_REFERENCE to a folder that holds Apollo's OpenAPI document, apollo-openapi.json.
"""

import json
import random
import re
import zlib
from decimal import Decimal

import apollo_document
import pytest
from mutations import WAYS, places, spoilt
from sandbox_caller import calling
from test_catalogue import answers_of

from apollo_batch.apollo.client import Client
from apollo_batch.apollo.decode import decode
from apollo_batch.apollo.kept import kept
from apollo_batch.apollo.wire import Wire
from apollo_batch.catalogue.entry import Act, Pairing
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.catalogue.paths import parse, pick
from apollo_batch.model import Arrival, Chunk, ChunkItem, Leg, Status
from apollo_batch.sandbox.world import World
from apollo_batch.settings import Credential, Secret

ROUTES = [(operation, route) for operation in OPERATIONS.values() for route in operation.routes]
EACH = 25
"""Mutations of one answer, drawn from all there are."""
NOBODY = "ffffffffffffffffffffffff"
WORLD = World(42)
WORD = re.compile(r"\{\w+\}")
# What is written of a row that nothing was guessed of.
UNSURE = {Status.IN_DOUBT, Status.PENDING}


def documented():
    """Every answer that Apollo's document prints to what a job may ask, with who asked."""
    document = apollo_document.read()
    if document is None:
        return [None]
    told = {
        (method.upper(), WORD.sub("{}", path)): each
        for path, methods in document["paths"].items()
        for method, each in methods.items()
    }
    found = {}
    for operation, route in ROUTES:
        printed, _ = answers_of(told[route.method, WORD.sub("{}", route.path)])
        for number, answer in enumerate(printed):
            whole = json.loads(json.dumps(answer), parse_float=Decimal)
            if isinstance(whole, list):
                whole = {"": whole}
            if "entity_progress_job" not in whole:  # it is asked for by nobody
                found[f"{operation.name} {route.name} {number}"] = (operation, route, whole)
    return [pytest.param(one, id=name) for name, one in found.items()]


def records_of(route, data):
    found = data.get(route.results_at)
    there = data.get(route.existing_at) if route.existing_at else None
    return [*([found] if isinstance(found, dict) else found or ()), *(there or ())]


def asking(operation, route, data):
    """The chunk that would have brought these records."""
    records = [record for record in records_of(route, data) if isinstance(record, dict)]
    if route.pairing in {Pairing.MANY, Pairing.NONE, Pairing.SOUGHT, Pairing.MEMBER}:
        records = records[:1] or [{}]
    items = []
    for number, record in enumerate(records or [{}], 1):
        params = {
            name: text
            for name, (field, *_) in operation.identity.items()
            if (text := pick(record, parse(field)))
        }
        needed = {*route.needs, *(name for names in operation.subject for name in names)}
        params |= {name: params.get(name, NOBODY) for name in needed}
        looked = route.pairing in {Pairing.SOUGHT, Pairing.MEMBER}
        course = (Leg(route.name), Leg(operation.routes[0].name)) if looked else (Leg(route.name),)
        items.append(ChunkItem(number, params, course, since=0.0 if looked else None))
    return Chunk(1, 1, operation.name, route.name, {}, tuple(items))


def keep_of(operation, route):
    """Columns for every field that the route answers."""
    return {name: parse(name) for name in sorted(operation.fields) if route.holds(name)}


def read(operation, route, chunk, data):
    plain = data[""] if set(data) == {""} else data
    body = json.dumps(plain, default=float).encode()
    return decode(operation, route, chunk, body, keep_of(operation, route))


def essential(operation, route, change):
    """Whether what was changed is part of the least that is needed to read an answer."""
    first, *rest = change.where
    if first != route.results_at:
        return False
    if not rest:
        # How a look-up of one says that there is none.
        miss = operation.act is Act.LOOK_UP and route.cap == 1
        return not (miss and (change.way == "null" or not change.data))
    if route.pairing is Pairing.NONE:
        return False  # what is listed there is not read
    in_list = isinstance(rest[0], int)
    if len(rest) == 1 and in_list:
        # Of what is listed there may be less; `null` is how a look-up says that it found nothing.
        return change.way in {"retype", "nest", "rename"}
    named = rest[-1] == "id" and "id" in operation.fields
    listed = operation.act is Act.LOOK_UP and operation.substance != ("id",)
    return named and not listed and change.way in {"drop", "rename", "null"}


def see(operation, route, chunk, own, change):
    """Read a changed answer and see that it was read rightly, or not at all.

    `own` are the records of the rows, as the oracle knows them.
    """
    settlement = read(operation, route, chunk, change.data)
    assert settlement.arrival in {Arrival.DONE, Arrival.UNKNOWN}
    for verdict in settlement.verdicts:
        for column, text in verdict.kept.items():
            if column not in change.where:
                assert text in {"", *kept(own[verdict.item], {column: parse(column)}).values()}
    if essential(operation, route, change):
        ended = {v.status for v in settlement.verdicts if not v.then}
        assert settlement.missing or ended <= UNSURE
        assert not ended & {Status.FAILED, Status.NO_MATCH}
    if change.way == "rename" and not isinstance(change.where[-1], int):
        named = [name for name in settlement.unknown if f"new_{change.where[-1]}" in name]
        assert named
    return settlement


def drawn(route, whole, seed):
    """Draw changes of an answer: all of its outermost keys, and of what is within them."""
    everywhere = list(places(whole, route.results_at, route.existing_at))
    outer = [(where, way) for where in everywhere if len(where) == 1 for way in WAYS]
    inner = [(where, way) for where in everywhere if len(where) > 1 for way in WAYS]
    dice = random.Random(seed)
    chosen = dice.sample(outer, min(len(outer), EACH)) + dice.sample(inner, min(len(inner), EACH))
    return [spoilt(whole, where, way) for where, way in chosen if where != ("",) or way != "rename"]


@pytest.mark.parametrize("answer", documented())
def test_a_documented_answer_that_has_changed_is_read_rightly_or_not_at_all(answer):
    if answer is None:
        pytest.skip("APOLLO_REFERENCE names no folder with Apollo's OpenAPI document")
    operation, route, whole = answer
    chunk = asking(operation, route, whole)

    told = read(operation, route, chunk, whole)
    assert (told.missing, told.unknown) == ("", {})
    own = dict(enumerate(filter(None, records_of(route, whole)), 1))
    for change in drawn(route, whole, seed=operation.name):
        see(operation, route, chunk, own, change)


def test_the_documented_answers_are_changed_in_hundreds_of_ways():
    answers = [one.values[0] for one in documented() if one is not None]
    if not answers:
        pytest.skip("APOLLO_REFERENCE names no folder with Apollo's OpenAPI document")

    counted = sum(len(drawn(route, whole, seed=op.name)) for op, route, whole in answers)

    assert counted >= 400


PEOPLE = [WORLD.person(number) for number in (100, 101, 102)]
SAVED = [person for person in WORLD.people() if person.contact_id][:3]
MADE_UP = [
    {"email": f"ada.moss{n}@brook.example", "first_name": "Ada", "last_name": f"Moss{n}"}
    for n in range(3)
]
ASKED = {
    "people.enrich bulk": [{"email": person.email} for person in PEOPLE],
    "people.enrich single": [{"email": PEOPLE[0].email}],
    "people.get single": [{"id": PEOPLE[0].id}],
    "organizations.enrich bulk": [{"domain": person.domain} for person in PEOPLE],
    "organizations.enrich single": [{"domain": PEOPLE[0].domain}],
    "people.search pages": [{"person_titles": [PEOPLE[0].title]}],
    "organizations.search pages": [{"q_organization_name": "a"}],
    "contacts.create bulk": MADE_UP,
    "contacts.create single": MADE_UP[:1],
    "contacts.create seek": [{"email": SAVED[0].email}],
    "contacts.update bulk": [{"contact_id": who.contact_id, "title": "Buyer"} for who in SAVED],
    "contacts.update single": [{"contact_id": SAVED[0].contact_id, "title": "Buyer"}],
    "contacts.get single": [{"contact_id": SAVED[0].contact_id}],
    "contacts.search pages": [{"q_keywords": SAVED[0].last_name}],
    "accounts.create bulk": [{"name": f"Brook {n}", "domain": f"b{n}.example"} for n in range(3)],
    "deals.create single": [{"name": "A fleet of vans"}],
    "tasks.create bulk": [
        {
            "contact_id": w.contact_id,
            "user_id": WORLD.id_of("user", 1),
            "type": "call",
            "status": "scheduled",
            "due_at": "2027-01-01T09:00:00Z",
        }
        for w in SAVED
    ],
    "lists.create single": [{"name": "Spring", "modality": "contacts"}],
    "sequences.search pages": [{"q_name": "Spring"}],
}


@pytest.fixture(scope="module")
def wire():
    with calling(profile="unlimited") as caller:
        key = Credential(Secret(caller.sandbox.key), "a test")
        yield Wire(Client(caller.sandbox.base_url, key, {}), lambda _: None)


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_of_the_sandbox_that_has_changed_is_read_rightly_or_not_at_all(wire, name):
    operation = OPERATIONS[name.split()[0]]
    route = operation.route(name.split()[1])
    looked = route.pairing is Pairing.SOUGHT

    def course(params):
        leg = Leg(route.name, tuple(params))
        return (leg, Leg("bulk")) if looked else (leg,)

    items = [
        ChunkItem(number, params, course(params), since=0.0 if looked else None)
        for number, params in enumerate(ASKED[name], 1)
    ]
    chunk = Chunk(1, 1, operation.name, route.name, {}, tuple(items))

    answer = wire.send(operation, route, chunk, {})
    whole = json.loads(zlib.decompress(answer.body), parse_float=Decimal)
    told = read(operation, route, chunk, whole)

    assert records_of(route, whole), whole
    assert (told.arrival, told.missing, told.unknown) == (Arrival.DONE, "", {})
    records = [record for record in records_of(route, whole) if record]
    # What a row says first is said of no other.
    own = {
        item.id: next((r for r in records if first in r.values()), records[0])
        for item in items
        for first in [next(iter(item.params.values()))]
    }
    for change in drawn(route, whole, seed=name):
        see(operation, route, chunk, own, change)
