"""The sandbox's replies against the examples that Apollo publishes.

Set APOLLO_REFERENCE to a folder that holds Apollo's OpenAPI document, apollo-openapi.json.
"""

import json
import re

import pytest
from sandbox_caller import BULK, HOOK, MATCH, ORGANIZATION, ORGANIZATIONS, calling

from apollo_batch.sandbox.world import World

WORLD = World(42)
SAVED = next(p for p in WORLD.people() if p.contact_id and p.company.account_id)
WATERFALL = {"run_waterfall_email": "true", "webhook_url": HOOK}
# In the example, yet nothing that a spreadsheet could want.
LEFT_OUT = {
    "org_chart_root_people_ids",
    "org_chart_sector",
    "org_chart_removed",
    "org_chart_show_department_filter",
}


@pytest.fixture(scope="module")
def apollo():
    with calling() as caller:
        yield caller


def example(paths, method, ending, name="Result"):
    operation = next(path[method] for key, path in paths.items() if key.endswith(ending))
    value = operation["responses"]["200"]["content"]["application/json"]["examples"][name]["value"]
    if isinstance(value, str):
        # One example ends in "0" instead of "}", another has a comma too many.
        value = json.loads(re.sub(r"}\s*0$", "}}", re.sub(r",(\s*])", r"\1", value)))
    return value


def kind(value):
    return "number" if type(value) in {int, float} else type(value).__name__


def assert_same_types(ours, theirs):
    """Wherever both say something, they say the same kind of thing."""
    differing = {
        name: (kind(ours[name]), kind(theirs[name]))
        for name in ours.keys() & theirs.keys()
        if None not in (ours[name], theirs[name]) and kind(ours[name]) != kind(theirs[name])
    }
    assert differing == {}


def test_a_match_looks_like_apollos(apollo, paths):
    theirs = example(paths, "post", MATCH)

    ours = apollo.post(MATCH, {"id": SAVED.id}, **WATERFALL).json()
    record = apollo.post(MATCH, {"id": SAVED.id}).json()["person"]

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)
    assert theirs["person"].keys() - record.keys() == set()
    assert_same_types(record, theirs["person"])
    assert theirs["person"]["organization"].keys() - record["organization"].keys() <= LEFT_OUT
    assert_same_types(record["organization"], theirs["person"]["organization"])
    assert_same_types(record["contact"], theirs["person"]["contact"])


def test_a_bulk_match_looks_like_apollos(apollo, paths):
    theirs = example(paths, "post", BULK)

    ours = apollo.post(BULK, {"details": [{"id": SAVED.id}]}).json()

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)
    (record,), reference = ours["matches"], theirs["matches"][0]
    assert record.keys() == reference.keys()
    assert_same_types(record, reference)
    assert_same_types(record["account"], reference["account"])
    assert reference["organization"].keys() - record["organization"].keys() == set()


def test_a_bulk_match_with_waterfall_looks_like_apollos(apollo, paths):
    theirs = example(paths, "post", BULK, "Waterfall enrichment result")

    ours = apollo.post(BULK, {"details": [{"id": SAVED.id}]}, **WATERFALL).json()

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)
    assert theirs["matches"][0].keys() - ours["matches"][0].keys() == set()


def test_a_company_looks_like_apollos(apollo, paths):
    theirs = example(paths, "get", ORGANIZATION)

    ours = apollo.get(ORGANIZATION, domain=SAVED.domain).json()

    assert ours.keys() == theirs.keys()
    assert theirs["organization"].keys() - ours["organization"].keys() <= LEFT_OUT
    assert_same_types(ours["organization"], theirs["organization"])
    heads = "departmental_head_count"
    assert ours["organization"][heads].keys() == theirs["organization"][heads].keys()


def test_companies_in_bulk_look_like_apollos(apollo, paths):
    theirs = example(paths, "post", ORGANIZATIONS)

    ours = apollo.post(ORGANIZATIONS, {"domains": [SAVED.domain]}).json()

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)
    record, reference = ours["organizations"][0], theirs["organizations"][0]
    assert reference.keys() - record.keys() <= LEFT_OUT
    assert_same_types(record, reference)
    money = {"annual_revenue", "total_funding", "funding_events", "technology_names"}
    assert not money & (record.keys() | reference.keys())


def test_the_free_questions_look_like_apollos(apollo, paths):
    profile = example(paths, "get", "/users/api_profile", "With credit usage")
    balances = example(paths, "post", "/usage_stats/credit_usage_stats", "OK")
    limits = example(paths, "post", "/usage_stats/api_usage_stats", "OK")

    our_profile = apollo.get("/users/api_profile", include_credit_usage="true").json()
    our_balances = apollo.post("/usage_stats/credit_usage_stats").json()
    our_limits = apollo.post("/usage_stats/api_usage_stats").json()

    assert our_profile.keys() == profile.keys()
    assert_same_types(our_profile, profile)
    for name in ("credit_usage_stats", "current_credit_cycle"):
        assert our_balances[name].keys() == balances[name].keys()
    pool = "lead_credit"
    ours, theirs = (b["credit_usage_stats"][pool] for b in (our_balances, balances))
    assert ours.keys() == theirs.keys()
    ours, theirs = (next(iter(stats.values())) for stats in (our_limits, limits))
    assert ours.keys() == theirs.keys()
    assert ours["minute"].keys() == theirs["minute"].keys()
    assert all(len(json.loads(key)) == 2 for key in (*our_limits, *limits))


