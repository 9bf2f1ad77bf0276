"""A result that has come goes in; the payload that Apollo sends and shows goes out."""

from datetime import UTC, datetime
from typing import Any

from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.inhabitants import Person, draw
from apollo_batch.sandbox.results import vendors_find_email
from apollo_batch.sandbox.rule import State

_STAMP = "%Y-%m-%dT%H:%M:%SZ"


def payload(state: State, result: Record) -> dict[str, Any]:
    """Say who has got what."""
    people = [state.world.person_by_id(number) for number in result["people"]]
    known = [person for person in people if person]
    if result["kind"] == "phone":
        return _native(known)
    return _waterfall(state, result, known)


def second(epoch: float) -> str:
    """Spell a moment as these payloads do."""
    return datetime.fromtimestamp(epoch, UTC).strftime(_STAMP)


def _native(people: list[Person]) -> dict[str, Any]:
    found = sum(person.has_mobile for person in people)
    return {
        "status": "success",
        "total_requested_enrichments": len(people),
        "unique_enriched_records": found,
        "missing_records": len(people) - found,
        # Records, not credits: that is what Apollo's own example shows.
        "credits_consumed": found,
        "people": [
            {"id": person.id, "status": "success", "phone_numbers": _numbers(person)}
            for person in people
        ],
    }


def _waterfall(state: State, result: Record, people: list[Person]) -> dict[str, Any]:
    emails = [_emails(state, p, result) if result["emails"] else [] for p in people]
    phones = [_numbers(p) if result["phones"] else [] for p in people]
    total = max(len(people), 1)
    enriched = sum(bool(e or p) for e, p in zip(emails, phones, strict=True))
    with_email, with_phone = sum(map(bool, emails)), sum(map(bool, phones))
    fields = ["emails"] * result["emails"] + ["phone_numbers"] * result["phones"]
    return {
        "status": "success",
        "total_requested_enrichments": total,
        "target_fields": fields,
        "records_enriched": enriched,
        "email_records_enriched": with_email,
        "mobile_records_enriched": with_phone,
        "enrichment_not_found": total - enriched,
        "email_records_not_found": total - with_email if result["emails"] else 0,
        "mobile_records_not_found": total - with_phone if result["phones"] else 0,
        "credits_consumed": 0,
        "request_id": result["id"],
        "request_initiated": second(result["asked_at"]),
        "request_completed": second(result["asked_at"] + result["seconds"]),
        "people": [
            {
                "id": person.id,
                "waterfall": _vendors(result, mine, numbers),
                "phone_numbers": numbers,
                "emails": mine,
            }
            for person, mine, numbers in zip(people, emails, phones, strict=True)
        ],
    }


def _numbers(person: Person) -> list[dict[str, Any]]:
    if not person.has_mobile:
        return []
    spelled = f"+1 {200 + person.number % 700}-555-01{person.number % 100:02d}"
    number = f"{draw('phone', person.id):08x}{person.number:016x}"
    return [
        {
            "_id": number,
            "id": number,
            "key": number,
            "raw_number": spelled,
            "sanitized_number": spelled.replace(" ", "").replace("-", ""),
            "type_cd": "mobile",
            "status_cd": "valid_number",
            "confidence_cd": "high",
            "position": 0,
            "direct_dial_source_cd": "contact_trusted",
            "dnc_status_cd": "not_found",
            "dnc_status_updated_at": "2026-03-02T08:15:00.000+00:00",
            "dnc_other_info": {"country": person.place.country},
            "created_at": None,
            "updated_at": None,
        }
    ]


def _emails(state: State, person: Person, result: Record) -> list[dict[str, Any]]:
    if not vendors_find_email(state.world.seed, person):
        return []
    return [
        {
            "email": person.email or person.personal_email,
            "email_source_cd": None,
            "position": 0,
            "email_status_cd": "Verified",
            "extrapolated_email_confidence": None,
            "third_party_data_provider_id": "example_mail_finder",
            "waterfall_enriched_at": second(result["asked_at"] + result["seconds"]),
            "vendor_validation_statuses": [],
        }
    ]


def _vendors(result: Record, emails: list[Any], numbers: list[Any]) -> dict[str, Any]:
    """Who was asked, and with what success."""
    asked: dict[str, Any] = {}
    if result["emails"]:
        found = [email["email"] for email in emails]
        asked["emails"] = [{"vendors": [_vendor("mail", "emails", found)]}]
    if result["phones"]:
        found = [number["raw_number"] for number in numbers]
        asked["phone_numbers"] = [{"vendors": [_vendor("mobile", "phone_numbers", found)]}]
    return asked


def _vendor(what: str, name: str, found: list[str]) -> dict[str, Any]:
    return {
        "id": f"example_{what}_finder-1",
        "name": f"Example {what.title()} Finder",
        "status": "UNVERIFIED" if found else "NOT_FOUND",
        name: found,
        "usedForVerification": False,
        "statusCode": None if found else "no_apollo_data",
        "statusMessage": None,
        "authMechanism": "native",
    }
