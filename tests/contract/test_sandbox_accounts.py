"""Accounts: made, joined to companies of Apollo's data, changed one by one and many at once."""

import pytest
from sandbox_caller import MATCH, ORGANIZATION, ORGANIZATIONS, calling

from apollo_batch.sandbox.world import World

WORLD = World(42)
ACCOUNTS, SEARCH = "/accounts", "/accounts/search"
MAKE, CHANGE = "/accounts/bulk_create", "/accounts/bulk_update"
COMPANIES = [WORLD.company(number) for number in range(300)]
SAVED = next(c for c in COMPANIES if c.account_id)
UNSAVED = next(c for c in COMPANIES if not c.account_id)
NOBODY = "0" * 24


@pytest.fixture(scope="module")
def running_sandbox():
    with calling(profile="unlimited") as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def made(apollo, **values):
    reply = apollo.post(ACCOUNTS, {"name": "Quay Sample"} | values)
    assert reply.status_code == 200, reply.text
    return reply.json()["account"]


def seen(apollo, number):
    return apollo.get(f"{ACCOUNTS}/{number}").json()["account"]


def stages(apollo):
    return {s["name"]: s["id"] for s in apollo.get("/account_stages").json()["account_stages"]}


def test_a_new_account_is_the_acting_users_and_every_one_is_new(apollo):
    first, second = made(apollo, domain="quay.example"), made(apollo, domain="quay.example")

    me = apollo.get("/users/api_profile").json()["id"]
    assert first["id"] != second["id"]
    assert first["owner_id"] == first["creator_id"] == me
    assert first["account_stage_id"] == stages(apollo)["Cold"]
    assert first["organization_id"] is None
    assert "updated_at" not in first
    assert apollo.effects() == [("created", "accounts", "quay.example")] * 2


def test_a_company_of_apollos_data_is_recognised_and_shows_its_account_from_then_on(apollo):
    before = apollo.get(ORGANIZATION, domain=UNSAVED.domain).json()["organization"]
    account = apollo.post(ACCOUNTS, {"domain": UNSAVED.domain}).json()["account"]
    person = WORLD.staff(UNSAVED)[0]

    after = apollo.get(ORGANIZATION, domain=UNSAVED.domain).json()["organization"]
    bulk = apollo.post(ORGANIZATIONS, {"domains": [UNSAVED.domain]}).json()["organizations"][0]
    contact = apollo.post("/contacts", {"email": person.email, "run_dedupe": True}).json()
    assert "account_id" not in before
    assert account["organization_id"] == UNSAVED.id
    assert after["account_id"] == after["account"]["id"] == account["id"]
    assert bulk["account"] == account
    assert contact["contact"]["account_id"] == account["id"]


def test_an_account_needs_a_name_or_a_domain(apollo):
    reply = apollo.post(ACCOUNTS, {"phone": "555-555-0133"})

    assert reply.status_code == 422
    assert reply.json() == {"error": "Please specify at least a name or domain."}


@pytest.mark.parametrize("name", ["owner_id", "account_stage_id"])
def test_an_id_that_is_none_is_refused_with_its_value(apollo, name):
    number = made(apollo)["id"]
    error = {"error": "Parameters misconfigured. 78977 is not a valid ID"}

    assert apollo.post(ACCOUNTS, {"name": "X", name: "78977"}).json() == error
    assert apollo.patch(f"{ACCOUNTS}/{number}", {name: "78977"}).json() == error


def test_an_account_that_is_not_there_is_refused_with_the_parameters_name(apollo):
    for number in ("42", NOBODY, SAVED.id):
        shown = apollo.get(f"{ACCOUNTS}/{number}")
        changed = apollo.patch(f"{ACCOUNTS}/{number}", {"name": "X"})
        assert shown.status_code == changed.status_code == 422
        assert shown.json() == {"error": "Parameters misconfigured. id is not a valid ID"}
        assert changed.json() == {"error": "Parameters misconfigured. account_id is not a valid ID"}


def test_a_saved_account_tells_for_nothing_what_an_enrichment_is_paid_for(apollo):
    account = seen(apollo, SAVED.account_id)
    assert apollo.charged() == 0

    company = apollo.get(ORGANIZATION, domain=SAVED.domain).json()["organization"]
    assert company.keys() - account.keys() == {"account", "account_id"}
    for name in ("industry", "annual_revenue", "technology_names", "departmental_head_count"):
        assert account[name] == company[name]
    assert account["id"] == company["account_id"]
    assert account["organization_id"] == company["id"]


