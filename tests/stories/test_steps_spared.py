"""Whom the do-not-contact list names is spared by every step, whichever of them learns who it is."""

import openpyxl
from makers import WORLD, save_csv, save_job
from test_steps import CONTACT, ENROLLED, PERSON, made, steps, strangers, told

from apollo_batch.errors import Exit

READY = "11e80df803a58736f700d65c"
"""The list of contacts who may be enrolled."""
CREATED = {
    "id": "contact",
    "operation": "contacts.create",
    "map": {"email": "Email", "first_name": "First", "last_name": "Last"},
}
FOUND = PERSON | {"map": {"linkedin_url": "Email"}}


def listed(desk, *entries):
    """Settings whose do-not-contact list has these entries."""
    settings = desk.folder / "settings.toml"
    settings.write_text('do_not_contact = "spared.txt"\n', encoding="utf-8")
    (desk.folder / "spared.txt").write_text("\n".join(entries) + "\n", encoding="utf-8")
    return {"APOLLO_BATCH_SETTINGS": str(settings)}


def people_of(addresses):
    """The people of the sandbox who have these addresses."""
    by_address = {person.email: person for person in map(WORLD.person, range(5_000))}
    return [by_address[address] for address in addresses]


def stopped_and_gone_on_with(desk, apollo, job, sheet, addresses):
    """Enroll two of four, put all four on the list, go on; the rows, and who was enrolled when."""
    nobody = listed(desk, "nobody@spared.example")
    stopped = desk.run(job, sheet, "--max-enroll", 2, **nobody)
    assert stopped.code == Exit.BUDGET
    before = made(apollo, "contacts", "enrolled")

    everybody = listed(desk, *addresses)
    ended = desk.run(job, sheet, "--max-enroll", 4, **everybody)

    assert ended.code == Exit.OK
    return ended, before, made(apollo, "contacts", "enrolled")


def test_whoever_was_found_and_comes_onto_the_list_is_not_enrolled_by_the_run_that_goes_on(
    desk, apollo
):
    addresses = strangers(4)
    profiles = [person.linkedin_url for person in people_of(addresses)]
    job, sheet = steps(desk, profiles, FOUND, CONTACT, ENROLLED)

    ended, before, after = stopped_and_gone_on_with(desk, apollo, job, sheet, addresses)

    assert after == before
    assert len(before) == 2
    spared = [row for row in told(desk, ended) if row["Apollo Status"] == "Skipped"]
    assert len(spared) == 2
    assert all("do-not-contact" in row["Apollo Reason"] for row in spared)


def test_whoever_was_created_and_comes_onto_the_list_is_not_enrolled_by_the_run_that_goes_on(
    desk, apollo
):
    addresses = strangers(4)
    people = people_of(addresses)
    job, _ = steps(desk, [], CREATED, ENROLLED)
    lines = [[p.email, p.first_name, p.last_name] for p in people]
    sheet = save_csv(desk.folder / "people.csv", lines, ["Email", "First", "Last"])

    ended, before, after = stopped_and_gone_on_with(desk, apollo, job, sheet, addresses)

    assert after == before
    assert ended.document["rows"]["skipped"] == 2


def test_whom_a_search_finds_is_enrolled_by_an_id_only_if_the_address_is_not_on_the_list(
    desk, apollo
):
    source = {"operation": "contacts.search", "options": {"contact_label_ids": [READY]}}
    enrolled = ENROLLED | {"map": {"contact_id": {"from": "source.id"}}}
    keeps = {"operation": None, "map": None, "keep": {"Address": "email"}, "source": source}
    search = save_job(desk.folder / "search.yaml", **keeps)
    job = save_job(desk.folder / "job.yaml", **keeps, steps=[enrolled])
    found = desk.folder / "found.xlsx", desk.folder / "enrolled.xlsx"
    desk.call("run", search, "--yes", "--output", found[0])
    rows = openpyxl.load_workbook(found[0])["Apollo Found"].values
    addresses = [str(cell) for line in rows for cell in line if "@" in str(cell)]

    spared = listed(desk, *addresses)
    words = ("--max-enroll", 10, "--yes", "--json", "--output", found[1])
    ended = desk.call("run", job, *words, **spared)

    assert addresses
    assert ended.code == Exit.OK
    assert not made(apollo, "contacts", "enrolled")
    assert ended.document["reasons"] == {"suppressed": len(addresses)}


def test_a_cell_that_no_step_names_spares_its_row_where_a_later_step_goes_by_an_id(desk, apollo):
    (address,) = strangers(1)
    (person,) = people_of([address])
    job, _ = steps(desk, [], FOUND | {"map": {"linkedin_url": "Profile"}}, CONTACT, ENROLLED)
    lines = [[person.linkedin_url, "other@spared.example"]]
    sheet = save_csv(desk.folder / "people.csv", lines, ["Profile", "Private e-mail"])

    ended = desk.run(job, sheet, "--max-enroll", 1, **listed(desk, "other@spared.example"))

    assert ended.document["rows"]["skipped"] == 1
    assert not apollo.books()["effects"]
