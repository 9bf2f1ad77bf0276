"""The commands around a run: check, schema, operations, runs, show, export, usage, sandbox."""

import json
import re

import pytest
from makers import (
    BULK,
    JOBS,
    SAMPLES,
    Desk,
    cells_of,
    leads,
    save_csv,
    save_job,
    serving,
    story,
)

from apollo_batch.errors import Exit

ALL_JOBS = sorted(JOBS.glob("*.yaml"))


def test_check_says_of_every_file_whether_it_is_sound(desk):
    bad = save_job(desk.folder / "bad.yaml", operation="people.x")

    sound = desk.call("check", *ALL_JOBS)
    mixed = desk.call("check", ALL_JOBS[0], bad, ALL_JOBS[1])

    assert sound.code == 0, sound.err
    assert sound.out.count(": sound.") == len(ALL_JOBS) >= 3
    assert mixed.code == Exit.INVALID
    assert mixed.out.count(": sound.") == 2
    assert "bad.yaml:3:12" in mixed.err


def test_check_says_whether_the_columns_are_there(desk):
    job = save_job(desk.folder / "job.yaml")
    fits = save_csv(desk.folder / "fits.csv", leads(1))
    not_so = save_csv(desk.folder / "not.csv", [["a"]], header=["Mail"])

    good = desk.call("check", job, "--sheet", fits)
    bad = desk.call("check", job, "--sheet", not_so)

    assert good.code == 0, good.err
    assert bad.code == Exit.INVALID
    assert bad.err.count("job.yaml:") == 4, "one for each column that is missing"
    assert not desk.state.exists()


def test_check_needs_no_key_and_no_network(desk):
    assert desk.call("check", ALL_JOBS[0]).code == 0


def test_the_schema_is_one_and_takes_the_jobs_there_are(desk):
    schema = desk.call("schema").document

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["version"]
    ways = [way["required"] for way in schema["oneOf"]]
    assert ways == [["operation", "map"], ["source"], ["steps"]]
    assert schema["additionalProperties"] is False
    for job in ALL_JOBS:
        keys = re.findall(r"^(\w+):", job.read_text(), re.MULTILINE)
        assert set(keys) <= schema["properties"].keys()


def test_operations_lists_all_and_tells_all_about_one(desk):
    every = desk.call("operations")
    one = desk.call("operations", "people.enrich")
    facts = desk.call("operations", "people.enrich", "--json").document
    listed = desk.call("operations", "--json").document

    lines = every.out.splitlines()
    names = [line.split()[0] for line in lines if line.startswith("  ")]
    groups = [line.rstrip(":").lower() for line in lines if not line.startswith("  ")]
    assert names == [f["name"] for f in listed]
    assert groups == ["enrich", "search", "create", "update", "enroll", "view"]
    assert groups == list(dict.fromkeys(f["group"] for f in listed))
    assert "reveal_phone_number" in one.out
    assert BULK in one.out
    assert facts["routes"][0] == {
        "method": "POST",
        "path": "/people/bulk_match",
        "most_items": 10,
        "scope": "api/v1/people/bulk_match",
    }
    assert "email" in facts["parameters"]


def test_an_unknown_operation_is_told_with_the_one_that_was_meant(desk):
    ended = desk.call("operations", "people.enrch")

    assert ended.code == Exit.USAGE
    assert "Did you mean `people.enrich`?" in ended.err


def test_runs_lists_the_newest_first_and_show_takes_the_beginning_of_an_id(desk, apollo):
    told = story(desk, apollo, 3)
    first = told.run("--period", "a").document["run"]
    second = told.run("--period", "b", "--first", 1).document["run"]

    listed = desk.call("runs").out.splitlines()
    shown = desk.call("show", second)
    short = desk.call("show", first if first[:-1] in second else first[:-1])

    assert [line.split()[0] for line in listed] == [second, first]
    assert "3 rows: 3 succeeded. 3 credits charged." in listed[1]
    assert shown.code == short.code == 0
    assert first in short.out
    assert "Written to" in shown.out


