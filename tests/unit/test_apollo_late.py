"""What Apollo answers when it is asked for a result that comes later, and what that result cost."""

import json
from decimal import Decimal

import pytest

from apollo_batch.apollo.decode import decode
from apollo_batch.apollo.landing import Result, Waiting, landings
from apollo_batch.apollo.late import Asked, read_late
from apollo_batch.catalogue.paths import parse
from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.model import CAME, Arrival, Chunk, ChunkItem, Late, Status

BULK = ENRICH_PEOPLE.route("bulk")
PHONES = {"reveal_phone_number": True}
WATERFALL = {"run_waterfall_email": True, "run_waterfall_phone": True}
NUMBER = "-4417350812263309441"
ADA, BO = "a" * 24, "b" * 24
MATCHES = [{"id": ADA, "last_name": "Ng"}, None, {"id": BO, "last_name": "Ek"}]
PHONE = {"sanitized_number": "+15550100", "type_cd": "other"}
EMAIL = {"email": "ada@acme.example", "email_status_cd": "Verified"}
KEEP = {
    "Mobile": parse("phone_numbers[0].sanitized_number"),
    "Work Email": parse("email"),
    "Email Status": parse("email_status"),
}


def asked(options=PHONES, **answer):
    told = json.dumps({"matches": MATCHES} | answer).encode()
    return Asked(ENRICH_PEOPLE, BULK, options, NUMBER, told)


def came(people, status="success", **more):
    payload = {"status": "success", "people": people} | more
    body = {"request_id": NUMBER, "webhook_status": status, "webhook_result": payload}
    return json.dumps(body).encode()


def late(body, options=PHONES, status=200):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_late(asked(options), status, raw)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (404, {"error_code": "result_pending", "retry_after_seconds": 10}, Late(again=10.0)),
        (404, {"error_code": "result_pending"}, Late()),
        (404, {"error_code": "result_pending", "retry_after_seconds": None}, Late()),
        (404, {"error_code": "result_pending", "retry_after_seconds": -5}, Late()),
        (404, {"error_code": "result_pending", "retry_after_seconds": 1e6}, Late(again=86_400.0)),
        (404, {"error_code": "request_id_unknown"}, Late("result_unknown")),
        (410, {"error_code": "request_id_expired"}, Late("result_expired")),
        (400, {"error_code": "invalid_request_id"}, Late("result_misnumbered")),
        (200, {"request_id": NUMBER, "webhook_status": "in_progress"}, Late()),
        (200, {"request_id": NUMBER, "webhook_status": "success"}, Late("result_failed")),
    ],
)
def test_every_answer_says_whether_to_ask_again(status, body, expected):
    assert late(body, status=status).late == expected


@pytest.mark.parametrize("status", [401, 403, 429, 500, 502])
def test_what_is_not_about_a_result_is_left_to_whoever_reads_any_answer(status):
    assert late({"error": "no"}, status=status) is None


@pytest.mark.parametrize("status", [404, 410, 400])
def test_a_page_of_somebody_in_between_ends_nothing(status):
    assert late(b"<html>not here</html>", status=status).arrival is Arrival.UNKNOWN
    assert late({"error": "Not Found"}, status=status) is None


def test_how_it_was_delivered_elsewhere_does_not_matter():
    body = came([{"id": ADA, "phone_numbers": [PHONE]}, {"id": BO}], "failed")

    assert late(body).late == Late(CAME, derived=Decimal(8))


def test_a_failed_delivery_that_holds_nothing_ends_with_apollos_reason():
    body = {
        "request_id": NUMBER,
        "webhook_status": "failed",
        "failure_reason": "Webhook error: 404",
    }

    settlement = late(body)

    assert settlement.late == Late("result_failed")
    assert settlement.message == "Webhook error: 404"


