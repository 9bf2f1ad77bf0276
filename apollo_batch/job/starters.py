"""What a new job of an operation begins with: what people mostly keep of its answers, and why rows go."""

from apollo_batch.catalogue.entry import Act, Operation

OFFERED = {
    "people.enrich": "Look people up: e-mail, title, company",
    "organizations.enrich": "Look companies up: industry, size, country",
    "contacts.create": "Save people as contacts in Apollo",
    "contacts.update": "Change contacts that are in Apollo",
    "accounts.create": "Save companies as accounts in Apollo",
    "accounts.update": "Change accounts that are in Apollo",
    "people.search": "Search for people at these companies",
    "sequences.enroll": "Enroll contacts in a sequence: e-mails go out",
}
"""What a person is asked to choose from; the other operations go by their names."""

_PERSON = {"Title": "title", "Seniority": "seniority", "City": "city", "Country": "country"}
_COMPANY = {
    "Industry": "industry",
    "Headcount": "estimated_num_employees",
    "Founded": "founded_year",
    "Revenue": "annual_revenue",
}
_DEAL = {"Deal": "name", "Amount": "amount", "Closes On": "closed_date"}
_KEEP = {
    "people.enrich": {
        "Work Email": "email",
        "Work Email Status": "email_status",
        **_PERSON,
        "Company Industry": "organization.industry",
        "Company Headcount": "organization.estimated_num_employees",
    },
    "people.get": {"Headline": "headline", **_PERSON, "Employer": "organization.name"},
    "organizations.enrich": {**_COMPANY, "Country": "country", "Phone": "primary_phone.number"},
    "organizations.get": {**_COMPANY, "Country": "country"},
    "people.search": {
        "Person Id": "id",
        "First Name": "first_name",
        "Title": "title",
        "Company": "organization.name",
    },
    "organizations.search": {
        "Found Company": "name",
        "Domain": "primary_domain",
        "Company Id": "organization_id",
    },
    "news.search": {"Published": "published_at", "Headline": "title", "Link": "url"},
    "organizations.job_postings": {"Job": "title", "City": "city", "Posted": "posted_at"},
    "contacts.search": {"Contact Id": "id", "Name": "name", "E-mail": "email"},
    "contacts.deals": _DEAL,
    "contacts.get": {"E-mail": "email", "E-mail Status": "email_status", "Title Now": "title"},
    "contacts.create": {"Contact Id": "id"},
    "accounts.create": {"Account Id": "id"},
    "accounts.get": {"Domain": "domain", "Contacts": "num_contacts"},
    "accounts.search": {"Account Id": "id", "Account": "name", "Domain": "domain"},
    "deals.create": {"Deal Id": "id"},
    "deals.get": {"Amount Now": "amount", "Probability": "deal_probability"},
    "deals.list": {"Deal Id": "id", **_DEAL},
    "tasks.create": {"Task Id": "id"},
    "lists.create": {"List Id": "id"},
    "sequences.search": {"Sequence": "name", "Sequence Id": "id", "Active": "active"},
    "sequences.activity": {"When": "occurred_at", "What": "type", "Sequence": "sequence_name"},
    "sequences.enroll": {"E-mail": "email"},
}

FIRST_BUDGET = 200
"""The most credits that a new job allows a run, until somebody says otherwise."""
PER_ROW = 10
"""The most records that a search brings for a row, until somebody says otherwise."""

_NAMED = {
    Act.LOOK_UP: "Look up",
    Act.SEARCH: "Search by",
    Act.CREATE: "Save",
    Act.UPDATE: "Change",
    Act.ENROLL: "Enroll",
}


def kept_of(operation: Operation) -> dict[str, str]:
    """Say what is kept of the answers: new column to field."""
    kept = dict(_KEEP.get(operation.name, {}))
    if not kept and operation.act is Act.SEARCH:
        kept = {"Id": "id"}
    return kept


def apart(name: str) -> str:
    """Name a new column that the sheet has one of already."""
    return f"{name} (Apollo)"


def called(operation: Operation, sheet: str) -> str:
    """Name a job after what it does and the file that it was made from."""
    return f"{_NAMED[operation.act]} {sheet}"
