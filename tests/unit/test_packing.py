"""Laws of packing: nothing a row names is left unsaid, and what shares a request may share it."""

import json
from itertools import product
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journal_maker import NOON, Journal

from apollo_batch.apollo.encode import encode
from apollo_batch.catalogue.entry import Act, Mode, Once
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.journal import ways
from apollo_batch.journal.questions import Shelf
from apollo_batch.model import Arrival, Chunk, ChunkItem, Settlement, Status, Verdict
from apollo_batch.packing import Asking, afresh, lot, subject

# A look-up's route is the job's choice; every other operation chooses by the row.
WAYS = [
    pytest.param(operation, route, mode, id=f"{operation.name}-{route.name}-{mode or 'any'}")
    for operation in OPERATIONS.values()
    for route in (operation.routes if operation.act is Act.LOOK_UP else operation.routes[:1])
    for mode in operation.modes or (None,)
]
CREATIONS = [
    pytest.param(operation, id=operation.name)
    for operation in OPERATIONS.values()
    if Mode.UPSERT in operation.modes
]
OPERATION = [pytest.param(operation, id=name) for name, operation in OPERATIONS.items()]
ID = "0123456789abcdef01234567"


def value(param, mark=""):
    """A value that can be told from every other parameter's, however it is sent."""
    text = f"{param.name}-{mark}says"
    if param.kind is Kind.FIELDS:
        return {f"{param.name}-field": text}
    if param.span:
        return {"min": text}
    return [text] if param.many else text


def marks(said):
    """The texts at the leaves of a value."""
    if isinstance(said, dict):
        return {mark for inner in said.values() for mark in marks(inner)}
    if isinstance(said, list | tuple):
        return {mark for inner in said for mark in marks(inner)}
    return {str(said)}


def row_params(operation):
    return [param for param in operation.params if not param.option]


@st.composite
def rows_of(draw, operation, mark=""):
    """What a row may say: enough of it, and any of the rest."""
    sayable = {param.name: param for param in row_params(operation)}
    enough = [names for names in operation.enough if names <= sayable.keys()]
    needed = draw(st.sampled_from(enough)) if enough else frozenset()
    more = draw(st.sets(st.sampled_from(sorted(sayable)))) if sayable else set()
    return {name: value(sayable[name], mark) for name in sorted(needed | more)}


def sent(operation, legs, params):
    """Every text that is sent on a row's way, from its path to its body."""
    if operation.id_param:  # what an earlier request has made is named by it
        params = {operation.id_param: ID, **params}
    said = set()
    for number, leg in enumerate(legs):
        item = ChunkItem(1, params, legs[number:])
        chunk = Chunk(1, 1, operation.name, leg.route, {}, (item,))
        request = encode(operation, operation.route(leg.route), chunk)
        path = {unquote(word) for word in request.path.split("/")}
        said |= path | {text for _, text in request.query} | marks(request.body or {})
    return said


@pytest.mark.parametrize(("operation", "route", "mode"), WAYS)
@settings(max_examples=40)
@given(data=st.data())
def test_all_that_a_row_names_is_in_what_is_sent(operation, route, mode, data):
    params = data.draw(rows_of(operation))
    asking = Asking("1", operation, route, {}, mode=mode, keep_old=data.draw(st.booleans()))

    legs = asking.course(params)

    assert marks(params) <= sent(operation, legs, params)


@pytest.mark.parametrize(("operation", "route", "mode"), WAYS)
@settings(max_examples=40)
@given(data=st.data())
def test_only_routes_of_the_mode_are_taken_and_what_goes_on_never_comes_first(
    operation, route, mode, data
):
    params = data.draw(rows_of(operation))
    kept = frozenset(data.draw(st.sets(st.sampled_from(sorted(operation.fields or {"id"})))))
    asking = Asking("1", operation, route, {}, mode=mode, kept=kept)

    routes = [operation.route(leg.route) for leg in asking.course(params)]

    assert {way.mode for way in routes} <= {None, mode}
    assert not routes[0].only_after
    assert not any(way.pairing.looks_for_effects for way in routes)
    if operation.act is Act.CREATE:
        assert all(way.only_after for way in routes[1:]), "a record is made once"


@pytest.mark.parametrize("operation", CREATIONS)
@settings(max_examples=100)
@given(data=st.data())
def test_what_is_there_already_gets_all_that_the_row_says(operation, data):
    params = data.draw(rows_of(operation))

    legs = afresh(operation, params, kept=frozenset(), keep_old=False)

    assert marks(params) <= sent(operation, legs, params)
    assert all(operation.route(leg.route).only_after for leg in legs)


@pytest.mark.parametrize("operation", CREATIONS)
@settings(max_examples=100)
@given(data=st.data())
def test_nobody_who_was_there_is_taken_off_a_list(operation, data):
    params = data.draw(rows_of(operation)) | {"label_names": ["Fair"]}

    legs = afresh(operation, params, kept=frozenset(), keep_old=False)

    (listing,) = [leg for leg in legs if "label_names" in leg.names]
    assert operation.route(listing.route).path.endswith("add_entity_ids_to_label_names")