@pytest.mark.parametrize("where", ["outside", "inside"])
def test_an_answer_about_another_request_changes_nothing(where):
    body = json.loads(came([{"id": ADA}], request_id=NUMBER))
    (body if where == "outside" else body["webhook_result"])["request_id"] = "7"

    settlement = late(body)

    assert settlement.late is None
    assert "another request" in settlement.message


def test_a_part_of_a_result_that_is_still_on_its_way_is_waited_for():
    assert late(came([{"id": ADA}], "in_progress")).late == Late()
    assert late(came([{"id": ADA}, {"id": BO}], "in_progress")).late.ended == CAME


def test_whoever_was_not_asked_for_is_not_paid_for():
    people = [{"id": ADA, "phone_numbers": [PHONE]}, {"id": "c" * 24, "phone_numbers": [PHONE]}]

    settlement = late(came(people))

    assert settlement.late == Late(CAME, derived=Decimal(8))
    assert settlement.message == "People in it who were not asked for are left out: 1."


@pytest.mark.parametrize(
    ("stated", "cost"), [(None, 16), (0, 16), (2, 16), (Decimal("17.5"), Decimal("17.5"))]
)
def test_a_phone_costs_its_price_unless_apollo_states_more(stated, cost):
    people = [{"id": one, "phone_numbers": [PHONE, PHONE]} for one in (ADA, BO, ADA)]
    told = {} if stated is None else {"credits_consumed": float(stated)}

    assert late(came(people, **told)).late.derived == cost


@pytest.mark.parametrize(
    ("people", "stated", "expected"),
    [
        ([{"id": ADA, "emails": [EMAIL]}], 23.5, Late(CAME, reported=Decimal("23.5"), derived=2)),
        ([{"id": ADA, "emails": [EMAIL]}], 0, Late(CAME)),
        ([{"id": ADA, "emails": [EMAIL]}], None, Late(CAME)),
        ([{"id": ADA, "emails": []}], 0, Late(CAME, reported=Decimal(0), derived=2)),
        ([{"id": ADA, "emails": []}], None, Late(CAME)),
    ],
)
def test_a_waterfall_costs_what_it_states_and_else_nobody_knows(people, stated, expected):
    told = {} if stated is None else {"credits_consumed": stated}

    assert late(came(people, **told), WATERFALL).late == expected


def landing(person, options=PHONES, ended=CAME, **record):
    answer = json.dumps({"matches": [{"id": ADA, "last_name": "Ng"} | record]}).encode()
    body = came([] if person is None else [{"id": ADA} | person])
    result = Result(ENRICH_PEOPLE, BULK, answer, ended, body, "Apollo's words")
    return landings(result, [Waiting(7, 0, options, KEEP, "From 3 Nov 2026.", pays=True)])[0]


@pytest.mark.parametrize(
    ("person", "options", "reason", "credits"),
    [
        ({"phone_numbers": [PHONE]}, PHONES, "found", 8),
        ({"phone_numbers": []}, PHONES, "phone_none", 0),
        ({"status": "failed"}, PHONES, "phone_none", 0),
        ({"phone_numbers": "+15550100"}, PHONES, "phone_none", 0),
        (None, PHONES, "phone_skipped", 0),
        ({"emails": [EMAIL]}, WATERFALL, "found", 0),
        ({"emails": [], "phone_numbers": []}, WATERFALL, "waterfall_none", 0),
        (None, WATERFALL, "waterfall_none", 0),
    ],
)
def test_a_row_ends_with_what_came_for_its_person(person, options, reason, credits):
    verdict = landing(person, options)

    assert (verdict.status, verdict.reason) == (Status.SUCCEEDED, reason)
    assert verdict.credits == credits
    assert verdict.note == "From 3 Nov 2026."


def test_an_address_that_came_stands_where_addresses_stand_and_never_over_another():
    found = landing({"emails": [EMAIL]}, WATERFALL)
    had = landing({"emails": [EMAIL]}, WATERFALL, email="old@acme.example", email_status="verified")

    assert found.kept["Work Email"] == "ada@acme.example"
    assert found.kept["Email Status"] == "verified"
    assert had.kept["Work Email"] == "old@acme.example"


