"""Apollo's own document drives the sandbox: nothing breaks, and nothing is answered out of shape.

Set APOLLO_REFERENCE to a folder that holds Apollo's OpenAPI document, apollo-openapi.json.
"""

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
# Without them almost everything would be asked about ids that nobody has.
KNOWN = {
    "id": [SAVED.id, SAVED.company.id, SAVED.contact_id, SAVED.company.account_id],
    "organization_id": [SAVED.company.id],
    "contact_id": [SAVED.contact_id],
    "account_id": [SAVED.company.account_id],
    "user_id": [WORLD.id_of("user", 1)],
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


def known(value, pick, name=""):
    """Put ids that somebody has where ids are asked for."""
    single = name.removesuffix("[]")
    single = single.removesuffix("s") if single.endswith("_ids") else single
    if isinstance(value, dict):
        return {key: known(inner, pick, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [known(inner, pick, name) for inner in value]
    return pick(KNOWN[single]) if isinstance(value, str) and single in KNOWN else value


def drive(apollo, route, mode, *, cases, checks):
    @settings(max_examples=cases, suppress_health_check=list(HealthCheck))
    @given(operation(route).as_strategy(generation_mode=mode), some.data())
    def ask(case, data):
        if mode is GenerationMode.POSITIVE and data.draw(some.booleans()):

            def pick(ids):
                return data.draw(some.sampled_from(ids))

            for part in ("path_parameters", "query", "body"):
                if isinstance(getattr(case, part), dict):
                    setattr(case, part, known(getattr(case, part), pick))
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
