"""Every address of Apollo's that the product uses: what it is called, and where it is told of."""

from dataclasses import dataclass
from enum import StrEnum


class RateClass(StrEnum):
    """Routes of one class have the same limits on a plan; each route counts on its own."""

    ENRICHMENT = "enrichment"
    ENRICHMENT_BULK = "enrichment_bulk"
    DB_SEARCH = "db_search"
    DEFAULT = "default"


@dataclass(frozen=True)
class Address:
    """One method and path, with what Apollo's papers say of it."""

    name: str
    method: str
    path: str
    """Below `/api/v1`; a word in braces stands for an id."""
    scope: str
    """What a 403 calls it."""
    rate_class: RateClass
    told_at: str
    """The page of Apollo's API reference that documents it."""


# Name, method, path, scope, rate class, page.
_TABLE = """
people.match POST /people/match api/v1/people/match enrichment people-enrichment
people.bulk_match POST /people/bulk_match api/v1/people/bulk_match enrichment_bulk bulk-people-enrichment
people.get GET /people/{id} api/v1/people/show enrichment people-show
organizations.enrich GET /organizations/enrich api/v1/organizations/enrich enrichment organization-enrichment
organizations.bulk_enrich POST /organizations/bulk_enrich api/v1/organizations/bulk_enrich enrichment_bulk bulk-organization-enrichment
organizations.get GET /organizations/{id} api/v1/organizations/show enrichment organizations-show
organizations.job_postings GET /organizations/{organization_id}/job_postings api/v1/organizations/job_postings enrichment organization-jobs-postings
people.search POST /mixed_people/api_search api/v1/mixed_people/api_search db_search people-api-search
organizations.search POST /mixed_companies/search api/v1/mixed_companies/search db_search organization-search
news.search POST /news_articles/search api/v1/news_articles/search db_search news-articles-search
contacts.create POST /contacts api/v1/contacts/create default create-a-contact
contacts.search POST /contacts/search api/v1/contacts/search default search-for-contacts
contacts.get GET /contacts/{contact_id} api/v1/contacts/show default view-a-contact
contacts.update PATCH /contacts/{contact_id} api/v1/contacts/update default update-a-contact
contacts.bulk_create POST /contacts/bulk_create api/v1/contacts/bulk_create default bulk-create-contacts
contacts.bulk_update POST /contacts/bulk_update api/v1/contacts/bulk_update default bulk-update-contacts
contacts.update_stages POST /contacts/update_stages api/v1/contacts/update_stages default update-contact-stage
contacts.update_owners POST /contacts/update_owners api/v1/contacts/update_owners default update-contact-ownership
contacts.deals POST /contacts/{contact_id}/opportunities deals/api/v1/opportunities/search default view-associated-deals
contact_stages.list GET /contact_stages api/v1/contact_stages/index default list-contact-stages
accounts.create POST /accounts api/v1/accounts/create default create-an-account
accounts.search POST /accounts/search api/v1/accounts/search default search-for-accounts
accounts.get GET /accounts/{id} api/v1/accounts/show default view-an-account
accounts.update PATCH /accounts/{account_id} api/v1/accounts/update default update-an-account
accounts.bulk_create POST /accounts/bulk_create api/v1/accounts/bulk_create default bulk-create-accounts
accounts.bulk_update POST /accounts/bulk_update api/v1/accounts/bulk_update default bulk-update-accounts
accounts.update_owners POST /accounts/update_owners api/v1/accounts/update_owners default update-account-ownership
account_stages.list GET /account_stages api/v1/account_stages/index default list-account-stages
sequences.search POST /emailer_campaigns/search api/v1/emailer_campaigns/search default search-for-sequences
sequences.add_contacts POST /emailer_campaigns/{sequence_id}/add_contact_ids api/v1/emailer_campaigns/add_contact_ids default add-contacts-to-sequence
sequences.remove_contacts POST /emailer_campaigns/remove_or_stop_contact_ids api/v1/emailer_campaigns/remove_or_stop_contact_ids default update-contact-status-sequence
sequences.activity POST /emailer_campaigns/activity_feed api/v1/emailer_campaigns/activity_feed default get-contact-sequence-activity
schedules.list GET /emailer_schedules api/v1/emailer_schedules/index default list-email-schedules
email_accounts.list GET /email_accounts api/v1/email_accounts/index default get-a-list-of-email-accounts
deals.create POST /opportunities deals/api/v1/opportunities/create default create-deal
deals.list GET /opportunities/search deals/api/v1/opportunities/search default list-all-deals
deals.get GET /opportunities/{opportunity_id} deals/api/v1/opportunities/show default view-deal
deals.update PATCH /opportunities/{opportunity_id} deals/api/v1/opportunities/update default update-deal
deal_stages.list GET /opportunity_stages deals/api/v1/opportunity_stages/index default list-deal-stages
tasks.create POST /tasks api/v1/tasks/create default create-a-task
tasks.bulk_create POST /tasks/bulk_create api/v1/tasks/bulk_create default bulk-create-tasks
tasks.search POST /tasks/search api/v1/tasks/search default search-tasks
tasks.complete POST /tasks/{id}/complete api/v1/tasks/complete default complete-a-task
tasks.skip POST /tasks/{id}/skip api/v1/tasks/skip default skip-a-task
labels.list GET /labels api/v1/labels/index default get-a-list-of-all-lists
labels.create POST /labels api/v1/labels/create default create-a-list
labels.add POST /labels/add_entity_ids_to_label_names api/v1/labels/add_entity_ids_to_label_names default add-records-to-a-list
labels.remove POST /labels/remove_entity_ids_from_label_names api/v1/labels/remove_entity_ids_from_label_names default remove-records-from-a-list
fields.list GET /fields api/v1/fields/index default get-a-list-of-fields
typed_custom_fields.list GET /typed_custom_fields api/v1/typed_custom_fields/index default get-a-list-of-all-custom-fields
users.search GET /users/search api/v1/users/search default get-a-list-of-users
users.profile GET /users/api_profile api/v1/users/api_profile default get-current-user-profile
auth.health GET /auth/health auth/health default authentication
usage.api POST /usage_stats/api_usage_stats api/v1/usage_stats/api_usage_stats default view-api-usage-stats
usage.credits POST /usage_stats/credit_usage_stats api/v1/usage_stats/credit_usage_stats default view-credit-usage-stats
emails.activities GET /emailer_messages/{id}/activities api/v1/emailer_messages/activities default check-email-stats
webhook_result.get GET /webhook_result/{request_id} api/v1/webhook_result/show default poll-webhook-result
"""

ADDRESSES = {
    name: Address(name, method, path, scope, RateClass(rate_class), told_at)
    for name, method, path, scope, rate_class, told_at in map(
        str.split, _TABLE.strip().splitlines()
    )
}


def at(name: str) -> Address:
    """Find an address by its name; KeyError where there is none."""
    return ADDRESSES[name]
