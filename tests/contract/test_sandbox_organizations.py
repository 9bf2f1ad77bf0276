"""Companies: who is found by what, in which order they come back, and what it costs."""

import pytest
from sandbox_caller import ORGANIZATION, ORGANIZATIONS, calling

from apollo_batch.sandbox.world import World

WORLD = World(42)
ACME = WORLD.company(3)
OWNER = WORLD.company(8)
OWNED = WORLD.company(9)


@pytest.fixture(scope="module")
def running_sandbox():
    with calling() as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


WAYS = [
    {"domain": f" {ACME.domain.upper()} "},
    {"linkedin_url": ACME.linkedin_url},
    {"website": f"https://www.{ACME.domain}/about"},
    {"name": ACME.name.upper()},
]


@pytest.mark.parametrize("details", WAYS)
def test_one_company_is_found_by_any_of_four_details(apollo, details):
    got = apollo.get(ORGANIZATION, **details)
    posted = apollo.post(ORGANIZATION, details)

    assert got.json()["organization"]["id"] == posted.json()["organization"]["id"] == ACME.id
    assert apollo.charged() == 2


@pytest.mark.parametrize(
    "details", [{"domain": "nowhere.example"}, {"domain": f"www.{ACME.domain}"}]
)
def test_an_unknown_company_is_an_empty_object_and_free(apollo, details):
    assert apollo.get(ORGANIZATION, **details).json() == {}
    assert apollo.charged() == 0


def test_asking_for_nothing_is_refused(apollo):
    reply = apollo.get(ORGANIZATION)

    assert reply.status_code == 422
    assert reply.json() == {"error": "Required parameter 'domain' missing"}


def test_money_is_told_by_the_single_route_only_and_subsidiaries_roll_up_in_bulk_only(apollo):
    single = apollo.get(ORGANIZATION, domain=OWNER.domain).json()["organization"]
    bulk = apollo.post(ORGANIZATIONS, {"details": [{"domain": OWNER.domain}]}).json()

    money = {"annual_revenue", "total_funding", "funding_events", "technology_names"}
    assert money <= single.keys()
    assert not money & bulk["organizations"][0].keys()
    assert bulk["organizations"][0]["subsidiary_rollups"]["countries"] == ["Netherlands"]
    assert single["suborganizations"][0]["id"] == OWNED.id


def test_companies_come_back_in_an_order_of_apollos_own_with_misses_left_out(apollo):
    companies = [WORLD.company(number) for number in range(9)]
    asked = [{"domain": company.domain} for company in companies] + [{"name": "Nowhere"}]

    reply = apollo.post(ORGANIZATIONS, {"details": asked}).json()

    domains = [organization["primary_domain"] for organization in reply["organizations"]]
    assert set(domains) == {company.domain for company in companies}
    assert domains != [company.domain for company in companies]
    assert (reply["total_requested_records"], reply["unique_records"]) == (10, 10)
    assert (reply["total_requested_domains"], reply["unique_domains"]) == (None, None)
    assert (reply["unique_enriched_records"], reply["missing_records"]) == (9, 1)
    assert apollo.charged() == 9


def test_a_company_asked_for_twice_in_one_request_comes_and_costs_once(apollo):
    asked = [{"domain": ACME.domain}, {"domain": ACME.domain}, {"name": ACME.name}]

    reply = apollo.post(ORGANIZATIONS, {"details": asked}).json()

    assert len(reply["organizations"]) == 1
    assert (reply["unique_records"], reply["unique_enriched_records"]) == (2, 1)
    assert reply["missing_records"] == 0
    assert apollo.charged() == 1


def test_domains_may_come_as_a_list_in_the_query_or_in_the_body(apollo):
    queried = apollo.post(ORGANIZATIONS, **{"domains[]": [ACME.domain, OWNER.domain]}).json()
    posted = apollo.post(ORGANIZATIONS, {"domains": [ACME.domain, "nowhere.example"]}).json()

    assert (queried["total_requested_domains"], queried["unique_enriched_records"]) == (2, 2)
    assert (posted["unique_domains"], posted["missing_records"]) == (2, 1)


def test_brackets_in_a_body_key_are_not_understood(apollo):
    assert apollo.post(ORGANIZATIONS, {"domains[]": [ACME.domain]}).status_code == 400


def test_bulk_without_companies_is_refused_with_json_that_says_it_is_text(apollo):
    reply = apollo.post(ORGANIZATIONS, {})

    assert reply.status_code == 400
    assert reply.headers["content-type"].startswith("text/plain")
    assert reply.json() == {
        "status": "failed",
        "error_code": "INVALID_REQUEST",
        "error_message": "invalid request, missing domains",
    }


def test_eleven_companies_are_refused(apollo):
    reply = apollo.post(ORGANIZATIONS, {"details": [{"domain": ACME.domain}] * 11})

    assert reply.status_code == 400
    assert reply.json()["error_code"] == "RECORD_LIMIT_EXCEEDED"
    assert reply.json()["error_message"] == "domain count cannot be more than 10"


def test_details_that_are_no_objects_are_an_unknown_error(apollo):
    reply = apollo.post(ORGANIZATIONS, {"details": [ACME.domain]})

    assert reply.status_code == 422
    assert reply.json()["error_code"] == "UNKNOWN_ERROR"


def test_a_saved_company_carries_its_account(apollo):
    saved = next(c for c in map(WORLD.company, range(100)) if c.account_id)

    single = apollo.get(ORGANIZATION, domain=saved.domain).json()["organization"]

    assert single["account_id"] == single["account"]["id"] == saved.account_id
    assert single["account"]["team_id"] == apollo.sandbox.books()["team"]
