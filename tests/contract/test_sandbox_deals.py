"""Deals: what is made of an amount, a date and a stage, and how they are listed and found."""

import pytest
from sandbox_caller import calling

from apollo_batch.sandbox.seeds_enrollable import numbers_of
from apollo_batch.sandbox.world import World

WORLD = World(42)
DEALS = "/opportunities"
SEARCH = "/opportunities/search"
ACCOUNT = WORLD.id_of("account of enrollable", 1)
ORGANIZATION = WORLD.id_of("organization of enrollable", 1)
SEEDED = WORLD.id_of("seeded deal", 1)


@pytest.fixture(scope="module")
def running_sandbox():
    with calling() as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def make(apollo, **given):
    return apollo.post(DEALS, {"name": "New line"} | given).json()["opportunity"]


def change(apollo, number, method="PATCH", **given):
    headers = {"x-api-key": apollo.sandbox.key}
    return apollo.ask(method, f"{DEALS}/{number}", json=given, headers=headers)


def view(apollo, number):
    return apollo.get(f"{DEALS}/{number}").json()["opportunity"]


def stages(apollo):
    """The stages of the deals that are there: by the name of the deal."""
    found = apollo.get(SEARCH, per_page=100).json()["opportunities"]
    return {deal["name"]: deal["opportunity_stage_id"] for deal in found}


def test_a_deal_is_made_with_what_its_stage_decides(apollo):
    reached = stages(apollo)
    open_, won, lost = (
        make(apollo, amount="2000", opportunity_stage_id=reached[name])
        for name in ("Paper for two years", "Freight frame contract", "Spare parts")
    )

    assert [d["is_won"] for d in (open_, won, lost)] == [False, True, False]
    assert [d["is_closed"] for d in (open_, won, lost)] == [False, True, True]
    for deal in (open_, won, lost):
        assert deal["amount"] == deal["amount_in_team_currency"] == 2000
        assert deal["forecasted_revenue"] == 2000 * deal["deal_probability"] / 100
        assert deal["opportunity_pipeline_id"]
    assert (won["deal_probability"], lost["deal_probability"]) == (100, 0)
    assert won["actual_close_date"]
    assert open_["actual_close_date"] is None


def test_a_deal_without_a_stage_is_in_no_pipeline(apollo):
    deal = make(apollo, amount=5)

    assert (deal["opportunity_stage_id"], deal["opportunity_pipeline_id"]) == (None, None)
    assert (deal["is_won"], deal["forecasted_revenue"]) == (None, None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("55123478", 55123478),
        (1500, 1500),
        ("12.5", 12.5),
        ("1,500", None),
        ("$1500", None),
        ("", None),
        ("-3", None),
    ],
)
def test_only_digits_make_an_amount(apollo, given, kept):
    assert make(apollo, amount=given)["amount"] == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-10-15", "2026-10-15T00:00:00.000+00:00"),
        ("2026-10-15T08:00:00+02:00", "2026-10-15T06:00:00.000+00:00"),
        ("next week", None),
    ],
)
def test_a_close_date_comes_back_as_date_and_time(apollo, given, kept):
    assert make(apollo, closed_date=given)["closed_date"] == kept


def test_an_account_is_named_by_its_own_id_or_its_organizations(apollo):
    assert make(apollo, account_id=ACCOUNT)["account_id"] == ACCOUNT
    made = make(apollo, account_id=ORGANIZATION)
    assert view(apollo, made["id"])["account"]["id"] == ACCOUNT


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_deal_needs_a_name(apollo, name):
    reply = apollo.post(DEALS, {"name": name, "amount": 3})

    assert (reply.status_code, reply.json()) == (422, {"error": "Name is required"})


@pytest.mark.parametrize("name", ["owner_id", "account_id", "opportunity_stage_id"])
def test_a_malformed_id_is_refused(apollo, name):
    error = {"error": "Parameters misconfigured. 12345 is not a valid ID"}

    made = apollo.post(DEALS, {"name": "New line", name: "12345"})
    changed = change(apollo, SEEDED, opportunity_stage_id="12345")

    assert (made.status_code, made.json()) == (422, error)
    assert (changed.status_code, changed.json()) == (422, error)