def test_show_as_json_is_the_document_the_run_printed(desk, apollo):
    told = story(desk, apollo, 3)
    ended = told.run("--max-credits", 2).document

    shown = desk.call("show", ended["run"], "--json").document

    assert {**shown, "next": None} == {**ended, "next": None}


@pytest.mark.parametrize("command", ["show", "export"])
def test_an_unknown_run_is_a_mistake_in_the_command(desk, command):
    ended = desk.call(command, "261101-000000-beef")

    assert ended.code == Exit.USAGE
    assert "There is no run 261101-000000-beef" in ended.err
    assert ended.out == ""


def test_a_beginning_that_two_runs_share_is_none(desk, apollo):
    told = story(desk, apollo, 1)
    ids = [told.run("--period", period).document["run"] for period in "ab"]

    ended = desk.call("show", "2")

    assert ended.code == Exit.USAGE
    assert "2 runs begin with 2." in ended.err
    assert f"Write more of it: {ids[1]} or {ids[0]}" in ended.err


def test_a_mistyped_run_is_answered_with_the_one_that_was_meant(desk, apollo):
    run = story(desk, apollo, 1).run().document["run"]

    ended = desk.call("show", f"{run[:3]}{run[4:]}")
    other = desk.call("show", f"{run[:-4]}zzzz")

    assert f"Did you mean {run}?" in ended.err
    assert "Did you mean" not in other.err


def test_where_there_is_no_run_it_says_so(desk):
    ended = desk.call("runs")

    assert (ended.code, ended.out) == (0, "")
    assert "No run yet. For the sandbox's runs add --sandbox." in ended.err


def test_export_writes_the_workbook_again_without_a_call_and_without_a_key(desk, apollo):
    told = story(desk, apollo, 3)
    run = told.run().document["run"]
    written = cells_of(desk.folder / "leads.annotated.xlsx")
    before = apollo.books()["log"]
    (desk.folder / "leads.annotated.xlsx").unlink()
    told.sheet.unlink()

    ended = desk.call("export", run, APOLLO_API_KEY="")
    as_csv = desk.call("export", run, "--format", "csv", "--output", desk.folder / "out.csv")

    assert ended.code == as_csv.code == 0, ended.err
    assert cells_of(desk.folder / "leads.annotated.xlsx") == written
    assert len(cells_of(desk.folder / "out.csv")) == 3
    assert apollo.books()["log"] == before


def test_usage_shows_limits_and_balances(desk, apollo):
    story(desk, apollo, 12).run()

    said = desk.call("usage")
    facts = desk.call("usage", "--json").document

    assert re.search(r"lead_credit +48,000 +12 +47,988", said.out)
    assert re.search(r"api/v1/people/bulk_match minute +1,000 +2 +998", said.out)
    assert re.search(r"api/v1/people/bulk_match hour +no limit", said.out)
    assert facts["credits"]["lead_credit"] == {"limit": "48000", "used": "12", "left": "47988"}
    spans = facts["limits"]["api/v1/people/bulk_match"]
    assert spans["minute"] == {"limit": "1000", "used": "2", "left": "998"}


def test_usage_says_so_where_a_key_may_not_know(desk, apollo):
    ended = desk.call("usage", APOLLO_API_KEY="sandbox-key-people")

    assert ended.code == 0
    assert "a master key may ask" in ended.err


def test_usage_of_a_wrong_key_is_refused(desk, apollo):
    assert desk.call("usage", APOLLO_API_KEY="made-up").code == Exit.ACCESS


def test_the_sandbox_says_in_two_lines_where_it_is_and_ends_in_good_order(desk, tmp_path):
    folder = tmp_path / "server"
    folder.mkdir()
    words = ("sandbox", "--key", "my-own", "--seed", 7, "--plan-profile", "basic")
    with desk.started(*words) as process:
        lines = [process.stdout.readline() for _ in range(2)]
        process.terminate()
        out, err = process.communicate(timeout=10)

    assert re.fullmatch(r"APOLLO_BASE_URL=http://127\.0\.0\.1:\d+\n", lines[0])
    assert lines[1] == "APOLLO_API_KEY=my-own\n"
    assert (process.returncode, out, err) == (0, "", "")


