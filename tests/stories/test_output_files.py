"""What comes back: the person's own file with columns added, in the right place, the right values."""

import csv
import os

import openpyxl
import pytest
from makers import (
    HEADER,
    JOBS,
    SAMPLES,
    WORLD,
    cells_of,
    facts_of,
    judge,
    lead,
    leads,
    save_csv,
    save_job,
    save_xlsx,
    story,
)

from apollo_batch.errors import Exit

OURS = ["Apollo Status", "Apollo Reason", "Apollo Note", "Apollo Credits"]


def lines_of(path):
    book = openpyxl.load_workbook(path)
    lines = [list(line) for line in book.worksheets[0].values]
    book.close()
    return lines


def test_own_columns_come_first_and_in_order_then_ours_then_the_kept_ones(desk, apollo):
    sheet = save_xlsx(desk.folder / "leads.xlsx", leads(3))
    before = sheet.read_bytes()

    ended = desk.run(save_job(desk.folder / "job.yaml"), sheet)

    judge(ended, desk.state, apollo.books())
    lines = lines_of(desk.folder / "leads.annotated.xlsx")
    assert lines[0] == [*HEADER, *OURS, "Work Email", "Title"]
    assert [line[: len(HEADER)] for line in lines] == lines_of(sheet)
    assert sheet.read_bytes() == before


def test_every_kept_value_is_the_persons_own(desk, apollo):
    keep = {"Work Email": "email", "Title": "title", "City": "city", "Site": "organization.name"}
    told = story(desk, apollo, 12, keep=keep)

    told.judged(told.run())

    for number, row in enumerate(cells_of(desk.folder / "leads.annotated.xlsx"), start=100):
        who = WORLD.person(number)
        assert (row["Apollo Status"], row["Apollo Credits"]) == ("Succeeded", 1)
        assert (row["Work Email"], row["Title"]) == (who.email, who.title)
        assert (row["City"], row["Site"]) == (who.place.city, who.company.name)


def test_every_cell_of_text_is_text_and_never_a_formula(desk, apollo):
    rows = [lead(100, Notes="=1+1"), lead(101, Notes="@SUM(A1)"), lead(102, Notes="01234")]
    told = story(desk, apollo, rows)

    told.judged(told.run())

    book = openpyxl.load_workbook(desk.folder / "leads.annotated.xlsx")
    cells = [cell for line in book.worksheets[0].iter_rows(min_row=2) for cell in line]
    credit = HEADER.index("Notes") + 4
    assert {cell.data_type for cell in cells if cell.column != credit + 1 and cell.value} == {"s"}
    assert {cell.data_type for cell in cells if cell.column == credit + 1} == {"n"}
    assert [line[4] for line in lines_of(desk.folder / "leads.annotated.xlsx")[1:]] == [
        "=1+1",
        "@SUM(A1)",
        "01234",
    ]


PEOPLE = "enrich-people.yaml"
COMPANIES = "enrich-companies.yaml"
FINANCE = "enrich-company-finance.yaml"


@pytest.mark.parametrize(
    ("job", "sheet", "found"),
    [(PEOPLE, "leads.xlsx", 28), (COMPANIES, "companies.csv", 13), (FINANCE, "companies.csv", 13)],
)
def test_the_samples_end_well_and_balance(desk, apollo, job, sheet, found):
    ended = desk.run(JOBS / job, SAMPLES / sheet, "--output", desk.folder / "out.xlsx")

    figures = judge(ended, desk.state, apollo.books())
    rows = cells_of(desk.folder / "out.xlsx")
    assert ended.code == 0, ended.err
    assert figures["rows"]["succeeded"] == found
    assert all(row["Apollo Reason"] for row in rows if row["Apollo Status"] != "Succeeded")


def test_the_sample_of_leads_shows_six_reasons_at_least(desk, apollo):
    ended = desk.run(JOBS / PEOPLE, SAMPLES / "leads.xlsx", "--output", desk.folder / "out.xlsx")

    figures = judge(ended, desk.state, apollo.books())
    assert figures["rows"]["no_match"]
    assert figures["rows"]["skipped"]
    assert len(figures["reasons"]) >= 6


