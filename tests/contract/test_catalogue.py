"""The catalogue against the sandbox, and both against Apollo's own document.

Set APOLLO_REFERENCE to a folder that holds Apollo's OpenAPI document, apollo-openapi.json.
"""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from sandbox_caller import calling

from apollo_batch.apollo.late import Asked, read_late
from apollo_batch.catalogue.addresses import ADDRESSES
from apollo_batch.catalogue.entry import Act, Pairing
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.model import CAME, Late
from apollo_batch.sandbox.rules import RULES
from apollo_batch.sandbox.world import World

PAPER = Path(__file__).parents[2] / "docs/operations.md"
WORD = re.compile(r"\{\w+\}")
NOBODY = "ffffffffffffffffffffffff"
ROUTES = [
    pytest.param(operation, route, id=f"{operation.name} {route.name}")
    for operation in OPERATIONS.values()
    for route in operation.routes
]
ADDRESS_OF = {(a.method, a.path): name for name, a in ADDRESSES.items()}
# What Apollo's document leaves out and its own clients send all the same.
UNDOCUMENTED = {
    "people.search": {
        "q_organization_keyword_tags",
        "q_organization_name",
        "latest_funding_amount_range",
        "total_funding_range",
    },
    "contacts.create": {"linkedin_url", "owner_id"},  # its rules of matching name them
    "contacts.update": {"linkedin_url"},
    "deals.list": {"q_opportunity_name"},
    "tasks.search": {"contact_id"},
}
# Addresses that are on a page of Apollo's, and not in its document.
ON_A_PAGE = {"auth.health"}


@pytest.fixture(scope="module")
def documented(paths):
    """Method and path, whatever its words are called, to what the document says of it."""
    return {
        (method.upper(), WORD.sub("{}", path)): told
        for path, methods in paths.items()
        for method, told in methods.items()
    }


@pytest.fixture(scope="module")
def apollo():
    with calling(profile="unlimited", strict=True) as caller:
        yield caller


def properties(schema):
    """The keys of an object, those of its alternatives too."""
    found = dict(schema.get("properties", {}))
    for way in ("oneOf", "anyOf", "allOf"):
        for each in schema.get(way, ()):
            found |= properties(each)
    return found


def body_of(told):
    content = told.get("requestBody", {}).get("content", {})
    return properties(content.get("application/json", {}).get("schema", {}))


def answers_of(told):
    """The answers that the document prints, as objects, and the keys that its schema has."""
    content = told["responses"]["200"]["content"]["application/json"]
    printed = []
    for example in content.get("examples", {}).values():
        value = example["value"]
        if isinstance(value, str):
            # One ends in "0" instead of "}", another has a comma too many.
            value = json.loads(re.sub(r"}\s*0$", "}}", re.sub(r",(\s*])", r"\1", value)))
        printed.append(value)
    return printed, properties(content.get("schema", {}))


def on_the_wire(operation, route):
    """What the requests of a route may say, by the names that Apollo knows."""
    said = set(route.fixed)
    if route.pairing.looks_for_effects:
        return said | {wire for _, wire in route.sought_by}
    for param in operation.params:
        alone = param.option and not route.only_after
        if alone or (param.in_map and route.takes(param.name)) or param.name in route.needs:
            said.add(route.shared.get(param.name) or route.renames.get(param.name, param.name))
    return said - {*re.findall(r"\{(\w+)\}", route.path), route.ids_only}


def test_the_results_that_the_document_prints_are_read_as_what_they_are(documented):
    printed, _ = answers_of(documented["GET", "/webhook_result/{}"])
    phones, waterfall = ({"reveal_phone_number": True}, {"run_waterfall_email": True})

    told = []
    for body, options in zip(printed, (phones, waterfall), strict=True):
        people = [{"id": one["id"]} for one in body["webhook_result"]["people"]]
        answer = json.dumps({"matches": people}).encode()
        bulk = ENRICH_PEOPLE.route("bulk")
        asked = Asked(ENRICH_PEOPLE, bulk, options, body["request_id"], answer)
        told.append(read_late(asked, 200, json.dumps(body).encode()).late)

    # It states 1 for a phone that costs 8, and 0 for a waterfall that brought an address.
    assert told == [Late(CAME, derived=Decimal(8)), Late(CAME)]


@pytest.mark.parametrize("name", ADDRESSES)
def test_every_address_is_in_the_document_and_answered_by_the_sandbox(documented, name):
    address = ADDRESSES[name]

    there = (address.method, WORD.sub("{}", address.path)) in documented
    assert there or name in ON_A_PAGE
    assert RULES[name].scope == address.scope
    assert RULES[name].rate_class == address.rate_class


@pytest.mark.parametrize(("operation", "route"), ROUTES)
def test_what_is_sent_is_what_the_document_knows(documented, operation, route):
    told = documented[route.method, WORD.sub("{}", route.path)]
    query = {re.sub(r"\[.*", "", one["name"]) for one in told.get("parameters", ())}
    body = body_of(told)
    listed = body.get(route.items_at or "", {}).get("items", {})

    known = query | body.keys() | properties(listed).keys()
    unknown = on_the_wire(operation, route) - known
    assert unknown <= UNDOCUMENTED.get(ADDRESS_OF[route.method, route.path], set())
    assert route.items_at is None or route.items_at in known
    if operation.paging and operation.paging.per_page:
        assert {"per_page"} <= known
        assert ("page" in known) == operation.paging.numbered


