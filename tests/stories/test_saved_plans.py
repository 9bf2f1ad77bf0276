"""A saved plan is the yes of whoever read it: to that run, as far as it says, for a day."""

import json
from datetime import datetime, timedelta

import pytest
from crm_makers import BULK_CREATE, lay, newcomer
from enroll_maker import contacts, effects, enrolling
from makers import lead, leads, save_csv, save_job, story
from terminal import at_a_terminal

from apollo_batch.errors import Exit


def planned(told, *words, **more):
    """Save the plan of a story, and say where."""
    path = told.desk.folder / "plan.json"
    ended = told.desk.call("plan", told.job, told.sheet, "-o", path, *words, **more)
    assert ended.code == 0, ended.err
    return path


def carried_out(told, plan, *words, **more):
    """Run by a saved plan alone, with nobody to ask."""
    command = ("run", told.job, told.sheet, "--plan", plan, "--json")
    return told.desk.call(*command, *words, **more)


def edit(plan, **changes):
    """Change what a saved plan says; a name of what it is bound to goes there."""
    document = json.loads(plan.read_text())
    for name, value in changes.items():
        (document["bound"] if name in document["bound"] else document)[name] = value
    plan.write_text(json.dumps(document))


@pytest.mark.parametrize("environ", [{}, {"CI": "true"}])
def test_a_saved_plan_is_agreement_enough(desk, apollo, environ):
    told = story(desk, apollo, 12)

    ended = carried_out(told, planned(told), **environ)

    assert ended.code == 0, ended.err
    assert told.judged(ended)["rows"]["succeeded"] == 12
    assert ended.document["credits"]["max"] == "12"


def test_at_a_terminal_a_saved_plan_leaves_nothing_to_ask(desk, apollo):
    told = story(desk, apollo)

    code, said = at_a_terminal(desk, "", "run", told.job, told.sheet, "--plan", planned(told))

    assert code == 0, said
    assert "[y/N]" not in said


def age(plan):
    at = datetime.now().astimezone() - timedelta(hours=25)
    edit(plan, made=at.isoformat(), expires=(at + timedelta(hours=24)).isoformat())


def prolong(plan):
    at = datetime.now().astimezone() - timedelta(hours=25)
    edit(plan, made=at.isoformat(), expires=(at + timedelta(days=900)).isoformat())


