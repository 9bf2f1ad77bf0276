"""Contacts: made, found again, written over, kept; and whom a contact turns out to be."""

import contextlib

import pytest
import requests
from sandbox_caller import BULK, MATCH, calling

from apollo_batch.sandbox import seeds
from apollo_batch.sandbox.world import World

WORLD = World(42)
CONTACTS = "/contacts"
SAVED = next(p for p in WORLD.people() if p.contact_id and p.email and p.company.account_id)
UNSAVED = next(p for p in WORLD.people() if not p.contact_id and p.company.account_id)
KNOWN = {"first_name": "Nell", "last_name": "Harrow", "email": "nell.harrow@quay.example"}


@pytest.fixture(scope="module")
def running_sandbox():
    with calling(profile="unlimited") as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def made(apollo, **values):
    reply = apollo.post(CONTACTS, KNOWN | values)
    assert reply.status_code == 200, reply.text
    return reply.json()["contact"]


def seen(apollo, number):
    return apollo.get(f"{CONTACTS}/{number}").json()["contact"]


def stages(apollo):
    return {s["name"]: s["id"] for s in apollo.get("/contact_stages").json()["contact_stages"]}


def test_a_new_contact_is_the_acting_users_at_the_first_stage(apollo):
    contact = made(apollo, title="Buyer")

    me = apollo.get("/users/api_profile").json()["id"]
    assert contact["owner_id"] == contact["creator_id"] == me
    assert contact["contact_stage_id"] == stages(apollo)["New"]
    assert contact["name"] == "Nell Harrow"
    assert contact["source"] == "api"
    assert contact["person_id"] is contact["organization_id"] is contact["account_id"] is None
    assert seen(apollo, contact["id"]) == contact


def test_the_same_details_make_another_contact_every_time(apollo):
    first, second = made(apollo), made(apollo)

    assert first["id"] != second["id"]
    assert [e for e in apollo.effects() if e[0] == "created"] == [
        ("created", "contacts", KNOWN["email"])
    ] * 2


def test_with_dedupe_what_is_sent_wins_what_is_left_out_stays_and_what_is_empty_goes(apollo):
    before = made(apollo, title="Buyer", mobile_phone="555-555-0133", person_id="a" * 24)

    reply = apollo.post(
        CONTACTS,
        {"email": KNOWN["email"].upper(), "title": "", "last_name": "Quill", "run_dedupe": True}
        | {"person_id": "b" * 24},
    ).json()

    after = reply["contact"]
    assert reply["dedupe_result"] == {
        "found_existing": True,
        "match_reason": "email_match",
        "existing_contact_id": before["id"],
    }
    assert after["id"] == before["id"]
    assert after["title"] is None
    assert (after["first_name"], after["last_name"], after["name"]) == (
        "Nell",
        "Quill",
        "Nell Quill",
    )
    assert after["phone_numbers"] == before["phone_numbers"]
    assert after["created_at"] == before["created_at"] <= after["updated_at"]
    # Person and address are different matters: whom it is stays once it is known.
    assert after["person_id"] == "a" * 24
    assert apollo.effects()[-1] == ("updated", "contacts", KNOWN["email"].upper())


STEPS = {
    "crm": ({"salesforce_contact_id": "003A", "title": "One"}, "crm_id_match"),
    "person": ({"person_id": "c" * 24, "title": "Two"}, "person_id_match"),
    "email": ({"email": "three@quay.example", "title": "Three"}, "email_match"),
    "name": (
        {"first_name": "Four", "last_name": "Name", "organization_name": "Quay Sample"},
        "name_and_company_match",
    ),
}


def test_five_steps_tell_who_is_there_already_and_the_first_that_hits_decides(apollo):
    known = {
        step: apollo.post(CONTACTS, body).json()["contact"] for step, (body, _) in STEPS.items()
    }
    other = made(apollo)
    together = {name: value for body, _ in STEPS.values() for name, value in body.items()}

    for step, (body, reason) in STEPS.items():
        result = apollo.post(CONTACTS, together | {"run_dedupe": True}).json()["dedupe_result"]
        assert (result["existing_contact_id"], result["match_reason"]) == (
            known[step]["id"],
            reason,
        )
        together = {name: value for name, value in together.items() if name not in body}
        together |= {"first_name": "Four", "last_name": "Name", "organization_name": "Quay SAMPLE "}
    by_id = apollo.post(
        CONTACTS, {"id": other["id"], "email": "three@quay.example", "run_dedupe": True}
    ).json()["dedupe_result"]
    assert (by_id["existing_contact_id"], by_id["match_reason"]) == (other["id"], "id_match")


