"""Many contacts at once: which are made, which were there, what a change of many does."""

import pytest
from sandbox_caller import calling

from apollo_batch.sandbox.world import World

WORLD = World(42)
MAKE, CHANGE = "/contacts/bulk_create", "/contacts/bulk_update"
SAVED = next(p for p in WORLD.people() if p.contact_id and p.email)


@pytest.fixture(scope="module")
def running_sandbox():
    with calling(profile="unlimited") as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def someone(number, **values):
    return {
        "first_name": "Row",
        "last_name": f"No{number}",
        "email": f"row{number}@quay.example",
    } | values


def made(apollo, count):
    reply = apollo.post(MAKE, {"contacts": [someone(n) for n in range(count)]}).json()
    return {contact["email"]: contact["id"] for contact in reply["created_contacts"]}


def seen(apollo, number):
    return apollo.get(f"/contacts/{number}").json()["contact"]


def test_what_is_made_comes_back_short_without_an_index_in_an_order_of_apollos_own(apollo):
    asked = [someone(number) for number in range(30)]

    reply = apollo.post(MAKE, {"contacts": asked}).json()

    emails = [contact["email"] for contact in reply["created_contacts"]]
    assert sorted(emails) == sorted(one["email"] for one in asked)
    assert emails != [one["email"] for one in asked]
    assert reply["existing_contacts"] == []
    assert set(reply["created_contacts"][0]) == set(
        "id first_name last_name email title team_id owner_id contact_stage_id created_at "
        "updated_at".split()
    )


def test_without_dedupe_all_are_new_and_with_it_whoever_is_there_comes_back_unchanged(apollo):
    asked = {"contacts": [someone(1, title="New"), someone(2)]}
    number = made(apollo, 2)["row1@quay.example"]
    before = seen(apollo, number)

    again = apollo.post(MAKE, asked).json()
    more = {"contacts": [*asked["contacts"], someone(3)], "run_dedupe": True}
    deduped = apollo.post(MAKE, more | {"append_label_names": ["Spring fair"]}).json()

    assert len(again["created_contacts"]) == 2
    assert number in [contact["id"] for contact in deduped["existing_contacts"]]
    assert seen(apollo, number) == before
    (new,) = deduped["created_contacts"]
    label = next(one for one in apollo.get("/labels").json() if one["name"] == "Spring fair")
    assert seen(apollo, new["id"])["label_ids"] == [label["id"]]
    assert (label["modality"], label["cached_count"]) == ("contacts", 1)


def test_dedupe_knows_whoever_was_saved_before_the_first_request(apollo):
    item = {"first_name": SAVED.first_name, "last_name": SAVED.last_name, "email": SAVED.email}

    reply = apollo.post(MAKE, {"contacts": [item], "run_dedupe": True}).json()

    assert [contact["id"] for contact in reply["existing_contacts"]] == [SAVED.contact_id]
    assert reply["created_contacts"] == []
    assert apollo.effects() == []


def test_two_equal_rows_of_one_request_are_one_contact_in_both_lists(apollo):
    reply = apollo.post(MAKE, {"contacts": [someone(1), someone(1)], "run_dedupe": True}).json()

    assert len(reply["created_contacts"]) == 1
    assert reply["created_contacts"] == reply["existing_contacts"]


def test_fields_it_does_not_know_are_dropped_without_a_word(apollo):
    item = someone(
        1,
        phone="555-555-0133",
        title="Buyer",
        primary_title="Head Buyer",
        direct_phone="555-555-0100",
        website_url="https://www.brightwater.example",
        label_names=["Newsletter"],
    )

    (short,) = apollo.post(MAKE, {"contacts": [item]}).json()["created_contacts"]

    contact = seen(apollo, short["id"])
    assert contact["title"] == "Head Buyer"
    assert [number["raw_number"] for number in contact["phone_numbers"]] == ["555-555-0133"]
    assert contact["sanitized_phone"] == "+15555550133"
    assert contact["label_ids"] == []
    assert contact["organization_id"] is None


def test_a_row_that_says_nobody_is_in_neither_list(apollo):
    reply = apollo.post(MAKE, {"contacts": [{"title": "Buyer"}, someone(1)]}).json()

    assert len(reply["created_contacts"]) == 1
    assert reply["existing_contacts"] == []


def test_the_owner_of_all_must_be_of_the_team(apollo):
    users = apollo.get("/users/search").json()["users"]
    asked = {"contacts": [someone(1)]}
    left = next(user for user in users if user["deleted"])

    (contact,) = apollo.post(MAKE, asked | {"owner_id": users[1]["id"]}).json()["created_contacts"]
    strangers = [apollo.post(MAKE, asked | {"owner_id": n}) for n in ("5" * 24, left["id"])]

    assert contact["owner_id"] == users[1]["id"]
    assert [reply.status_code for reply in strangers] == [422, 422]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            {},
            'Please provide an array of contact attributes in the "contact_attributes" parameter.',
        ),
        (
            {"contacts": "x"},
            'Please provide an array of contact attributes in the "contact_attributes" parameter.',
        ),
        (
            {"contacts": [someone(n) for n in range(101)]},
            "Please limit your array to 100 contacts or fewer.",
        ),
        (
            {"contacts": [someone(1), someone(2, account_id="77")]},
            "Parameters misconfigured. 77 is not a valid ID",
        ),
    ],
)
def test_what_cannot_be_made_is_refused_as_a_whole(apollo, body, error):
    reply = apollo.post(MAKE, body)

    assert (reply.status_code, reply.json()) == (422, {"error": error})
    assert apollo.effects() == []


