"""What is written in a job file arrives as it is written, and means the same however laid out."""

from decimal import Decimal

import pytest

from apollo_batch.errors import InvalidError
from apollo_batch.job import tree
from apollo_batch.job.load import explain, load, loads, text_of
from apollo_batch.job.wanted import Condition, Limits, SkipRule, Source

JOB = "version: 1\noperation: people.enrich\nmap: {email: Work Email}\n"
COMPANIES = "version: 1\noperation: organizations.enrich\nmap: {domain: Website}\n"

TRADE_FAIR = """\
# yaml-language-server: $schema=./job.schema.json
version: 1
name: Enrich trade-fair leads
input: {sheet: Leads, header_row: 1}
operation: people.enrich
map:
  first_name: First Name
  last_name: Last Name
  domain: {column: Website, clean: domain}
  organization_name: {column: Company, default: Unknown}
options: {reveal_personal_emails: false}
skip:
  - {column: Email Status, is: bounced, reason: bounced}
keep:
  Work Email: email
  Headcount: organization.estimated_num_employees
limits: {max_credits: 500}
"""

# What other readers of YAML turn into numbers, dates, booleans or nothing.
AS_WRITTEN = [
    *"NO no No yes on off Y n true false True TRUE null Null ~ 01234 0o17 0x1F 0b11".split(),
    *"1e3 1E5 1.10 1. .5 +5 -0 1_000 685_230.15 12:30 190:20:30 2026-01-02 +15555550100".split(),
    *"5f2a9c3e8b7d4a0012345678 650000000000000000000001 6e5000000000000000000001".split(),
    *".inf -.inf .nan NaN = 1,5 00 2026-01-02T03:04:05Z O'Neil 50% a#b http://a.example/?b=1".split(),
]


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_a_text_arrives_as_it_is_written(text):
    quoted = loads(f'{JOB}skip: [{{column: "{text}", is: "{text}"}}]\n', "a.yaml")
    block = loads(f"{JOB}skip:\n  - column: {text}\n    is: {text}\n", "a.yaml")

    assert block.skip == quoted.skip == (SkipRule(text, Condition.IS, text),)


@pytest.mark.parametrize(
    ("written", "number"),
    [("500", "500"), ("0.5", "0.5"), ("12.25", "12.25"), ("100000", "100000")],
)
def test_a_number_is_exactly_the_one_that_is_written(written, number):
    job = loads(f"{JOB}limits: {{max_credits: {written}}}\n", "a.yaml")

    assert job.limits.max_credits == Decimal(number)
    assert str(job.limits.max_credits) == number


@pytest.mark.parametrize("nothing", ["", "null"])
def test_a_key_with_nothing_behind_it_counts_as_absent_where_it_may_be(nothing):
    text = JOB + "".join(f"{key}: {nothing}\n" for key in ("name", "input", "options", "skip"))
    text += f"keep: {nothing}\nlimits: {nothing}\n"

    job = loads(text, "leads.yaml")

    assert (job.name, job.skip, job.limits) == ("leads", (), Limits())
    assert job.canonical() == loads(JOB, "leads.yaml").canonical()


def test_a_whole_job_is_read():
    job = loads(TRADE_FAIR, "leads.yaml")

    (step,) = job.steps
    assert (job.name, job.sheet, job.header_row) == ("Enrich trade-fair leads", "Leads", 1)
    assert (step.id, step.operation.name, step.route.name) == ("people.enrich",) * 2 + ("bulk",)
    assert list(step.sources.items()) == [
        ("first_name", Source("First Name")),
        ("last_name", Source("Last Name")),
        ("domain", Source("Website", cleaners=("domain",))),
        ("organization_name", Source("Company", default="Unknown")),
    ]
    assert step.options == {"reveal_personal_emails": False}
    assert list(step.keep) == ["Work Email", "Headcount"]
    assert job.skip == (SkipRule("Email Status", Condition.IS, "bounced", "bounced"),)
    assert job.limits == Limits(max_credits=Decimal(500))
    assert job.notices == ()


def test_a_job_without_a_name_is_called_after_its_file(tmp_path):
    path = tmp_path / "spring fair.yaml"
    path.write_text(JOB)

    job = load(path)

    assert (job.name, job.path) == ("spring fair", path)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + TRADE_FAIR.encode(),
        TRADE_FAIR.replace("\n", "\r\n").encode(),
        b"---\n" + TRADE_FAIR.encode() + b"...\n",
        b"%YAML 1.2\n---\n" + TRADE_FAIR.encode(),
    ],
    ids=["byte order mark", "Windows line ends", "document marks", "YAML directive"],
)
def test_what_editors_put_around_a_job_does_no_harm(tmp_path, content):
    path = tmp_path / "leads.yaml"
    path.write_bytes(content)

    assert load(path).canonical() == loads(TRADE_FAIR, "leads.yaml").canonical()


