"""Random jobs over random sheets: what a plan says holds of what is done."""

import random

import pytest
from makers import STATUSES, WORLD, save_csv, save_job

from apollo_batch.errors import Exit

HEADER = ["Email", "First", "Last", "Site"]
TAKEN = {
    "email": {"from": "person.email"},
    "first_name": {"from": "person.first_name"},
    "last_name": {"from": "person.last_name"},
}
SEQUENCE = {"sequence": "One contact per company", "mailbox": "robin.sample@example.com"}


def sheet_of(chance):
    """Rows as people keep them: known, unknown, twice, blank, broken."""
    rows = []
    for _ in range(chance.randint(1, 30)):
        person = WORLD.person(chance.randrange(2_000))
        whole = [person.email or "", person.first_name, person.last_name, person.company.domain]
        broken = chance.choice(["", "n/a", "not an address", "x@unheard-of.example", "#REF!"])
        match chance.randrange(6):
            case 0:
                rows.append([broken, *whole[1:]])
            case 1:
                rows.append([broken, "", "", ""])
            case 2 if rows:
                rows.append(chance.choice(rows))
            case _:
                rows.append(whole)
    return rows


def job_of(chance):
    """One to five steps, each with what the one before may answer."""
    mapped = {"email": "Email", "first_name": "First", "last_name": "Last", "domain": "Site"}
    named = {"email": "Email"} if chance.random() < 0.4 else mapped
    steps = [{"id": "person", "operation": "people.enrich", "map": named}]
    when = {"from": "person.email", "filled": True}
    if chance.random() < 0.5:
        company = {"domain": {"from": "person.organization.primary_domain"}}
        steps.append({"id": "company", "operation": "organizations.enrich", "map": company})
    if chance.random() < 0.4:
        posts = {"organization_ids": {"from": "person.organization.id"}}
        search = {"id": "news", "operation": "news.search", "map": posts, "per_row": 2}
        steps.append(search | {"keep": {"Headline": "title"}})
    if chance.random() < 0.7:
        contact = {"id": "contact", "operation": "contacts.create", "map": TAKEN}
        steps.append(contact | ({"when": when} if chance.random() < 0.5 else {}))
        if chance.random() < 0.6:
            told = {"contact_id": {"from": "contact.id"}}
            enrolled = {"id": "enrolled", "operation": "sequences.enroll", "map": told}
            steps.append(enrolled | {"options": SEQUENCE})
    return steps


def held(desk, apollo, seed):
    """Run one job, perhaps in two goes, and hold what was done against its plan."""
    chance = random.Random(seed)
    apollo.reset()
    sheet = save_csv(desk.folder / f"sheet-{seed}.csv", sheet_of(chance), HEADER)
    job = save_job(
        desk.folder / f"job-{seed}.yaml", operation=None, map=None, keep=None, steps=job_of(chance)
    )
    state = ("--state", desk.folder / f"state-{seed}")
    plan = desk.call("plan", job, sheet, "--json", *state).document
    most = chance.choice([[], ["--first", chance.randint(1, 9)]])

    for words in (most, []):
        ended = desk.run(job, sheet, "--max-enroll", 100, *state, *words)
        assert ended.code == Exit.OK, (seed, ended.err)
    told, books = ended.document, apollo.books()

    assert books["credits"]["consumed"] <= float(plan["credits"]["most"]), seed
    rows = told["rows"]
    assert rows["total"] == sum(rows[status] for status in STATUSES), seed
    assert rows["not_run"] == rows["in_doubt"] == rows["failed"] == 0, seed
    for code, count in plan["skips"].items():
        assert told["reasons"].get(code, 0) >= count, (seed, code)
    for kind in ("created", "enrolled"):
        ids = [e["id"] for e in books["effects"] if (e["table"], e["kind"]) == ("contacts", kind)]
        assert len(ids) == len(set(ids)), seed
        step = {"created": "contact", "enrolled": "enrolled"}[kind]
        assert len(ids) <= plan.get("steps", {}).get(step, {"rows": 0})["rows"], seed


@pytest.mark.parametrize("seed", range(24))
def test_a_random_job_does_what_its_plan_said_and_no_more(desk, apollo, seed):
    held(desk, apollo, seed)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_three_hundred_random_jobs_do_what_their_plans_said(desk, apollo):
    for seed in range(1_000, 1_300):
        held(desk, apollo, seed)
