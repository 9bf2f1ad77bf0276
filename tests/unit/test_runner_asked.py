"""The settings that a summary names are those of the job, as the journal keeps it."""

import json

import pytest

from apollo_batch.job.load import load
from apollo_batch.runner.asked import settings_of, steps_of

JOB = """
version: 1
name: Leads
input: {header_row: 3}
operation: people.enrich
map:
  email: {column: E-Mail, clean: email}
  organization_name: {column: Company, default: Unknown}
options: {reveal_personal_emails: true}
skip:
  - {column: Status, in: [bounced, left]}
  - {column: Score, at_most: 3, reason: cold}
keep: {Titles: "employment_history[].title", First: "employment_history[0].title"}
"""


def record(tmp_path, text=JOB, **changes):
    path = tmp_path / "job.yaml"
    path.write_text(text, encoding="utf-8")
    reading = {"sheet": None, "table": None, "header_row": 3, "encoding": "cp1252"}
    planned = {"requests": {"POST /people/match": 4}, "limits": {"reuse_days": "90"}}
    return {
        "job": json.dumps({"canonical": load(path).canonical()}),
        "reading": json.dumps(reading),
        "planned": json.dumps(planned),
        "selection": "[[2, 11], [15, 15]]",
        "period": "",
    } | changes


def test_every_setting_is_said_in_the_words_of_the_job_file(tmp_path):
    assert list(settings_of(record(tmp_path))) == [
        ("Column names in row", "3"),
        ("Encoding", "cp1252"),
        ("Operation", "people.enrich"),
        ("Route", "POST /people/match"),
        ("Sent as email", "column E-Mail, cleaned: email"),
        ("Sent as organization_name", "column Company, or 'Unknown' where that is empty"),
        ("Option reveal_personal_emails", "true"),
        ("Kept as First", "employment_history[0].title"),
        ("Kept as Titles", "employment_history[].title"),
        ("Left out as job_skip", "Status: in bounced, left"),
        ("Left out as cold", "Score: at_most 3"),
        ("Limit reuse_days", "90"),
        ("Rows", "2-11, 15"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (JOB, None),
        (JOB.replace("header_row: 3", "header_row: 1"), None),
        (JOB.replace("operation:", "include_hidden: true\noperation:"), "included"),
    ],
)
def test_hidden_rows_are_named_where_they_are_included(tmp_path, text, said):
    assert dict(settings_of(record(tmp_path, text))).get("Hidden rows") == said


def test_a_whole_run_of_a_period_says_so(tmp_path):
    settings = dict(settings_of(record(tmp_path, selection="[]", period="Q4")))

    assert (settings["Rows"], settings["Period"]) == ("all", "Q4")


def test_each_step_is_known_by_its_operation(tmp_path):
    assert steps_of(record(tmp_path)) == {"people.enrich": "people.enrich"}