@pytest.mark.parametrize(
    ("content", "line", "column", "words"),
    [
        (TRADE_FAIR.encode("utf-16"), 1, 1, "UTF-16"),
        (TRADE_FAIR.encode("utf-16-le"), 1, 1, "UTF-16"),
        (JOB.encode() + "name: Müller\n".encode("cp1252"), 4, 8, "UTF-8"),
        (b"# " + b"x" * 300_000, 1, 1, "256 KB"),
        (b"# " + b"x" * 3_000_000, 1, 1, "256 KB"),
    ],
    ids=["UTF-16 with mark", "UTF-16", "Windows-1252", "too long", "far too long"],
)
def test_a_file_that_is_no_text_of_ours_is_refused_with_what_to_do(
    tmp_path, content, line, column, words
):
    path = tmp_path / "leads.yaml"
    path.write_bytes(content)

    with pytest.raises(InvalidError) as refusal:
        load(path)

    (problem,) = refusal.value.problems
    assert (problem.line, problem.column) == (line, column)
    assert words in problem.message
    assert problem.fix
    told = explain(refusal.value, text_of(path), path.name)
    assert told.startswith(f"leads.yaml:{line}:{column}: ")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InvalidError, match="No such file") as refusal:
        load(tmp_path / "leads.yaml")

    told = explain(refusal.value, text_of(tmp_path / "leads.yaml"), "leads.yaml")
    assert "Check the path" in told


def test_a_folder_is_no_job(tmp_path):
    with pytest.raises(InvalidError, match="directory"):
        load(tmp_path)


def test_too_many_values_are_refused_before_they_are_all_read():
    text = "skip: [" + "a, " * tree.MOST_NODES + "]\n"

    with pytest.raises(InvalidError) as refusal:
        loads(text, "leads.yaml")

    assert "5,000" in refusal.value.problems[0].message


def test_apollos_own_spelling_of_a_parameter_means_the_same():
    ours = loads(JOB + "options: {reveal_personal_emails: true}\n", "a.yaml")
    theirs = loads(
        JOB.replace("email:", "'email[]':") + "options: {'reveal_personal_emails[]': true}\n",
        "a.yaml",
    )

    assert theirs.canonical() == ours.canonical()


def test_a_webhook_address_of_ones_own_and_a_most_per_row_allow_a_waterfall():
    job = loads(
        JOB
        + "options: {run_waterfall_email: true, webhook_url: https://hooks.acme.example/a}\n"
        + "limits: {most_per_row: 20}\n",
        "a.yaml",
    )

    assert job.steps[0].options == {
        "run_waterfall_email": True,
        "webhook_url": "https://hooks.acme.example/a",
    }
    assert job.limits.most_per_row == 20


def test_a_reveal_that_is_off_needs_no_address():
    job = loads(JOB + "options: {reveal_phone_number: false}\n", "a.yaml")

    assert job.steps[0].options == {"reveal_phone_number": False}


def test_a_field_that_only_the_single_route_answers_takes_that_route_and_says_so():
    job = loads(COMPANIES + "keep: {Revenue: annual_revenue}\n", "a.yaml")

    step = job.steps[0]
    assert step.route.name == "single"
    assert step.route_note is not None
    assert "annual_revenue" in step.route_note
    assert "one company per request instead of ten" in step.route_note
    assert job.notices == (step.route_note,)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("emial", "Did you mean `email`?"),
        ("person.email", "Leave `person.` out"),
        ("shoe_size", "may stay empty"),
    ],
)
def test_a_kept_field_that_is_not_known_is_a_notice_and_no_error(path, words):
    job = loads(f"{JOB}keep: {{Mail: {path}}}\n", "a.yaml")

    (notice,) = job.notices
    assert words in notice
    assert "Mail" in notice


def test_the_canonical_text_knows_no_layout_name_or_limit():
    shuffled = """
limits:
    reuse_days: 0     # buy anew
keep: {Headcount: organization.estimated_num_employees, "Work Email": 'email'}
skip:
- reason: bounced
  is: "bounced"
  column: Email Status
options: {"reveal_personal_emails": false}
map:
  organization_name: {default: Unknown, column: Company}
  domain:
    clean: [domain]
    column: Website
  last_name: {column: Last Name}
  first_name: "First Name"
operation: people.enrich
input:
  header_row: 1
  sheet: Leads
version: 1
"""

    assert loads(shuffled, "b.yaml").canonical() == loads(TRADE_FAIR, "a.yaml").canonical()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sheet: Leads", "sheet: Others"),
        ("header_row: 1", "header_row: 2"),
        ("column: Website", "column: Site"),
        ("clean: domain", "clean: trim"),
        ("default: Unknown", "default: Acme"),
        ("is: bounced", "is_not: bounced"),
        ("is: bounced", "is: Bounced"),
        ("reason: bounced", "reason: dead"),
        ("emails: false", "emails: true"),
        ("Work Email: email", "Work Email: title"),
        ("Work Email: email", "Mail: email"),
    ],
)
def test_the_canonical_text_tells_jobs_apart_that_ask_for_something_else(old, new):
    assert old in TRADE_FAIR

    other = loads(TRADE_FAIR.replace(old, new), "a.yaml")

    assert other.canonical() != loads(TRADE_FAIR, "a.yaml").canonical()
