"""How few requests writing takes: counts beside those of a client that sends row by row."""

import json

import pytest
from bench_clock import measure, show
from crm_makers import BULK_CREATE, BULK_UPDATE, annotated, effects, lay, newcomer
from makers import Desk, serving

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


def carried_out(told):
    """Run a job to its end; its figures and how long it took."""
    taken = measure(told.desk, "run", told.job, told.sheet, "--yes", "--json")
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