def test_a_number_that_a_saved_contact_has_is_there_without_waiting():
    verdict = landing({"phone_numbers": []}, contact={"phone_numbers": [PHONE]})

    assert (verdict.reason, verdict.kept["Mobile"], verdict.credits) == ("found", "+15550100", 0)


def test_what_never_came_fails_with_its_reason_and_keeps_what_was_found():
    verdict = landing(None, ended="result_failed", email="ada@acme.example")

    assert (verdict.status, verdict.reason) == (Status.FAILED, "result_failed")
    assert verdict.kept["Work Email"] == "ada@acme.example"
    assert verdict.note == "From 3 Nov 2026. Apollo's words"


def test_rows_that_share_a_person_pay_for_the_number_once():
    answer = json.dumps({"matches": [{"id": ADA}]}).encode()
    result = Result(
        ENRICH_PEOPLE, BULK, answer, CAME, came([{"id": ADA, "phone_numbers": [PHONE]}])
    )

    told = landings(result, [Waiting(n, 0, PHONES, KEEP, pays=True) for n in (1, 2)])

    assert [verdict.credits for verdict in told] == [8, 0]
    assert {verdict.kept["Mobile"] for verdict in told} == {"+15550100"}


def answered(options, **answer):
    items = tuple(ChunkItem(n, {"id": one}) for n, one in enumerate((ADA, BO)))
    chunk = Chunk(1, 1, "people.enrich", "bulk", options, items)
    body = {"matches": [{"id": ADA, "last_name": "Ng"}, {"id": BO, "last_name": "Ek"}]}
    return decode(ENRICH_PEOPLE, BULK, chunk, json.dumps(body | answer).encode(), KEEP)


ACCEPTED = {"waterfall": {"status": "accepted"}, "request_id": 7}
SKIPPED = {"phone_enrichment": {"status": "skipped"}, "request_id": 7, "credits_consumed": 2}


@pytest.mark.parametrize(
    ("options", "answer", "reason", "held", "number"),
    [
        (
            PHONES,
            {"phone_enrichment": {"status": "pending"}, "request_id": -7},
            "phone_pending",
            16,
            "-7",
        ),
        (PHONES, {"request_id": 7}, "phone_pending", 16, "7"),
        (PHONES, SKIPPED, "phone_skipped", 0, None),
        (PHONES, {"phone_enrichment": {"status": "pending"}}, "result_misnumbered", 16, None),
        (PHONES, {"request_id": "7f"}, "result_misnumbered", 16, None),
        (WATERFALL, ACCEPTED, "waterfall_pending", None, "7"),
        (
            WATERFALL,
            {"waterfall": {"status": "failed"}, "request_id": 7},
            "waterfall_refused",
            0,
            None,
        ),
        (WATERFALL, {"request_id": 7}, "waterfall_refused", 0, None),
        (WATERFALL | PHONES, ACCEPTED, "waterfall_pending", None, "7"),
        ({}, {"request_id": 7}, "found", 0, None),
    ],
)
def test_the_first_answer_says_what_is_to_come(options, answer, reason, held, number):
    settlement = answered(options, **answer)

    assert {verdict.reason for verdict in settlement.verdicts} == {reason}
    assert settlement.still_held == held
    assert settlement.request_id == number


def test_a_phone_that_is_looked_for_beside_a_waterfall_that_is_refused_is_waited_for():
    options = {"run_waterfall_email": True} | PHONES
    settlement = answered(
        options,
        waterfall={"status": "failed", "message": "no template is configured"},
        phone_enrichment={"status": "pending"},
        request_id=7,
    )

    assert {verdict.reason for verdict in settlement.verdicts} == {"phone_pending"}
    assert settlement.still_held == 16