@pytest.mark.parametrize("operation", CREATIONS)
def test_every_subset_of_a_few_parameters_is_sent_in_every_mode(operation):
    """Exhaustive where a route more or less is likeliest to be forgotten."""
    sayable = {param.name: param for param in row_params(operation)}
    first = sorted(operation.enough[0])
    others = ("label_names", "owner_id", "typed_custom_fields", "mobile_phone", "website_url")
    chosen = [name for name in others if name in sayable]
    stage = next(name for name in sayable if name.endswith("stage_id"))
    for picked in product([False, True], repeat=len(chosen) + 1):
        names = [n for n, taken in zip([*chosen, stage], picked, strict=True) if taken]
        params = {name: value(sayable[name]) for name in (*first, *names)}
        for mode in operation.modes:
            asking = Asking("1", operation, operation.routes[0], {}, mode=mode)
            assert marks(params) <= sent(operation, asking.course(params), params), (mode, names)


@pytest.mark.parametrize("operation", OPERATION)
@settings(max_examples=40)
@given(data=st.data())
def test_rows_that_share_a_request_agree_on_all_that_it_says_once(operation, data):
    drawn = st.sampled_from(["", "other-"]).flatmap(lambda mark: rows_of(operation, mark))
    one, two = data.draw(drawn), data.draw(drawn)
    mode = operation.modes[0] if operation.modes else None
    asking = Asking("1", operation, operation.routes[0], {}, mode=mode)
    first, other = asking.course(one)[0], asking.course(two)[0]

    if lot(operation, first, one) != lot(operation, other, two):
        return
    route = operation.route(first.route)

    assert first.route == other.route
    if route.cap > 1:
        assert all(one.get(name) == two.get(name) for name in route.shared)


@pytest.mark.parametrize("operation", OPERATION)
@settings(max_examples=40)
@given(data=st.data())
def test_a_way_is_read_back_as_it_was_written(operation, data):
    params = data.draw(rows_of(operation))
    mode = operation.modes[0] if operation.modes else None
    asking = Asking("1", operation, operation.routes[0], {}, mode=mode, keep_old=True)

    legs = asking.course(params)

    assert ways.read(ways.columns(operation, legs, params)["course"]) == legs


def test_only_the_spelling_of_a_subject_may_differ():
    operation = OPERATIONS["contacts.create"]
    same = subject(operation, {"email": "ada@acme.example", "title": "Buyer"})

    assert same == subject(operation, {"email": "ADA@acme.example"})
    assert same != subject(operation, {"email": "bob@acme.example"})
    assert subject(operation, {"title": "Buyer"}) == ""


def settled(journal, going, chunk):
    """Carry a chunk's items on as an answer that took them all would."""
    said = [
        Verdict(item.id, Status.SUCCEEDED, "updated", then=item.course[1:]) for item in chunk.items
    ]
    journal.settle(going, chunk, Settlement(Arrival.DONE, said))


CHANGES = st.dictionaries(
    st.sampled_from(["title", "contact_stage_id", "owner_id", "mobile_phone"]),
    st.sampled_from(["1", "2"]),
    min_size=1,
)


@settings(max_examples=25)
@given(
    asked=st.lists(st.tuples(st.integers(1, 6), CHANGES), min_size=1, max_size=25),
    in_flight=st.integers(1, 3),
)
def test_a_chunk_never_holds_two_items_of_one_record_and_rows_of_it_keep_their_order(
    tmp_path_factory, asked, in_flight
):
    operation = OPERATIONS["contacts.update"]
    journal = Journal(tmp_path_factory.mktemp("journal"))
    asking = Asking("1", operation, operation.routes[0], {})
    params = [{"contact_id": f"{who:024x}", **changes} for who, changes in asked]
    going = journal.begin(params, on=Shelf("team", asking, frozenset(), 0.0), now=NOON)
    begun, flying, ended = {}, [], []

    while True:
        turn = journal.turn(going, free=in_flight - len(flying))
        flying += turn.chunks
        if not flying:
            break
        for chunk in turn.chunks:
            whose = [item.params["contact_id"] for item in chunk.items]
            assert len(whose) == len(set(whose))
        now = [item.params["contact_id"] for chunk in flying for item in chunk.items]
        assert len(now) == len(set(now)), "two requests about one record are under way"
        chunk = flying.pop(0)
        for item in chunk.items:
            who = item.params["contact_id"]
            assert begun.setdefault(who, item.id) == item.id, "a later row overtook an earlier one"
            if len(item.course) == 1:
                del begun[who]
                ended.append(item.id)
        settled(journal, going, chunk)

    distinct = {json.dumps(each, sort_keys=True) for each in params}
    assert len(ended) == len(set(ended)) == len(distinct)
    journal.store.close()


def test_every_operation_that_writes_says_how_long_an_effect_counts():
    for operation in OPERATIONS.values():
        assert (operation.once is Once.NONE) is not operation.act.writes
