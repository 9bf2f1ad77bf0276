"""Encoding: what a request says stands where Apollo reads it, once, and nothing else is said."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollo_batch.apollo.encode import encode, encode_question
from apollo_batch.catalogue.entry import Place
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.catalogue.team import BALANCES, HEALTH, LIMITS, PROFILE
from apollo_batch.model import Chunk, ChunkItem, Leg

ROUTES = [
    pytest.param(operation, route, id=f"{operation.name}-{route.name}")
    for operation in OPERATIONS.values()
    for route in operation.routes
]
ONE, TWO = "0123456789abcdef01234567", "89abcdef0123456701234567"
TEXTS = st.text(min_size=1, max_size=20)


def asked(name, route, *rows, options=None, page=1, most=None):
    """The request that one chunk of an operation's route becomes, its items on this leg alone."""
    operation = OPERATIONS[name]
    way = operation.route(route)
    items = tuple(
        ChunkItem(number, row, (Leg(route, tuple(sorted(row.keys() - way.needs))),), page)
        for number, row in enumerate(rows)
    )
    return encode(operation, way, Chunk(1, 1, name, route, options or {}, items, most))


def test_items_stand_in_a_list_under_apollos_names_for_their_parameters():
    request = asked(
        "contacts.update",
        "bulk",
        {"contact_id": ONE, "title": "Buyer"},
        {"contact_id": TWO, "email": "ada@acme.example"},
    )

    assert (request.method, request.path, request.query) == (
        "POST",
        "/api/v1/contacts/bulk_update",
        (),
    )
    assert request.body == {
        "contact_attributes": [
            {"id": ONE, "title": "Buyer"},
            {"id": TWO, "email": "ada@acme.example"},
        ]
    }


def test_what_all_items_share_is_said_once_beside_what_every_request_says():
    same = {"owner_id": ONE, "label_names": ["Fair", "Spring"]}

    request = asked(
        "contacts.create",
        "bulk",
        {"email": "ada@acme.example", **same},
        {"email": "bob@acme.example", **same},
    )

    assert request.body == {
        "owner_id": ONE,
        "append_label_names": ["Fair", "Spring"],
        "run_dedupe": True,
        "contacts": [{"email": "ada@acme.example"}, {"email": "bob@acme.example"}],
    }


@pytest.mark.parametrize(
    ("mode", "dedupe"), [("bulk", True), ("bulk upsert", True), ("bulk create", False)]
)
def test_every_way_of_bulk_creation_says_whether_to_dedupe(mode, dedupe):
    for name in ("contacts.create", "accounts.create"):
        request = asked(name, mode, {"email": "a@a.example", "domain": "a.example"})
        assert request.body["run_dedupe"] is dedupe


def test_a_single_creation_says_nothing_of_dedupe():
    request = asked("contacts.create", "single", {"email": "a@a.example", "home_phone": "1"})

    assert request.body == {"email": "a@a.example", "home_phone": "1"}


@pytest.mark.parametrize(
    ("name", "route", "value", "path"),
    [
        ("contacts.set_stage", "stages", "contact_stage_id", "contacts/update_stages"),
        ("contacts.set_owner", "owners", "owner_id", "contacts/update_owners"),
    ],
)
def test_bare_ids_stand_in_the_query_where_apollo_reads_nothing_else(name, route, value, path):
    request = asked(name, route, {"contact_id": ONE, value: "v"}, {"contact_id": TWO, value: "v"})

    assert request.path == f"/api/v1/{path}"
    assert request.query == ((value, "v"), ("contact_ids[]", ONE), ("contact_ids[]", TWO))
    assert not request.body


def test_bare_ids_stand_in_a_list_of_the_body_beside_fixed_values():
    row = {"contact_id": ONE, "label_names": ["Fair"]}

    request = asked("contacts.create", "then lists", row)

    assert request.body == {"label_names": ["Fair"], "modality": "contacts", "entity_ids": [ONE]}


def test_an_id_stands_in_the_path_and_nowhere_else():
    request = asked("contacts.update", "single", {"contact_id": ONE, "website_url": "a.example"})

    assert (request.method, request.path) == ("PATCH", f"/api/v1/contacts/{ONE}")
    assert request.body == {"website_url": "a.example"}


def test_a_read_says_its_id_and_has_no_body():
    for name, route in (("contacts.get", "single"), ("contacts.update", "view")):
        request = asked(name, route, {"contact_id": ONE})
        assert (request.method, request.path) == ("GET", f"/api/v1/contacts/{ONE}")
        assert (request.query, request.body) == ((), None)


def test_a_value_cannot_leave_its_place_in_the_path():
    request = asked("contacts.get", "single", {"contact_id": "../accounts?x=1#"})

    assert request.path == "/api/v1/contacts/..%2Faccounts%3Fx%3D1%23"


def test_a_sequence_is_named_in_path_and_body_and_one_mailbox_stands_alone():
    row = {"contact_id": ONE, "sequence_id": TWO, "send_email_from_email_account_id": ["m1"]}

    request = asked("sequences.enroll", "add", row, options={"sequence_no_email": True})

    assert request.path == f"/api/v1/emailer_campaigns/{TWO}/add_contact_ids"
    assert request.body == {
        "emailer_campaign_id": TWO,
        "send_email_from_email_account_id": "m1",
        "contact_ids": [ONE],
        "sequence_no_email": True,
    }
    several = asked(
        "sequences.enroll", "add", row | {"send_email_from_email_account_id": ["m1", "m2"]}
    )
    assert several.body["send_email_from_email_account_id"] == ["m1", "m2"]


