"""In a build: nobody is asked, GitHub is told how it ended, and what is kept holds no row's data."""

import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from github_runner import commands
from lxml import etree
from makers import hit, lead, leads, save_job, story

GITHUB = {"CI": "true", "GITHUB_ACTIONS": "true"}
JUNIT = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))
KEPT = {"run.json", "junit.xml", "report.html", "run.env"}


def on_github(desk, **more):
    """The environment of a step, with a summary that another step has begun."""
    (desk.folder / "summary.md").write_text("## Before\n")
    return {**GITHUB, "GITHUB_STEP_SUMMARY": str(desk.folder / "summary.md"), **more}


def summary(desk):
    return (desk.folder / "summary.md").read_text(encoding="utf-8").removeprefix("## Before\n")


def test_each_mistake_in_a_job_is_annotated_where_it_stands_ten_of_them_and_the_number_of_more(
    desk,
):
    job = save_job(desk.folder / "job.yaml", **{f"wrong{n}": "100%: a, b" for n in range(13)})
    lines = job.read_text().splitlines()

    checked = desk.call("check", job, **GITHUB, GITHUB_WORKSPACE=str(desk.folder))
    ran = desk.call("run", job, "leads.csv", "--sandbox", **GITHUB)

    annotations = commands(checked.err)
    assert [a.name for a in annotations] == ["error"] * 10 + ["notice"]
    for annotation in annotations[:10]:
        line, column = (int(annotation.properties[name]) for name in ("line", "col"))
        assert annotation.properties["file"] == "job.yaml"
        assert lines[line - 1][column - 1 :].startswith("wrong")
        assert annotation.data.startswith("There is no key `wrong")
    assert annotations[10].data == "and 3 more errors: the log has them all."
    assert commands(checked.out) == []
    assert [a.data for a in commands(ran.err)] == [a.data for a in annotations]


def test_what_stops_a_command_is_annotated_with_its_code(desk):
    refused = desk.call(
        "run", save_job(desk.folder / "job.yaml"), "none.csv", "--sandbox", **GITHUB
    )

    (annotation,) = commands(refused.err)
    assert annotation.name == "error"
    assert f"code {refused.code}:" in annotation.properties["title"]
    assert annotation.data.splitlines()[0] in refused.err


def test_how_a_run_ended_is_annotated_and_summed_up_once_and_names_rows_by_number(desk, apollo):
    apollo.plot(hit("reset_after", 2))
    told = story(desk, apollo, 25)

    ended = told.run("--threads", 1, "--max-credits", 50, **on_github(desk))

    _, outcome, *warnings = commands(ended.err)
    assert (ended.code, outcome.name) == (8, "error")
    assert "25 rows: 15 succeeded, 10 in doubt." in outcome.data
    assert [(w.name, w.data.partition(":")[0]) for w in warnings] == [("warning", "10 rows")]
    text = summary(desk)
    assert text.count("## apollo-batch: `A story`") == 1
    assert "In doubt, to be looked at: rows 12, 13, 14, 15, 16, 17, 18, 19, 20, 21." in text
    assert "of 50 of the budget are used" in text
    assert f"```sh\n{ended.document['next']}\n```" in text
    assert told.judged(ended)


def test_a_journal_that_knows_of_no_build_before_is_warned_of_in_builds_alone(desk, apollo):
    told = story(desk, apollo, 3)

    at_a_desk = told.run()
    shutil.rmtree(desk.state)
    lost = told.run("--max-credits", 9, CI="true")
    again = told.run("--max-credits", 9, CI="true")

    said = ["The journal is new" in each.err for each in (at_a_desk, lost, again)]
    assert said == [False, True, False]


def test_a_run_that_ended_well_is_a_notice(desk, apollo):
    told = story(desk, apollo, 3)

    first, ended = told.run("--max-credits", 9, **GITHUB), told.run("--max-credits", 9, **GITHUB)

    (notice,) = commands(ended.err)
    assert [a.name for a in commands(first.err)] == ["warning", "notice"]
    assert ended.code == 0
    assert (notice.name, notice.properties) == ("notice", {"title": "apollo-batch"})
    assert notice.data.startswith("3 rows: 3 succeeded.")


