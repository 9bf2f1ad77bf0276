"""Sheets as they come: hidden rows, totals, tables, headers of two lines; counted, never sent."""

import openpyxl
from makers import HEADER, cells_of, judge, leads, save_job
from openpyxl.worksheet.table import Table


def workbook(desk, *, hidden=(), above=(), totals=True, table=False):
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    rows = [*above, HEADER, *leads(4), *([["Total", "", "", "", 4]] if totals else [])]
    for row in rows:
        sheet.append([cell or None for cell in row])
    for number in hidden:
        sheet.row_dimensions[number].hidden = True
    if table:
        sheet.add_table(Table(displayName="People", ref="A1:E3"))
    book.save(desk.folder / "leads.xlsx")
    return desk.folder / "leads.xlsx"


def test_hidden_rows_and_totals_are_in_the_plan_and_cost_nothing(desk, apollo):
    sheet, job = workbook(desk, hidden=(3, 4)), save_job(desk.folder / "job.yaml")

    planned = desk.call("plan", job, sheet, "--json").document
    ended = desk.run(job, sheet)

    assert planned["skips"] == {"hidden_row": 2, "totals_row": 1}
    told = judge(ended, desk.state, apollo.books())
    assert told["reasons"] == {"hidden_row": 2, "totals_row": 1}
    assert (told["rows"]["succeeded"], apollo.books()["credits"]["consumed"]) == (2, 2)
    said = {row["Apollo Reason"] for row in cells_of(desk.folder / "leads.annotated.xlsx")}
    assert any(reason and "include_hidden: true" in reason for reason in said)


def test_hidden_rows_are_looked_up_where_the_job_says_so(desk, apollo):
    sheet = workbook(desk, hidden=(3, 4))
    job = save_job(desk.folder / "job.yaml", include_hidden=True)

    told = judge(desk.run(job, sheet), desk.state, apollo.books())

    assert told["reasons"] == {"totals_row": 1}
    assert told["rows"]["succeeded"] == 4


def test_of_a_table_only_its_rows_are_looked_up_and_export_knows_it_still(desk, apollo):
    sheet = workbook(desk, table=True)
    job = save_job(desk.folder / "job.yaml", input={"table": "People"})

    told = judge(desk.run(job, sheet), desk.state, apollo.books())
    again = desk.folder / "again.xlsx"
    ended = desk.call("export", told["run"], "--output", again)

    assert told["rows"] == told["rows"] | {"total": 2, "succeeded": 2}
    assert ended.code == 0, ended.err
    assert cells_of(again) == cells_of(desk.folder / "leads.annotated.xlsx")


def test_a_hostile_workbook_ends_with_one_sentence_before_anything_is_paid(desk, apollo):
    sheet, job = desk.folder / "leads.xlsx", save_job(desk.folder / "job.yaml")
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"], book.worksheets[0]["XFD1048576"] = "Email", 1
    book.save(sheet)

    ended = desk.run(job, sheet)

    assert ended.code == 4
    assert "reaches to row 1048576, column XFD" in ended.err
    assert apollo.paid_calls() == 0
