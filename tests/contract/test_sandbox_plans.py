"""Keys and plans: which routes they open, and in which words the others are refused."""

import pytest
from sandbox_caller import BULK, MATCH, ORGANIZATION, ORGANIZATIONS, calling

from apollo_batch.catalogue.addresses import ADDRESSES
from apollo_batch.sandbox.rules import RULES
from apollo_batch.sandbox.world import World

WORLD = World(42)
ADA = WORLD.person(9)
PEOPLE = "/mixed_people/api_search"
COMPANIES = "/mixed_companies/search"
NEWS = "/news_articles/search"
PAID_ONLY = {"message": "This endpoint is only available to Apollo users on paid plans."}
PAID_PLAN = {
    "organizations.search",
    "contacts.search",
    "accounts.search",
    "sequences.search",
    "deals.list",
    "tasks.search",
    "users.search",
}
WORK_EMAIL = {
    "people.match",
    "people.bulk_match",
    "people.get",
    "people.search",
    "organizations.enrich",
    "organizations.bulk_enrich",
    "organizations.get",
}


@pytest.fixture(scope="module")
def apollo():
    with calling() as caller:
        yield caller


@pytest.fixture(scope="module")
def free():
    with calling(profile="free") as caller:
        yield caller


def free_plan_text(scope):
    return {
        "error": f"{scope} is not accessible with this api_key on a free plan. "
        "Please upgrade your plan from https://app.apollo.io/",
        "error_code": "API_INACCESSIBLE",
    }


def scope_text(scope):
    return {
        "error": f"This API key is not authorized to access {scope}. Request an API key from "
        "your administrator that includes this endpoint in its configured scope.",
        "error_code": "API_INACCESSIBLE",
    }


def asked(caller, name, **how):
    address = ADDRESSES[name]
    path = address.path.replace("{", "").replace("}", "")
    return caller.ask(address.method, path, **how)


@pytest.mark.parametrize("name", sorted((PAID_PLAN | WORK_EMAIL) & RULES.keys()))
def test_every_gate_of_apollos_papers_is_there(name):
    assert RULES[name].gate == ("paid_plan" if name in PAID_PLAN else "work_email")


def test_no_other_route_has_a_gate():
    gated = {name for name, rule in RULES.items() if rule.gate}

    assert gated <= PAID_PLAN | WORK_EMAIL


@pytest.mark.parametrize("name", sorted(PAID_PLAN & RULES.keys()))
def test_a_free_plan_closes_what_is_for_paid_plans_to_every_key(free, name):
    for headers in (
        {"x-api-key": free.sandbox.key},
        {"x-api-key": "sandbox-free-key"},
        {"Authorization": "Bearer sandbox-oauth-token"},
    ):
        refused = asked(free, name, headers=headers)

        assert (refused.status_code, refused.json()) == (403, PAID_ONLY)
        assert not any("rate-limit" in header for header in refused.headers)


def test_a_free_plan_with_a_business_address_opens_enrichment_and_the_people_search(free):
    assert free.post(MATCH, {"id": ADA.id}).status_code == 200
    assert free.post(PEOPLE, {}).status_code == 200
    assert free.post(NEWS, {"organization_ids": [ADA.company.id]}).status_code == 200


@pytest.mark.parametrize("name", sorted(WORK_EMAIL & RULES.keys()))
def test_a_free_account_without_a_business_address_is_refused_what_needs_one(apollo, name):
    refused = asked(apollo, name, headers={"x-api-key": "sandbox-free-key"})

    assert (refused.status_code, refused.json()) == (403, free_plan_text(RULES[name].scope))


@pytest.mark.parametrize("name", sorted(PAID_PLAN & RULES.keys()))
def test_a_free_account_is_refused_what_is_for_paid_plans_on_any_plan(apollo, name):
    refused = asked(apollo, name, headers={"x-api-key": "sandbox-free-key"})

    assert (refused.status_code, refused.json()) == (403, PAID_ONLY)


