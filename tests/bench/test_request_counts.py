"""How few requests writing takes: counts beside those of a client that sends row by row."""

import json

import pytest
from bench_clock import measure, show
from crm_makers import BULK_CREATE, BULK_UPDATE, annotated, effects, lay, newcomer
from enroll_maker import ENROLL, MAILBOX, SEQUENCES, contacts, enrolling, requests_to
from makers import Desk, save_job, serving

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]
PEOPLE = ("first_name", "last_name", "email", "organization_name")


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def apollo(desk):
    with serving(desk, "--plan-profile", "unlimited") as served:
        desk.environ = served.environ
        yield served


def carried_out(told, *words):
    """Run a job to its end; its figures and how long it took."""
    taken = measure(told.desk, "run", told.job, told.sheet, "--yes", "--json", *words)
    assert taken.code == 0, taken.err
    return json.loads(taken.out), taken


def show_counts(title, told, rows, seconds):
    ours = sum(told["requests"].values())
    show(
        title,
        [
            ("requests", f"{ours:,}", f"{rows // 100:,} at the most"),
            ("requests of a client that sends row by row", f"{rows:,}", ""),
            ("seconds", f"{seconds:.1f}", ""),
        ],
    )


def test_a_thousand_contacts_are_made_with_ten_requests(desk, apollo):
    rows = [newcomer(number) for number in range(1_000)]
    told, taken = carried_out(lay(desk, apollo, "contacts.create", PEOPLE, rows))

    show_counts("1,000 contacts created", told, 1_000, taken.seconds)
    assert told["requests"] == {BULK_CREATE: 10}
    assert len(effects(apollo, kind="created")) == 1_000


def test_ten_thousand_contacts_are_changed_with_a_hundred_requests(desk, apollo):
    rows = [newcomer(number) for number in range(10_000)]
    made = lay(desk, apollo, "contacts.create", PEOPLE, rows, keep={"Id": "id"}, file="new")
    carried_out(made)
    ids = [(row["Id"], f"Title {number}") for number, row in enumerate(annotated(made))]
    told, taken = carried_out(
        lay(desk, apollo, "contacts.update", ("contact_id", "title"), ids, file="changes")
    )

    show_counts("10,000 contacts changed", told, 10_000, taken.seconds)
    assert told["requests"] == {BULK_UPDATE: 100}
    assert len(effects(apollo, kind="updated")) == 10_000


def test_five_hundred_contacts_join_one_sequence_with_five_requests(desk, apollo):
    ids = contacts(500)
    told = enrolling(desk, apollo, ids)
    figures, taken = carried_out(told, "--max-enroll", 500)

    show_counts("500 contacts enrolled in one sequence", figures, 500, taken.seconds)
    assert figures["requests"] == {ENROLL: 5}
    assert requests_to(apollo, ENROLL) == {"answered": 5, "limited": 0, "failed": 0}
    assert {e["id"] for e in effects(apollo, kind="enrolled")} == set(ids)


def test_two_thousand_five_hundred_tasks_of_one_template_take_twenty_five_requests(desk, apollo):
    rows = [newcomer(number) for number in range(2_500)]
    made = lay(desk, apollo, "contacts.create", PEOPLE, rows, keep={"Id": "id"}, file="new")
    carried_out(made)
    template = {
        "user": "alex.carver@example.com",
        "type": "call",
        "status": "scheduled",
        "due_at": "2026-12-01 09:00",
    }
    ids = [[row["Id"]] for row in annotated(made)]
    told, taken = carried_out(
        lay(desk, apollo, "tasks.create", ("contact_id",), ids, options=template, file="tasks")
    )

    show_counts("2,500 tasks of one template", told, 2_500, taken.seconds)
    assert told["requests"] == {"POST /tasks/bulk_create": 25}
    assert len(effects(apollo, "tasks", "created")) == 2_500


def prospecting(desk, people):
    """Search, enrich, save, enroll: the whole way for so many people."""
    taken = ("email", "first_name", "last_name")
    return save_job(
        desk.folder / "prospect.yaml",
        operation=None,
        map=None,
        keep={"Title": "title"},
        source={
            "operation": "people.search",
            "options": {"person_seniorities": ["director", "head", "vp"]},
            "max_records": people,
        },
        steps=[
            {"id": "person", "operation": "people.enrich", "map": {"id": {"from": "source.id"}}},
            {
                "id": "contact",
                "operation": "contacts.create",
                "when": {"from": "person.email", "filled": True},
                "map": {name: {"from": f"person.{name}"} for name in taken},
            },
            {
                "id": "enrolled",
                "operation": "sequences.enroll",
                "when": {"from": "contact.id", "filled": True},
                "map": {"contact_id": {"from": "contact.id"}},
                "options": {"sequence": SEQUENCES["spring"], "mailbox": MAILBOX},
            },
        ],
        limits={"max_credits": 5_000},
    )


def test_a_thousand_people_go_from_a_search_to_a_sequence_with_the_fewest_requests(desk, apollo):
    job = prospecting(desk, 1_000)
    taken = measure(desk, "run", job, "--yes", "--json", "--max-enroll", 1_000)
    told = json.loads(taken.out)
    assert taken.code == 0, taken.err

    people = told["rows"]["total"]
    books = apollo.books()
    saved = len([e for e in books["effects"] if (e["table"], e["kind"]) == ("contacts", "created")])
    asked = {"source": people / 100, "person": people / 10, "contact": saved / 100}
    least = sum(-(-count // 1) for count in asked.values()) + -(-saved // 100)
    ours = sum(told["requests"].values())
    show(
        f"{people:,} people from a search to a sequence",
        [
            ("requests", f"{ours:,}", f"{least * 1.05:,.0f} at the most"),
            ("the least there can be", f"{least:,.0f}", ""),
            ("requests of a client that goes row by row", f"{people // 100 + 3 * people:,}", ""),
            ("seconds", f"{taken.seconds:.1f}", ""),
        ],
    )
    assert ours <= least * 1.05