@pytest.mark.parametrize(("operation", "route"), ROUTES)
def test_what_is_sent_is_what_the_sandbox_knows(operation, route):
    rule = RULES[ADDRESS_OF[route.method, route.path]]
    known = set(rule.takes)
    for names in rule.lists.values():
        known |= names

    assert on_the_wire(operation, route) <= known
    assert route.items_at is None or route.items_at in rule.takes
    paid = operation.price.base > 0 and not operation.act.writes
    assert rule.paid == paid


@pytest.mark.parametrize(("operation", "route"), ROUTES)
def test_a_request_holds_no_more_than_the_document_says(documented, operation, route):
    listed = body_of(documented[route.method, WORD.sub("{}", route.path)]).get(route.items_at, {})
    says = re.search(r"(?:up to|maximum) (\d+) ", listed.get("description", ""))

    most = listed.get("maxItems") or (int(says[1]) if says else None)
    assert route.items_at or route.cap == 1
    assert most is None or route.cap == most


@pytest.mark.parametrize(("operation", "route"), ROUTES)
def test_the_keys_that_are_read_of_an_answer_are_of_the_kind_they_are_taken_for(
    documented, operation, route
):
    printed, schema = answers_of(documented[route.method, WORD.sub("{}", route.path)])
    read = {key: kind for key, kind in kinds_read(operation, route).items() if key}

    known = schema.keys() | {k for one in printed if isinstance(one, dict) for k in one}
    assert read.keys() - known == set()
    for answer in printed:
        wrong = {
            key: type(answer[key]).__name__
            for key, kind in read.items()
            if isinstance(answer, dict) and answer.get(key) is not None
            if not isinstance(answer[key], kind)
        }
        assert wrong == {}


def kinds_read(operation, route):
    """Which keys of an answer the product reads, and what it takes them for."""
    one = route.pairing in {Pairing.SOLE, Pairing.MEMBER, Pairing.STANDING}
    read = {
        route.results_at: dict if one else list,
        route.existing_at: list,
        route.credits_at: (int, float),
        route.charged_at: int,
    }
    if operation.act is Act.SEARCH and operation.paging.total_at:
        read[operation.paging.total_at] = dict
    if route.echoes:
        read["breadcrumbs"] = list
    return read


@pytest.mark.parametrize(
    ("operation", "route"),
    [
        each
        for each in ROUTES
        if each.values[1].cap > 1 and each.values[1].items_at not in {"entity_ids"}
    ],
)
def test_the_sandbox_takes_a_full_request(apollo, operation, route):
    full = [full_item(operation, route, number) for number in range(route.cap)]
    shared = {"run_dedupe": True} if "run_dedupe" in route.fixed else {}
    path = WORD.sub(NOBODY, route.path)
    if route.items_in.value == "query":
        query = {f"{route.items_at}[]": full} | needed_shared(route)
        reply = apollo.post(path, **query)
    else:
        reply = apollo.post(path, {route.items_at: full, **needed_shared(route), **shared})

    assert "Per page" not in reply.text
    assert not re.search(r"maximum|at most|too many", reply.text, re.IGNORECASE), reply.text
    assert reply.json().get("error") != "Invalid parameters", reply.text


def full_item(operation, route, number):
    """One of the items of a full request: somebody else each time."""
    who = World(42).person(200 + number)
    if route.ids_only:
        return who.id
    if "email" in on_the_wire(operation, route):
        return {"email": who.email or f"n{number}@unheard-of.example"}
    if "domain" in on_the_wire(operation, route):
        return {"domain": who.domain}
    return {"id": who.id}


def needed_shared(route):
    """What stands in a request beside its items."""
    return {
        wire: [NOBODY] if wire.endswith("_ids") else NOBODY
        for wire in route.shared.values()
        if wire not in {"append_label_names", "status", "auto_unpause_at"}
        if not wire.startswith(("due_", "type", "priority", "mode", "note", "send_email_from_em"))
    }


def test_one_item_more_than_a_bulk_request_holds_is_refused(apollo):
    people = [{"id": World(42).person(n).id} for n in range(11)]
    contacts = [{"email": f"n{n}@unheard-of.example"} for n in range(101)]
    accounts = [{"domain": f"n{n}.example"} for n in range(101)]

    assert apollo.post("/people/bulk_match", {"details": people}).status_code in {400, 422}
    assert apollo.post("/contacts/bulk_create", {"contacts": contacts}).status_code in {400, 422}
    assert apollo.post("/accounts/bulk_create", {"accounts": accounts}).status_code in {400, 422}


@pytest.mark.parametrize(
    "operation",
    [
        o
        for o in OPERATIONS.values()
        if o.act is Act.SEARCH and o.paging.per_page and o.paging.numbered
    ],
    ids=lambda o: o.name,
)
def test_a_page_is_as_large_as_apollo_takes_and_no_larger(apollo, operation):
    route = operation.routes[0]
    size = operation.paging.per_page
    needed = {"organization_ids": [World(42).company(3).id]} if "news" in operation.name else {}
    path = WORD.sub(World(42).company(3).id, route.path)

    def ask(per_page):
        said = needed | {"page": 1, "per_page": per_page}
        if route.method == "GET":
            return apollo.get(path, **said)
        return apollo.post(path, said)

    assert ask(size).status_code == 200, ask(size).text
    assert ask(size + 1).status_code == 422


def test_every_operation_and_every_address_has_a_row_in_the_papers():
    told = PAPER.read_text(encoding="utf-8")
    rows = {cell for line in told.splitlines() for cell in re.findall(r"^\| `([^`]+)` \|", line)}

    assert OPERATIONS.keys() - rows == set()
    addresses = {f"{a.method} {a.path}" for a in ADDRESSES.values()}
    assert {one for one in addresses if f"`{one}`" not in told} == set()
