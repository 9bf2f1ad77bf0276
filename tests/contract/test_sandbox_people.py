"""People: who is found by what, what it costs, and what Apollo says of a bad request."""

import hashlib
from decimal import Decimal

import pytest
from sandbox_caller import BULK, HOOK, MATCH, calling

from apollo_batch.sandbox.world import World

WORLD = World(42)
ADA = WORLD.person(9)
UMLAUT = WORLD.person(0)


@pytest.fixture(scope="module")
def running_sandbox():
    with calling() as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def someone(wanted):
    return next(person for person in WORLD.people() if wanted(person))


def known_by():
    digest = ADA.email.encode()
    return {
        "id": {"id": ADA.id},
        "email": {"email": ADA.email.upper()},
        "md5": {"hashed_email": hashlib.md5(digest).hexdigest()},
        "sha256": {"hashed_email": hashlib.sha256(digest).hexdigest()},
        "linkedin": {"linkedin_url": ADA.linkedin_url},
        "name and domain": {"name": ADA.name.upper(), "domain": ADA.domain},
        "names and domain": {
            "first_name": ADA.first_name,
            "last_name": ADA.last_name,
            "domain": f" {ADA.domain.upper()}",
        },
        "names and company": {
            "first_name": ADA.first_name,
            "last_name": ADA.last_name,
            "organization_name": ADA.company.name,
        },
    }


@pytest.mark.parametrize("details", known_by().values(), ids=known_by().keys())
def test_a_person_is_found_by_any_sufficient_details_and_costs_one_credit(apollo, details):
    reply = apollo.post(MATCH, details)

    assert reply.json()["person"]["id"] == ADA.id
    assert apollo.charged() == 1


def test_a_former_employer_finds_a_person_too(apollo):
    person = someone(lambda p: p.past and p.number > 100)

    reply = apollo.post(MATCH, {"name": person.name, "domain": person.past.domain})

    assert reply.json()["person"]["id"] == person.id


@pytest.mark.parametrize(
    "details",
    [
        {"name": "Grace Whitfield"},
        {"email": "nobody@nowhere.example"},
        {"linkedin_url": "https://www.linkedin.com/in/grace-whitfield"},
        {"linkedin_url": "http://www.linkedin.com/in/Grace-Whitfield"},
        {"name": "Grace Whitfield", "domain": "www.brightwater.example"},
        {"name": "Grace Whitfield", "domain": "https://brightwater.example"},
        {"id": "0" * 24},
        {},
    ],
)
def test_what_apollo_would_not_recognise_finds_nobody_and_costs_nothing(apollo, details):
    assert apollo.post(MATCH, details).json()["person"] is None
    assert apollo.charged() == 0


def test_the_surest_details_decide(apollo):
    other = WORLD.person(12)

    reply = apollo.post(MATCH, {"email": ADA.email, "linkedin_url": other.linkedin_url})

    assert reply.json()["person"]["id"] == ADA.id


def test_a_first_name_and_a_company_buy_a_hollow_record(apollo):
    person = apollo.post(MATCH, {"first_name": "Kim", "organization_name": "Acme"}).json()["person"]

    assert person["id"]
    assert person["first_name"] == "Kim"
    assert [person[name] for name in ("last_name", "title", "email", "linkedin_url")] == [None] * 4
    assert person["organization_id"] is None
    assert apollo.charged() == 1


def test_an_unknown_address_at_a_known_company_gives_the_company_only_and_costs_nothing(apollo):
    reply = apollo.post(MATCH, {"email": f"nobody@{ADA.domain}"}).json()

    assert reply["person"]["match_confidence"] == "none"
    assert reply["person"]["last_name"] == ""
    assert reply["person"]["organization"]["primary_domain"] == ADA.domain
    assert apollo.charged() == 0


def test_matches_stand_where_their_details_stood_with_null_for_a_miss(apollo):
    asked = [{"email": ADA.email}, {"email": "x@nowhere.example"}, {"email": UMLAUT.email}]

    reply = apollo.post(BULK, {"details": asked}).json()

    assert [match and match["name"] for match in reply["matches"]] == [ADA.name, None, UMLAUT.name]
    assert reply["total_requested_enrichments"] == 3
    assert reply["unique_enriched_records"] == 2
    assert reply["missing_records"] == 1
    assert reply["credits_consumed"] == 2
    assert reply["status"] == "success"


