"""Workbooks of many programs, annotated, and read again by four others: all agree."""

import csv
import re

import openpyxl
import pandas as pd
import pytest
import sheets_corpus as corpus
import xlsxwriter
from libreoffice import converted
from sheets_corpus import COLUMNS, NEW, SUMMARY

from apollo_batch.sheets.annotate import annotate
from apollo_batch.sheets.read import open_sheet

HEADER = ("Name", "Zip", "Score", "Since")
ROWS = (("Ada & Söhne", "00123", 7, 46024), ("Bob", "9e9", 1.5, 46025), ("Ćyd 😀", "-", 0, 46026))
SENT = ("Succeeded", "Found.", "", 1, "ada@acme.example")
ENTRIES = [(2, NEW), (4, NEW)]
SHEET = "xl/worksheets/sheet1.xml"


def openpyxl_s(path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Leads"
    for row in (HEADER, *ROWS):
        sheet.append(row)
    workbook.save(path)


def xlsxwriter_s(path, **options):
    workbook = xlsxwriter.Workbook(path, options)
    sheet = workbook.add_worksheet("Leads")
    for number, row in enumerate((HEADER, *ROWS)):
        for column, value in enumerate(row):
            text = isinstance(value, str)
            (sheet.write_string if text else sheet.write_number)(number, column, value)
    workbook.close()


def xlsxwriter_in_little_memory(path):
    xlsxwriter_s(path, constant_memory=True)


def pandas_s(path):
    frame = pd.DataFrame(ROWS, columns=HEADER)
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        frame.to_excel(writer, sheet_name="Leads", index=False)


def text_cell(place, text, attributes=""):
    escaped = text.replace("&", "&amp;")
    return f'<c r="{place}"{attributes} t="inlineStr"><is><t>{escaped}</t></is></c>'


def by_hand(path, *, row, cell, head="", tail="", prefix="", places=True, extra=None):
    """A sheet's part as one program spells it."""
    rows = []
    for number, values in enumerate((HEADER, *ROWS), start=1):
        cells = [
            text_cell(f"{letter}{number}", value, cell)
            if isinstance(value, str)
            else f'<c r="{letter}{number}"{cell}><v>{value}</v></c>'
            for letter, value in zip("ABCD", values, strict=True)
        ]
        rows.append(f'<row r="{number}"{row}>{"".join(cells)}</row>')
    part = corpus.sheet_part("".join(rows), head=head, tail=tail, prefix=prefix)
    if not places:
        part = re.sub(r'\sr="[A-Z]*\d+"', "", part)
    corpus.by_hand(path, part, extra=extra)


def excel_like(path):
    space = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"
    by_hand(
        path,
        row=f' spans="1:4" ht="15.75" thickBot="1" x14ac:dyDescent="0.25" xmlns:x14ac="{space}"',
        cell=' s="0"',
        head='<sheetPr codeName="Sheet1"/><dimension ref="A1:D4"/><sheetViews><sheetView '
        'tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
        'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        '<sheetFormatPr defaultRowHeight="15"/>',
        tail='<autoFilter ref="A1:D4"/><pageMargins left="0.7" right="0.7" top="0.75" '
        'bottom="0.75" header="0.3" footer="0.3"/>',
    )


def google_like(path):
    by_hand(
        path,
        row=' customHeight="1" ht="15.75"',
        cell="",
        head='<sheetPr><outlinePr summaryBelow="0" summaryRight="0"/></sheetPr><sheetViews>'
        '<sheetView workbookViewId="0"/></sheetViews><sheetFormatPr customHeight="1" '
        'defaultColWidth="12.63" defaultRowHeight="15.75"/>',
    )


def numbers_like(path):
    by_hand(
        path,
        row=' ht="20.25" customHeight="1"',
        cell="",
        head='<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetFormatPr '
        'defaultColWidth="16.3" customHeight="1" outlineLevelRow="0" outlineLevelCol="0"/>'
        '<cols><col min="1" max="4" width="16.3" customWidth="1"/>'
        '<col min="5" max="16384" width="16.3" customWidth="1"/></cols>',
        tail="<headerFooter><oddFooter>&amp;C&amp;P</oddFooter></headerFooter>",
    )


def power_bi_like(path):
    by_hand(path, row="", cell="", prefix="x", places=False)


MAKERS = {
    maker.__name__: maker
    for maker in (
        openpyxl_s,
        xlsxwriter_s,
        xlsxwriter_in_little_memory,
        pandas_s,
        excel_like,
        google_like,
        numbers_like,
        power_bi_like,
    )
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Each maker's workbook, those that LibreOffice saved, and all of them annotated."""
    folder = tmp_path_factory.mktemp("made")
    for name, maker in MAKERS.items():
        maker(folder / f"{name}.xlsx")
    (folder / "in").mkdir()
    with (folder / "in" / "libreoffice_s.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows((HEADER, *ROWS))
    xlsxwriter_s(folder / "in" / "libreoffice_again.xlsx")
    for path in converted(list((folder / "in").iterdir()), folder / "libre", "xlsx").values():
        path.rename(folder / path.name)
    (folder / "out").mkdir()
    for source in folder.glob("*.xlsx"):
        target = folder / "out" / source.name
        assert annotate(open_sheet(source), target, COLUMNS, ENTRIES, SUMMARY) == (), source.name
    return folder


ALL = [*MAKERS, "libreoffice_s", "libreoffice_again"]
EMPTY = [""] * len(COLUMNS)
OURS = [list(COLUMNS), list(SENT), EMPTY, list(SENT)]


def blank(lines):
    return [["" if value is None else value for value in line] for line in lines]


def by_calamine(path):
    return corpus.values(path, open_sheet(path).name)


def by_openpyxl(path):
    workbook = openpyxl.load_workbook(path, data_only=True)
    return blank(workbook.worksheets[0].iter_rows(values_only=True))


def by_pandas(path):
    with pd.ExcelFile(path, engine="openpyxl") as file:
        frame = pd.read_excel(file, 0, header=None, dtype=object, na_filter=False)
    return blank(frame.itertuples(index=False, name=None))


@pytest.mark.parametrize("read", [by_calamine, by_openpyxl, by_pandas])
@pytest.mark.parametrize("name", ALL)
def test_old_cells_are_as_they_were_and_ours_stand_beside_them(made, name, read):
    before, after = read(made / f"{name}.xlsx"), read(made / "out" / f"{name}.xlsx")

    assert [line[:4] for line in after] == before
    assert [line[4:] for line in after] == OURS
    assert len(before) == 4


def test_libreoffice_reads_all_of_them_alike(made):
    before = converted(list(made.glob("*.xlsx")), made / "before", "ods")
    after = converted(list((made / "out").glob("*.xlsx")), made / "after", "ods")

    assert set(after) == set(ALL)
    for name, path in after.items():
        sheet = open_sheet(made / f"{name}.xlsx").name
        lines = corpus.values(path, sheet)
        assert [line[:4] for line in lines] == corpus.values(before[name], sheet), name
        assert [line[4:] for line in lines] == OURS, name
        assert corpus.sheet_names(path)[-1] == "Apollo Summary"


@pytest.mark.parametrize("name", ALL)
def test_nothing_but_what_must_changes(made, name):
    before, after = (
        corpus.packed(made / f"{name}.xlsx"),
        corpus.packed(made / "out" / f"{name}.xlsx"),
    )

    changed = {part for part in before if before[part] != after.get(part)}

    assert changed <= {
        SHEET,
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
    }