def test_an_account_counts_its_contacts(apollo):
    saved = [person for person in WORLD.staff(SAVED) if person.contact_id]
    apollo.post("/contacts", {"first_name": "A", "account_id": SAVED.account_id})

    assert seen(apollo, SAVED.account_id)["num_contacts"] == len(saved) + 1


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_change_writes_what_it_names_and_clears_what_is_empty(apollo, method):
    before = made(apollo, phone="555-555-0108", domain="quay.example")

    body = {"phone": "+44 7700 900852", "domain": "", "hubspot_id": "7"}
    reply = apollo.patch(f"{ACCOUNTS}/{before['id']}", body, method=method).json()

    assert before["sanitized_phone"] == "+15555550108"
    assert reply["labels"] == []
    changes = {"phone": "+44 7700 900852", "sanitized_phone": "+447700900852", "domain": None}
    assert reply["account"] == before | changes


def test_a_search_looks_at_the_name_stages_and_lists(apollo):
    number = made(apollo, account_stage_id=stages(apollo)["Lead"])["id"]
    adding = {"entity_ids": [number], "label_names": ["Key accounts"], "modality": "accounts"}
    label = apollo.post("/labels/add_entity_ids_to_label_names", adding).json()["labels"][0]
    asked = {
        "q_organization_name": "uay sAm",
        "account_stage_ids": [stages(apollo)["Lead"]],
        "account_label_ids": [label["id"]],
    }

    reply = apollo.post(SEARCH, asked).json()
    other_stage = asked | {"account_stage_ids": [stages(apollo)["Cold"]]}
    assert [account["id"] for account in reply["accounts"]] == [number]
    assert reply["accounts"][0]["num_contacts"] == 0
    assert [crumb["display_name"] for crumb in reply["breadcrumbs"]] == [
        "uay sAm",
        "Lead",
        "Key accounts",
    ]
    assert apollo.post(SEARCH, other_stage).json()["accounts"] == []
    assert apollo.post(SEARCH, {"q_organization_name": "quay.example"}).json()["accounts"] == []


def test_a_search_finds_what_was_saved_before_the_first_request(apollo):
    reply = apollo.post(SEARCH, {"q_organization_name": SAVED.name}).json()

    assert SAVED.account_id in [account["id"] for account in reply["accounts"]]


@pytest.mark.parametrize(
    ("asked", "body"),
    [
        (
            {"sort_by_field": "shoe_size"},
            {"error": "Invalid sort criteria", "skip_alert_dialog": True},
        ),
        (
            {"account_stage_ids": {"0": "x"}},
            {
                "error": "Your search parameters are entered incorrectly. "
                "Did you try to edit the URL directly?"
            },
        ),
        ({"per_page": 0}, {"error": "An error occurred. Per page cannot be 0."}),
        (
            {"page": 502, "per_page": 100},
            {"error": "Invalid parameter passed in. Page * per page number is over threshold."},
        ),
    ],
)
def test_a_search_that_cannot_be_carried_out_is_refused(apollo, asked, body):
    reply = apollo.post(SEARCH, asked)

    assert (reply.status_code, reply.json()) == (422, body)


def test_without_dedupe_only_a_linked_crms_ids_tell_that_an_account_is_there(apollo):
    item = {"name": "Quay Sample", "domain": "quay.example", "salesforce_id": "001A"}
    (first,) = apollo.post(MAKE, {"accounts": [item]}).json()["created_accounts"]

    alike = apollo.post(MAKE, {"accounts": [item | {"salesforce_id": ""}]}).json()
    same = apollo.post(MAKE, {"accounts": [{"name": "Other", "salesforce_id": "001A"}]}).json()

    assert len(alike["created_accounts"]) == 1
    assert [account["id"] for account in same["existing_accounts"]] == [first["id"]]
    assert same["existing_accounts"][0]["name"] == "Quay Sample"


@pytest.mark.parametrize(
    "item",
    [{"domain": SAVED.domain}, {"name": SAVED.name.upper()}, {"organization_id": SAVED.id}],
    ids=["domain", "name", "organization"],
)
def test_with_dedupe_domain_company_and_name_tell_it_and_nothing_is_changed(apollo, item):
    reply = apollo.post(MAKE, {"accounts": [item | {"phone": "555-555-0133"}], "run_dedupe": True})

    assert reply.json()["created_accounts"] == []
    assert [a["id"] for a in reply.json()["existing_accounts"]] == [SAVED.account_id]
    assert apollo.effects() == []