CHANGES = {
    "version": (
        lambda _, plan: edit(plan, version="0.0.9"),
        "the version of apollo-batch: 0.0.9",
    ),
    "catalogue": (
        lambda _, plan: edit(plan, catalogue="another"),
        "knows of Apollo's operations",
    ),
    "job": (lambda told, _: save_job(told.job, keep={"City": "city"}), "what the job file asks"),
    "limits": (
        lambda told, _: save_job(told.job, limits={"max_credits": 900}),
        "what the job file asks",
    ),
    "input": (lambda told, _: save_csv(told.sheet, leads(4)), "the spreadsheet"),
    "unnamed cells": (
        lambda told, _: save_csv(told.sheet, [*leads(2), lead(102, Notes="new")]),
        "the spreadsheet",
    ),
    "age": (lambda _, plan: age(plan), "it held for 24 hours"),
    "life": (lambda _, plan: prolong(plan), "it held for 24 hours"),
    "run": (
        lambda _, plan: edit(plan, run="261103-010101-aaaa"),
        "the run that it goes on with",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_plan_of_anything_else_is_refused_and_nothing_is_sent(desk, apollo, name):
    told = story(desk, apollo)
    plan = planned(told)
    change, words = CHANGES[name]

    change(told, plan)
    ended = carried_out(told, plan)

    assert ended.code == Exit.INVALID
    assert "nothing was sent" in ended.err
    assert words in ended.err
    assert ended.err.count("\n  - ") == 1, ended.err
    assert "apollo-batch plan" in ended.err
    assert apollo.paid_calls() == 0


def test_a_plan_of_another_team_is_refused(desk, apollo):
    told = story(desk, apollo)

    ended = carried_out(told, planned(told), "--sandbox")

    assert ended.code == Exit.INVALID
    assert "the team whose key it is" in ended.err
    assert ended.err.count("\n  - ") == 1, ended.err


@pytest.mark.parametrize("words", [["--first", 2], ["--rows", "2-3"], ["--period", "May"]])
def test_a_plan_of_other_rows_is_refused(desk, apollo, words):
    told = story(desk, apollo)

    ended = carried_out(told, planned(told), *words)

    assert ended.code == Exit.INVALID
    assert "--rows, --first" in ended.err
    assert apollo.paid_calls() == 0


def test_all_that_has_changed_is_named_at_once(desk, apollo):
    told = story(desk, apollo)
    plan = planned(told)
    save_csv(told.sheet, leads(4))
    edit(plan, version="0.0.9")

    ended = carried_out(told, plan)

    assert ended.err.count("\n  - ") == 2


def test_the_refusal_names_the_command_that_makes_the_plan_anew(desk, apollo):
    told = story(desk, apollo)
    plan = planned(told)
    edit(plan, version="0.0.9")

    refused = carried_out(told, plan, "--threads", 2)
    (command,) = [line for line in refused.err.splitlines() if "Make a new one" in line]
    again = desk.call(*command.split("apollo-batch ")[1].split())

    assert again.code == 0, again.err
    assert carried_out(told, plan).code == 0


def test_a_run_that_was_stopped_goes_on_by_the_same_plan(desk, apollo):
    told = story(desk, apollo, 12)
    plan = planned(told)

    half = carried_out(told, plan, "--max-credits", 5)
    whole = carried_out(told, plan)

    assert half.code == Exit.BUDGET
    assert half.document["rows"]["succeeded"] == 5
    assert told.judged(whole)["rows"]["succeeded"] == 12
    assert apollo.books()["credits"]["consumed"] == 12


def test_a_run_never_costs_more_than_its_plan_and_says_how_to_make_another(desk, apollo):
    told = story(desk, apollo, 12)
    plan = planned(told, "--max-credits", 5)

    stopped = carried_out(told, plan)
    again = carried_out(told, plan)
    anew = desk.call(*stopped.following)
    rest = carried_out(told, plan)

    assert (stopped.code, again.code, anew.code) == (Exit.BUDGET, Exit.BUDGET, 0)
    assert stopped.document["credits"]["reported"] == "5"
    assert again.document["rows"]["succeeded"] == 5
    assert rest.document["rows"]["succeeded"] == 12
    assert rest.document["credits"]["max"] == "12"


def test_the_plan_of_what_is_left_is_no_plan_of_another_run(desk, apollo):
    told = story(desk, apollo, 12)
    told.run("--max-credits", 5)
    plan = planned(told)
    told.run("--fresh", "--max-credits", 1)

    ended = carried_out(told, plan)

    assert ended.code == Exit.INVALID
    assert "the run that it goes on with" in ended.err


def test_as_many_are_enrolled_as_the_plan_says(desk, apollo):
    told = enrolling(desk, apollo, contacts(3))

    part = carried_out(told, planned(told, "--max-enroll", 2))
    enrolled = len(effects(apollo, "enrolled"))
    rest = carried_out(told, planned(told))

    assert (part.code, enrolled) == (Exit.BUDGET, 2)
    assert rest.code == 0, rest.err
    assert len(effects(apollo, "enrolled")) == 3


def test_nothing_more_is_created_than_the_plan_counted(desk, apollo):
    header = ("first_name", "last_name", "email", "organization_name")
    told = lay(desk, apollo, "contacts.create", header, [newcomer(n) for n in range(3)])
    (desk.folder / "spared.txt").write_text("comers-1.example\n")
    (desk.folder / "settings.toml").write_text('do_not_contact = "spared.txt"\n')
    settings = {"APOLLO_BATCH_SETTINGS": str(desk.folder / "settings.toml")}
    plan = planned(told, **settings)

    ended = carried_out(told, plan)

    assert ended.code == Exit.INVALID
    assert "how many rows it would create" in ended.err
    assert BULK_CREATE not in {entry["route"] for entry in apollo.books()["log"]}


def test_a_saved_plan_holds_no_cell_and_no_key(desk, apollo):
    told = story(desk, apollo, [lead(100, Notes="a note")])

    text = planned(told).read_text()

    for cell in lead(100, Notes="a note"):
        assert not cell or cell not in text
    assert apollo.key not in text
    assert str(desk.folder) not in text


@pytest.mark.parametrize("text", ["", "{}", "[]", "{", '{"format": 1, "most_credits": "NaN"}'])
def test_a_file_that_is_no_plan_is_refused(desk, apollo, text):
    told = story(desk, apollo)
    path = desk.folder / "plan.json"
    path.write_text(text)

    ended = carried_out(told, path)

    assert ended.code == Exit.INVALID
    assert "plan.json is not a plan" in ended.err
    assert apollo.paid_calls() == 0


def test_a_plan_that_is_not_there_is_named(desk, apollo):
    told = story(desk, apollo)

    ended = carried_out(told, desk.folder / "nowhere.json")

    assert ended.code == Exit.INVALID
    assert "nowhere.json cannot be read" in ended.err


@pytest.mark.parametrize("name", ["leads.csv", "job.yaml"])
def test_a_plan_replaces_nothing_but_a_plan(desk, apollo, name):
    told = story(desk, apollo)
    before = (desk.folder / name).read_bytes()

    ended = desk.call("plan", told.job, told.sheet, "-o", desk.folder / name)

    assert ended.code == Exit.USAGE
    assert (desk.folder / name).read_bytes() == before


@pytest.mark.parametrize("flag", ["--fresh", "--resend-in-doubt"])
def test_what_asks_for_more_than_a_plan_says_is_refused_beside_it(desk, apollo, flag):
    told = story(desk, apollo)

    ended = carried_out(told, planned(told), flag)

    assert ended.code == Exit.USAGE
    assert flag in ended.err
    assert apollo.paid_calls() == 0
