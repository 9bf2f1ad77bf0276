"""The team as it is before the first request comes in: what enrollment, deals and tasks need."""

from typing import Any

from apollo_batch.sandbox import seeds_enrollable, seeds_work
from apollo_batch.sandbox.crm import Crm, Record

_MADE = "2026-02-03T09:00:00.000Z"
# Name, active, archived, steps, and whether one contact of a company keeps the others out.
_SEQUENCES = (
    ("Spring outreach", True, False, 3, False),
    ("Trade fair follow-up", True, False, 2, False),
    ("Winter break", False, False, 3, False),
    ("Newsletter of 2024", False, True, 1, False),
    ("Draft without steps", False, False, 0, False),
    ("One contact per company", True, False, 2, True),
    ("Counters still loading", True, False, 1, False),
)
_LOADING = 7
_COUNTERS = (
    "unique_scheduled unique_delivered unique_bounced unique_opened unique_hard_bounced "
    "unique_spam_blocked unique_replied unique_demoed unique_clicked unique_unsubscribed"
).split()
_RATES = (
    "bounce_rate hard_bounce_rate open_rate click_rate reply_rate spam_block_rate opt_out_rate "
    "demo_rate"
).split()
# Address, alias, type, how the provider is shown, and when it was revoked.
_MAILBOXES: tuple[tuple[str, str, str, str, str | None], ...] = (
    ("robin.sample@example.com", "robin@example.com", "gmail", "Gmail", None),
    ("sales@example.com", "hello@example.com", "microsoft", "Outlook", None),
    ("former.colleague@example.com", "", "gmail", "Gmail", "2026-05-04T08:00:00.000Z"),
    ("everybody@example.com", "", "aggregate", "Aggregate", None),
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def fill(crm: Crm, team_id: str) -> None:
    """Fill the tables; whatever somebody else has filled is added to."""
    crm.mailboxes.seed(_mailbox(crm, n) for n in range(1, len(_MAILBOXES) + 1))
    crm.schedules.seed(_schedules(crm))
    crm.sequences.seed(_sequence(crm, n) for n in range(1, len(_SEQUENCES) + 1))
    seeds_enrollable.fill(crm, team_id)
    seeds_work.fill(crm, team_id)


def _sequence(crm: Crm, number: int) -> Record:
    name, active, archived, steps, one_per_company = _SEQUENCES[number - 1]
    sequence_id = crm.world.id_of("sequence", number)
    loaded = number != _LOADING
    return {
        "id": sequence_id,
        "name": name,
        "active": active,
        "archived": archived,
        "created_at": _MADE,
        "last_used_at": _MADE if active else None,
        "user_id": crm.me,
        "emailer_schedule_id": crm.world.id_of("schedule", 1),
        "max_emails_per_day": 200 if active else None,
        "num_steps": steps,
        "loaded_stats": loaded,
        **dict.fromkeys([*_COUNTERS, *_RATES], 0 if loaded else "loading"),
        **_settings(),
        "sharing_permission": _sharing(crm, sequence_id),
        "steps": [_step(crm, sequence_id, number, n) for n in range(1, steps + 1)],
        "one_per_company": one_per_company,
    }


def _settings() -> dict[str, Any]:
    nothing = (
        "same_account_reply_policy_cd sequence_by_exact_daytime folder_id prioritized_by_user "
        "sequence_ruleset_id"
    ).split()
    return {
        **dict.fromkeys(nothing),
        "excluded_account_stage_ids": [],
        "excluded_contact_stage_ids": [],
        "contact_email_event_to_stage_mapping": {},
        "label_ids": [],
        "create_task_if_email_open": False,
        "email_open_trigger_task_threshold": 3,
        "mark_finished_if_click": False,
        "days_to_wait_before_mark_as_response": 5,
        "starred_by_user_ids": [],
        "mark_finished_if_reply": True,
        "mark_finished_if_interested": True,
        "mark_paused_if_ooo": True,
        "same_account_reply_delay_days": 30,
        "is_performing_poorly": False,
        "num_contacts_email_status_extrapolated": 0,
        "remind_ab_test_results": False,
        "ab_test_step_ids": [],
        "creation_type": "new",
        "cc_emails": "",
        "bcc_emails": "",
        "underperforming_touches_count": 0,
    }


def _sharing(crm: Crm, sequence_id: str) -> dict[str, Any]:
    return {
        "visibility": "everyone",
        "access_type": "can_view",
        "object_type": "EmailerCampaign",
        "object_id": sequence_id,
        "is_owner": True,
        "owner_id": crm.me,
        "sharing_accesses": [],
    }


def _step(crm: Crm, sequence_id: str, number: int, position: int) -> dict[str, Any]:
    count = number * 10 + position
    step_id = crm.world.id_of("step", count)
    return {
        "id": step_id,
        "emailer_campaign_id": sequence_id,
        "position": position,
        "wait_time": position,
        "type": "auto_email",
        "wait_mode": "day",
        "note": None,
        "max_emails_per_day": None,
        "exact_datetime": None,
        "priority": None,
        "auto_skip_in_x_days": None,
        "ab_test_details": {},
        "touch": {
            "id": crm.world.id_of("touch", count),
            "emailer_step_id": step_id,
            "emailer_template_id": crm.world.id_of("template", count),
            "status": "approved",
            "type": "new_thread" if position == 1 else "reply_to_thread",
        },
    }


def _mailbox(crm: Crm, number: int) -> Record:
    email, alias, kind, provider, revoked_at = _MAILBOXES[number - 1]
    return {
        "id": crm.world.id_of("mailbox", number),
        "user_id": crm.me,
        "email": email,
        "aliases": [email, alias] if alias else [email],
        "type": kind,
        "provider_display_name": provider,
        "active": revoked_at is None,
        "default": number == 1,
        "revoked_at": revoked_at,
        "inactive_reason": "Access was revoked" if revoked_at else None,
        "email_sending_policy_cd": "default",
        "signature_edit_disabled": False,
        "signature_html": "<div>Robin Sample</div>",
        "deliverability_score": {"deliverability_score": 0, "domain_health_score": 5},
        "limits_editable": True,
        "active_campaigns_count": 2 if revoked_at is None else 0,
        "nudge_user_to_send_mails": True,
        "fields_fully_loaded": True,
        "email_daily_threshold": 50,
        "max_outbound_emails_per_hour": 6,
        "seconds_delay_between_emails": 600,
        "last_synced_at": "2026-06-01T06:30:00.000+00:00",
        "created_at": _MADE,
    }


def _schedules(crm: Crm) -> list[Record]:
    hours = (("Business hours", _DAYS, [8, 17]), ("Afternoons", _DAYS[::2], [12, 17]))
    return [
        {
            "id": crm.world.id_of("schedule", number),
            "name": name,
            "default": number == 1,
            "time_zone": "Europe/Berlin",
            "schedule_hash": {day: [span] for day in days},
            "use_contacts_time_zone": number == 1,
            "skip_holidays": True,
            "created_at": _MADE,
        }
        for number, (name, days, span) in enumerate(hours, start=1)
    ]