@pytest.mark.parametrize(
    ("sheet", "columns"),
    [
        ("booth-scans.xlsx", ("Email", "First Name", "Last Name", "Company")),
        ("trade-fair.csv", ("E-Mail", "Vorname", "Nachname", "Firma")),
    ],
)
def test_samples_of_another_layout_work_too(desk, apollo, sheet, columns):
    names = ("email", "first_name", "last_name", "organization_name")
    job = save_job(desk.folder / "job.yaml", map=dict(zip(names, columns, strict=True)))

    ended = desk.run(job, SAMPLES / sheet, "--output", desk.folder / "out.xlsx")

    figures = judge(ended, desk.state, apollo.books())
    assert ended.code == 0, ended.err
    assert figures["rows"]["succeeded"] >= 8


def test_a_csv_comes_out_for_those_who_ask(desk, apollo):
    told = story(desk, apollo, [lead(100, Notes="=cmd"), lead(101, Last_Name="Nobody")])

    told.judged(told.run("--format", "csv"))

    rows = cells_of(desk.folder / "leads.annotated.csv")
    assert [row["Apollo Status"] for row in rows] == ["Succeeded", "No match"]
    assert [row["Apollo Credits"] for row in rows] == ["1", "0"]
    with (desk.folder / "leads.annotated.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_its_own_output_as_input_gets_the_next_name_and_our_columns_once(desk, apollo):
    told = story(desk, apollo, 3)
    told.run()
    annotated = desk.folder / "leads.annotated.xlsx"

    ended = desk.run(told.job, annotated)

    told.judged(ended)
    second = desk.folder / "leads.annotated-2.xlsx"
    assert ended.document["output"] == str(second)
    assert lines_of(second)[0] == lines_of(annotated)[0]
    assert openpyxl.load_workbook(second).sheetnames == openpyxl.load_workbook(annotated).sheetnames
    assert apollo.books()["credits"]["consumed"] == 3


def test_what_it_wrote_itself_is_replaced_and_what_anybody_changed_is_not(desk, apollo):
    told = story(desk, apollo, 3)
    annotated = desk.folder / "leads.annotated.xlsx"
    told.run()
    again = told.run()
    annotated.write_bytes(annotated.read_bytes() + b"\n")
    changed = annotated.read_bytes()

    third = told.run()

    assert again.document["output"] == str(annotated)
    assert third.document["output"] == str(desk.folder / "leads.annotated-2.xlsx")
    assert "leads.annotated.xlsx is there already" in third.err
    assert annotated.read_bytes() == changed


def test_a_file_somebody_else_put_there_is_never_replaced(desk, apollo):
    target = desk.folder / "mine.xlsx"
    target.write_text("mine")
    told = story(desk, apollo, 3)

    ended = told.run("--output", target)

    assert ended.document["output"] == str(desk.folder / "mine-2.xlsx")
    assert target.read_text() == "mine"


def test_an_output_that_ends_in_csv_is_one(desk, apollo):
    told = story(desk, apollo, 3)

    ended = told.run("--output", desk.folder / "mine.csv")

    assert ended.code == 0
    assert "Apollo Status" in (desk.folder / "mine.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--output", "."), "is a folder"),
        (("--output", "mine.csv", "--format", "xlsx"), "End it in .xlsx."),
        (("--output", "mine.xlsx", "--format", "csv"), "End it in .csv."),
        (("--output", "mine.pdf"), "End it in .xlsx"),
        (("--output", "mine.xlsm"), "End it in .xlsx."),
        (("--output", "nowhere/mine.xlsx"), "Make the folder first"),
    ],
    ids=[
        "a folder",
        "a workbook called CSV",
        "CSV called a workbook",
        "a workbook called PDF",
        "a workbook without macros called one with",
        "in a folder that is not there",
    ],
)
def test_an_output_that_cannot_be_meant_is_refused_before_anything_is_paid(
    desk, apollo, words, message
):
    told = story(desk, apollo, 3)

    ended = told.run(*words)

    assert ended.code == Exit.USAGE
    assert message in ended.err
    assert apollo.paid_calls() == 0


@pytest.mark.parametrize("name", ["leads.csv", "./leads.csv", "link.csv", "hard.csv"])
def test_the_output_is_never_the_input(desk, apollo, name):
    told = story(desk, apollo, 3)
    (desk.folder / "link.csv").symlink_to(told.sheet)
    os.link(told.sheet, desk.folder / "hard.csv")
    before = told.sheet.read_bytes()

    ended = told.run("--output", name)

    assert ended.code == Exit.USAGE
    assert "never changed" in ended.err
    assert told.sheet.read_bytes() == before
    assert apollo.paid_calls() == 0