def test_a_change_of_many_gives_back_ids_and_what_was_changed(apollo):
    numbers = list(made(apollo, 3).values())
    other = apollo.get("/users/search").json()["users"][1]["id"]
    own = [{"id": n, "title": f"T{i}", "owner_id": other} for i, n in enumerate(numbers)]

    each = apollo.post(
        CHANGE, {"contact_attributes": [*own, {"id": "0" * 24, "title": "X"}]}
    ).json()
    alike = apollo.post(CHANGE, {"contact_ids": numbers, "title": "Same"}).json()
    some = apollo.post(
        CHANGE, {"contact_ids": numbers, "title": "Same", "visible_entity_ids": numbers[:1]}
    ).json()

    assert [(c["id"], c["title"], c["owner_id"]) for c in each["contacts"]] == [
        (n, f"T{i}", other) for i, n in enumerate(numbers)
    ]
    assert [set(contact) for contact in alike["contacts"]] == [{"id", "title", "updated_at"}] * 3
    assert [contact["id"] for contact in some["contacts"]] == numbers[:1]
    assert {seen(apollo, number)["title"] for number in numbers} == {"Same"}


def test_a_change_of_many_takes_no_stage_and_no_lists(apollo):
    (number,) = made(apollo, 1).values()
    before = seen(apollo, number)
    stage = apollo.get("/contact_stages").json()["contact_stages"][2]["id"]

    body = {"contact_ids": [number], "contact_stage_id": stage, "label_names": ["Newsletter"]}
    reply = apollo.post(CHANGE, body)

    assert reply.status_code == 200
    after = seen(apollo, number)
    assert after["contact_stage_id"] == before["contact_stage_id"]
    assert after["label_ids"] == before["label_ids"]


def test_one_bad_address_refuses_the_whole_change(apollo):
    numbers = list(made(apollo, 2).values())
    own = [
        {"id": numbers[0], "title": "X"},
        {"id": numbers[1], "email": "no address"},
    ]

    reply = apollo.post(CHANGE, {"contact_attributes": own})

    assert reply.status_code == 422
    assert reply.json() == {
        "error": "Validation failed",
        "error_details": {
            "contact_id": numbers[1],
            "field": "email",
            "message": "Invalid email format",
        },
    }
    assert seen(apollo, numbers[0])["title"] is None


def test_a_hundred_are_changed_at_once_and_more_in_the_background(apollo):
    numbers = list((made(apollo, 100) | {"": made(apollo, 1)["row0@quay.example"]}).values())

    hundred = apollo.post(CHANGE, {"contact_ids": numbers[:100], "title": "A"}).json()
    more = apollo.post(CHANGE, {"contact_ids": numbers, "title": "B"}).json()
    wanted = apollo.post(CHANGE, {"contact_ids": numbers[:1], "title": "C", "async": True}).json()

    assert len(hundred["contacts"]) == 100
    job = more["entity_progress_job"]
    assert (job["job_type"], job["status"]) == ("contact_bulk_update", "pending")
    assert job["entity_ids"] == numbers
    assert wanted.keys() == {"entity_progress_job"}
    assert [seen(apollo, n)["title"] for n in numbers[:2]] == ["C", "B"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "Please provide either contact_ids or contact_attributes"),
        ({"title": "X"}, "Please provide either contact_ids or contact_attributes"),
        (
            {"contact_ids": [f"{n:024x}" for n in range(1001)]},
            "Please limit your array to fewer than 1000.",
        ),
        ({"contact_ids": ["7"]}, "Parameters misconfigured. 7 is not a valid ID"),
        (
            {"contact_attributes": [{"title": "X"}]},
            "Parameters misconfigured. id is not a valid ID",
        ),
    ],
)
def test_a_change_that_cannot_be_carried_out_is_refused(apollo, body, error):
    reply = apollo.post(CHANGE, body)

    assert (reply.status_code, reply.json()) == (422, {"error": error})


@pytest.mark.parametrize("kind", ["contacts", "accounts"])
def test_a_creation_that_fails_says_so_in_its_own_words_and_may_have_happened(apollo, kind):
    apollo.sandbox.plot([{"route": f"POST /{kind}/bulk_create", "on": [1], "fault": "500_after"}])
    items = {kind: [{"name": "Nell Sample", "first_name": "Nell"}]}

    reply = apollo.post(f"/{kind}/bulk_create", items)

    assert reply.status_code == 500
    assert reply.json() == {"error": f"An error occurred while creating {kind}. Please try again."}
    assert [effect[:2] for effect in apollo.effects()] == [("created", kind)]