def test_a_name_at_the_same_mail_domain_is_the_same_person_and_gets_the_new_address(apollo):
    before = made(apollo)

    reply = apollo.post(CONTACTS, KNOWN | {"email": "n.harrow@quay.example", "run_dedupe": True})

    contact = reply.json()["contact"]
    assert contact["id"] == before["id"]
    assert contact["email"] == "n.harrow@quay.example"
    assert contact["email_status"] == before["email_status"]


def test_a_name_alone_is_nobody_in_particular(apollo):
    before = made(apollo)

    body = {"first_name": "Nell", "last_name": "Harrow", "run_dedupe": True}
    reply = apollo.post(CONTACTS, body).json()

    assert reply["contact"]["id"] != before["id"]
    assert "dedupe_result" not in reply


def test_whoever_was_saved_before_the_first_request_is_found_by_id_search_and_dedupe(apollo):
    deduped = apollo.post(CONTACTS, {"email": SAVED.email, "title": "New", "run_dedupe": True})
    by_name = {"first_name": SAVED.first_name, "last_name": SAVED.last_name}
    by_name |= {"organization_name": SAVED.company.name, "run_dedupe": True}
    found = apollo.post("/contacts/search", {"q_keywords": SAVED.email}).json()["contacts"]

    contact = seen(apollo, SAVED.contact_id)
    assert deduped.json()["contact"]["id"] == SAVED.contact_id
    assert apollo.post(CONTACTS, by_name).json()["contact"]["id"] == SAVED.contact_id
    assert [one["id"] for one in found] == [SAVED.contact_id]
    assert contact["title"] == "New"
    assert contact["person_id"] == SAVED.id
    assert contact["account_id"] == SAVED.company.account_id


def test_a_contact_who_is_a_person_of_apollos_data_is_joined_to_person_company_and_account(apollo):
    known = {"first_name": UNSAVED.first_name, "last_name": UNSAVED.last_name}
    contact = apollo.post(CONTACTS, known | {"organization_name": UNSAVED.company.name}).json()[
        "contact"
    ]

    person = apollo.post(MATCH, {"id": UNSAVED.id}).json()["person"]
    assert contact["person_id"] == UNSAVED.id
    assert contact["organization_id"] == UNSAVED.company.id
    assert contact["account_id"] == UNSAVED.company.account_id
    assert person["contact_id"] == contact["id"]
    assert person["contact"] == contact
    assert person["revealed_for_current_team"]


def test_a_person_shows_the_contact_as_it_is_now_and_none_before_there_is_one(apollo):
    before = apollo.post(MATCH, {"id": UNSAVED.id}).json()["person"]
    contact = apollo.post(CONTACTS, {"person_id": UNSAVED.id}).json()["contact"]
    apollo.patch(f"{CONTACTS}/{contact['id']}", {"title": "Changed"})

    after = apollo.post(MATCH, {"id": UNSAVED.id}).json()["person"]
    bulk = apollo.post(BULK, {"details": [{"id": UNSAVED.id}]}).json()["matches"][0]
    assert "contact_id" not in before
    assert after["contact"]["title"] == "Changed"
    assert bulk["account_id"] == bulk["account"]["id"] == UNSAVED.company.account_id


def test_numbers_come_back_as_one_dials_them_under_apollos_names_for_them(apollo):
    contact = made(
        apollo,
        mobile_phone="+44 7700 900852",
        direct_phone="(555) 555-0149 ext. 12",
        home_phone="0049 30 5550100",
        other_phone="12345",
    )

    numbers = {n["type"]: n["sanitized_number"] for n in contact["phone_numbers"]}
    assert numbers == {
        "work_direct": "+15555550149",
        "mobile": "+447700900852",
        "home": "+49305550100",
        "other": None,
    }
    assert contact["sanitized_phone"] == "+15555550149"
    assert [n["position"] for n in contact["phone_numbers"]] == [0, 1, 2, 3]
    cleared = apollo.patch(f"{CONTACTS}/{contact['id']}", {"direct_phone": ""}).json()["contact"]
    assert cleared["sanitized_phone"] == "+447700900852"


