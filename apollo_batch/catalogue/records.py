"""The fields of the records that a team keeps in Apollo: what `keep` may ask of them."""

CONTACT = frozenset(
    "id first_name last_name name title headline email email_status email_true_status "
    "email_from_customer email_unsubscribed organization_name organization_id account_id account "
    "organization person_id owner_id creator_id contact_stage_id label_ids linkedin_url "
    "twitter_url photo_url sanitized_phone phone_numbers contact_emails present_raw_address city "
    "state country time_zone source original_source existence_level created_at updated_at "
    "last_activity_date emailer_campaign_ids contact_campaign_statuses contact_job_change_event "
    "typed_custom_fields custom_field_errors free_domain salesforce_id salesforce_contact_id "
    "salesforce_lead_id salesforce_account_id hubspot_vid hubspot_company_id crm_id crm_owner_id "
    "crm_record_url is_likely_to_engage extrapolated_email_confidence".split()
)
SHORT_CONTACT = frozenset(
    "id first_name last_name email title organization_name team_id owner_id contact_stage_id "
    "created_at updated_at".split()
)
UPDATED_CONTACT = frozenset(
    "id first_name last_name email title organization_name owner_id account_id "
    "present_raw_address linkedin_url typed_custom_fields updated_at".split()
)
ACCOUNT = frozenset(
    "id name domain team_id organization_id account_stage_id owner_id creator_id source "
    "original_source phone phone_status sanitized_phone linkedin_url label_ids "
    "typed_custom_fields custom_field_errors existence_level modality parent_account_id "
    "hubspot_id salesforce_id crm_owner_id crm_record_url source_display_name created_at "
    "num_contacts last_activity_date contact_emailer_campaign_ids "
    "contact_campaign_status_tally".split()
)
SHORT_ACCOUNT = frozenset(
    "id name domain team_id owner_id account_stage_id phone created_at updated_at".split()
)
UPDATED_ACCOUNT = frozenset("id name owner_id account_stage_id typed_custom_fields".split())
OWNED = frozenset({"id", "owner_id", "crm_owner_id"})
DEAL = frozenset(
    "id name team_id owner_id account_id account amount amount_in_team_currency "
    "forecasted_revenue closed_date actual_close_date opportunity_stage_id stage_name "
    "opportunity_pipeline_id is_closed is_won deal_probability probability forecast_category "
    "description next_step source created_by_id created_at stage_updated_at last_activity_date "
    "exchange_rate_code exchange_rate_value currency typed_custom_fields "
    "opportunity_contact_roles existence_level num_contacts".split()
)
TASK = frozenset(
    "id user_id creator_id contact_id account_id organization_id person_id opportunity_id type "
    "priority status title subject note due_at completed_at skipped_at created_at created_from "
    "emailer_campaign_id contact account opportunity phone_call emailer_message".split()
)
SEQUENCE = frozenset(
    "id name active archived created_at last_used_at user_id emailer_schedule_id "
    "max_emails_per_day num_steps label_ids folder_id creation_type unique_scheduled "
    "unique_delivered unique_bounced unique_hard_bounced unique_opened unique_replied "
    "unique_clicked unique_demoed unique_unsubscribed unique_spam_blocked bounce_rate "
    "hard_bounce_rate open_rate click_rate reply_rate spam_block_rate opt_out_rate demo_rate "
    "loaded_stats excluded_contact_stage_ids excluded_account_stage_ids mark_finished_if_reply "
    "mark_paused_if_ooo sharing_permission permissions".split()
)
LABEL = frozenset(
    "id name modality cached_count user_id book_of_business created_at updated_at".split()
)
EVENT = frozenset({"type", "occurred_at", "sequence_id", "sequence_name"})
