"""What Apollo answers at addresses that the product has no use for."""

import pytest
from sandbox_caller import calling

from apollo_batch.catalogue.addresses import ADDRESSES
from apollo_batch.sandbox.elsewhere import ELSEWHERE
from apollo_batch.sandbox.rules import RULES
from apollo_batch.sandbox.world import World

NOBODY = "a" * 24
SEQUENCES, FIELDS, MESSAGES = "/sequences", "/fields", "/emailer_messages"
APPROVED = {"status": "approved", "emailer_template": {"body_html": "<p>Hello</p>"}}
EMPTY = {"status": "approved", "emailer_template": {"body_html": ""}}


@pytest.fixture(scope="module")
def running_sandbox():
    with calling(profile="unlimited") as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def change(apollo, method, path, body):
    return apollo.ask(method, path, json=body, headers={"x-api-key": apollo.sandbox.key})


def new_field(apollo, **wishes):
    body = {"label": "Region", "modality": "contact", "type": "string", **wishes}
    return apollo.post(FIELDS, body)


@pytest.mark.parametrize(("method", "path"), ELSEWHERE)
def test_every_address_of_the_table_is_answered(apollo, method, path):
    reply = change(apollo, method, path.replace("{id}", NOBODY), {})

    assert reply.json() != {"status": 404, "error": "Not Found"}
    assert reply.headers["x-rate-limit-minute"] == ""


def test_no_address_of_the_table_is_one_of_the_catalogues():
    assert ELSEWHERE.keys() & {(a.method, a.path) for a in ADDRESSES.values()} == set()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/webhooks"),
        ("DELETE", f"/contacts/{NOBODY}"),
        ("GET", "/conversations"),
        ("POST", f"/conversations/{NOBODY}"),
        ("PUT", "/reports/sync_report"),
    ],
)
def test_what_is_in_no_table_is_not_found(apollo, method, path):
    reply = change(apollo, method, path, {})

    assert (reply.status_code, reply.json()) == (404, {"status": 404, "error": "Not Found"})


def test_the_old_people_search_sends_everyone_to_the_new_one(apollo):
    reply = apollo.post("/mixed_people/search", {"person_titles": ["founder"]})

    assert reply.status_code == 422
    assert reply.json()["error"].startswith(
        "This endpoint is deprecated for API callers. "
        "Please use the new mixed_people/api_search endpoint: "
    )


REFUSALS = [
    ("GET", "/notes", {}, 400, "At least one argument is required"),
    (
        "GET",
        f"/notes?contact_id={NOBODY}&sort_direction=up",
        {},
        400,
        'sort_direction must be "asc" or "desc"',
    ),
    (
        "GET",
        f"/notes?contact_id={NOBODY}&sort_by_field=id",
        {},
        400,
        "sort_by_field must be one of: created_at, updated_at",
    ),
    ("POST", MESSAGES, {"contact_id": NOBODY}, 422, "Contact does not exist"),
    ("POST", f"{MESSAGES}/get_content", {}, 422, "Missing required parameter: ids"),
    ("POST", f"{MESSAGES}/email_send_status", {}, 422, "Missing required parameter: id"),
    ("POST", f"{MESSAGES}/email_send_status", {"id": NOBODY}, 404, "Email message not found"),
    ("GET", f"{MESSAGES}/{NOBODY}/activities", {}, 422, "Could not find message."),
    (
        "POST",
        f"{MESSAGES}/{NOBODY}/send_now",
        {},
        422,
        "This email has already been deleted. Please refresh the page.",
    ),
    ("GET", f"{MESSAGES}/search?per_page=0", {}, 422, "An error occurred. Per page cannot be 0."),
    (
        "PUT",
        "/phone_calls/abc",
        {},
        422,
        "Parameters misconfigured. id is not a valid ID",
    ),
    ("PUT", f"{SEQUENCES}/{NOBODY}", {"name": "x"}, 404, "Record not found."),
    ("POST", SEQUENCES, {"emailer_steps": [{}]}, 422, "Wait time must not be empty"),
    (
        "POST",
        SEQUENCES,
        {"emailer_steps": [{"wait_time": 0, "emailer_touches": [EMPTY]}]},
        422,
        "Please make sure your template has content before turning it on.",
    ),
    ("PATCH", FIELDS, {"fields": [{"id": "contact.x"}]}, 422, "Some fields could not be found"),
    (
        "POST",
        "/reports/sync_report",
        {"metrics": []},
        400,
        "param is missing or the value is empty: metrics",
    ),
    ("POST", "/reports/sync_report", {"metrics": [{}]}, 400, "Invalid metric type"),
    (
        "GET",
        f"/conversations/{NOBODY}",
        {},
        404,
        "Conversation not found or access denied.",
    ),
    ("GET", f"/conversations/export/{NOBODY}", {}, 404, "Export not found or access denied."),
    (
        "POST",
        "/conversations/export",
        {"start_time": "soon", "end_time": "2026-02-01"},
        422,
        "start_time is not a valid ISO-8601 date.",
    ),
    (
        "POST",
        "/conversations/export",
        {"start_time": "2026-02-01", "end_time": "2026-01-01T00:00:00Z"},
        422,
        "start_time must be less than end_time.",
    ),
    (
        "POST",
        "/conversations/export",
        {"start_time": "2026-01-01", "end_time": "2026-02-01"},
        404,
        "Unable to find conversations within the given time range.",
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "error"), REFUSALS)
def test_what_is_wrong_is_said_in_apollos_words(apollo, method, path, body, status, error):
    reply = change(apollo, method, path, body)

    assert (reply.status_code, reply.json()) == (status, {"error": error})