def test_the_sandbox_keeps_its_books_in_a_file_if_asked(desk, tmp_path_factory):
    server = Desk(tmp_path_factory.mktemp("server"))
    kept = server.folder / "world.jsonl"
    with serving(server, "--persist", kept) as apollo:
        desk.environ |= apollo.environ
        told = story(desk, apollo, 2)
        first = told.judged(told.run())
    with serving(server, "--persist", kept) as again:
        desk.environ |= again.environ
        told = story(desk, again, 2)
        second = told.judged(told.run())

    assert second["run"] == first["run"]


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (("--plan-profile", "gold"), "gold"),
        (("--faults", "gone.yaml"), "gone.yaml"),
        (("--port", "70000"), "70000"),
        (("--time-scale", "0"), "0"),
    ],
)
def test_a_sandbox_that_cannot_be_had_is_told(desk, words, word):
    ended = desk.call("sandbox", *words)

    assert ended.code == Exit.USAGE
    assert word in ended.err


def test_a_script_of_faults_that_makes_no_sense_is_told(desk):
    script = desk.folder / "faults.yaml"
    script.write_text("[{fault: earthquake}]")

    ended = desk.call("sandbox", "--faults", script)

    assert ended.code == Exit.USAGE
    assert "earthquake" in ended.err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("rnu",), "apollo-batch run"),
        (("operation",), "apollo-batch operations"),
        (("run", "a", "b", "--max-credit", "3"), "--max-credits"),
        (("run", "a", "b", "--sandboks"), "--sandbox"),
    ],
)
def test_a_mistyped_word_is_told_with_the_one_that_was_meant(desk, words, meant):
    ended = desk.call(*words)

    assert ended.code == Exit.USAGE
    assert "Did you mean" in ended.err
    assert meant in ended.err
    assert ended.out == ""


def test_help_and_version_go_to_stdout(desk):
    from apollo_batch import __version__

    version = desk.call("--version")
    helped = desk.call("--help")
    of_run = desk.call("run", "-h")

    assert version.out.strip().endswith(__version__)
    assert version.err == helped.err == of_run.err == ""
    for command in "run plan check schema operations runs show export usage sandbox".split():
        assert re.search(rf"^  {command} ", helped.out, re.MULTILINE)
        assert desk.call(command, "--help").code == 0
    for flag in "--yes --max-credits --sandbox --first --rows --threads --output --json".split():
        assert flag in of_run.out


def test_without_words_it_says_what_there_is(desk):
    ended = desk.call()

    assert "Usage: " in ended.out + ended.err


def test_the_first_command_of_the_readme_works_anywhere(desk):
    sheet = desk.folder / "leads.xlsx"
    sheet.write_bytes((SAMPLES / "leads.xlsx").read_bytes())

    ended = desk.call("run", JOBS / "enrich-people.yaml", sheet, "--sandbox", "--yes")

    assert ended.code == 0, ended.err
    assert ended.out.splitlines()[-1] == "Written to leads.annotated.xlsx"
    assert json.loads(desk.call("show", "--sandbox", "--json", "2").out)["rows"]["total"] == 39


@pytest.mark.parametrize("kind", ["users", "stages", "fields", "lists"])
def test_what_the_team_has_is_listed_with_ids_to_paste(desk, kind):
    shown = desk.call("list", kind, "--sandbox")
    told = desk.call("list", kind, "--sandbox", "--json").document[kind]

    head, *lines = shown.out.splitlines()
    assert head.split()[:2] == ["id", "name"]
    assert [line.split()[0] for line in lines] == [each["id"] for each in told]
    if kind == "users":
        assert {"email", "title", "team", "created", "credit_limit"} <= told[0].keys()


def test_a_kind_that_is_none_is_refused_with_those_there_are(desk):
    ended = desk.call("list", "people", "--sandbox")

    assert ended.code == 2
    assert "mailboxes" in ended.err
