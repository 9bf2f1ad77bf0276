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