def test_a_person_asked_for_twice_in_one_request_is_charged_once_and_answered_twice(apollo):
    asked = [{"email": ADA.email}, {"linkedin_url": ADA.linkedin_url}]

    reply = apollo.post(BULK, {"details": asked}).json()

    assert [match["id"] for match in reply["matches"]] == [ADA.id, ADA.id]
    assert reply["credits_consumed"] == 1
    assert reply["unique_enriched_records"] == 1
    assert reply["missing_records"] == 0
    assert apollo.charged() == 1


def test_the_same_person_in_another_request_is_charged_again(apollo):
    for _ in range(2):
        apollo.post(BULK, {"details": [{"email": ADA.email}]})

    assert apollo.charged() == 2
    assert list(apollo.sandbox.books()["asked"].values()) == [2]


def test_fractional_prices_are_billed_as_decimals():
    with calling(price=Decimal("1.01")) as apollo:
        reply = apollo.post(BULK, {"details": [{"email": ADA.email}]})

        assert reply.json()["credits_consumed"] == 1.01
        assert apollo.charged() == 1.01


@pytest.mark.parametrize("body", [None, {}, {"details": []}, {"details": None}])
def test_bulk_without_details_is_refused(apollo, body):
    reply = apollo.post(BULK, body)

    assert reply.status_code == 400
    assert reply.json() == {
        "status": "failed",
        "error_code": "INVALID_REQUEST",
        "error_message": "invalid request, missing details",
    }


def test_eleven_people_are_refused(apollo):
    reply = apollo.post(BULK, {"details": [{"email": ADA.email}] * 11})

    assert reply.status_code == 400
    assert reply.json() == {
        "status": "failed",
        "error_code": "RECORD_LIMIT_EXCEEDED",
        "error_message": "cannot enrich more than 10 in a single request",
    }
    assert apollo.charged() == 0


def test_details_that_are_no_objects_are_an_unknown_error(apollo):
    reply = apollo.post(BULK, {"details": ["ada@brightwater.example"]})

    assert reply.status_code == 422
    assert reply.json() == {
        "status": "failed",
        "error_code": "UNKNOWN_ERROR",
        "error_message": "no implicit conversion of Symbol into Integer",
    }


def test_a_malformed_id_is_refused(apollo):
    reply = apollo.post(MATCH, {"id": "42"})

    assert reply.status_code == 422
    assert reply.json() == {"error": "Parameters misconfigured. 42 is not a valid ID"}


def test_a_body_that_is_no_json_is_refused(apollo):
    headers = {"x-api-key": apollo.sandbox.key}

    assert apollo.ask("POST", MATCH, data=b"{oops", headers=headers).status_code == 400


def test_body_and_query_are_one_bag_and_the_body_wins(apollo):
    reply = apollo.post(MATCH, {"email": ADA.email}, email=UMLAUT.email)

    assert reply.json()["person"]["id"] == ADA.id
    assert apollo.post(MATCH, email=ADA.email).json()["person"]["id"] == ADA.id


def test_match_has_a_twin_that_is_got(apollo):
    assert apollo.get(MATCH, id=ADA.id).json()["person"]["id"] == ADA.id


def test_the_old_prefix_answers_too(apollo):
    headers = {"x-api-key": apollo.sandbox.key}

    reply = apollo.ask("POST", MATCH, prefix="/v1", json={"email": ADA.email}, headers=headers)

    assert reply.json()["person"]["id"] == ADA.id


def test_private_addresses_come_when_asked_for_but_not_of_people_in_gdpr_countries(apollo):
    outside = someone(lambda p: not p.place.gdpr)

    asked = {"details": [{"id": outside.id}, {"id": UMLAUT.id}]}
    revealed = apollo.post(BULK, asked, reveal_personal_emails="true").json()["matches"]
    plain = apollo.post(BULK, asked).json()["matches"]

    assert [m["personal_emails"] for m in revealed] == [[outside.personal_email], []]
    assert not any("personal_emails" in m for m in plain)


def test_some_people_have_no_address_and_some_a_guessed_one(apollo):
    without = someone(lambda p: p.email is None)
    guessed = someone(lambda p: p.email_status == "extrapolated")

    matches = apollo.post(BULK, {"details": [{"id": without.id}, {"id": guessed.id}]}).json()[
        "matches"
    ]

    assert (matches[0]["email"], matches[0]["email_status"]) == (None, "unavailable")
    assert matches[1]["extrapolated_email_confidence"] > 0
    assert apollo.charged() == 2