def test_a_failed_write_leaves_no_scraps_behind(desk, apollo):
    told = story(desk, apollo, 3)
    target = desk.folder / "leads.annotated.xlsx"
    told.run()
    target.chmod(0o400)

    told.run()

    names = {path.name for path in desk.folder.iterdir()}
    assert names == {"job.yaml", "leads.csv", "leads.annotated.xlsx", "state"}


def test_the_summary_says_how_it_ended_in_figures(desk, apollo):
    told = story(desk, apollo, [*leads(3), lead(4, Last_Name="", Website="")])

    ended = told.run("--max-credits", 2)

    facts = facts_of(desk.folder / "leads.annotated.xlsx")
    assert _verdict(desk) == "4 rows: 2 succeeded, 1 skipped, 1 not run. 2 credits charged."
    assert facts["Input"] == "leads.csv"
    assert facts["Run"] == ended.document["run"]
    assert facts["Budget of this run"] == 2
    assert facts["Credits planned at most"] == 3
    assert facts["Account balance before"] - facts["Account balance after"] == 2
    assert facts["Next"] == ended.document["next"]


def _verdict(desk):
    book = openpyxl.load_workbook(desk.folder / "leads.annotated.xlsx")
    texts = [cell for line in book["Apollo Summary"].values for cell in line if cell]
    return next(text for text in texts if " rows: " in str(text))


def test_private_addresses_that_are_not_revealed_are_noted_and_counted(desk, apollo):
    people = [n for n in range(100, 120) if WORLD.person(n).email]
    hidden = [n for n in people if WORLD.person(n).place.gdpr]
    told = story(
        desk,
        apollo,
        [lead(n) for n in people],
        options={"reveal_personal_emails": True},
        keep={"Private": "personal_emails"},
    )

    told.judged(told.run())

    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    noted = [n for n, row in zip(people, rows, strict=True) if row["Apollo Note"]]
    assert 0 < len(hidden) < len(people)
    assert noted == hidden
    assert {row["Apollo Note"] for row in rows} - {None} == {
        "Personal e-mail not revealed: GDPR region, or none known."
    }
    shown = [row["Private"] for row in rows if not row["Apollo Note"]]
    assert shown == [WORLD.person(n).personal_email for n in people if n not in hidden]
    facts = facts_of(desk.folder / "leads.annotated.xlsx")
    assert facts["Personal e-mails not revealed"] == len(hidden)


def test_phone_numbers_that_come_later_leave_rows_pending_and_credits_held(desk, apollo):
    options = {"reveal_phone_number": True, "webhook_url": "https://hooks.acme.example/a"}
    told = story(desk, apollo, [*leads(3), lead(4, Last_Name="Nobody")], options=options)

    ended = told.run()
    figures = told.judged(ended)

    assert ended.code == 0, ended.err
    assert figures["rows"] | {"pending": 3, "no_match": 1} == figures["rows"]
    assert figures["reasons"] == {"phone_pending": 3}
    assert figures["credits"]["held"] == "24"
    assert figures["credits"]["reported"] == "3"
    rows = cells_of(desk.folder / "leads.annotated.xlsx")
    assert [row["Apollo Status"] for row in rows] == ["Pending"] * 3 + ["No match"]
    assert rows[0]["Work Email"] == WORLD.person(100).email
    assert facts_of(desk.folder / "leads.annotated.xlsx")["Credits held for results to come"] == 24


def test_held_credits_count_towards_the_budget(desk, apollo):
    options = {"reveal_phone_number": True, "webhook_url": "https://hooks.acme.example/a"}
    told = story(desk, apollo, 3, options=options)

    ended = told.run("--max-credits", 20)

    figures = told.judged(ended)
    assert ended.code == Exit.BUDGET
    assert figures["rows"] | {"pending": 2, "not_run": 1} == figures["rows"]
    assert ended.following[-2:] == ["--max-credits", "27"]


def test_a_changed_original_is_named_where_the_run_is_exported(desk, apollo):
    told = story(desk, apollo, 3)
    ended = told.run()
    save_csv(told.sheet, leads(9))

    export = desk.call("export", ended.document["run"], "--output", desk.folder / "old.xlsx")

    assert export.code == 0, export.err
    assert len(cells_of(desk.folder / "old.xlsx")) == 3
    assert "changed" in facts_of(desk.folder / "old.xlsx")["Input since then"]
    assert "Input since then" not in facts_of(desk.folder / "leads.annotated.xlsx")
