"""Every parameter of every operation can be written in a job, and arrives clean."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.catalogue.param import Param, Target
from apollo_batch.job.load import loads
from apollo_batch.job.names import Directory, Entry
from apollo_batch.job.spelling import meant
from apollo_batch.job.tie import bind_to
from apollo_batch.model import Item, Outcome, Row, RowNumber
from apollo_batch.reasons import REASONS

ID = "66e1a2b3c4d5e6f708192a3b"
# Kind to what somebody types and what Apollo gets.
TYPED = {
    Kind.TEXT: ("  Head of  Sales ", "Head of Sales"),
    Kind.NAME: (" Ada ", "Ada"),
    Kind.EMAIL: ("Ada <ADA@Acme.Example>", "ada@acme.example"),
    Kind.HASHED_EMAIL: ("D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
    Kind.DOMAIN: ("https://www.Acme.example/about", "acme.example"),
    Kind.URL: ("acme.example/a", "https://acme.example/a"),
    Kind.PERSON_URL: ("linkedin.com/in/Ada", "http://www.linkedin.com/in/ada"),
    Kind.COMPANY_URL: ("linkedin.com/company/Acme", "http://www.linkedin.com/company/acme"),
    Kind.ID: (ID.upper(), ID),
    Kind.PHONE: ("+1 202 555 0100", "+1 202 555 0100"),
    Kind.WHOLE: ("12", 12),
    Kind.AMOUNT: ("1200.50", "1200.50"),
    Kind.DATE: ("2026-12-31", "2026-12-31"),
    Kind.MOMENT: ("2026-12-31 09:00", "2026-12-31T09:00:00+01:00"),
    Kind.EMPLOYEES: ("11 - 50", "11,50"),
    Kind.TECHNOLOGY: ("Google Analytics", "google_analytics"),
    Kind.WEBHOOK: ("https://hooks.acme.example/a", "https://hooks.acme.example/a"),
}
EVERYTHING = Directory(
    {target: (Entry(ID, "Head of Sales", type="string"),) for target in Target if target.named}
)
ALL = [
    pytest.param(operation, param, id=f"{operation.name} {param.name}")
    for operation in OPERATIONS.values()
    for param in operation.params
]


def typed(param: Param):
    """What somebody types for a parameter, and what Apollo gets."""
    if param.choices:
        return param.choices[-1].replace("_", " ").upper(), param.choices[-1]
    return TYPED[param.kind]


def fillers(operation, param):
    """Other parameters, all from columns or options, without which no row could be sent."""
    sets = [s for s in operation.enough if param.name in s] or list(operation.enough)
    needed = sets[0] | (operation.exclusive.get(param.name, set()) if param.in_map else set())
    return [operation.param(name) for name in sorted(needed) if name != param.name]


def job_of(operation, param, *, under):
    """Write a job that names a parameter under map or options, and as little else as can be."""
    job = {"version": 1, "operation": operation.name, "map": {}, "options": {}}
    job["zone"] = "Europe/Berlin"
    if operation.paging is not None:
        job["keep"] = {"Id": "id"}
    cells = {}
    for each in [*fillers(operation, param), param]:
        column = each.name.upper()
        if each is param and under == "options":
            job["options"][each.name] = said(each)
        elif each.in_map:
            job["map"][each.name] = (
                {"Region": column} if each.kind is Kind.FIELDS else {"column": column}
            )
            cells[column] = "EMEA" if each.kind is Kind.FIELDS else typed(each)[0]
        else:
            job["options"][each.name] = said(each)
    return job, cells


def said(param):
    if param.kind is Kind.FLAG:
        return True
    if param.kind is Kind.FIELDS:
        return {"Region": "EMEA"}
    if param.span:
        return {"min": typed(param)[0], "max": typed(param)[0]}
    one = param.choices[-1] if param.choices else typed(param)[0]
    return [one] if param.many else one


def wanted(param):
    if param.kind is Kind.FLAG:
        return True
    if param.kind is Kind.FIELDS:
        return {"Region": "EMEA"}
    if param.span:
        return {"min": typed(param)[1], "max": typed(param)[1]}
    return [typed(param)[1]] if param.many else typed(param)[1]


@pytest.mark.parametrize(("operation", "param"), [p for p in ALL if p.values[1].in_map])
def test_a_column_fills_a_parameter(operation, param):
    job, cells = job_of(operation, param, under="map")

    item = bound(job, cells)

    assert isinstance(item, Item), item
    assert item.params[param.name] == wanted(param)


# Where one parameter is all there is, a column has to fill it.
ANY_ROW = [
    each
    for each in ALL
    if each.values[1].in_options
    and (each.values[0].paging is not None or job_of(*each.values, under="options")[1])
]


@pytest.mark.parametrize(("operation", "param"), ANY_ROW)
def test_an_option_says_a_parameter_for_every_row(operation, param):
    job, cells = job_of(operation, param, under="options")
    if operation.paging is not None:
        job = {"version": 1, "zone": "Europe/Berlin", "keep": {"Id": "id"}} | {
            "source": {
                "operation": operation.name,
                "options": everything_as_options(job, operation),
            }
        }
        step = loads(yaml.safe_dump(job), "a.yaml").steps[0]
        assert (dict(step.options) | dict(step.constants))[param.name] == wanted(param)
        return
    if param.name == "webhook_url":
        job["options"]["reveal_phone_number"] = True
    if param.name in operation.exclusive:
        job["options"] |= {"webhook_url": TYPED[Kind.WEBHOOK][0], "status": "paused"}
        job["options"] = {n: v for n, v in job["options"].items() if operation.param(n)}
    if param.name in operation.price.unbounded:
        job["limits"] = {"most_per_row": 20}
    assert cells

    read = loads(yaml.safe_dump(job), "a.yaml")
    step = read.steps[0]
    item = bound(job, cells)

    assert (dict(step.options) if param.option else item.params)[param.name] == wanted(param)


def everything_as_options(job, operation):
    named = {name: said(operation.param(name)) for name in job["map"]}
    return named | job["options"]


def bound(job, cells):
    job = {name: value for name, value in job.items() if value != {}}
    read = loads(yaml.safe_dump(job), "a.yaml")
    return bind_to(read, list(cells), EVERYTHING).bind(Row(RowNumber(2), tuple(cells.values())))


TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from([given for given, _ in TYPED.values()]),
    st.sampled_from(["46387", "2026-13-01", "$1,200", "1-10", "10-1", "4.9E+10", "#REF!", "n/a"]),
)


@given(st.sampled_from([p.values for p in ALL if p.values[1].in_map]), TEXTS)
def test_whatever_a_cell_holds_it_is_an_item_or_a_skip_with_a_reason_that_is_known(each, text):
    operation, param = each
    job, cells = job_of(operation, param, under="map")
    cells[param.name.upper()] = text

    outcome = bound(job, cells)

    if isinstance(outcome, Outcome):
        assert outcome.reason in REASONS
    else:
        assert outcome.params.get(param.name) not in ("", [], {})


DUE = """\
version: 1
operation: tasks.create
map: {contact_id: Contact, due_at: Due}
options: {user: 66e1a2b3c4d5e6f708192a3b, type: call, status: scheduled}
zone: Europe/Berlin
"""


def due(cell, more=""):
    outcome = bind_to(loads(DUE + more, "a.yaml"), ["Contact", "Due"], EVERYTHING).bind(
        Row(RowNumber(2), (ID, cell))
    )
    return outcome.params["due_at"] if isinstance(outcome, Item) else outcome.reason


SECONDS = st.integers(0, 2_500_000_000)


@given(SECONDS)
def test_a_moment_without_an_offset_is_one_of_the_jobs_zone(seconds):
    # An hour that comes twice a year is taken for the first.
    at = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)

    read = datetime.fromisoformat(due(at.isoformat(" ")))

    assert read.replace(tzinfo=None) == at
    assert read.utcoffset() == at.replace(tzinfo=ZoneInfo("Europe/Berlin")).utcoffset()


@pytest.mark.parametrize(
    ("cell", "more", "sent"),
    [
        ("2026-07-01 09:00", "", "2026-07-01T09:00:00+02:00"),
        ("2026-07-01T09:00:00Z", "", "2026-07-01T09:00:00+00:00"),
        ("2025-03-25T10:15:30+05:00", "", "2025-03-25T10:15:30+05:00"),
        ("2026-07-01 09:00 +0200", "", "2026-07-01T09:00:00+02:00"),
        ("2026-07-01", "time: '08:30'\n", "2026-07-01T08:30:00+02:00"),
        ("2026-07-01", "", "no_time"),
        ("46204.375", "", "date_as_number"),
        ("2026-W27-3", "", "bad_moment"),
        ("20260701T0900", "", "bad_moment"),
        ("1.7.2026 9:00", "", "bad_moment"),
        ("0001-01-01 00:00", "", "bad_moment"),
    ],
)
def test_a_date_and_a_time_are_sent_with_their_offset(cell, more, sent):
    assert due(cell, more) == sent


TITLES = "version: 1\nkeep: {Id: id}\noperation: people.search\nmap: {person_titles: {column: T, split: ';'}}\n"


@given(
    st.lists(st.sampled_from(["CTO", " cto ", "", "n/a", "Head of  Sales", "\u200b"]), max_size=6)
)
def test_a_cell_that_is_split_gives_each_of_its_values_once_in_order(parts):
    outcome = bind_to(loads(TITLES, "a.yaml"), ["T"]).bind(Row(RowNumber(2), (";".join(parts),)))

    tidy = [" ".join(part.replace("\u200b", "").split()) for part in parts]
    wanted = list(dict.fromkeys(each for each in tidy if each not in {"", "n/a"}))
    if wanted:
        assert outcome.params == {"person_titles": wanted}
    else:
        assert outcome.reason == "missing_identity"


def test_more_values_than_apollo_takes_skip_the_row():
    job = TITLES.replace("person_titles", "q_organization_domains_list")
    cell = ";".join(f"a{number}.example" for number in range(1001))

    outcome = bind_to(loads(job, "a.yaml"), ["T"]).bind(Row(RowNumber(2), (cell,)))

    assert outcome.reason == "too_many"


def test_a_search_of_rows_asks_with_all_that_the_job_says_and_leaves_blank_rows_out():
    job = loads(
        TITLES + "options: {person_locations: Berlin, include_similar_titles: false, "
        "revenue_range: {min: 5}}\nper_row: 3\n",
        "a.yaml",
    )

    full = bind_to(job, ["T"]).bind(Row(RowNumber(2), ("CTO",)))
    blank = bind_to(job, ["T"]).bind(Row(RowNumber(3), ("",)))

    assert full.params == {
        "person_titles": ["CTO"],
        "person_locations": ["Berlin"],
        "include_similar_titles": False,
        "revenue_range": {"min": 5},
    }
    assert blank.reason == "missing_identity"
    assert job.steps[0].options == {"include_similar_titles": False, "revenue_range": {"min": 5}}
    assert job.steps[0].most_records == 3


def test_a_cell_wins_over_what_is_the_same_for_every_row():
    text = (
        "version: 1\noperation: contacts.create\nmap: {email: E, title: T}\n"
        "options: {title: Manager, organization_name: Acme}\n"
    )
    binding = bind_to(loads(text, "a.yaml"), ["E", "T"])

    own = binding.bind(Row(RowNumber(2), ("a@acme.example", "CTO")))
    none = binding.bind(Row(RowNumber(3), ("a@acme.example", "")))

    assert own.params == {"email": "a@acme.example", "title": "CTO", "organization_name": "Acme"}
    assert none.params["title"] == "Manager"


@pytest.mark.parametrize(
    ("line", "mode"),
    [
        ("", "create_or_skip"),
        ("options: {run_dedupe: true}", "create_or_skip"),
        ("options: {run_dedupe: false}", "create"),
        ("mode: upsert", "upsert"),
    ],
)
def test_apollos_own_word_for_duplicates_is_read_as_a_mode(line, mode):
    job = loads(f"version: 1\noperation: contacts.create\nmap: {{email: E}}\n{line}\n", "a.yaml")

    assert job.steps[0].mode == mode
    assert job.steps[0].options == {}


SEARCH = "version: 1\nkeep: {Id: id}\nsource: {operation: people.search, options: {%s}}\n"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("'person_titles[]': [cto, ceo]", "person_titles: [cto, ceo]"),
        ("person_titles: cto", "person_titles: [cto]"),
        (
            "'revenue_range[max]': 9, 'revenue_range[min]': 1",
            "revenue_range: {min: 1, max: 9}",
        ),
        ("contact_email_status: likely_to_engage", "contact_email_status: [likely to engage]"),
        (
            "organization_num_employees_ranges: [1-10, 11 - 50]",
            "organization_num_employees_ranges: ['1,10', '11,50']",
        ),
    ],
)
def test_the_ways_to_spell_a_filter_mean_the_same(theirs, ours):
    assert (
        loads(SEARCH % theirs, "a.yaml").canonical() == loads(SEARCH % ours, "b.yaml").canonical()
    )


@pytest.mark.parametrize(
    ("operation", "theirs", "ours"),
    [
        ("sequences.enroll", "emailer_campaign_id", "sequence_id"),
        ("sequences.enroll", "contact_ids[]", "contact_id"),
        ("organizations.enrich", "domains[]", "domain"),
        ("sequences.enroll", "mailbox", "send_email_from_email_account_id"),
        ("deals.update", "stage", "opportunity_stage_id"),
        ("contacts.search", "list", "contact_label_ids"),
        ("contacts.create", "list", "label_names"),
    ],
)
def test_a_parameter_goes_by_the_other_names_it_is_known_by(operation, theirs, ours):
    assert meant(OPERATIONS[operation], theirs) == meant(OPERATIONS[operation], ours)