def test_what_a_build_keeps_is_what_happened_and_nothing_of_whom_it_happened_to(desk, apollo):
    apollo.plot(hit("reset_after", 2))
    rows = [*leads(14), lead(5, Email="zebulon.canary(at)nowhere", Notes="Zanzibar")]
    told = story(desk, apollo, rows)
    kept = desk.folder / "kept"

    build = {
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_REPOSITORY": "us/jobs",
        "GITHUB_RUN_ID": "7",
    }

    ended = told.run(
        *("--threads", 1, "--max-credits", 50, "--artifacts", kept), **on_github(desk), **build
    )

    assert "(https://github.example/us/jobs/actions/runs/7#artifacts)" in summary(desk)
    assert {path.name for path in kept.iterdir()} == KEPT
    assert json.loads((kept / "run.json").read_text()) == ended.document
    variables = dict(line.split("=") for line in (kept / "run.env").read_text().splitlines())
    assert len(variables) <= 20
    assert [line for line in variables if not re.fullmatch("[A-Z_]+", line)] == []
    assert [value for value in variables.values() if not re.fullmatch(r"[\w.-]+", value)] == []
    assert variables["APOLLO_RUN_IN_DOUBT"] == str(ended.document["rows"]["in_doubt"]) != "0"
    results = etree.parse(kept / "junit.xml")
    assert JUNIT.validate(results), JUNIT.error_log
    (suite,) = results.getroot()
    failed = [case.get("name") for case in suite if len(case)]
    assert failed == [f"row {n}" for n in range(12, 12 + len(failed))]
    assert suite.get("failures") == variables["APOLLO_RUN_IN_DOUBT"] == str(len(failed))
    assert suite.get("tests") == str(len(suite))
    said = "".join(path.read_text() for path in kept.iterdir()) + summary(desk) + ended.err
    people = {cell for row in rows for cell in row if len(cell) > 3 and cell.isalpha()}
    assert [name for name in people | {"zebulon.canary", "Zanzibar"} if name in said] == []


def test_of_very_many_rows_a_thousand_are_named_and_the_summary_stays_small(desk, apollo):
    told = story(desk, apollo, [lead(n % 900, Email=f"p{n}@acme.example") for n in range(1_200)])
    told.run("--max-credits", 2000)
    with sqlite3.connect(desk.state / "journal.db") as journal:
        journal.execute("update items set status = 'failed', reason = 'apollo_refused'")
    journal.close()

    ended = told.run("--max-credits", 2000, "--artifacts", desk.folder / "kept", **on_github(desk))

    results = etree.parse(desk.folder / "kept" / "junit.xml")
    assert JUNIT.validate(results), JUNIT.error_log
    failed = ended.document["rows"]["failed"]
    names = [case.get("name") for case in results.iter("testcase") if len(case)]
    assert failed > 1_000
    assert len(names) == 1_001
    assert names[-1] == f"{failed - 1_000} more rows"
    assert f"and {failed - 200:,} more" in summary(desk)
    assert len(summary(desk).encode()) < 64_000


def test_a_plan_is_kept_as_text_to_be_read_beforehand(desk, apollo):
    told = story(desk, apollo, [*leads(4), lead(7, Email="zebulon.canary(at)nowhere")])

    planned = desk.call(
        "plan", told.job, told.sheet, "--artifacts", desk.folder / "kept", **on_github(desk)
    )

    text = (desk.folder / "kept" / "plan.md").read_text(encoding="utf-8")
    assert planned.code == 0, planned.err
    assert f"```text\n{planned.out}```" in text
    assert "`A story`" in text
    assert len(re.findall("`[0-9a-f]{64}`", text)) == 2
    assert summary(desk).strip() == text.strip()
    assert "zebulon" not in text
    assert apollo.paid_calls() == 0