@pytest.mark.parametrize(
    ("method", "path", "body", "key"),
    [
        ("GET", f"/notes?contact_id={NOBODY}", None, "notes"),
        ("GET", f"{MESSAGES}/search", None, "emailer_messages"),
        ("GET", "/phone_calls/search", None, "phone_calls"),
        ("POST", "/conversations/search", {}, "conversations"),
        ("POST", f"{MESSAGES}/get_content", {"ids": [NOBODY]}, "emailer_messages"),
    ],
)
def test_what_nobody_has_made_is_an_empty_list(apollo, method, path, body, key):
    reply = change(apollo, method, path, body)

    assert (reply.status_code, reply.json()[key]) == (200, [])


def test_phone_calls_tell_the_numbers_of_their_page_as_text(apollo):
    block = apollo.get("/phone_calls/search", per_page=5).json()["pagination"]

    assert (block["page"], block["per_page"], block["total_entries"]) == ("1", "5", 0)


def test_a_call_that_was_made_elsewhere_is_written_down(apollo):
    reply = apollo.post("/phone_calls", note="They will think about it", duration=45).json()

    assert reply["phone_call"]["note"] == "They will think about it"
    assert reply["phone_call"]["duration"] == 45
    assert reply["phone_call"]["user_id"] == World(42).id_of("user", 1)


def test_a_report_counts_nothing(apollo):
    metrics = [{"value": "num_emails_sent"}, {"value": "num_phone_calls"}]

    flat = apollo.post("/reports/sync_report", {"metrics": metrics, "group_by": []}).json()
    grouped = apollo.post(
        "/reports/sync_report", {"metrics": metrics, "group_by": [{"name": "smart_user_id"}]}
    ).json()

    assert flat["response"]["table_response"] == {"num_emails_sent": 0, "num_phone_calls": 0}
    assert grouped["response"]["table_response"] == {"smart_user_id": {"buckets": []}}


def test_reports_have_five_calls_an_hour():
    with calling(profile="basic") as apollo:
        body = {"metrics": [{"value": "num_emails_sent"}]}
        replies = [apollo.post("/reports/sync_report", body) for _ in range(6)]

    assert [reply.status_code for reply in replies] == [200] * 5 + [429]
    assert "5 times per hour" in replies[-1].json()["message"]


