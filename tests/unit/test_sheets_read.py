"""Workbooks in, rows out."""

import datetime

import openpyxl
import pytest
import sheets_corpus as corpus

from apollo_batch.errors import InvalidError
from apollo_batch.sheets.read import open_sheet

DAY = datetime.date(2026, 1, 2)
MOMENT = datetime.datetime.fromisoformat("2026-01-02 09:05")
LONG = datetime.timedelta(hours=30, minutes=15)


def test_cells_are_read_as_the_text_a_person_sees(tmp_path):
    rows = (
        ("Text", "Whole", "Part", "Yes", "Day", "Moment", "Time", "Long"),
        (" 00123 ", 7, 0.1, True, DAY, MOMENT, datetime.time(9, 30), LONG),
        ("NA", -3.0, 1e-5, False, None, None, None, None),
    )
    path = corpus.book(tmp_path / "leads.xlsx", rows)

    first, second = open_sheet(path).rows()

    assert first.cells == (
        *(" 00123 ", "7", "0.1", "TRUE", "2026-01-02", "2026-01-02 09:05:00", "09:30:00"),
        "30:15:00",
    )
    assert second.cells == ("NA", "-3", "0.00001", "FALSE", "", "", "", "")


def test_rows_keep_the_numbers_the_spreadsheet_shows_and_blank_ones_are_left_out(tmp_path):
    rows = (("Q4 leads",), (), ("Name", " Email "), (), ("Ada", "a@x.example"), (" ",), ("Bob",))
    path = corpus.book(tmp_path / "leads.xlsx", rows)

    sheet = open_sheet(path)

    assert (sheet.header_row, sheet.columns) == (3, ("Name", "Email"))
    assert [(row.number, row.cells) for row in sheet.rows()] == [
        (5, ("Ada", "a@x.example")),
        (7, ("Bob", "")),
    ]
    assert list(sheet.rows()) == list(sheet.rows())


def test_blank_columns_before_the_table_do_not_shift_cells(tmp_path):
    workbook = openpyxl.Workbook()
    for place, text in {"C3": "Name", "D3": "Email", "C4": "Ada", "D4": "a@x.example"}.items():
        workbook.active[place] = text
    workbook.save(tmp_path / "leads.xlsx")

    sheet = open_sheet(tmp_path / "leads.xlsx")

    assert sheet.columns == ("", "", "Name", "Email")
    assert [(row.number, row.cells) for row in sheet.rows()] == [
        (4, ("", "", "Ada", "a@x.example"))
    ]


def test_what_holds_no_usable_value_says_why(tmp_path):
    cells = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>Sum</t></is></c>'
        '<c r="C1" t="inlineStr"><is><t>Code</t></is></c></row>'
        '<row r="2"><c r="A2" t="e"><v>#N/A</v></c><c r="B2"><f>1+1</f></c>'
        '<c r="C2"><v>12345678901234567</v></c></row>'
        '<row r="3"><c r="A3" t="str"><f>""</f><v></v></c><c r="B3"><f>1+1</f><v>2</v></c>'
        '<c r="C3"><v>123456789012345</v></c></row>'
    )
    path = corpus.by_hand(tmp_path / "leads.xlsx", corpus.sheet_part(cells))

    first, second = open_sheet(path).rows()

    assert first.cells == ("#N/A", "", "1.23456789012346E+16")
    assert first.troubles == {0: "error_cell", 1: "formula_without_value", 2: "digits_lost"}
    assert (second.cells, second.troubles) == (("", "2", "123456789012345"), {})


def test_a_row_of_nothing_but_trouble_is_a_row(tmp_path):
    cells = '<row><c t="inlineStr"><is><t>Name</t></is></c></row><row><c><f>A1</f></c></row>'
    path = corpus.by_hand(tmp_path / "leads.xlsx", corpus.sheet_part(cells))

    (row,) = open_sheet(path).rows()

    assert (row.number, row.cells, row.troubles) == (2, ("",), {0: "formula_without_value"})


def test_the_first_visible_sheet_is_read_unless_one_is_named(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.title, workbook.active.sheet_state = "Old", "hidden"
    for title in ("Leads", "More"):
        workbook.create_sheet(title).append((f"{title} name", "Email"))
    workbook.save(tmp_path / "leads.xlsx")

    assert open_sheet(tmp_path / "leads.xlsx").name == "Leads"
    assert open_sheet(tmp_path / "leads.xlsx", name="more").columns == ("More name", "Email")
    with pytest.raises(InvalidError, match="'Old', 'Leads', 'More'") as refusal:
        open_sheet(tmp_path / "leads.xlsx", name="Leds")
    assert refusal.value.fix == "Did you mean `Leads`?"


@pytest.mark.parametrize(
    ("rows", "header_row"),
    [
        ([("Name", "Email"), ("Ada", "a@x.example")], 1),
        ([("Leads of the fair",), ("Name", "Email", "City"), ("Ada", "a@x.example", "Rome")], 2),
        ([("Report", "2026-01-02"), ("Name", "Email", "City", "Zip", "Phone"), ("Ada",)], 2),
        ([("Email",), ("a@x.example",)], 1),
        ([("Name", "2024", "2025", "City", "Zip", "Owner", "Stage"), ("Ada", 1, 2)], 1),
        ([("Name", "Email", "Email"), ("Ada", "a@x.example", "")], 1),
        ([("Name", None, "City"), ("Ada", "x", "Rome")], 1),
    ],
)
def test_the_header_is_the_first_line_that_names_most_columns(tmp_path, rows, header_row):
    path = corpus.book(tmp_path / "leads.xlsx", rows)

    assert open_sheet(path).header_row == header_row


def test_a_named_header_row_wins(tmp_path):
    path = corpus.book(tmp_path / "leads.xlsx", [("A", "B"), ("C", "D"), ("Ada", "1")])

    assert open_sheet(path, header_row=2).columns == ("C", "D")
    with pytest.raises(InvalidError, match=r"Row 9 of sheet 'Leads' of leads.xlsx is blank"):
        open_sheet(path, header_row=9)


def test_data_without_column_names_is_refused(tmp_path):
    rows = [("Ada", "a@x.example", 3), ("Bob", "b@x.example", 4)]
    path = corpus.book(tmp_path / "leads.xlsx", rows)

    with pytest.raises(InvalidError, match="row 1 looks like data") as refusal:
        open_sheet(path)

    assert "header_row" in refusal.value.fix


def test_an_empty_sheet_is_refused(tmp_path):
    with pytest.raises(InvalidError, match=r"Sheet 'Leads' of leads.xlsx is empty"):
        open_sheet(corpus.book(tmp_path / "leads.xlsx", ()))


def test_a_stray_cell_at_the_far_corner_is_refused_before_it_fills_the_memory(tmp_path):
    cells = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    path = corpus.by_hand(tmp_path / "leads.xlsx", corpus.sheet_part(cells))

    with pytest.raises(InvalidError, match="reaches to row 1048576, column XFD"):
        open_sheet(path)