def test_a_folder_with_other_things_in_it_is_not_kept_where_many_can_read_it(desk, apollo):
    told = story(desk, apollo, 3)

    refused = told.run("--artifacts", desk.folder)

    assert refused.code == 2
    assert "holds other files too" in refused.err
    assert apollo.books()["log"] == []


def test_a_folder_that_cannot_be_written_costs_nothing_that_was_paid_for(desk, apollo):
    told = story(desk, apollo, 3)
    (desk.folder / "kept").mkdir()
    (desk.folder / "kept" / "run.json").mkdir()

    ended = told.run("--max-credits", 9, "--artifacts", desk.folder / "kept", **GITHUB)

    assert ended.code == 9
    assert told.judged(ended)["rows"]["succeeded"] == 3
    assert told.run().code == 0
    assert apollo.books()["credits"]["consumed"] == 3


def pull_request(head, base):
    return {"pull_request": {"head": {"repo": head}, "base": {"repo": base}}}


OURS, THEIRS = {"id": 1, "full_name": "us/jobs"}, {"id": 2, "full_name": "them/jobs"}


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("pull_request", pull_request(THEIRS, OURS)),
        ("pull_request_target", pull_request(THEIRS, OURS)),
        ("pull_request_review", pull_request(THEIRS, OURS)),
        ("pull_request", pull_request(None, OURS)),  # a fork that is gone
        ("pull_request", pull_request({}, {})),
        ("pull_request", ["no", "event"]),
        ("pull_request", None),
        ("workflow_run", {"workflow_run": {"head_repository": THEIRS}, "repository": OURS}),
    ],
)
def test_a_key_is_not_used_for_the_pull_request_of_a_fork(desk, apollo, name, event):
    told = story(desk, apollo, 3)
    payload = desk.folder / "event.json"
    if event is not None:
        payload.write_text(json.dumps(event))
    environ = GITHUB | {"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(payload)}

    ran = told.run("--max-credits", 9, **environ)
    planned = desk.call("plan", told.job, told.sheet, **environ)
    listed = desk.call("list", "users", **environ)
    rehearsed = told.run("--sandbox", **environ)

    assert [each.code for each in (ran, planned, listed)] == [2, 2, 2]
    assert "of a fork" in ran.err
    assert apollo.books()["log"] == []
    assert rehearsed.code == 0


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("pull_request", pull_request(OURS, OURS)),
        ("workflow_run", {"workflow_run": {"head_repository": OURS}, "repository": OURS}),
        ("push", {}),
        ("schedule", None),
    ],
)
def test_a_key_is_used_for_all_that_comes_from_the_repository_itself(desk, apollo, name, event):
    payload = desk.folder / "event.json"
    payload.write_text(json.dumps(event))

    ended = story(desk, apollo, 3).run(
        "--max-credits", 9, **GITHUB, GITHUB_EVENT_NAME=name, GITHUB_EVENT_PATH=str(payload)
    )

    assert ended.code == 0, ended.err


@pytest.mark.parametrize(("source", "code"), [("7", 0), ("8", 2), ("", 2)])
def test_a_merge_request_of_a_fork_is_told_by_its_project(desk, apollo, source, code):
    environ = {
        "CI": "true",
        "GITLAB_CI": "true",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_PROJECT_ID": "7",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": source,
    }

    assert story(desk, apollo, 3).run("--max-credits", 9, **environ).code == code


@pytest.mark.keeps_a_secret("key", why="it is the file that the key is read from")
def test_the_key_is_printed_nowhere_not_even_for_the_runner_to_mask_it(desk, apollo):
    told = story(desk, apollo, 3)
    file = desk.folder / "key"
    file.write_text(apollo.key)
    del desk.environ["APOLLO_API_KEY"]

    ended = told.run(
        "--max-credits", 9, "--debug", **on_github(desk, APOLLO_API_KEY_FILE=str(file))
    )

    assert ended.code == 0, ended.err
    assert apollo.key not in ended.out + ended.err + summary(desk)