def test_a_sequence_is_built_and_changed(apollo):
    steps = [{"wait_time": 0, "emailer_touches": [APPROVED]}, {"wait_time": 3}]

    built = apollo.post(
        SEQUENCES, {"name": "Spring", "active": True, "emailer_steps": steps}
    ).json()
    sequence = built["emailer_campaign"]
    changed = change(apollo, "PUT", f"{SEQUENCES}/{sequence['id']}", {"name": "Summer"}).json()

    assert (sequence["name"], sequence["active"], sequence["num_steps"]) == ("Spring", True, 2)
    assert [step["position"] for step in built["emailer_steps"]] == [1, 2]
    assert (changed["name"], changed["active"], changed["num_steps"]) == ("Summer", True, 2)


def test_a_field_is_made_and_renamed(apollo):
    made = new_field(apollo, meta={"max_length": 120}).json()["typed_custom_fields"]
    (field,) = made

    wish = {"id": f"contact.{field['id']}", "label": "Area"}
    changed = change(apollo, "PATCH", FIELDS, {"fields": [wish]}).json()

    assert (field["name"], field["modality"]) == ("Region", "contact")
    assert field["text_field_max_length"] == 120
    assert changed["fields"][0]["label"] == changed["typed_custom_fields"][0]["name"] == "Area"


def test_a_field_that_was_made_is_listed_with_the_others(apollo):
    (field,) = new_field(apollo).json()["typed_custom_fields"]

    long, short = apollo.get(FIELDS, source="custom"), apollo.get("/typed_custom_fields")

    assert f"contact.{field['id']}" in [one["id"] for one in long.json()["fields"]]
    listed = short.json()["typed_custom_fields"]
    assert field["id"] in [one["id"] for one in listed]
    assert len({frozenset(one) for one in listed}) == 1


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({"type": "number"}, "Cannot change field type after creation"),
        ({"meta": {"picklist_values": []}}, "Picklist fields must have at least one option"),
        (
            {"label": "powerup_x"},
            "Field name with prefix 'powerup_' is not allowed. Please use another name.",
        ),
    ],
)
def test_a_field_is_not_changed_against_the_rules(apollo, wish, error):
    (field,) = new_field(apollo).json()["typed_custom_fields"]

    reply = change(apollo, "PATCH", FIELDS, {"fields": [{"id": field["id"], **wish}]})

    assert (reply.status_code, reply.json()) == (422, {"error": error})


@pytest.mark.parametrize("wish", [{"type": "picklist"}, {"modality": ["contact"]}, {"label": ""}])
def test_a_field_of_another_kind_is_not_made(apollo, wish):
    assert new_field(apollo, **wish).status_code == 422


def test_a_list_that_is_not_there_is_not_renamed(apollo):
    reply = change(apollo, "PATCH", f"/labels/{NOBODY}", {"name": "x"})

    assert reply.status_code == 404
    assert reply.json() == {
        "message": f"Could not find label with id {NOBODY}",
        "error": "Record not found.",
    }


@pytest.mark.skipif("labels.create" not in RULES, reason="the sandbox makes no lists yet")
def test_a_list_is_renamed_but_not_as_another_is_called(apollo):
    def create(name, modality="contacts"):
        return apollo.post("/labels", {"name": name, "modality": modality}).json()["label"]["id"]

    fair, _ = create("Fair"), create("Webinar")
    create("Dinner", "accounts")

    def rename(name):
        return change(apollo, "PATCH", f"/labels/{fair}", {"name": name})

    taken, blank, renamed = rename("Webinar"), rename(" "), rename("Dinner")

    assert (taken.status_code, blank.status_code) == (422, 422)
    assert taken.json() == {"error": "Webinar already exists", "skip_alert_dialog": True}
    assert blank.json() == {"error": "Please enter a non-empty name!"}
    assert (renamed.json()["label"]["id"], renamed.json()["label"]["name"]) == (fair, "Dinner")


def test_what_is_asked_here_is_free(apollo):
    for method, path in ELSEWHERE:
        change(apollo, method, path.replace("{id}", NOBODY), {})

    assert apollo.charged() == 0