def test_the_same_name_makes_a_second_deal(apollo):
    assert make(apollo)["id"] != make(apollo)["id"]


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_an_update_changes_what_it_names_and_keeps_the_rest(apollo, method):
    made = make(apollo, amount=100, account_id=ACCOUNT, typed_custom_fields={"a": "1", "b": "2"})
    won = stages(apollo)["Freight frame contract"]
    elsewhere = WORLD.id_of("account of enrollable", 2)

    first = change(
        apollo, made["id"], method, amount="250", account_id=elsewhere, opportunity_stage_id=won
    )
    change(apollo, made["id"], method, typed_custom_fields={"b": "3"})

    assert first.status_code == 200
    deal = view(apollo, made["id"])
    assert (deal["name"], deal["amount"], deal["account_id"]) == ("New line", 250, ACCOUNT)
    assert (deal["is_won"], deal["forecasted_revenue"]) == (True, 250)
    assert deal["typed_custom_fields"] == {"a": "1", "b": "3"}
    kinds = [effect["kind"] for effect in apollo.sandbox.books()["effects"]]
    assert kinds == ["created", "updated", "updated"]


def test_a_comma_in_an_update_empties_the_amount(apollo):
    assert change(apollo, SEEDED, amount="1,000").json()["opportunity"]["amount"] is None
    assert view(apollo, SEEDED)["forecasted_revenue"] is None


def test_a_deal_nobody_has_is_told_of_in_two_ways(apollo):
    nowhere = "0" * 24

    missed, malformed = apollo.get(f"{DEALS}/{nowhere}"), apollo.get(f"{DEALS}/12345")
    unchanged = change(apollo, nowhere, name="X")

    assert (missed.status_code, missed.json()) == (404, {"status": 404, "error": "Not Found"})
    assert malformed.status_code == unchanged.status_code == 422
    assert malformed.json() == {
        "error": "Parameters misconfigured. opportunity_id is not a valid ID"
    }
    assert unchanged.json() == {"error": "Opportunity does not exist."}


@pytest.mark.parametrize(("method", "path"), [("GET", SEARCH), ("POST", SEARCH), ("GET", DEALS)])
def test_deals_are_listed_in_three_ways(apollo, method, path):
    headers = {"x-api-key": apollo.sandbox.key}

    reply = apollo.ask(method, path, params={"per_page": 2, "page": 2}, headers=headers).json()

    assert len(reply["opportunities"]) == 2
    assert reply["pagination"] == {
        "page": 2,
        "per_page": 2,
        "total_entries": 5,
        "total_pages": 3,
    }
    assert reply["opportunities"][0]["account"]["name"]


def test_a_list_is_sorted_and_filtered_by_name_alone(apollo):
    def names(**query):
        return [d["name"] for d in apollo.get(SEARCH, **query).json()["opportunities"]]

    assert names(sort_by_field="amount")[:2] == ["Freight frame contract", "Paper for two years"]
    assert names(sort_by_field="is_won")[0] == "Freight frame contract"
    assert set(names(sort_by_field="is_closed")[:2]) == {"Freight frame contract", "Spare parts"}
    assert names(q_opportunity_name="paper") == ["Paper for two years"]
    assert len(names(q_keywords="paper")) == 5


def test_the_deals_of_a_contact_are_found_and_of_nobody_none(apollo):
    contact = WORLD.id_of("enrollable", numbers_of("ready")[0])

    (deal,) = apollo.post(f"/contacts/{contact}/opportunities", {}).json()["opportunities"]

    assert deal["id"] == SEEDED
    assert contact in [role["id"] for role in deal["opportunity_contact_roles"]]
    nobody = apollo.post(f"/contacts/{'0' * 24}/opportunities", {})
    assert (nobody.status_code, nobody.json()) == (200, {"opportunities": []})


def test_deals_outlive_a_restart(tmp_path):
    world = tmp_path / "world.jsonl"
    with calling(persist=world) as first:
        made = make(first, amount=7)
        change(first, SEEDED, name="Renamed")
    with calling(persist=world) as second:
        assert view(second, made["id"])["amount"] == 7
        assert view(second, SEEDED)["name"] == "Renamed"
        assert make(second)["id"] != made["id"]
        assert len(second.sandbox.books()["effects"]) == 3
