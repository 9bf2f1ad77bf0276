"""The deals and tasks that the team has before the first request comes in."""

from typing import Any

from apollo_batch.sandbox.crm import Crm, Record
from apollo_batch.sandbox.deal_records import deal
from apollo_batch.sandbox.seeds_enrollable import numbers_of
from apollo_batch.sandbox.task_records import task

_MADE = "2026-04-01T07:45:00.000Z"
# Name, amount, name of the first stage that is called so, close date, account.
_DEALS: tuple[tuple[str, object, str, str | None, int], ...] = (
    ("Pilot line", 12_000, "Qualify", None, 1),
    ("Paper for two years", 48_500, "Proposal", "2026-12-15", 2),
    ("Freight frame contract", 150_000, "Closed Won", "2026-03-31", 3),
    ("Spare parts", 900, "Closed Lost", "2026-02-28", 1),
    ("Renewal without a figure", None, "Renewed", None, 2),
)
# Type, status, priority, due, of whom.
_TASKS = (
    ("call", "scheduled", "high", "2026-12-01T09:00:00Z"),
    ("outreach_manual_email", "scheduled", "medium", "2026-12-03T09:00:00Z"),
    ("linkedin_step_connect", "completed", "low", "2026-05-03T09:00:00Z"),
    ("call", "skipped", "medium", "2026-05-04T09:00:00Z"),
    ("action_item", "scheduled", "low", "2026-11-20T09:00:00Z"),
    ("call", "scheduled", "medium", "2026-12-02T09:00:00Z"),
)
_ABOUT_A_DEAL, _OF_ANOTHER_TEAM = 5, 6


def fill(crm: Crm, team_id: str) -> None:
    """Fill deals and tasks; the stages of deals are there."""
    crm.deals.seed(_deal(crm, team_id, number) for number in range(1, len(_DEALS) + 1))
    crm.tasks.seed(_task(crm, number) for number in range(1, len(_TASKS) + 1))


def _deal(crm: Crm, team_id: str, number: int) -> Record:
    name, amount, stage, closed_date, account = _DEALS[number - 1]
    stages = {record["name"]: record["id"] for record in reversed(list(crm.deal_stages))}
    given = {
        "name": name,
        "amount": amount,
        "account_id": crm.world.id_of("account of enrollable", account),
        "opportunity_stage_id": stages[stage],
        "closed_date": closed_date,
    }
    record = deal(crm, team_id, given, number=crm.world.id_of("seeded deal", number), at=_MADE)
    roles = [_role(crm, n) for n in numbers_of("ready")[:2]] if number == 1 else []
    return {**record, "opportunity_contact_roles": roles}


def _role(crm: Crm, number: int) -> dict[str, Any]:
    contact = crm.contacts.find(crm.world.id_of("enrollable", number)) or {}
    shown = {name: contact.get(name) for name in ("id", "name", "first_name", "last_name")}
    return {"id": shown["id"], "role": "Decision Maker", "contact": shown}


def _task(crm: Crm, number: int) -> Record:
    kind, status, priority, due_at = _TASKS[number - 1]
    about_a_deal = number == _ABOUT_A_DEAL
    whose = crm.world.id_of("user of another team", 1)
    given = {
        "user_id": whose if number == _OF_ANOTHER_TEAM else crm.me,
        "type": kind,
        "status": status,
        "priority": priority,
        "due_at": due_at,
        "opportunity_id": crm.world.id_of("seeded deal", 1) if about_a_deal else None,
    }
    contact = crm.contacts.find(crm.world.id_of("enrollable", number))
    who = None if about_a_deal else contact
    return task(crm, given, who, number=crm.world.id_of("seeded task", number), at=_MADE)