@pytest.mark.parametrize(("most", "size"), [(None, 100), (7, 7), (400, 100)])
def test_a_search_asks_for_its_page_and_no_more_than_it_may_bring(most, size):
    request = asked(
        "contacts.search",
        "pages",
        {"q_keywords": "buyer"},
        options={"contact_stage_ids": [ONE]},
        page=3,
        most=most,
    )

    assert request.body == {
        "q_keywords": "buyer",
        "contact_stage_ids": [ONE],
        "page": 3,
        "per_page": size,
    }


def test_only_what_its_own_request_carries_is_said_of_an_item():
    operation = OPERATIONS["contacts.update"]
    row = {"contact_id": ONE, "title": "Buyer", "contact_stage_id": TWO}
    legs = (Leg("bulk", ("title",)), Leg("stages", ("contact_stage_id",)))

    first = encode(
        operation,
        operation.route("bulk"),
        Chunk(1, 1, operation.name, "bulk", {}, (ChunkItem(1, row, legs),)),
    )
    second = encode(
        operation,
        operation.route("stages"),
        Chunk(1, 1, operation.name, "stages", {}, (ChunkItem(1, row, legs[1:]),)),
    )

    assert first.body == {"contact_attributes": [{"id": ONE, "title": "Buyer"}]}
    assert second.query == (("contact_stage_id", TWO), ("contact_ids[]", ONE))


def test_what_was_lost_is_looked_for_by_the_surest_that_a_row_has():
    operation = OPERATIONS["contacts.create"]
    row = {"email": "ada@acme.example", "last_name": "Lovelace", "title": "Countess"}
    chunk = Chunk(1, 1, operation.name, "seek", {}, (ChunkItem(1, row, (Leg("seek"),)),))

    request = encode(operation, operation.route("seek"), chunk)

    assert request.body == {"q_keywords": "ada@acme.example", "page": 1, "per_page": 100}


def example(operation):
    """A row with everything in it that its operation takes from rows."""
    said = {}
    for param in operation.params:
        if not param.option:
            text = f"{param.name}-of-ada"
            said[param.name] = [text] if param.many else {"x": text} if param.span else text
    return said | ({operation.id_param: "id-of-ada"} if operation.id_param else {})


def whole(operation, route, row, options=None):
    """A request of a route that says all of a row that it takes."""
    looks = route.pairing.looks_for_effects  # it says what is looked for, and nothing else
    names = () if looks else tuple(sorted(name for name in row if route.takes(name)))
    item = ChunkItem(1, row, (Leg(route.name, names),))
    chunk = Chunk(1, 1, operation.name, route.name, options or {}, (item,))
    return encode(operation, route, chunk)


@pytest.mark.parametrize(("operation", "route"), ROUTES)
@given(data=st.data())
def test_no_empty_value_is_ever_sent(operation, route, data):
    row = example(operation)
    in_path = set(re.findall(r"\{(\w+)\}", route.path)) | route.needs
    emptied = data.draw(st.sets(st.sampled_from(sorted(row)))) - in_path if row else set()
    options = {
        param.name: data.draw(st.booleans() if param.kind is Kind.FLAG else st.just(""))
        for param in operation.params
        if param.option and route.options_in is Place.QUERY
    }

    request = whole(operation, route, row | dict.fromkeys(emptied, ""), options)

    assert "" not in dict(request.query).values()
    body = request.body or {}
    items = body.get(route.items_at, []) if route.items_at else []
    assert "" not in [
        *body.values(),
        *(v for i in items if isinstance(i, dict) for v in i.values()),
    ]


@pytest.mark.parametrize(("operation", "route"), ROUTES)
@given(data=st.data())
def test_what_a_row_should_not_say_is_not_sent(operation, route, data):
    options = [param.name for param in operation.params if param.option]
    strange = st.sampled_from([*options, "api_key", "page[]", "x-api-key", "email[]"])
    row = example(operation)

    request = whole(operation, route, row | data.draw(st.dictionaries(strange, TEXTS, min_size=1)))

    assert request == whole(operation, route, row)


@pytest.mark.parametrize(("operation", "route"), ROUTES)
def test_every_request_goes_to_its_own_address_with_the_ids_it_needs(operation, route):
    request = whole(operation, route, example(operation))

    assert request.method == route.method
    assert request.path.count("/") == f"/api/v1{route.path}".count("/")
    assert "{" not in request.path
    assert request.method != "GET" or request.body is None


@pytest.mark.parametrize(
    ("operation", "route"), [param for param in ROUTES if param.values[1].method != "GET"]
)
def test_what_writes_has_nothing_of_a_person_in_its_address_but_ids(operation, route):
    request = whole(operation, route, example(operation))

    shown = f"{request.path} {request.query}".replace("id-of-ada", "")
    kinds = {param.name: param.kind for param in operation.params}
    told = [name for name in kinds if f"{name}-of-ada" in shown]
    assert [name for name in told if kinds[name] is not Kind.ID] == []


@pytest.mark.parametrize(
    "question", [PROFILE, LIMITS, BALANCES, HEALTH], ids=lambda question: question.path
)
def test_a_question_about_the_team_says_nothing_but_itself(question):
    request = encode_question(question)

    assert (request.method, request.path) == (question.method, f"/api/v1{question.path}")
    assert request.query == ()
    assert request.body == (None if question.method == "GET" else {})
