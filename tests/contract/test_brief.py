"""The owner's list, walked: every endpoint, parameter and field of it can be had.

Set APOLLO_REFERENCE to a folder that holds the list, brief.md.
"""

import re
from pathlib import Path

import brief
import pytest
import yaml
from sandbox_caller import calling

from apollo_batch.apollo import lookups
from apollo_batch.apollo.encode import encode
from apollo_batch.catalogue.addresses import ADDRESSES
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.catalogue.param import Target
from apollo_batch.errors import InvalidError
from apollo_batch.job.load import loads
from apollo_batch.job.names import Directory, Entry
from apollo_batch.job.resolve import resolved
from apollo_batch.job.spelling import meant
from apollo_batch.job.tie import bind_to
from apollo_batch.model import Chunk, ChunkItem, Item, Row, RowNumber
from apollo_batch.runner.plan import asking_of
from apollo_batch.sandbox.world import World

PAPER = (Path(__file__).parents[2] / "docs/operations.md").read_text(encoding="utf-8")
WORLD = World(42)
SAVED = next(p for p in WORLD.people() if p.contact_id and p.company.account_id)
USER = WORLD.id_of("user", 1)
ENDPOINTS = brief.read()

# What reaches each endpoint: an operation of a job, or a command.
REACHED = {
    "POST /people/match": "people.enrich",
    "POST /people/bulk_match": "people.enrich",
    "GET /organizations/enrich": "organizations.enrich",
    "POST /organizations/bulk_enrich": "organizations.enrich",
    "POST /mixed_people/api_search": "people.search",
    "POST /mixed_companies/search": "organizations.search",
    "POST /news_articles/search": "news.search",
    "POST /contacts": "contacts.create",
    "POST /contacts/search": "contacts.search",
    "PATCH /contacts/{contact_id}": "contacts.update",
    "POST /contacts/bulk_create": "contacts.create",
    "POST /accounts": "accounts.create",
    "POST /accounts/search": "accounts.search",
    "PATCH /accounts/{account_id}": "accounts.update",
    "GET /account_stages": "list stages",
    "POST /emailer_campaigns/search": "sequences.search",
    "POST /emailer_campaigns/{sequence_id}/add_contact_ids": "sequences.enroll",
    "POST /opportunities": "deals.create",
    "GET /opportunities": "deals.list",
    "GET /opportunities/{deal_id}": "deals.get",
    "PATCH /opportunities/{deal_id}": "deals.update",
    "GET /opportunity_stages": "list stages",
    "POST /tasks": "tasks.create",
    "POST /tasks/bulk_create": "tasks.create",
    "POST /tasks/search": "tasks.search",
    "GET /users/search": "list users",
    "GET /email_accounts": "list mailboxes",
    "GET /custom_fields": "list fields",
    "GET /labels": "list lists",
    "POST /usage": "usage",
}
# Addresses of the list that Apollo has moved: where they are today.
MOVED = {
    "POST /usage": "POST /usage_stats/api_usage_stats",
    "GET /custom_fields": "GET /typed_custom_fields",
    "GET /opportunities": "GET /opportunities/search",
}
# Parameters that no job names as such: the rows themselves, the pages that are turned for whoever
# asks, and what is said in another way. Each has a test of its own below.
ROWS = {"details", "domains", "contact_ids[]"}
PAGES = {"page", "per_page"}
ANOTHER_WAY = {"label_names[]", "emailer_campaign_id", "run_dedupe"}
# What somebody types, and what Apollo gets.
TYPED = {
    Kind.TEXT: ("  Head of  Sales ", "Head of Sales"),
    Kind.NAME: (" Ada ", "Ada"),
    Kind.EMAIL: ("Ada <ADA@Acme.Example>", "ada@acme.example"),
    Kind.HASHED_EMAIL: ("D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
    Kind.DOMAIN: ("https://www.Acme.example/about", "acme.example"),
    Kind.URL: ("acme.example/a", "https://acme.example/a"),
    Kind.PERSON_URL: ("linkedin.com/in/Ada", "http://www.linkedin.com/in/ada"),
    Kind.PHONE: ("+1 202 555 0100", "+1 202 555 0100"),
    Kind.WHOLE: ("1200", 1200),
    Kind.AMOUNT: ("1200.50", "1200.50"),
    Kind.DATE: ("2026-12-31", "2026-12-31"),
    Kind.MOMENT: ("2026-12-31 09:00", "2026-12-31T09:00:00+00:00"),
    Kind.EMPLOYEES: ("11 - 50", "11,50"),
    Kind.TECHNOLOGY: ("Google Analytics", "google_analytics"),
    Kind.WEBHOOK: ("https://hooks.acme.example/a", "https://hooks.acme.example/a"),
    Kind.FIELDS: ("EMEA", "EMEA"),
}
IDS = {
    Target.CONTACT: SAVED.contact_id,
    Target.ACCOUNT: SAVED.company.account_id,
    Target.PERSON: SAVED.id,
    Target.ORGANIZATION: SAVED.company.id,
    Target.USER: USER,
    Target.CONTACT_STAGE: WORLD.id_of("contact_stage", 1),
    Target.ACCOUNT_STAGE: WORLD.id_of("account_stage", 1),
    Target.DEAL_STAGE: WORLD.id_of("deal_stage", 1),
    Target.SEQUENCE: WORLD.id_of("sequence", 1),
    Target.MAILBOX: WORLD.id_of("mailbox", 1),
}
SOME_ID = "66e1a2b3c4d5e6f708192a3b"
REGION = "66e1a2b3c4d5e6f708192a3c"


def everything_named():
    """A directory in which every id stands for something, and one custom field is called Region."""
    told = {}
    for target in Target:
        if target.named:
            region = Entry(REGION, "Region", type="string")
            here = Entry(IDS.get(target, SOME_ID), "Head of Sales")
            told[target] = (region,) if target.value.endswith("field") else (here,)
    return Directory(told)


def parameters():
    return [
        pytest.param(endpoint, name, id=f"{endpoint.route} {name}")
        for endpoint in ENDPOINTS
        for name in endpoint.parameters
        if name not in ROWS | PAGES | ANOTHER_WAY
    ] or [pytest.param(None, None, id="no list")]


def fields():
    return [
        pytest.param(endpoint, name, id=f"{endpoint.route} {name}")
        for endpoint in ENDPOINTS
        for name in endpoint.fields
        if REACHED[endpoint.route] in OPERATIONS
    ] or [pytest.param(None, None, id="no list")]


@pytest.fixture(autouse=True)
def _the_list():
    if not ENDPOINTS:
        pytest.skip("APOLLO_REFERENCE names no folder with the owner's list")


@pytest.fixture(scope="module")
def apollo():
    with calling(profile="unlimited", strict=True) as caller:
        yield caller


def typed(param):
    """What somebody types for a parameter, and what Apollo gets."""
    if param.choices:
        return param.choices[-1].replace("_", " "), param.choices[-1]
    if param.kind is Kind.ID:
        known = IDS.get(param.target, SOME_ID)
        return known.upper(), known
    return TYPED[param.kind]


def written(operation, key):
    """Write a job and a row that name a parameter as the list spells it, and little besides."""
    found = meant(operation, key)
    assert found is not None, f"{operation.name} has no {key}"
    needed = [n for n in _least(operation, found.param) if n != found.param.name]
    if found.param.name == "auto_unpause_at":
        needed.append("status")
    if operation.exclusive.get(found.param.name, set()) == {"webhook_url"}:
        needed.append("webhook_url")
    if found.param.name == "webhook_url":
        needed.append("reveal_phone_number")
    job = {"version": 1, "operation": operation.name, "map": {}, "options": {}}
    if operation.paging is not None:
        job["keep"] = {"Id": "id"}
    if found.param.name in operation.price.unbounded:
        job["limits"] = {"most_per_row": 20}
    cells = {}
    for name in [*needed, key]:
        said = meant(operation, name)
        _say(job, cells, name, said.param, said.bound)
    return {name: value for name, value in job.items() if value != {}}, cells


def _least(operation, param):
    """The least that a row needs, with the parameter in it; a job over rows has a column."""
    columns = {p.name for p in operation.params if p.in_map}

    def rank(names):
        return not (names & columns or param.in_map), param.in_map and param.name not in names

    return sorted(min(operation.enough, key=rank))


def _say(job, cells, key, param, bound):
    given = True if param.kind is Kind.FLAG else typed(param)[0]
    if param.kind is Kind.FIELDS:
        job["map"][key] = {"Region": "REGION"}
        cells["REGION"] = given
    elif param.in_map:
        job["map"][key] = {"column": key}
        cells[key] = given
    elif param.span and not bound:
        job["options"][key] = {"min": given, "max": given}
    else:
        job["options"][key] = given


def requests_of(job, cells):
    """The requests that a row of a job becomes, the values of each by Apollo's names."""
    read = resolved(loads(yaml.safe_dump(job), "job.yaml"), everything_named())
    step = read.steps[0]
    bound = bind_to(read, list(cells), everything_named())
    item = bound.bind(Row(RowNumber(2), tuple(cells.values())))
    assert isinstance(item, Item), item
    course = asking_of(step).course(item.params)
    for number, leg in enumerate(course):
        route = step.operation.route(leg.route)
        params = {**item.params, **({n: SOME_ID for n in route.needs if n not in item.params})}
        items = (ChunkItem(1, params, course[number:]),)
        chunk = Chunk(1, 1, step.operation.name, leg.route, dict(step.options), items)
        yield route, encode(step.operation, route, chunk)


def flat(request):
    """Every value of a request, by its name; lists of records and lists of values opened."""
    told = {}
    for name, value in request.query:
        told.setdefault(name.removesuffix("[]"), []).append(value)
    for name, value in (request.body or {}).items():
        _open(told, name, value)
    told["path"] = request.path.split("/")
    return told


def _open(told, name, value):
    if isinstance(value, dict):
        for inner, one in value.items():
            told.setdefault(f"{name}[{inner}]", []).append(one)
            _open(told, inner, one)
    elif isinstance(value, list):
        for one in value:
            _open(told, name, one)
    else:
        told.setdefault(name, []).append(value)


def test_the_list_is_read_whole():
    assert len(ENDPOINTS) == len(REACHED)
    assert {endpoint.route for endpoint in ENDPOINTS} == REACHED.keys()
    assert sum(len(endpoint.parameters) for endpoint in ENDPOINTS) == 135
    assert sum(len(endpoint.fields) for endpoint in ENDPOINTS) >= 70


@pytest.mark.parametrize("route", REACHED)
def test_every_endpoint_has_a_row_in_the_papers_and_a_way_to_reach_it(route):
    reached = REACHED[route]
    today = MOVED.get(route, route)
    rows = [line for line in PAPER.splitlines() if line.startswith("| ")]
    same = re.compile("`" + re.sub(r"\\\{\w+\\\}", r"\\{\\w+\\}", re.escape(today)) + "`")

    assert any(same.search(row) for row in rows)
    assert f"| `{reached}` |" in PAPER or f"`{reached}`" in PAPER
    assert reached in OPERATIONS or reached.split()[0] in {"list", "usage"}


@pytest.mark.parametrize(("endpoint", "name"), parameters())
def test_every_parameter_is_taken_in_a_job_arrives_clean_and_is_heard(apollo, endpoint, name):
    operation = OPERATIONS[REACHED[endpoint.route]]
    job, cells = written(operation, name)
    param = meant(operation, name).param
    clean = True if param.kind is Kind.FLAG else typed(param)[1]

    sent = list(requests_of(job, cells))

    heard = [_values(flat(request), route, param, name) for route, request in sent]
    spelt = {clean, str(clean).lower() if clean is True else str(clean)}
    assert any(spelt & set(map(_plain, values)) for values in heard), heard
    for _, request in sent:
        reply = apollo.ask(
            request.method,
            request.path.removeprefix("/api/v1"),
            params=list(request.query),
            json=request.body,
            headers={"x-api-key": apollo.sandbox.key},
        )
        assert reply.status_code != 404
        assert "Invalid parameters" not in reply.text, reply.text


def _plain(value):
    return value if isinstance(value, bool | int) else str(value)


def _values(told, route, param, key):
    wire = route.shared.get(param.name) or route.renames.get(param.name, param.name)
    bound = re.search(r"\[(min|max)\]$", key)
    if param.kind is Kind.FIELDS:
        return told.get(REGION, [])
    if bound:
        return told.get(f"{param.name}{bound[0]}", [])
    return [*told.get(wire, []), *told.get(route.items_at or "", []), *told["path"]]


def test_the_strict_sandbox_would_have_told_of_a_parameter_that_it_does_not_know(apollo):
    refused = apollo.post("/mixed_people/api_search", {"person_tittles": ["cto"]})

    assert refused.status_code == 422
    assert "Invalid parameters" in refused.text


@pytest.mark.parametrize(
    "endpoint",
    [e for e in ENDPOINTS if {*PAGES} <= {*e.parameters} and e.method == "POST"] or [None],
    ids=lambda e: e.route if e else "no list",
)
def test_pages_are_turned_and_a_job_that_names_one_is_told_of_the_limit(endpoint):
    operation = OPERATIONS[REACHED[endpoint.route]]
    key = next(n for n in endpoint.parameters if n not in PAGES and meant(operation, n))
    job, cells = written(operation, key)
    (route, request), *_ = requests_of(job, cells)

    assert flat(request).keys() >= PAGES
    assert route.method == "POST"
    for name in PAGES:
        with pytest.raises(InvalidError) as refusal:
            loads(yaml.safe_dump(job | {"options": {**job.get("options", {}), name: 2}}), "a")
        assert any("per_row" in str(problem) for problem in refusal.value.problems)


def test_people_are_listed_page_by_page():
    asked = []

    class Apollo:
        def ask(self, address, query=None, body=None):
            asked.append((address.name, {**(query or {}), **(body or {})}))
            return {"users": [], "pagination": {"total_pages": 1}}

    lookups.users(Apollo())

    assert asked[0][0] == "users.search"
    assert asked[0][1].keys() >= PAGES


def test_rows_are_the_items_of_bulk_requests(apollo):
    people, cells = written(OPERATIONS["people.enrich"], "email")
    ((_, by_email),) = requests_of(people, cells)
    companies, cells = written(OPERATIONS["organizations.enrich"], "domain")
    ((_, by_domain),) = requests_of(companies, cells)
    enrolled, cells = written(OPERATIONS["sequences.enroll"], "status")
    (_, enrolling), *_ = requests_of(enrolled, cells)

    assert by_email.body["details"] == [{"email": "ada@acme.example"}]
    assert by_domain.body["details"] == [{"domain": "acme.example"}]
    assert apollo.post("/organizations/bulk_enrich", {"domains": ["a.example"]}).status_code == 200
    assert enrolling.body["contact_ids"] == [SAVED.contact_id]
    assert enrolling.body["emailer_campaign_id"] in enrolling.path


def test_a_list_is_enrolled_through_a_search_so_that_everybody_is_a_row():
    job, _ = written(OPERATIONS["sequences.enroll"], "status")

    with pytest.raises(InvalidError) as refusal:
        loads(yaml.safe_dump(job | {"options": {"label_names": ["Newsletter"]}}), "a")

    (problem,) = refusal.value.problems
    assert meant(OPERATIONS["contacts.search"], "list") is not None
    assert "contacts.search" in problem.fix


@pytest.mark.parametrize(("written_as", "mode"), [("true", "create_or_skip"), ("false", "create")])
def test_run_dedupe_is_read_as_a_mode_and_never_sent_to_single_create(written_as, mode):
    job, cells = written(OPERATIONS["contacts.create"], "email")

    job = job | {"options": {"run_dedupe": written_as == "true"}}
    read = loads(yaml.safe_dump(job), "a")
    (route, request), *_ = requests_of(job, cells)

    assert read.steps[0].mode == mode
    assert route.cap == 1 or request.body["run_dedupe"] is (written_as == "true")
    assert route.cap > 1 or "run_dedupe" not in request.body


@pytest.mark.parametrize(("endpoint", "name"), fields())
def test_every_field_can_be_kept_or_the_papers_say_where_it_is_had(endpoint, name):
    reached = REACHED[endpoint.route]
    operation = OPERATIONS[reached]
    section = PAPER.partition(f"## `{reached}`\n")[2].partition("\n## ")[0]

    assert name in operation.fields or f"Not here: `{name}`; " in section
    assert f"`{name}`" in section


def test_users_are_listed_with_every_field_that_the_list_names(desk):
    (endpoint,) = (e for e in ENDPOINTS if e.route == "GET /users/search")

    listed = desk.call("list", "users", "--sandbox", "--json").document["users"]

    called = {"first_name": "name", "last_name": "name", "team_id": "team", "created_at": "created"}
    assert len(endpoint.fields) == 8
    assert {called.get(field, field) for field in endpoint.fields} - listed[0].keys() == set()
    assert "id, name, e-mail, title, team, created, credit limit" in PAPER


@pytest.mark.parametrize("route", MOVED)
def test_what_the_list_calls_otherwise_is_answered_by_the_sandbox_all_the_same(route):
    method, _, path = route.partition(" ")
    with calling(strict=True) as caller:
        reply = caller.ask(method, path, headers={"x-api-key": caller.sandbox.key})
        today = ADDRESSES_BY_ROUTE[MOVED[route]]
        same = caller.ask(today.method, today.path, headers={"x-api-key": caller.sandbox.key})

    assert reply.status_code == 200
    assert type(reply.json()) is type(same.json())
    assert reply.json().keys() == same.json().keys()


ADDRESSES_BY_ROUTE = {f"{a.method} {a.path}": a for a in ADDRESSES.values()}