def test_a_free_account_reaches_what_has_no_gate(apollo):
    assert apollo.get("/users/api_profile", key="sandbox-free-key").status_code == 200
    news = apollo.post(NEWS, {"organization_ids": [ADA.company.id]}, key="sandbox-free-key")
    assert news.status_code == 200


def test_a_paid_plan_closes_nothing_to_its_master_key(apollo):
    for path in (PEOPLE, COMPANIES, MATCH):
        assert apollo.post(path, {}).status_code == 200


SCOPED = {
    "sandbox-key-people": ({MATCH, BULK}, {ORGANIZATIONS, PEOPLE, COMPANIES, NEWS}),
    "sandbox-key-organizations": ({ORGANIZATIONS}, {MATCH, BULK, PEOPLE, COMPANIES, NEWS}),
    "sandbox-key-searches": ({PEOPLE, COMPANIES, NEWS}, {MATCH, BULK, ORGANIZATIONS}),
    "sandbox-key-saved": (set(), {MATCH, BULK, ORGANIZATIONS, PEOPLE, COMPANIES, NEWS}),
    "sandbox-key-no-users": ({MATCH, BULK, ORGANIZATIONS, PEOPLE, COMPANIES, NEWS}, set()),
}


@pytest.mark.parametrize("key", SCOPED)
def test_a_scoped_key_opens_its_scopes_and_nothing_else(apollo, key):
    opened, closed = SCOPED[key]

    assert {path for path in opened if apollo.post(path, {}, key=key).status_code == 403} == set()
    for path in closed:
        scope = next(a.scope for a in ADDRESSES.values() if (a.method, a.path) == ("POST", path))
        refused = apollo.post(path, {}, key=key)
        assert (refused.status_code, refused.json()) == (403, scope_text(scope))


def test_a_key_for_saved_records_opens_contacts_and_accounts(apollo):
    saved = [n for n in RULES if n.partition(".")[0] in {"contacts", "accounts"}]
    unopened = {"contacts.deals"}

    for name in saved:
        reply = asked(apollo, name, headers={"x-api-key": "sandbox-key-saved"})
        assert (reply.status_code == 403) == (name in unopened), name


def test_a_scope_that_is_missing_is_told_before_the_plan(free):
    refused = free.post(COMPANIES, {}, key="sandbox-key-people")

    assert refused.json() == scope_text("api/v1/mixed_companies/search")


@pytest.mark.skipif("users.search" not in RULES, reason="the sandbox has no users yet")
def test_a_key_of_every_scope_but_one_is_refused_that_one(apollo):
    refused = apollo.get("/users/search", key="sandbox-key-no-users")

    assert (refused.status_code, refused.json()) == (403, scope_text("api/v1/users/search"))
    assert apollo.get("/users/search").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/phone_calls/search", "api/v1/phone_calls/search"),
        ("POST", "/phone_calls", "api/v1/phone_calls/create"),
        ("PUT", f"/phone_calls/{ADA.id}", "api/v1/phone_calls/update"),
        ("GET", f"/emailer_messages/{ADA.id}/activities", "api/v1/emailer_messages/activities"),
    ],
)
def test_what_no_scope_opens_only_a_master_key_opens(apollo, method, path, scope):
    refused = apollo.ask(method, path, headers={"x-api-key": "sandbox-key-no-users"})
    opened = apollo.ask(method, path, headers={"x-api-key": apollo.sandbox.key})

    assert (refused.status_code, refused.json()) == (403, scope_text(scope))
    assert opened.status_code != 403


def test_a_refusal_is_no_use_of_a_window_and_costs_nothing(apollo):
    apollo.sandbox.reset()

    apollo.get(ORGANIZATION, key="sandbox-free-key", domain=ADA.domain)

    assert apollo.sandbox.books()["windows"] == []
    assert apollo.charged() == 0