def test_what_is_made_in_bulk_is_put_on_lists_and_told_in_an_order_of_apollos_own(apollo):
    items = [{"name": f"Quay {n}", "domain": f"quay{n}.example"} for n in range(20)]

    reply = apollo.post(MAKE, {"accounts": items, "append_label_names": ["Spring fair"]}).json()

    created = reply["created_accounts"]
    assert sorted(a["name"] for a in created) == sorted(item["name"] for item in items)
    assert [a["name"] for a in created] != [item["name"] for item in items]
    label = next(one for one in apollo.get("/labels").json() if one["name"] == "Spring fair")
    assert (label["modality"], label["cached_count"]) == ("accounts", 20)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, 'Please provide an array of account attributes in the "accounts" parameter.'),
        (
            {"accounts": [{"name": f"A{n}"} for n in range(101)]},
            "Please limit your array to 100 accounts or fewer.",
        ),
    ],
)
def test_what_cannot_be_made_in_bulk_is_refused(apollo, body, error):
    reply = apollo.post(MAKE, body)

    assert (reply.status_code, reply.json()) == (422, {"error": error})


def test_a_change_of_many_takes_name_owner_stage_and_own_fields_and_nothing_else(apollo):
    numbers = [made(apollo)["id"] for _ in range(2)]
    lead = stages(apollo)["Lead"]
    field = next(
        f["id"]
        for f in apollo.get("/typed_custom_fields").json()["typed_custom_fields"]
        if (f["modality"], f["type"]) == ("account", "string")
    )
    body = {"account_ids": [*numbers, NOBODY], "account_stage_id": lead, "domain": "x.example"}
    own = {"id": numbers[0], "name": "Own", "phone": "555-555-0133"}
    own["typed_custom_fields"] = {field: "A-1"}

    alike = apollo.post(CHANGE, body).json()
    each = apollo.post(CHANGE, {"account_attributes": [own]}).json()

    assert alike == {"accounts": [{"id": n, "account_stage_id": lead} for n in numbers]}
    assert each["accounts"] == [
        {"id": numbers[0], "name": "Own", "typed_custom_fields": {field: "A-1"}}
    ]
    after = seen(apollo, numbers[0])
    assert (after["domain"], after["phone"], after["name"]) == (None, None, "Own")


def test_only_an_equal_change_of_many_may_go_on_in_the_background(apollo):
    number = made(apollo)["id"]

    own = {"account_attributes": [{"id": number, "name": "X"}], "async": True}
    refused = apollo.post(CHANGE, own)
    job = apollo.post(CHANGE, {"account_ids": [number], "name": "Y", "async": True}).json()
    too_many = apollo.post(CHANGE, {"account_ids": [f"{n:024x}" for n in range(1001)]})

    assert refused.json() == {"error": "Async processing is not permitted."}
    assert job["entity_progress_job"]["entity_ids"] == [number]
    assert seen(apollo, number)["name"] == "Y"
    assert too_many.json() == {"error": "Please limit your array to fewer than 1000."}


def test_the_owner_of_many_is_read_from_the_query_alone(apollo):
    number = made(apollo)["id"]
    other = apollo.get("/users/search").json()["users"][1]["id"]
    route = f"{ACCOUNTS}/update_owners"

    in_body = apollo.post(route, {"account_ids": [number], "owner_id": other})
    without = apollo.post(route, **{"account_ids[]": [number]})
    reply = apollo.post(route, owner_id=other, **{"account_ids[]": [number, NOBODY]})

    assert in_body.json() == {"error": "Required parameter 'account_ids' missing"}
    assert without.json() == {"error": "Required parameter 'owner_id' missing"}
    assert reply.json() == {"accounts": [{"id": number, "owner_id": other, "crm_owner_id": None}]}


def test_accounts_outlive_a_restart(tmp_path):
    world = tmp_path / "world.jsonl"
    with calling(persist=world) as first:
        account = made(first, domain="quay.example")
        first.patch(f"{ACCOUNTS}/{SAVED.account_id}", {"name": "Changed"})
    with calling(persist=world) as second:
        assert seen(second, account["id"])["domain"] == "quay.example"
        assert seen(second, SAVED.account_id)["name"] == "Changed"
        person = WORLD.staff(SAVED)[0]
        match = second.post(MATCH, {"id": person.id}).json()["person"]
        assert match["organization"]["name"] == SAVED.name
