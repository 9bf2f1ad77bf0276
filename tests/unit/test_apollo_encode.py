"""Encoding: all that an item says is sent, where Apollo reads it, and nothing else is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollo_batch.apollo.encode import encode, encode_question
from apollo_batch.catalogue.entry import Place
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.catalogue.team import BALANCES, HEALTH, LIMITS, PROFILE
from apollo_batch.model import Chunk, ChunkItem

ROUTES = [
    pytest.param(operation, route, id=f"{operation.name}-{route.name}")
    for operation in OPERATIONS.values()
    for route in operation.routes
]
TEXTS = st.text(min_size=1, max_size=20)
CELLS = TEXTS | st.just("")


def items_of(operation, most):
    names = [param.name for param in operation.params if not param.option]
    item = st.dictionaries(st.sampled_from(names), CELLS)
    return st.lists(item, min_size=1, max_size=most)


def options_of(operation):
    flags = [p.name for p in operation.params if p.option and p.kind is Kind.FLAG]
    texts = [p.name for p in operation.params if p.option and p.kind is not Kind.FLAG]
    chosen: st.SearchStrategy[dict[str, Any]] = st.just({})
    if flags:
        chosen = st.dictionaries(st.sampled_from(flags), st.booleans())
    if texts:
        chosen = st.builds(dict.__or__, chosen, st.dictionaries(st.sampled_from(texts), CELLS))
    return chosen


def chunk_of(operation, route, items, options):
    numbered = tuple(ChunkItem(number, params) for number, params in enumerate(items))
    return Chunk(1, 1, operation.name, route.name, options, numbered)


def said(params):
    return {name: value for name, value in params.items() if value != ""}


@pytest.mark.parametrize(("operation", "route"), ROUTES)
@given(data=st.data())
def test_all_that_an_item_names_is_sent_and_no_empty_value_is(operation, route, data):
    items = data.draw(items_of(operation, route.cap))
    options = data.draw(options_of(operation))

    request = encode(operation, route, chunk_of(operation, route, items, options))

    assert request.method == route.method
    assert request.path == f"/api/v1{route.path}"
    query = dict(request.query)
    assert len(query) == len(request.query)
    assert "" not in query.values()
    flags = {
        name: value if isinstance(value, str) else str(value).lower()
        for name, value in said(options).items()
    }
    if route.items_in is Place.QUERY:
        assert query == flags | said(items[0])
        assert request.body is None
    else:
        assert query == flags
        sent = request.body if route.items_at is None else request.body[route.items_at]
        assert sent == (said(items[0]) if route.items_at is None else [said(i) for i in items])
        assert route.items_at is None or request.body.keys() == {route.items_at}


@pytest.mark.parametrize(("operation", "route"), ROUTES)
@given(data=st.data())
def test_what_an_item_should_not_say_is_not_sent(operation, route, data):
    options = [param.name for param in operation.params if param.option]
    strange = st.sampled_from([*options, "api_key", "page", "per_page", "x-api-key", "email[]"])
    item = data.draw(st.dictionaries(strange, TEXTS, min_size=1))

    request = encode(operation, route, chunk_of(operation, route, [item], {}))

    assert request.query == ()
    assert request.body in (None, {}, {route.items_at: [{}]})


@pytest.mark.parametrize(
    ("operation", "route"), [param for param in ROUTES if param.values[1].method == "POST"]
)
def test_a_post_has_no_personal_data_in_its_address(operation, route):
    item = {param.name: f"{param.name}-of-ada" for param in operation.params if not param.option}

    request = encode(operation, route, chunk_of(operation, route, [item], {}))

    assert "ada" not in f"{request.path} {request.query}"
    assert "ada" in str(request.body)


@pytest.mark.parametrize(
    "question", [PROFILE, LIMITS, BALANCES, HEALTH], ids=lambda question: question.path
)
def test_a_question_about_the_team_says_nothing_but_itself(question):
    request = encode_question(question)

    assert (request.method, request.path) == (question.method, f"/api/v1{question.path}")
    assert request.query == ()
    assert request.body == (None if question.method == "GET" else {})
