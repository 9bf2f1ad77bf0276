"""Apollo's own document drives the sandbox: nothing breaks, and nothing is answered out of shape.

Set APOLLO_REFERENCE to a folder that holds Apollo's OpenAPI document, apollo-openapi.json.
"""

import re

import apollo_document
import hypothesis.strategies as some
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from sandbox_caller import calling
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from apollo_batch.sandbox.rules import Doors
from apollo_batch.sandbox.world import World

WORLD = World(42)
SAVED = next(p for p in WORLD.people() if p.contact_id and p.company.account_id)
# Without them almost everything would be asked about ids that nobody has. By what stands before
# an id in the path, or before `_id` in a name.
KNOWN = {
    "people": SAVED.id,
    "person": SAVED.id,
    "organizations": SAVED.company.id,
    "organization": SAVED.company.id,
    "contacts": SAVED.contact_id,
    "contact": SAVED.contact_id,
    "accounts": SAVED.company.account_id,
    "account": SAVED.company.account_id,
    "user": WORLD.id_of("user", 1),
    "owner": WORLD.id_of("user", 1),
}
# Route and status whose shape the document tells otherwise than live answers have it, with the
# reason; what holds for all routes is mended in the document itself.
OTHERWISE: dict[tuple[str, int], str] = {}


def operations():
    document = apollo_document.read()
    if document is None:
        return {None: None}
    schema = schemathesis.openapi.from_dict(apollo_document.in_agreement(document))
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


OPERATIONS = operations()


@pytest.fixture(scope="module")
def apollo():
    with calling(profile="unlimited") as caller:
        yield caller


def operation(route):
    if route is None:
        pytest.skip("APOLLO_REFERENCE names no folder with Apollo's OpenAPI document")
    method, _, path = route.partition(" ")
    if Doors().find(method, path) is None:
        pytest.skip("the sandbox does not answer there")
    return OPERATIONS[route]


def known(value, name):
    """Put ids that somebody has where ids are asked for."""
    if isinstance(value, dict):
        return {key: known(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [known(inner, name) for inner in value]
    asked_for = re.sub(r"(_ids?)?(\[\])?$", "", name)
    return KNOWN.get(asked_for, value) if isinstance(value, str) else value


def with_known_ids(case, route):
    resource = route.split("/")[1]
    for part in ("path_parameters", "query", "body"):
        if isinstance(getattr(case, part), dict):
            setattr(case, part, known(getattr(case, part), ""))
    if resource in KNOWN and "id" in (case.path_parameters or {}):
        case.path_parameters["id"] = KNOWN[resource]


def drive(apollo, route, mode, *, cases, checks):
    @settings(max_examples=cases, suppress_health_check=list(HealthCheck))
    @given(operation(route).as_strategy(generation_mode=mode), some.sampled_from([True, False]))
    def ask(case, somebodys):
        if somebodys and mode is GenerationMode.POSITIVE:
            with_known_ids(case, route)
        reply = case.call(
            base_url=f"{apollo.sandbox.base_url}/api/v1",
            headers={"x-api-key": apollo.sandbox.key},
            session=apollo.session,
        )
        told_otherwise = (route, reply.status_code) in OTHERWISE
        case.validate_response(reply, checks=checks[:1] if told_otherwise else checks)

    ask()


def drive_in_and_out_of_order(apollo, route, *, cases):
    in_shape = [not_a_server_error, response_schema_conformance]
    drive(apollo, route, GenerationMode.POSITIVE, cases=cases, checks=in_shape)
    drive(apollo, route, GenerationMode.NEGATIVE, cases=cases, checks=[not_a_server_error])


@pytest.mark.parametrize("route", OPERATIONS)
def test_whatever_the_document_allows_is_answered_in_its_shape(apollo, route):
    drive_in_and_out_of_order(apollo, route, cases=10)


@pytest.mark.slow
@pytest.mark.parametrize("route", OPERATIONS)
def test_much_of_what_the_document_allows_is_answered_in_its_shape(apollo, route):
    drive_in_and_out_of_order(apollo, route, cases=50)
