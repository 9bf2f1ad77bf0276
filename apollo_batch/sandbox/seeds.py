"""An empty CRM comes in; what the team had saved before the first request is in it afterwards."""

from collections.abc import Iterator
from typing import Any

from apollo_batch.sandbox.account_record import account
from apollo_batch.sandbox.contact_record import contact
from apollo_batch.sandbox.crm import Crm, Record
from apollo_batch.sandbox.saved import SavedCompanies, SavedPeople
from apollo_batch.sandbox.seeded_fields import custom_fields
from apollo_batch.sandbox.seeded_users import users
from apollo_batch.sandbox.world import World

_MOMENT = "2025-09-01T08:00:00.000Z"
# Name, category.
_CONTACT_STAGES = (
    ("New", "in_progress"),
    ("Approaching", "in_progress"),
    ("Interested", "succeeded"),
    ("Not Interested", "failed"),
    ("Do Not Contact", "failed"),
    ("Bad Data", None),
)
_ACCOUNT_STAGES = (
    ("Cold", "in_progress"),
    ("Lead", "in_progress"),
    ("Active Opportunity", "succeeded"),
    ("Current Client", "succeeded"),
    ("Do Not Prospect", "failed"),
)
# Pipeline, name, probability, forecast category, type. Names come again in the other pipeline.
_DEAL_STAGES = (
    (1, "Qualify", 10, "Pipeline", "Open"),
    (1, "Proposal", 50, "Best Case", "Open"),
    (1, "Negotiation", 75, "Commit", "Open"),
    (1, "Closed Won", 100, "Closed", "Closed/Won"),
    (1, "Closed Lost", 0, "Omitted", "Closed/Lost"),
    (2, "Proposal", 60, "Pipeline", "Open"),
    (2, "Renewed", 100, "Closed", "Closed/Won"),
    (2, "Closed Lost", 0, "Omitted", "Closed/Lost"),
)
# Name, modality. One name may stand for a list of contacts and for a list of accounts.
_LABELS = (
    ("Trade fair 2026", "contacts"),
    ("Trade fair 2026", "accounts"),
    ("Newsletter", "contacts"),
    ("Key accounts", "accounts"),
    ("Outbound", "emailer_campaigns"),
)
# First name, last name, title, company, address, what Apollo says of the address.
_CONTACTS: tuple[tuple[str, str, str, str, str | None, str], ...] = (
    ("Nora", "Sandbach", "Buyer", "Corner Bakery Sample", "nora@corner-bakery.example", "verified"),
    ("Emil", "Vogt", "Owner", "Vogt Sample Works", "emil@vogt-works.example", "unverified"),
    ("Tess", "Marlin", "Planner", "Marlin Sample Yachts", None, "unavailable"),
)
# Name, domain; unknown to Apollo's own data.
_ACCOUNTS = (
    ("Corner Bakery Sample", "corner-bakery.example"),
    ("Vogt Sample Works", "vogt-works.example"),
)


def fill(crm: Crm, team_id: str) -> None:
    """Seed every table; the many that are saved of the world are made when somebody asks."""
    crm.users.seed(users(crm.world, team_id))
    crm.contact_stages.seed(_stages(crm.world, team_id, "contact_stage", _CONTACT_STAGES))
    crm.account_stages.seed(_stages(crm.world, team_id, "account_stage", _ACCOUNT_STAGES))
    crm.deal_stages.seed(_deal_stages(crm.world, team_id))
    crm.custom_fields.seed(custom_fields(crm.world))
    crm.labels.seed(_labels(crm))
    owners = [user["id"] for user in crm.users if not user["deleted"]][:3]
    stages = [[s["id"] for s in table] for table in (crm.contact_stages, crm.account_stages)]
    crm.contacts.source = SavedPeople(crm.world, owners, stages[0])
    crm.accounts.source = SavedCompanies(crm.world, team_id, owners, stages[1])
    crm.contacts.seed(_contacts(crm, stages[0][0]), gone=[deleted_contact(crm.world)])
    crm.accounts.seed(_accounts(crm, team_id, stages[1][0]))


def deleted_contact(world: World) -> str:
    """The id of a contact that somebody has deleted."""
    return world.id_of("deleted contact", 1)


def hidden_contact(world: World) -> str:
    """The id of a contact that the acting user may not see."""
    return world.id_of("hidden contact", 1)


def _stages(
    world: World, team_id: str, space: str, named: tuple[tuple[str, str | None], ...]
) -> Iterator[Record]:
    own = "ignore_trigger_override" if space == "contact_stage" else "default_exclude_for_leadgen"
    for order, (name, category) in enumerate(named):
        yield {
            "id": world.id_of(space, order),
            "team_id": team_id,
            "display_name": name,
            "name": name,
            "display_order": order,
            own: category == "failed",
            "category": category,
            "is_meeting_set": None,
        }


def _deal_stages(world: World, team_id: str) -> Iterator[Record]:
    for order, (pipeline, name, probability, forecast, kind) in enumerate(_DEAL_STAGES):
        yield {
            "id": world.id_of("deal_stage", order),
            "team_id": team_id,
            "name": name,
            "display_order": order,
            "forecast_category_cd": forecast,
            "is_won": kind == "Closed/Won",
            "is_closed": kind != "Open",
            "probability": probability,
            "description": None,
            "salesforce_id": None,
            "is_meeting_set": None,
            "opportunity_pipeline_id": world.id_of("pipeline", pipeline),
            "is_editable": None,
            "type": kind,
        }


def _labels(crm: Crm) -> Iterator[Record]:
    for number, (name, modality) in enumerate(_LABELS):
        yield {
            "id": crm.world.id_of("label", number),
            "modality": modality,
            "name": name,
            "created_at": _MOMENT,
            "updated_at": _MOMENT,
            "user_id": crm.me,
            "book_of_business": False if modality == "accounts" else None,
        }


def _contacts(crm: Crm, stage: str) -> Iterator[Record]:
    newsletter = crm.labels.saying("name", "Newsletter")[0]["id"]
    for number, (first, last, title, company, email, status) in enumerate(_CONTACTS):
        yield contact(
            {
                **_stamps(crm, "seeded contact", number),
                "first_name": first,
                "last_name": last,
                "name": f"{first} {last}",
                "title": title,
                "organization_name": company,
                "contact_stage_id": stage,
                "email": email,
                "email_status": status,
                "email_from_customer": email is not None,
                "email_true_status": "User Managed" if email else "Unavailable",
                "label_ids": [newsletter] if number == 0 else [],
            }
        )


def _accounts(crm: Crm, team_id: str, stage: str) -> Iterator[Record]:
    for number, (name, domain) in enumerate(_ACCOUNTS):
        yield account(
            {
                **_stamps(crm, "seeded account", number),
                "name": name,
                "domain": domain,
                "team_id": team_id,
                "account_stage_id": stage,
            }
        )


def _stamps(crm: Crm, space: str, number: int) -> dict[str, Any]:
    return {
        "id": crm.world.id_of(space, number),
        "owner_id": crm.me,
        "creator_id": crm.me,
        "created_at": _MOMENT,
        "updated_at": _MOMENT,
    }
