"""`only_if_available`: who cannot be reached is not bought, where a search says so for nothing."""

from pathlib import Path

import pytest
from makers import WORLD, save_csv, save_job
from searching import found_in

from apollo_batch.errors import Exit

PEOPLE = {
    "id": "people",
    "operation": "people.search",
    "map": {"q_organization_domains_list": "Website"},
    "per_row": 30,
    "keep": {"Mail": "has_email", "Phone": "has_direct_phone", "Id": "id"},
}
PERSON = {"id": "person", "operation": "people.enrich", "map": {"id": {"from": "people.id"}}}
HAD = {"email": ("Mail", "true"), "phone": ("Phone", "Yes")}


def several(desk, *steps):
    return save_job(desk.folder / "job.yaml", operation=None, map=None, keep=None, steps=[*steps])


@pytest.mark.parametrize("wanted", ["email", "phone", ["email", "phone"]])
def test_whom_the_search_shows_without_is_skipped_and_not_paid_for(desk, apollo, wanted):
    people = [WORLD.person(number) for number in range(1_000)]
    without = (
        next(p for p in people if p.email is None),
        next(p for p in people if not p.has_mobile),
    )
    firms = {p.company.domain for p in (people[0], *without)}
    sheet = save_csv(desk.folder / "firms.csv", [[firm] for firm in sorted(firms)], ["Website"])
    job = several(desk, PEOPLE, PERSON | {"only_if_available": wanted})

    ended = desk.run(job, sheet)
    found = found_in(Path(ended.document["output"]))
    columns = [HAD[name] for name in ([wanted] if isinstance(wanted, str) else wanted)]
    had = [all(row[column] == word for column, word in columns) for row in found]

    assert ended.code == 0, ended.err
    assert any(had)
    assert not all(had)
    for row, has_it in zip(found, had, strict=True):
        assert row["Apollo Status"] == ("Succeeded" if has_it else "Skipped")
    assert ended.document["reasons"]["not_available"] == had.count(False)
    bought = {row["Id"] for row, has_it in zip(found, had, strict=True) if has_it}
    assert apollo.books()["credits"]["consumed"] == len(bought)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"map": {"email": "Email"}}, "Take the id from a people.search"),
        ({"map": {"id": "Person Id"}}, "Take the id from a people.search"),
        ({"operation": "people.get"}, "people.get buys nobody's address"),
        ({"only_if_available": "fax"}, "Write email or phone"),
        ({"only_if_available": []}, "Write email or phone"),
    ],
)
def test_where_nothing_tells_it_for_nothing_it_is_refused(desk, step, said):
    job = several(desk, PEOPLE, PERSON | {"only_if_available": "email"} | step)

    ended = desk.call("check", job)

    assert ended.code == Exit.INVALID
    assert said in ended.err