def assert_alike(ours, theirs, *, left_out=frozenset()):
    """Nothing of the example is missing, and what both say is of the same kind."""
    assert theirs.keys() - ours.keys() <= left_out
    assert_same_types(ours, theirs)


def test_people_that_are_searched_for_look_like_apollos(apollo, paths):
    theirs = example(paths, "post", "/mixed_people/api_search")

    ours = apollo.post("/mixed_people/api_search", {}).json()

    assert ours.keys() == theirs.keys()
    assert ours["people"][0].keys() == theirs["people"][0].keys()
    assert_same_types(ours["people"][0], theirs["people"][0])
    employers = [reply["people"][0]["organization"] for reply in (ours, theirs)]
    assert employers[0].keys() == employers[1].keys()
    assert_same_types(*employers)


def test_companies_that_are_searched_for_look_like_apollos(apollo, paths):
    theirs = example(paths, "post", "/mixed_companies/search")

    wanted = {"organization_num_employees_ranges": ["250,1000"]}
    ours = apollo.post("/mixed_companies/search", wanted).json()

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)
    for name in ("breadcrumbs", "organizations"):
        assert ours[name][0].keys() == theirs[name][0].keys()
        assert_same_types(ours[name][0], theirs[name][0])
    assert ours["pagination"].keys() == theirs["pagination"].keys()
    crumb = {"value": "250,1000", "display_name": "250-1000", "label": "# Employees"}
    assert crumb.items() <= ours["breadcrumbs"][0].items() <= theirs["breadcrumbs"][0].items()


def test_news_look_like_apollos(apollo, paths):
    theirs = example(paths, "post", "/news_articles/search", "OK")

    ours = apollo.post("/news_articles/search", {"organization_ids": [WORLD.company(3).id]}).json()

    assert ours.keys() == theirs.keys()
    assert ours["pagination"].keys() == theirs["pagination"].keys()
    assert ours["news_articles"][0].keys() == theirs["news_articles"][0].keys()
    assert_same_types(ours["news_articles"][0], theirs["news_articles"][0])


def test_open_jobs_look_like_apollos(apollo, paths):
    theirs = example(paths, "get", "/job_postings")["organization_job_postings"][0]

    path = f"/organizations/{WORLD.company(3).id}/job_postings"
    ours = apollo.get(path).json()["organization_job_postings"][0]

    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)


def test_a_person_by_id_looks_like_apollos(apollo, paths):
    theirs = example(paths, "get", "/people/{id}", "OK")["person"]
    stranger = next(p for p in WORLD.people() if not p.contact_id and p.email)

    ours = apollo.get(f"/people/{stranger.id}").json()["person"]

    assert_alike(ours, theirs)
    assert ours["email"] == theirs["email"]


def test_a_company_by_id_looks_like_apollos(apollo, paths):
    theirs = example(paths, "get", "/organizations/{id}", "OK")["organization"]

    ours = apollo.get(f"/organizations/{SAVED.company.id}").json()["organization"]

    # For Apollo's own pages.
    pages = "detail_view_loaded generic_org_insights employee_metrics show_intent "
    pages += "intent_signal_account has_intent_signal_account"
    assert_alike(ours, theirs, left_out=LEFT_OUT.union(pages.split()))


def test_what_is_elsewhere_looks_like_apollos(apollo, paths):
    metrics = {"metrics": [{"value": "num_emails_sent"}], "group_by": []}
    flat = "Flat totals \u2014 email performance"
    sequence = {"name": "Spring", "emailer_steps": [{"wait_time": 1}]}
    asked = {
        ("post", "/sequences", "OK"): apollo.post("/sequences", sequence),
        ("post", "/phone_calls", "OK"): apollo.post("/phone_calls"),
        ("post", "/reports/sync_report", flat): apollo.post("/reports/sync_report", metrics),
        ("post", "/conversations/search", "Basic search results"): apollo.post(
            "/conversations/search", {}
        ),
        ("get", "/notes", "Result"): apollo.get("/notes", contact_id=SAVED.id),
        ("get", "/phone_calls/search", "OK"): apollo.get("/phone_calls/search"),
        ("get", "/emailer_messages/search", "OK"): apollo.get("/emailer_messages/search"),
    }

    for (method, path, name), reply in asked.items():
        ours, theirs = reply.json(), example(paths, method, path, name)
        assert_alike(ours, theirs, left_out={"contact", "team", "sharing_accesses"})
