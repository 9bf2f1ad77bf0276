"""Workbooks that are no XLSX: read as typed text, given back as a new workbook."""

import datetime
import shutil
import subprocess

import binary_workbook
import libreoffice
import openpyxl
import pytest
import sheets_corpus as corpus

from apollo_batch.sheets.annotate import annotate, needs_suffix
from apollo_batch.sheets.read import open_sheet

DAY = datetime.date(2026, 1, 2)
ROWS = (
    ("Leads of the fair", None, None, None, None, None),
    (None, None, None, None, None, None),
    ("Name", "Zip", "Score", "Since", "At", "Word"),
    ("Ada", "00123", 7, DAY, datetime.time(9, 30), "NA"),
    ("Jürgen 花子", "0", 1.5, datetime.datetime.combine(DAY, datetime.time(10, 30)), None, "null"),
    (None, None, 12345678901234567, None, None, "None"),
)


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """The same workbook in the formats that LibreOffice writes."""
    if shutil.which("soffice") is None:
        pytest.skip("needs LibreOffice (soffice)")
    folder = tmp_path_factory.mktemp("kinds")
    workbook = openpyxl.Workbook()
    workbook.active.title = "Cover"
    workbook.active.sheet_state = "hidden"
    sheet = workbook.create_sheet("Leads")
    for row in ROWS:
        sheet.append(row)
    workbook.save(folder / "leads.xlsx")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    for kind in ("xls", "ods"):
        command = ["soffice", profile, "--headless", "--convert-to", kind, "leads.xlsx"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=100)
    return folder


@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_every_kind_gives_the_same_rows(converted, kind):
    sheet = open_sheet(converted / f"leads.{kind}")

    rows = {row.number: row for row in sheet.rows()}

    assert (sheet.kind, sheet.name, sheet.header_row) == (kind, "Leads", 3)
    assert sheet.columns == ROWS[2]
    assert rows[4].cells == ("Ada", "00123", "7", "2026-01-02", "09:30:00", "NA")
    assert rows[5].cells == ("Jürgen 花子", "0", "1.5", "2026-01-02 10:30:00", "", "null")
    assert rows[6].cells == ("", "", "1.23456789012346E+16", "", "", "None")
    assert rows[6].troubles == {2: "digits_lost"}


def test_a_header_of_two_lines_is_joined_in_an_old_workbook_too(tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in [
        ("Name", None, "Company"),
        ("First", "Last", "Site"),
        ("Ada", "Stone", "a.example"),
    ]:
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    workbook.save(tmp_path / "leads.xlsx")

    old = open_sheet(
        libreoffice.converted([tmp_path / "leads.xlsx"], tmp_path / "old", "xls")["leads"]
    )

    assert (old.kind, old.header_row) == ("xls", 2)
    assert old.columns == ("Name / First", "Name / Last", "Company / Site")


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_the_result_is_a_new_workbook_and_the_person_is_told(converted, tmp_path, kind):
    sheet = open_sheet(converted / f"leads.{kind}")
    entries = [(4, corpus.NEW)]

    annotate(sheet, tmp_path / "out.xlsx", corpus.COLUMNS, entries, corpus.SUMMARY)

    assert needs_suffix(sheet) == ".xlsx"
    first, second = sheet.notices
    assert "a new workbook (.xlsx) of its values" in first
    assert "Hidden rows cannot be told from others" in second
    lines = corpus.values(tmp_path / "out.xlsx")
    assert lines[2] == [*ROWS[2], *corpus.COLUMNS]
    assert lines[3][:3] == ["Ada", "00123", 7]
    assert lines[3][6:8] == ["Succeeded", "Found."]


def test_a_binary_workbook_is_read(tmp_path):
    rows = [("Name", "Zip", "Score"), ("Ada", "00123", 7.0), ("Jürgen 花子", None, 1.5)]

    sheet = open_sheet(binary_workbook.save(tmp_path / "leads.xlsb", rows))

    assert (sheet.kind, sheet.name, sheet.columns) == ("xlsb", "Leads", ("Name", "Zip", "Score"))
    assert [row.cells for row in sheet.rows()] == [
        ("Ada", "00123", "7"),
        ("Jürgen 花子", "", "1.5"),
    ]


def test_a_workbook_with_macros_keeps_them_and_its_kind(tmp_path):
    sheet = open_sheet(corpus.book(tmp_path / "leads.xlsm"))

    assert (sheet.kind, sheet.notices) == ("xlsx", ())


def test_a_reader_keeps_its_own_place(tmp_path):
    rows = [("Name", "Note"), *((f"N{n}", "x" * 900) for n in range(1_000))]
    sheet = open_sheet(corpus.book(tmp_path / "leads.xlsx", rows))

    one, other = sheet.rows(), sheet.rows()
    pairs = list(zip(one, other, strict=True))

    assert len(pairs) == 1_000
    assert all(a == b for a, b in pairs)
    assert pairs[-1][0].cells[0] == "N999"


def test_no_key_reaches_the_process_that_reads(tmp_path, monkeypatch):
    monkeypatch.setenv("APOLLO_API_KEY", "a-secret-of-ours")
    (tmp_path / "seen").mkdir()
    # Whatever starts an interpreter here leaves behind what it was given.
    (tmp_path / "sitecustomize.py").write_text(
        "import os, pathlib\n"
        f"seen = pathlib.Path({str(tmp_path / 'seen')!r})\n"
        "(seen / str(os.getpid())).write_text(repr(dict(os.environ)))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    open_sheet(corpus.book(tmp_path / "leads.xlsx"))

    (seen,) = (tmp_path / "seen").iterdir()
    assert "PYTHONPATH" in seen.read_text()
    assert "a-secret-of-ours" not in seen.read_text()
