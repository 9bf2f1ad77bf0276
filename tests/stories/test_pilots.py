"""A pilot: a few rows first, then somebody, or what they came to, says whether the rest follows."""

import pytest
from makers import WORLD, lead, leads, nobodies, save_csv, save_job, story
from terminal import at_a_terminal

from apollo_batch.errors import Exit


def statuses(ended):
    return {name: n for name, n in ended.document["rows"].items() if n and name != "total"}


def test_after_a_good_pilot_the_rest_follows_unattended(desk, apollo):
    told = story(desk, apollo, 25, pilot=12)

    ended = told.run()

    assert ended.code == 0, ended.err
    assert told.judged(ended)["rows"]["succeeded"] == 25
    assert "The pilot: 12 rows were asked, 12 came to something (100 %)." in ended.err
    assert "12 credits charged, 1 for each of those; the plan holds 1 a row." in ended.err


def test_a_pilot_takes_the_first_rows_that_are_asked_and_no_others(desk, apollo):
    skipped = [lead(n, Email="none", Last_Name="", Website="") for n in range(3)]
    told = story(desk, apollo, [*skipped, *nobodies(12), *leads(20)], pilot=12)

    ended = told.run()

    assert ended.code == Exit.BUDGET
    assert statuses(ended) == {"no_match": 12, "skipped": 3, "not_run": 20}
    assert ended.document["reasons"]["pilot"] == 20
    assert "fewer than 20 % came to something" in ended.err
    assert apollo.books()["credits"]["consumed"] == 0


def test_a_run_that_ended_after_its_pilot_goes_on_once_the_job_says_so(desk, apollo):
    told = story(desk, apollo, [*nobodies(12), *leads(20)], pilot=12)
    first = told.run()
    again = told.run()
    asked = apollo.paid_calls()

    save_job(told.job)
    rest = desk.call(*first.following)

    assert again.code == Exit.BUDGET
    assert asked == 2
    assert "first change `pilot`" in first.err
    assert (rest.code, rest.document["run"]) == (0, first.document["run"])
    assert statuses(rest) == {"succeeded": 20, "no_match": 12}


@pytest.mark.parametrize(("second", "found"), [("y\n", 15), ("n\n", 5)])
def test_at_a_terminal_a_person_decides_after_the_pilot(desk, apollo, second, found):
    told = story(desk, apollo, 15, pilot=5)
    told.run("--max-credits", 1)  # so that but one question is left to ask at the terminal
    words = ("run", told.job, told.sheet)

    code, said = at_a_terminal(desk, "y\n" + second, *words)

    assert "Go on with the other rows? [y/N]" in said
    assert code == (0 if found == 15 else Exit.BUDGET), said
    assert apollo.books()["credits"]["consumed"] == found


def test_a_run_that_is_past_its_pilot_makes_no_other(desk, apollo):
    told = story(desk, apollo, 25, pilot=5)
    told.run("--max-credits", 15)

    rest = told.run("--max-credits", 25)

    assert "The pilot" not in rest.err
    assert statuses(rest) == {"succeeded": 25}


def test_where_no_more_rows_are_asked_than_a_pilot_has_there_is_none(desk, apollo):
    told = story(desk, apollo, 5, pilot=5)

    ended = told.run()

    assert ended.code == 0
    assert "The pilot" not in ended.err


STEPS = [
    {"id": "person", "operation": "people.enrich", "map": {"email": "Email"}},
    {
        "id": "contact",
        "operation": "contacts.create",
        "map": {
            "email": {"from": "person.email"},
            "first_name": {"from": "person.first_name"},
            "last_name": {"from": "person.last_name"},
        },
    },
]


def test_nothing_is_created_before_the_pilot_has_ended_well(desk, apollo):
    people = (WORLD.person(number) for number in range(1_000))
    strangers = [p.email for p in people if p.email and not p.contact_id][:4]
    unknown = [f"{n}@unheard-of.example" for n in range(6)]
    job = desk.folder / "job.yaml"
    several = {"operation": None, "map": None, "keep": None, "steps": STEPS}
    sheet = save_csv(desk.folder / "people.csv", [[a] for a in [*unknown, *strangers]], ["Email"])

    stopped = desk.run(save_job(job, **several, pilot=7), sheet)
    before = apollo.books()["effects"]
    rest = desk.run(save_job(job, **several), sheet)

    assert stopped.code == Exit.BUDGET
    assert statuses(stopped) == {"no_match": 6, "not_run": 4}
    assert not before
    assert rest.code == 0, rest.err
    assert len([e for e in apollo.books()["effects"] if e["kind"] == "created"]) == 4


def test_a_pilot_of_a_saved_plan_goes_by_its_figures(desk, apollo):
    told = story(desk, apollo, [*nobodies(5), *leads(10)], pilot=5)
    plan = desk.folder / "plan.json"
    desk.call("plan", told.job, told.sheet, "-o", plan)

    ended = desk.call("run", told.job, told.sheet, "--plan", plan, "--json")

    assert ended.code == Exit.BUDGET
    assert apollo.books()["credits"]["consumed"] == 0


def test_a_search_that_a_job_starts_from_has_no_pilot(desk):
    source = {"operation": "people.search", "options": {"person_titles": ["cto"]}}
    job = save_job(desk.folder / "job.yaml", operation=None, map=None, source=source, pilot=5)

    ended = desk.call("check", job)

    assert ended.code == Exit.INVALID
    assert "has no `pilot`" in ended.err
