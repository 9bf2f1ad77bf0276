"""The one table of what Apollo answers at addresses that the product has no use for."""

from collections.abc import Callable
from typing import Any

from apollo_batch.sandbox import building, messages, talks, upkeep
from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.rule import Call, Rule

_SORTED_BY = ("created_at", "updated_at")
_RELATIONS = frozenset(
    "contact_id contact_ids account_id opportunity_id calendar_event_id conversation_id "
    "conversation_ids".split()
)


def deprecated_search(_call: Call) -> Answer:
    """Send whoever comes to the old people search to the new one."""
    return invalid(
        "This endpoint is deprecated for API callers. Please use the new mixed_people/api_search "
        "endpoint: https://docs.apollo.io/reference/people-api-search."
    )


def notes(call: Call) -> Answer:
    """Read the notes on a record; nobody has written any."""
    params = call.params
    if not any(params.get(name) for name in _RELATIONS):
        return told(400, {"error": "At least one argument is required"})
    if params.get("sort_direction", "asc") not in ("asc", "desc"):
        return told(400, {"error": 'sort_direction must be "asc" or "desc"'})
    if params.get("sort_by_field", "created_at") not in _SORTED_BY:
        return told(400, {"error": f"sort_by_field must be one of: {', '.join(_SORTED_BY)}"})
    return told(200, {"notes": []})


def report(call: Call) -> Answer:
    """Count what the team has done: nothing."""
    metrics = call.params.get("metrics")
    if not metrics:
        return told(400, {"error": "param is missing or the value is empty: metrics"})
    sent = metrics if isinstance(metrics, list) else []
    named = [one["value"] for one in sent if isinstance(one, dict) and one.get("value")]
    if len(named) != len(sent) or not all(isinstance(name, str) for name in named) or not sent:
        return told(400, {"error": "Invalid metric type"})
    groups = call.params.get("group_by")
    first = groups[0] if isinstance(groups, list) and groups else None
    table: dict[str, Any] = dict.fromkeys(named, 0)
    if isinstance(first, dict):
        table = {str(first.get("name")): {"buckets": []}}
    response = {
        "table_response": table,
        "group_by_total_response": {},
        "pivot_group_by_total_response": {},
    }
    return told(200, {"response": response, "incompatible_filters": {}, "goals": []})


def _rule(answer: Callable[[Call], Answer], scope: str, takes: str = "", **more: Any) -> Rule:
    return Rule(answer, scope=scope, takes=frozenset(takes.split()), **more)


_CALL = (
    "logged user_id contact_id account_id to_number from_number status start_time end_time "
    "duration phone_call_purpose_id phone_call_outcome_id note"
)
_SEQUENCE = (
    "name permissions active emailer_schedule_id user_id label_names folder_id creation_type "
    "sharing_permission sequence_by_exact_daytime max_emails_per_day mark_finished_if_reply "
    "mark_finished_if_click mark_finished_if_interested mark_paused_if_ooo "
    "days_to_wait_before_mark_as_response create_task_if_email_open "
    "email_open_trigger_task_threshold same_account_reply_delay_days excluded_account_stage_ids "
    "excluded_contact_stage_ids ignore_apollo_global_email_bounce_list sequence_ruleset_id "
    "cc_emails bcc_emails emailer_steps"
)

ELSEWHERE: dict[tuple[str, str], Rule] = {
    ("POST", "/mixed_people/search"): _rule(
        deprecated_search, "api/v1/mixed_people/search", rate_class="db_search"
    ),
    ("POST", "/sequences"): _rule(building.create_sequence, "api/v1/sequences/create", _SEQUENCE),
    ("PUT", "/sequences/{id}"): _rule(
        building.change_sequence,
        "api/v1/sequences/update",
        _SEQUENCE,
        also=(("PATCH", "/sequences/{id}"),),
    ),
    ("PATCH", "/labels/{id}"): _rule(
        upkeep.rename_list,
        "api/v1/labels/update",
        "name book_of_business",
        also=(("PUT", "/labels/{id}"),),
    ),
    ("POST", "/fields"): _rule(
        upkeep.create_field, "api/v1/fields/create", "label modality type meta"
    ),
    ("PATCH", "/fields"): _rule(upkeep.change_fields, "api/v1/fields/update", "fields"),
    ("POST", "/emailer_messages"): _rule(
        messages.draft,
        "api/v1/emailer_messages/create",
        "contact_id subject body_html recipients in_response_to_emailer_message_id "
        "emailer_template_id attachment_ids enable_tracking outreach_task_id",
    ),
    ("POST", "/emailer_messages/{id}/send_now"): _rule(
        messages.send_now, "api/v1/emailer_messages/send_now", "surface"
    ),
    ("POST", "/emailer_messages/get_content"): _rule(
        messages.contents, "api/v1/emailer_messages/get_content", "ids body_format"
    ),
    ("POST", "/emailer_messages/email_send_status"): _rule(
        messages.send_status, "api/v1/emailer_messages/email_send_status", "id"
    ),
    ("GET", "/emailer_messages/search"): _rule(
        messages.search,
        "api/v1/emailer_messages/search",
        "emailer_message_stats emailer_message_reply_classes user_ids "
        "email_account_id_and_aliases emailer_campaign_ids not_emailer_campaign_ids "
        "emailer_message_date_range_mode emailer_message_date_range not_sent_reason_cds "
        "q_keywords page per_page",
    ),
    ("GET", "/phone_calls/search"): _rule(
        talks.search_calls,
        "api/v1/phone_calls/search",
        "date_range duration inbound user_ids contact_label_ids phone_call_purpose_ids "
        "phone_call_outcome_ids q_keywords page per_page",
        master_only=True,
    ),
    ("POST", "/phone_calls"): _rule(
        talks.note_call, "api/v1/phone_calls/create", _CALL, master_only=True
    ),
    ("PUT", "/phone_calls/{id}"): _rule(
        talks.correct_call, "api/v1/phone_calls/update", _CALL, master_only=True
    ),
    ("GET", "/notes"): _rule(
        notes,
        "meetings/api/v1/notes/index",
        " ".join(_RELATIONS) + " start_date sort_by_field sort_direction skip limit",
    ),
    ("POST", "/reports/sync_report"): _rule(
        report,
        "api/v1/reports/sync_report",
        "metrics group_by pivot_group_by sorts filters group_by_totals_selected "
        "pivot_group_by_totals_selected date_ranges skip_group_by_values min_ratio_denominator",
        rate_class="report",
    ),
    ("POST", "/conversations/search"): _rule(
        talks.search_conversations,
        "api/v1/conversations/search",
        "page num_fetch_result conversation_type account_id contact_ids tag_ids tracker_ids "
        "organization_ids date_range scorecard_template_id scorecard_max_rating sort_by_field "
        "enforce_contact_boundary",
    ),
    ("GET", "/conversations/{id}"): _rule(talks.conversation, "api/v1/conversations/show"),
    ("POST", "/conversations/export"): _rule(
        talks.export, "api/v1/conversations/export", "start_time end_time email"
    ),
    ("GET", "/conversations/export/{id}"): _rule(
        talks.exported, "api/v1/conversations/find_export"
    ),
}
"""By method and path; every other address is none of Apollo's."""