def test_an_address_in_one_line_becomes_a_place(apollo):
    contact = made(apollo, present_raw_address="Austin, Texas, United States")

    place = [contact[name] for name in ("city", "state", "country", "time_zone")]
    assert place == ["Austin", "Texas", "United States", "America/New_York"]


def test_lists_are_added_on_creation_and_replaced_by_a_change(apollo):
    number = made(apollo, label_names=["Newsletter", "Spring fair"])["id"]
    again = apollo.post(
        CONTACTS, KNOWN | {"label_names": ["Autumn fair"], "run_dedupe": True}
    ).json()

    replaced = apollo.patch(f"{CONTACTS}/{number}", {"label_names": ["Spring fair"]}).json()
    emptied = apollo.patch(f"{CONTACTS}/{number}", {"label_names": []}).json()
    assert [label["name"] for label in again["labels"]] == [
        "Newsletter",
        "Spring fair",
        "Autumn fair",
    ]
    assert [(label["name"], label["cached_count"]) for label in replaced["labels"]] == [
        ("Spring fair", 1)
    ]
    assert replaced["contact"]["label_ids"] == [replaced["labels"][0]["id"]]
    assert emptied["labels"] == []


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_change_writes_what_it_names_and_an_owner_is_none_of_it(apollo, method):
    before = made(apollo)
    other = apollo.get("/users/search").json()["users"][1]["id"]

    body = {"title": "Head of Sample", "owner_id": other, "nonsense": 1}
    reply = apollo.patch(f"{CONTACTS}/{before['id']}", body, method=method)

    after = reply.json()["contact"]
    assert after == before | {"title": "Head of Sample", "updated_at": after["updated_at"]}


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("0" * 24, "Oops! This contact does not exist in Apollo."),
        (SAVED.id, "Oops! This contact does not exist in Apollo."),
        (seeds.deleted_contact(WORLD), "This contact has been deleted."),
        (seeds.hidden_contact(WORLD), "You are not authorized to view this page."),
        ("42", "Parameters misconfigured. contact_id is not a valid ID"),
    ],
)
def test_a_contact_that_is_not_there_is_refused_in_apollos_words(apollo, number, error):
    reply = apollo.get(f"{CONTACTS}/{number}")

    assert (reply.status_code, reply.json()) == (422, {"error": error})


def test_a_deleted_contact_takes_no_change(apollo):
    number = seeds.deleted_contact(WORLD)

    reply = apollo.patch(f"{CONTACTS}/{number}", {"title": "X"})

    assert reply.status_code == 422
    assert reply.json() == {
        "error": "Cannot update contact as it is deleted.",
        "deleted_contact_ids": [number],
    }


@pytest.mark.parametrize("name", ["account_id", "contact_stage_id", "owner_id", "person_id", "id"])
def test_an_id_that_is_none_is_refused_with_its_value_and_nothing_is_made(apollo, name):
    reply = apollo.post(CONTACTS, KNOWN | {name: "2342432"})

    assert reply.status_code == 422
    assert reply.json() == {"error": "Parameters misconfigured. 2342432 is not a valid ID"}
    assert apollo.effects() == []


@pytest.mark.parametrize(
    ("route", "name", "value"),
    [("update_stages", "contact_stage_id", "Interested"), ("update_owners", "owner_id", None)],
)
def test_stage_and_owner_of_many_are_read_from_the_query_alone(apollo, route, name, value):
    numbers = [made(apollo)["id"], made(apollo)["id"]]
    other = apollo.get("/users/search").json()["users"][1]["id"]
    wanted = stages(apollo)[value] if value else other
    asked = {"contact_ids[]": [*numbers, "0" * 24], name: wanted}

    in_body = apollo.post(f"{CONTACTS}/{route}", {"contact_ids": numbers, name: wanted})
    without = apollo.post(f"{CONTACTS}/{route}", {name: wanted}, **{"contact_ids[]": numbers})
    reply = apollo.post(f"{CONTACTS}/{route}", **asked)

    assert in_body.json() == {"error": "Required parameter 'contact_ids' missing"}
    assert without.json() == {"error": f"Required parameter '{name}' missing"}
    records = reply.json()["contacts"]
    assert [(record["id"], record[name]) for record in records] == [(n, wanted) for n in numbers]
    assert (records[0].keys() == {"id", "owner_id", "crm_owner_id"}) == (name == "owner_id")
    assert all(seen(apollo, number)[name] == wanted for number in numbers)