def test_a_saved_person_carries_the_contact_and_in_bulk_the_account(apollo):
    saved = someone(lambda p: p.contact_id and p.company.account_id)

    single = apollo.post(MATCH, {"id": saved.id}).json()["person"]
    bulk = apollo.post(BULK, {"details": [{"id": saved.id}]}).json()["matches"][0]

    assert single["contact_id"] == single["contact"]["id"] == saved.contact_id
    assert bulk["account_id"] == bulk["account"]["id"] == saved.company.account_id
    assert "contact_id" not in bulk
    assert "account_id" not in single


def test_request_ids_are_signed_and_beyond_what_a_double_holds(apollo):
    ids = [apollo.post(MATCH, {}).json()["request_id"] for _ in range(40)]

    assert all(2**53 < abs(number) < 2**63 for number in ids)
    assert 0 < sum(number < 0 for number in ids) < 40


@pytest.mark.parametrize(
    "flag", ["reveal_phone_number", "run_waterfall_email", "run_waterfall_phone"]
)
@pytest.mark.parametrize("hook", [None, "http://hooks.example.com", "nonsense"])
def test_a_result_that_comes_later_needs_an_https_address(apollo, flag, hook):
    query = {flag: "true"} | ({"webhook_url": hook} if hook else {})

    reply = apollo.post(BULK, {"details": [{"id": ADA.id}]}, **query)

    assert reply.status_code == 400
    assert reply.json() == {
        "error": f"Please add a valid 'webhook_url' parameter when using '{flag}'"
    }
    assert apollo.charged() == 0


def test_flags_for_later_results_are_not_heard_in_the_body(apollo):
    reply = apollo.post(MATCH, {"id": ADA.id, "reveal_phone_number": True, "webhook_url": HOOK})

    assert "phone_enrichment" not in reply.json()
    assert apollo.sandbox.books()["pending"] == []


def test_phone_numbers_are_promised_and_an_earlier_promise_is_not_made_twice(apollo):
    asked = {"details": [{"id": ADA.id}]}

    first = apollo.post(BULK, asked, reveal_phone_number="true", webhook_url=HOOK).json()
    second = apollo.post(BULK, asked, reveal_phone_number="true", webhook_url=HOOK).json()

    assert first["phone_enrichment"]["status"] == "pending"
    assert len(first["phone_enrichment"]["request_id"]) == 24
    assert isinstance(first["request_id"], int)
    assert second["phone_enrichment"]["status"] == "skipped"
    assert "request_id" not in second["phone_enrichment"]
    assert len(apollo.sandbox.books()["pending"]) == 1


def test_nobody_found_means_no_phone_is_promised(apollo):
    reply = apollo.post(MATCH, {}, reveal_phone_number="true", webhook_url=HOOK)

    assert "phone_enrichment" not in reply.json()


def test_a_phone_number_costs_eight_credits_once_it_has_come():
    with_mobile = someone(lambda p: p.has_mobile)
    without = someone(lambda p: not p.has_mobile)

    with calling(time_scale=1e7) as apollo:
        details = [{"id": with_mobile.id}, {"id": without.id}]
        apollo.post(BULK, {"details": details}, reveal_phone_number="true", webhook_url=HOOK)
        books = apollo.sandbox.books()

    assert books["credits"]["consumed"] == 10
    assert sorted(charge["credits"] for charge in books["charges"]) == [1, 1, 8]
    assert books["pending"] == []
    assert set(books["asked"].values()) == {1}


def test_waterfall_is_accepted_and_tells_neither_counts_nor_addresses(apollo):
    asked = {"details": [{"id": ADA.id}, {"name": "Nobody"}]}

    reply = apollo.post(BULK, asked, run_waterfall_email="true", webhook_url=HOOK).json()

    assert reply["waterfall"]["status"] == "accepted"
    assert not reply.keys() & {"unique_enriched_records", "missing_records", "credits_consumed"}
    assert reply["matches"][0]["id"] == ADA.id
    assert not reply["matches"][0].keys() & {"email", "email_status"}
    assert reply["matches"][1]["match_confidence"] == "none"


def test_unknown_parameters_are_ignored_unless_the_sandbox_is_strict(apollo):
    body = {"email": ADA.email, "e-mail": "oops"}

    with calling(strict=True) as strict:
        refused = strict.post(MATCH, body)
        inner = strict.post(BULK, {"details": [body]})
        understood = strict.post(BULK, {"details": [{"email": ADA.email}]})

    assert apollo.post(MATCH, body).status_code == 200
    assert (refused.status_code, refused.json()) == (422, {"error": "Invalid parameters"})
    assert inner.status_code == 422
    assert understood.status_code == 200
