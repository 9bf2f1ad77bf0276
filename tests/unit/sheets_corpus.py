"""Workbooks for the tests of `sheets`: made by openpyxl, or by hand where openpyxl never would."""

import datetime
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import python_calamine as calamine
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table as SheetTable

from apollo_batch.sheets.summary import Summary, Table

COLUMNS = ("Apollo Status", "Apollo Reason", "Apollo Note", "Apollo Credits", "Work Email")
SUMMARY = Summary(
    title="Enrich leads",
    verdict="4 rows: 3 succeeded, 1 no match.",
    facts=(("Job", "Enrich leads"), ("Credits reported", Decimal("12.5")), ("=1+1", "@SUM(A1)")),
    tables=(
        Table("Outcomes", ("Status", "Rows"), (("Succeeded", 3), ("No match", 1)), "pie"),
        Table("Reasons", ("Reason", "Rows"), (("Found.", 3), ("Not found.", 1)), "bar"),
        Table("Requests", ("Route", "Calls"), ()),
    ),
)
NEW = ("Succeeded", "Found.", "", Decimal(1), "ada@acme.example")

LEADS = (
    ("First Name", "Email", "Score", "Since"),
    ("Ada", "ada@acme.example", 7, datetime.date(2026, 1, 2)),
    ("Bob", "bob@acme.example", 1.5, datetime.datetime.fromisoformat("2026-01-02 10:30")),
    ("00123", None, None, None),
)

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def book(path: Path, rows=LEADS, *, title: str = "Leads") -> Path:
    """A plain workbook of one sheet."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    workbook.save(path)
    return path


def rich(path: Path) -> Path:
    """A workbook with what people put into theirs, on the annotated sheet and beside it."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Leads"
    for row in LEADS:
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="2F5D8A")
    sheet["D2"].number_format = "dd.mm.yyyy"
    sheet["B2"].comment = Comment("Called on Monday", "Ada")
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = "A1:D4"
    sheet.conditional_formatting.add("C2:C4", CellIsRule("greaterThan", ["5"], fill=_red()))
    choice = DataValidation("list", formula1='"Ada,Bob"')
    choice.add("A2:A4")
    sheet.add_data_validation(choice)
    sheet.column_dimensions["B"].width = 30
    sheet.row_dimensions[3].hidden = True
    sums = workbook.create_sheet("Sums")
    sums.append(("Total", "=SUM(Leads!C2:C4)"))
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=1, max_row=4), titles_from_data=True)
    sums.add_chart(chart, "D4")
    secret = workbook.create_sheet("Hidden")
    secret.sheet_state = "hidden"
    workbook.save(path)
    return path


def with_table(path: Path, rows=LEADS, *, totals: bool = False) -> Path:
    """A workbook whose rows are a table."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Leads"
    for row in rows:
        sheet.append(row)
    table = SheetTable(displayName="People", ref=f"A1:D{len(rows)}")
    if totals:
        table.totalsRowCount = 1
    sheet.add_table(table)
    workbook.save(path)
    return path


def _red() -> PatternFill:
    return PatternFill(bgColor="FFC7CE")


def sheet_part(rows: str, *, head: str = "", tail: str = "", prefix: str = "", main=MAIN) -> str:
    """A sheet's part from its rows, spelled with or without a prefix."""
    colon = f"{prefix}:" if prefix else ""
    name = f"xmlns:{prefix}" if prefix else "xmlns"
    body = f"<worksheet>{head}<sheetData>{rows}</sheetData>{tail}</worksheet>"
    if prefix:
        body = body.replace("</", "\0").replace("<", f"<{colon}").replace("\0", f"</{colon}")
    body = body.replace(f"<{colon}worksheet>", f'<{colon}worksheet {name}="{main}">', 1)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'


def by_hand(
    path: Path,
    part: str | bytes,
    *,
    main: str = MAIN,
    rels: str = RELS,
    extra: dict[str, str | bytes] | None = None,
    date1904: bool = False,
    compression: int = zipfile.ZIP_DEFLATED,
) -> Path:
    """The smallest package around a sheet's part."""
    properties = '<workbookPr date1904="1"/>' if date1904 else ""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{rels}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rels}">{properties}'
        '<sheets><sheet name="Leads" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{rels}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": part,
    } | (extra or {})
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def changed(source: Path, target: Path, changes: dict[str, tuple[bytes, bytes]]) -> Path:
    """A copy of a package with one replacement in each of some parts."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename in changes:
                before, after = changes[info.filename]
                assert before in content
                content = content.replace(before, after, 1)
            new.writestr(info.filename, content)
    return target


def packed(path: Path) -> dict[str, bytes]:
    """Each member's bytes as they are stored."""
    members = {}
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        for info in archive.infolist():
            file.seek(info.header_offset + 26)
            name, extra = (int.from_bytes(file.read(2), "little") for _ in range(2))
            file.seek(info.header_offset + 30 + name + extra)
            members[info.filename] = file.read(info.compress_size)
    return members


def part(path: Path, name: str) -> str:
    """One part's text."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def values(path: Path, name: str = "Leads") -> list[list]:
    """A sheet's values as another program reads them, from A1 on."""
    with calamine.CalamineWorkbook.from_path(path) as workbook:
        return workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)


def sheet_names(path: Path) -> list[str]:
    with calamine.CalamineWorkbook.from_path(path) as workbook:
        return workbook.sheet_names