def test_what_was_made_and_changed_outlives_a_restart_and_so_does_the_ledger(tmp_path):
    world = tmp_path / "world.jsonl"
    with calling(persist=world) as first:
        contact = made(first, label_names=["Spring fair"])
        first.patch(f"{CONTACTS}/{SAVED.contact_id}", {"title": "Changed"})
        before = first.sandbox.books()
    with calling(persist=world) as second:
        assert seen(second, contact["id"]) == contact
        assert seen(second, SAVED.contact_id)["title"] == "Changed"
        after = second.sandbox.books()
        assert made(second)["id"] != contact["id"]
        assert [entry["n"] for entry in second.sandbox.books()["effects"]] == [1, 2, 3, 4]

    assert before["effects"] == after["effects"]
    assert before["crm"] == after["crm"]
    assert [(e["n"], e["route"], e["kind"], e["table"]) for e in after["effects"]] == [
        (1, "POST /contacts", "created", "labels"),
        (2, "POST /contacts", "created", "contacts"),
        (3, "PATCH /contacts/{contact_id}", "updated", "contacts"),
    ]
    assert after["effects"][1]["id"] == contact["id"]


def test_a_reset_leaves_what_was_there_in_the_beginning(apollo):
    counted = apollo.sandbox.books()["crm"]
    made(apollo)
    apollo.patch(f"{CONTACTS}/{SAVED.contact_id}", {"title": "Changed"})
    assert apollo.sandbox.books()["crm"]["contacts"] == counted["contacts"] + 1

    apollo.sandbox.reset()

    assert apollo.sandbox.books()["crm"] == counted
    assert seen(apollo, SAVED.contact_id)["title"] == SAVED.title


@pytest.mark.parametrize(
    ("fault", "created"),
    [("429", 0), ("500_before", 0), ("500_after", 1), ("503_after", 1), ("reset_after", 1)],
)
def test_the_ledger_tells_whether_a_creation_without_an_answer_has_happened(apollo, fault, created):
    apollo.sandbox.plot([{"route": "POST /contacts", "on": [1], "fault": fault}])

    with contextlib.suppress(requests.ConnectionError):
        assert apollo.post(CONTACTS, KNOWN).status_code != 200

    assert apollo.effects() == [("created", "contacts", KNOWN["email"])] * created


def test_an_account_that_is_named_brings_its_company_along(apollo):
    account = apollo.post("/accounts", {"domain": UNSAVED.domain}).json()["account"]

    contact = made(apollo, account_id=account["id"])

    assert contact["account_id"] == account["id"]
    assert contact["organization_id"] == UNSAVED.company.id


def test_another_employer_brings_another_account_along_and_another_title_does_not(apollo):
    number = made(apollo)["id"]

    moved = apollo.patch(
        f"{CONTACTS}/{number}", {"organization_name": UNSAVED.company.name}
    ).json()["contact"]
    apollo.patch(f"{CONTACTS}/{number}", {"account_id": ""})
    titled = apollo.patch(f"{CONTACTS}/{number}", {"title": "Buyer"}).json()["contact"]

    assert moved["organization_id"] == UNSAVED.company.id
    assert moved["account_id"] == UNSAVED.company.account_id
    assert titled["account_id"] is None
    assert titled["organization_id"] == UNSAVED.company.id


def test_strictness_refuses_a_parameter_apollo_does_not_know(tmp_path):
    with calling(strict=True) as strict:
        assert strict.post(CONTACTS, KNOWN).status_code == 200
        assert strict.post(CONTACTS, KNOWN | {"e-mail": "x"}).status_code == 422
