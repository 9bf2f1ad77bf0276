"""What Apollo's answers hold besides what a job may keep of them: names and words that are no news."""

from apollo_batch.catalogue.filters import EMAIL_STATUSES
from apollo_batch.catalogue.records import ACCOUNT
from apollo_batch.catalogue.tasks import PRIORITIES, STATUSES

_PAGE = frozenset(
    "breadcrumbs partial_results_only partial_results_limit has_join disable_eu_prospecting "
    "pagination num_fetch_result".split()
)
_LATER = frozenset({"request_id", "waterfall", "phone_enrichment"})
_COUNTS = frozenset({"status", "error_code", "error_message", "missing_records"})
_JOB = frozenset({"entity_progress_job"})
_SEQUENCE = frozenset({"emailer_steps"})

BESIDE: dict[str, frozenset[str]] = {
    "people.match": _LATER,
    "people.bulk_match": _LATER | _COUNTS | {"total_requested_enrichments"},
    "organizations.bulk_enrich": _COUNTS
    | frozenset(
        "total_requested_domains total_requested_records unique_domains unique_records".split()
    ),
    "people.search": frozenset({"total_entries"}),
    "organizations.search": _PAGE | {"model_ids", "derived_params"},
    "news.search": _PAGE,
    "contacts.create": frozenset({"labels", "dedupe_result"}),
    "contacts.get": frozenset({"labels"}),
    "contacts.update": frozenset({"labels"}),
    "contacts.search": _PAGE,
    "contacts.bulk_update": _JOB,
    "accounts.update": frozenset({"labels"}),
    "accounts.get": frozenset({"salesforce_users", "hubspot_owners"}),
    "accounts.search": _PAGE,
    "deals.list": _PAGE | {"salesforce_users"},
    "tasks.search": _PAGE | {"faceting", "pipeline_total", "task_types", "open_factor_names"},
    "tasks.bulk_create": frozenset({"success"}),
    "tasks.complete": frozenset({"contact"}),
    "labels.add": _JOB | {"message"},
    "labels.remove": _JOB | {"message"},
    "sequences.search": _PAGE,
    "sequences.add_contacts": _SEQUENCE
    | {"skipped_contact_ids", "emailer_campaign", "emailer_touches", "team", "signals_hash"},
    "sequences.remove_contacts": _SEQUENCE
    | _JOB
    | {"emailer_campaigns", "num_contacts", "contact_statuses"},
    "sequences.activity": frozenset({"contact_id"}),
}
"""By the name of an address: what stands in its answer beside the records."""

_KINDS = {
    "person": ("person", "matches", "people"),
    "company": ("organization", "organizations"),
    "contact": ("contact", "contacts", "created_contacts", "existing_contacts"),
    "account": ("account", "accounts", "created_accounts", "existing_accounts"),
    "deal": ("opportunity", "opportunities"),
    "task": ("task", "tasks"),
    "sequence": ("emailer_campaigns",),
    "list": ("label", "labels", ""),
    "event": ("events",),
}
KIND_OF = {key: kind for kind, keys in _KINDS.items() for key in keys}
"""An answer's key to the kind of the records that stand there."""

UNKEPT: dict[str, frozenset[str]] = {
    "company": frozenset(
        "show_intent has_intent_signal_account intent_signal_account market_cap org_chart_removed "
        "org_chart_root_people_ids org_chart_sector org_chart_show_department_filter "
        "detail_view_loaded employee_metrics generic_org_insights".split()
    ),
    "contact": frozenset(
        "team_id account_phone_note contact_roles contact_rule_config_statuses "
        "direct_dial_enrichment_failed_at direct_dial_status email_domain_catchall "
        "email_needs_tickling email_source email_status_unavailable_reason "
        "has_email_arcgate_request has_pending_email_arcgate_request linkedin_uid merged_crm_ids "
        "next_contact_id queued_for_crm_push show_intent source_display_name "
        "suggested_from_rule_engine_config_id updated_email_true_status call_opted_out "
        "facebook_url person_deleted".split()
    ),
    # A search for companies answers those that the team has saved as the accounts they are.
    "account": ACCOUNT
    | frozenset(
        "account_playbook_statuses account_rule_config_statuses account_queues disable_flag "
        "engagement_graph has_intent_signal_account intent_signal_account org_chart_removed "
        "org_chart_root_people_ids org_chart_sector org_chart_show_department_filter "
        "organization_city organization_country organization_postal_code "
        "organization_raw_address organization_state organization_street_address "
        "salesforce_record_url show_intent suggest_location_enrichment updated_at".split()
    ),
    "deal": frozenset(
        "closed_lost_reason closed_won_reason crm_id crm_owner_id crm_record_url "
        "current_solutions deal_source manually_updated_forecast manually_updated_probability "
        "next_step_date next_step_last_updated_at opportunity_rule_config_statuses "
        "salesforce_id salesforce_owner_id".split()
    ),
    "task": frozenset(
        "answered hubspot_id needs_playbook_autoprospecting persona_ids playbook_id "
        "playbook_step_ids rule_config_id salesforce_id salesforce_type starred_by_user_ids "
        "campaign_name campaign_position linkedin_emailer_template ai_variables_status "
        "call_script completed_by_user_id deleted pending_send recommendation_reasons "
        "recommended relevant_field_values relevant_fields completed".split()
    ),
    "sequence": frozenset(
        "ab_test_step_ids bcc_emails cc_emails contact_email_event_to_stage_mapping "
        "create_task_if_email_open days_to_wait_before_mark_as_response "
        "email_open_trigger_task_threshold is_performing_poorly mark_finished_if_click "
        "mark_finished_if_interested num_contacts_email_status_extrapolated "
        "prioritized_by_user remind_ab_test_results same_account_reply_delay_days "
        "same_account_reply_policy_cd sequence_by_exact_daytime sequence_ruleset_id "
        "starred_by_user_ids underperforming_touches_count".split()
    ),
    "list": frozenset(
        "_id id key name modality cached_count user_id team_id book_of_business created_at "
        "updated_at concurrency_locks need_cached_count_update needs_count_update_at "
        "rule_config_template_id".split()
    ),
    "event": frozenset({"emailer_message_id", "reason", "step_position"}),
}
"""By the kind of record: fields that no job keeps."""

_EMAIL = frozenset({*EMAIL_STATUSES, "extrapolated"})

WORDS: dict[str, dict[str, frozenset[str]]] = {
    "person": {"email_status": _EMAIL},
    "contact": {"email_status": _EMAIL},
    "task": {"status": frozenset(STATUSES), "priority": frozenset(PRIORITIES)},
    "event": {
        "type": frozenset("enrolled paused resumed failed completed removed replied".split())
    },
}
"""By the kind of record: fields whose values are words of a list, and that list."""

WORDS_BESIDE: dict[str, frozenset[str]] = {
    "phone_enrichment": frozenset({"pending", "skipped"}),
    "waterfall": frozenset({"accepted", "failed"}),
}
"""What stands beside the records and has a `status`: the words that it may be."""
