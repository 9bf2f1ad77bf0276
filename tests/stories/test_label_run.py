"""What a run creates goes on a list named after it where the job says so, and on none otherwise."""

import pytest
import requests
from makers import facts_of, save_csv, save_job

NEW = [[first, "Comer", "", f"{first.lower()}@comers.example", ""] for first in ("Ada", "Bo", "Cy")]
CONTACTS = {
    "operation": "contacts.create",
    "map": {"email": "Email", "first_name": "First Name", "last_name": "Last Name"},
    "keep": None,
}
ACCOUNTS = {"operation": "accounts.create", "map": {"domain": "Website"}, "keep": None}


def lists(apollo):
    """Every list of the team by name: how many are on it."""
    session = requests.Session()
    session.trust_env = False
    with session:
        found = session.get(
            f"{apollo.base_url}/api/v1/labels", headers={"x-api-key": apollo.key}, timeout=10
        ).json()
    listed = found if isinstance(found, list) else found["labels"]
    return {label["name"]: label["cached_count"] for label in listed}


def created(desk, rows, **job):
    sheet = save_csv(desk.folder / "leads.csv", rows)
    ended = desk.run(save_job(desk.folder / "job.yaml", **job), sheet)
    assert ended.code == 0, ended.err
    return ended.document["run"]


@pytest.mark.parametrize("mode", ["create_or_skip", "create", "upsert"])
def test_contacts_go_on_a_list_named_after_the_run_and_the_summary_names_it(desk, apollo, mode):
    before = lists(apollo)

    run = created(desk, NEW, **CONTACTS, mode=mode, options={"label_run": True})

    added = {name: count for name, count in lists(apollo).items() if name not in before}
    assert added == {f"apollo-batch {run}": 3}
    facts = facts_of(desk.folder / "leads.annotated.xlsx")
    assert facts["List of what was created"] == f"apollo-batch {run}"


def test_lists_that_the_job_names_are_kept_beside_it(desk, apollo):
    options = {"label_run": True, "label_names": ["Fair"]}

    run = created(desk, NEW, **CONTACTS, options=options)

    assert {"Fair": 3, f"apollo-batch {run}": 3}.items() <= lists(apollo).items()


def test_a_contact_that_was_there_and_is_updated_keeps_its_lists(desk, apollo):
    created(desk, NEW[:1], **CONTACTS, options={"label_names": ["Old friends"]})
    changed = [["Adah", *NEW[0][1:]], *NEW[1:]]

    job = CONTACTS | {"map": CONTACTS["map"] | {"title": "Notes"}}
    rows = [[*row[:4], "CTO"] for row in changed]
    run = created(desk, rows, **job, mode="upsert", options={"label_run": True})

    assert lists(apollo)["Old friends"] == 1
    assert lists(apollo)[f"apollo-batch {run}"] == 2


def test_accounts_have_theirs(desk, apollo):
    rows = [["", "", f"comers-{n}.example", "", ""] for n in range(2)]

    run = created(desk, rows, **ACCOUNTS, options={"label_run": True})

    assert lists(apollo)[f"apollo-batch {run}"] == 2


@pytest.mark.parametrize("options", [None, {"label_run": False}])
def test_no_list_is_added_unless_the_job_asks_for_one(desk, apollo, options):
    before = lists(apollo)

    created(desk, NEW, **CONTACTS, options=options)

    assert lists(apollo).keys() == before.keys()
    assert "List of what was created" not in facts_of(desk.folder / "leads.annotated.xlsx")


def test_what_is_no_yes_or_no_is_refused(desk):
    job = save_job(desk.folder / "job.yaml", **CONTACTS, options={"label_run": "yes please"})

    checked = desk.call("check", job)

    assert checked.code == 4
    assert "neither true nor false" in checked.err


def test_what_creates_nothing_knows_no_such_list(desk):
    checked = desk.call("check", save_job(desk.folder / "job.yaml", options={"label_run": True}))

    assert checked.code == 4
    assert "label_run" in checked.err
