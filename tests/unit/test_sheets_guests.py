"""What else stands on a sheet when our columns come: tables, filters, drawings, locks, outlines."""

import re
import zipfile

import openpyxl
import pytest
import sheets_corpus as corpus
import xlsxwriter
from sheets_corpus import COLUMNS, NEW, SUMMARY

from apollo_batch.sheets import styles
from apollo_batch.sheets.annotate import annotate
from apollo_batch.sheets.markup import UnsupportedError
from apollo_batch.sheets.package import Package
from apollo_batch.sheets.read import open_sheet

SHEET = "xl/worksheets/sheet1.xml"
TABLE = "xl/tables/table1.xml"
ALL = [(number, NEW) for number in range(2, 6)]


def made(path, fill):
    """A workbook of four columns and four rows by XlsxWriter, and what `fill` adds."""
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet("Leads")
    rows = (*corpus.LEADS[:1], ("Ada", "ada@acme.example", 7, 1), ("Bob", "bob@acme.example", 2, 3))
    for number, row in enumerate((*rows, ("Cyd", "", 4, 5), ("Dot", "", 6, 7))):
        sheet.write_row(number, 0, row)
    fill(workbook, sheet)
    workbook.close()
    return path


def annotated(source, entries=ALL, columns=COLUMNS):
    target = source.with_name(f"{source.stem}.annotated.xlsx")
    notices = annotate(open_sheet(source), target, columns, entries, SUMMARY)
    return target, notices


def with_totals(workbook, sheet):
    columns = [
        {"header": "First Name", "total_string": "Total"},
        {"header": "Email"},
        {"header": "Score", "total_function": "sum"},
        {"header": "Since", "formula": "=[@Score]*2"},
    ]
    sheet.add_table("A1:D6", {"name": "People", "total_row": True, "columns": columns})


def test_a_table_with_totals_takes_the_columns_in_and_keeps_its_totals(tmp_path):
    source = made(tmp_path / "leads.xlsx", with_totals)

    target, notices = annotated(source, [*ALL, (6, NEW)])

    table = openpyxl.load_workbook(target)["Leads"].tables["People"]
    before = openpyxl.load_workbook(source)["Leads"]
    after = openpyxl.load_workbook(target)["Leads"]
    assert (table.ref, table.autoFilter.ref, table.totalsRowCount) == ("A1:I6", "A1:I5", 1)
    assert [column.name for column in table.tableColumns] == [*corpus.LEADS[0], *COLUMNS]
    assert table.tableColumns[2].totalsRowFunction == "sum"
    assert table.tableColumns[3].calculatedColumnFormula.attr_text
    assert [cell.value for cell in after[6]][:4] == [cell.value for cell in before[6]][:4]
    assert [cell.value for cell in after[6]][4:] == [None] * (len(after[6]) - 4)
    assert after["E5"].value == "Succeeded"
    assert "Row 6 of sheet 'Leads' is the table's totals row" in notices[0]


def test_a_total_that_somebody_put_under_our_columns_outlives_the_next_run(tmp_path):
    once, _ = annotated(made(tmp_path / "leads.xlsx", with_totals))
    workbook = openpyxl.load_workbook(once)
    sheet = workbook["Leads"]
    sheet.tables["People"].tableColumns[7].totalsRowFunction = "sum"
    sheet["H6"] = "=SUBTOTAL(109,People[Apollo Credits])"
    workbook.save(tmp_path / "saved.xlsx")

    twice, _ = annotated(tmp_path / "saved.xlsx")

    sheet = openpyxl.load_workbook(twice)["Leads"]
    assert sheet["H6"].value == "=SUBTOTAL(109,People[Apollo Credits])"
    assert sheet.tables["People"].tableColumns[7].totalsRowFunction == "sum"
    assert sheet.tables["People"].ref == "A1:I6"


def test_a_banded_table_bands_the_new_columns_too(tmp_path):
    def fill(workbook, sheet):
        columns = [{"header": name} for name in corpus.LEADS[0]]
        sheet.add_table("A1:D5", {"banded_columns": True, "columns": columns})

    target, _ = annotated(made(tmp_path / "leads.xlsx", fill))

    table = openpyxl.load_workbook(target)["Leads"].tables["Table1"]
    assert table.tableStyleInfo.showRowStripes
    assert table.tableStyleInfo.showColumnStripes
    assert table.ref == "A1:I5"


def test_a_table_that_a_query_fills_is_left_and_the_columns_stand_beside_it(tmp_path):
    source = made(
        tmp_path / "leads.xlsx",
        lambda _, sheet: sheet.add_table(
            "A1:D5", {"columns": [{"header": name} for name in corpus.LEADS[0]]}
        ),
    )
    query = corpus.changed(
        source,
        tmp_path / "query.xlsx",
        {TABLE: (b'displayName="Table1"', b'displayName="Table1" tableType="queryTable"')},
    )

    target, _ = annotated(query)

    assert corpus.packed(target)[TABLE] == corpus.packed(query)[TABLE]
    assert corpus.values(target)[0] == [*corpus.LEADS[0], *COLUMNS]


def test_a_header_that_a_formula_makes_lends_its_look_and_stays(tmp_path):
    def fill(workbook, sheet):
        sheet.write_formula("D1", '="Sin"&"ce"', workbook.add_format({"bold": True}), "Since")
        sheet.autofilter("A1:D5")

    target, notices = annotated(made(tmp_path / "leads.xlsx", fill))

    sheet = openpyxl.load_workbook(target)["Leads"]
    assert notices == ()
    assert sheet["D1"].value == '="Sin"&"ce"'
    assert sheet["E1"].font.b
    assert corpus.values(target)[0] == [*corpus.LEADS[0], *COLUMNS]


def test_a_filter_in_force_and_the_rows_it_hides_stay(tmp_path):
    def fill(_, sheet):
        sheet.autofilter("A1:D5")
        sheet.filter_column("C", "x > 3")
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.freeze_panes(1, 2)

    target, _ = annotated(made(tmp_path / "leads.xlsx", fill))

    sheet = openpyxl.load_workbook(target)["Leads"]
    assert sheet.auto_filter.ref == "A1:I5"
    assert sheet.auto_filter.filterColumn[0].colId == 2
    assert [row for row in range(1, 6) if sheet.row_dimensions[row].hidden] == [3]
    assert sheet.freeze_panes == "C2"
    assert sheet["E3"].value == "Succeeded"


def test_rules_for_whole_columns_stay_word_for_word(tmp_path):
    def fill(workbook, sheet):
        red = workbook.add_format({"bg_color": "red"})
        sheet.conditional_format("A1:XFD1048576", {"type": "duplicate", "format": red})
        sheet.conditional_format("C2:C5", {"type": "data_bar", "data_bar_2010": True})
        sheet.data_validation("A2:I1048576", {"validate": "length", "criteria": ">", "value": 0})

    source = made(tmp_path / "leads.xlsx", fill)
    target, notices = annotated(source)

    assert notices == ()
    tails = [corpus.part(path, SHEET).partition("</sheetData>")[2] for path in (source, target)]
    assert tails[0] == tails[1]
    assert "A1:XFD1048576" in tails[1]


def test_outlines_of_rows_and_columns_stay_and_ours_are_in_none(tmp_path):
    def fill(_, sheet):
        sheet.set_column("B:XFD", 7, None, {"level": 1, "hidden": True})
        sheet.set_row(3, None, None, {"level": 2})

    target, _ = annotated(made(tmp_path / "leads.xlsx", fill))

    columns = re.findall(r"<col [^>]*>", corpus.part(target, SHEET))
    ours = [tag for tag in columns if re.search(r'min="[5-9]"', tag)]
    sheet = openpyxl.load_workbook(target)["Leads"]
    assert len(ours) == 5
    assert not any("outline" in tag or "hidden" in tag for tag in ours)
    assert sheet.column_dimensions["B"].outlineLevel == 1
    assert sheet.row_dimensions[4].outlineLevel == 2


@pytest.mark.parametrize("password", ["", "secret"])
def test_a_protected_sheet_stays_protected_and_it_says_so(tmp_path, password):
    source = made(tmp_path / "leads.xlsx", lambda _, sheet: sheet.protect(password))

    target, notices = annotated(source)

    protection = r"<sheetProtection[^>]*>"
    assert re.findall(protection, corpus.part(target, SHEET)) == re.findall(
        protection, corpus.part(source, SHEET)
    )
    assert len(notices) == 1
    assert "Sheet 'Leads' is protected, and stays so" in notices[0]
    assert corpus.values(target)[1][4] == "Succeeded"


def test_a_workbook_whose_structure_is_locked_says_so_too(tmp_path):
    source = corpus.book(tmp_path / "leads.xlsx")
    workbook = openpyxl.load_workbook(source)
    workbook.security.lockStructure = True
    workbook.save(source)

    target, notices = annotated(source)

    assert "structure is protected" in notices[0]
    assert openpyxl.load_workbook(target).security.lockStructure
    assert corpus.sheet_names(target) == ["Leads", "Apollo Summary"]


def chart_at(place):
    def fill(workbook, sheet):
        chart = workbook.add_chart({"type": "column"})
        chart.add_series({"values": "=Leads!$C$2:$C$5"})
        sheet.insert_chart(place, chart)

    return fill


def test_a_chart_over_the_new_columns_is_named_and_keeps_its_size(tmp_path):
    source = made(tmp_path / "leads.xlsx", chart_at("F3"))

    target, notices = annotated(source)

    columns = re.findall(r'<col min="(\d+)"', corpus.part(target, SHEET))
    assert "On sheet 'Leads' a picture or chart lies over the new columns F to I" in notices[0]
    assert columns == ["5"]
    drawing = "xl/drawings/drawing1.xml"
    assert corpus.packed(target)[drawing] == corpus.packed(source)[drawing]


@pytest.mark.parametrize("place", ["K3", "A9"])
def test_a_chart_elsewhere_is_nobodys_business(tmp_path, place):
    source = made(tmp_path / "leads.xlsx", chart_at(place))
    columns = COLUMNS if place == "K3" else COLUMNS[:4]
    entries = [(number, NEW[: len(columns)]) for number in (2, 3)]

    _, notices = annotated(source, entries, columns)

    under = "E to H" if place == "A9" else None
    assert [under in notice for notice in notices] == ([True] if under else [])


def test_a_picture_that_only_says_where_it_begins_is_seen_as_well(tmp_path):
    anchor = (
        b"<xdr:oneCellAnchor><xdr:from><xdr:col>2</xdr:col><xdr:row>3</xdr:row></xdr:from>"
        b'<xdr:ext cx="2000000" cy="90"/></xdr:oneCellAnchor></xdr:wsDr>'
    )
    source = corpus.changed(
        made(tmp_path / "chart.xlsx", chart_at("K3")),
        tmp_path / "leads.xlsx",
        {"xl/drawings/drawing1.xml": (b"</xdr:wsDr>", anchor)},
    )

    _, notices = annotated(source)

    assert "the new columns E to F" in notices[0]


def crowded(path, count):
    """A workbook with so many cell styles."""
    source = corpus.book(path.with_name("few.xlsx"))
    part = corpus.part(source, "xl/styles.xml")
    found = re.search(r"<cellXfs[^>]*>(.*?)</cellXfs>", part, re.DOTALL)
    xf = '<xf numFmtId="{}" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    some = [xf.format(number) for number in (0, 14, 49)]
    many = "".join(some) + xf.format(2) * (count - len(some))
    whole = f'<cellXfs count="{count}">{many}</cellXfs>'
    return corpus.changed(source, path, {"xl/styles.xml": (found[0].encode(), whole.encode())})


@pytest.mark.parametrize(("count", "left"), [(64_000, 0), (63_998, 2)])
def test_a_workbook_with_all_the_styles_excel_allows_gets_none_more(tmp_path, count, left):
    source = crowded(tmp_path / "leads.xlsx", count)

    target, notices = annotated(source, [(2, NEW)])

    assert notices == ()
    sheet = openpyxl.load_workbook(target)["Leads"]
    part = corpus.part(target, "xl/styles.xml")
    assert len(re.findall(r"<xf ", part.partition("<cellXfs")[2].partition("</cellXfs")[0])) == (
        count + left
    )
    assert (sheet["E2"].value, sheet["E2"].number_format) == ("Succeeded", "@")
    assert (sheet["H2"].value, sheet["H2"].number_format) == (1, "General")


def test_running_again_and_again_adds_no_styles(tmp_path):
    once, _ = annotated(corpus.rich(tmp_path / "leads.xlsx"))
    twice, _ = annotated(once)
    thrice, _ = annotated(twice)

    counts = [
        re.findall(r'<(\w+) count="(\d+)"', corpus.part(path, "xl/styles.xml"))
        for path in (once, twice, thrice)
    ]
    assert counts[0] == counts[1] == counts[2]


def test_a_part_of_more_than_four_gigabytes_is_refused(tmp_path):
    source = corpus.book(tmp_path / "leads.xlsx")
    content = bytearray(source.read_bytes())
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = b"\xff\xff\xff\xff"
    extra = (1).to_bytes(2, "little") + (8).to_bytes(2, "little") + (5 << 30).to_bytes(8, "little")
    name = int.from_bytes(content[place + 28 : place + 30], "little")
    content[place + 30 : place + 32] = len(extra).to_bytes(2, "little")
    content[place + 46 + name : place + 46 + name] = extra
    end = content.rfind(b"PK\x05\x06")
    size = int.from_bytes(content[end + 12 : end + 16], "little") + len(extra)
    content[end + 12 : end + 16] = size.to_bytes(4, "little")
    source.write_bytes(content)

    with pytest.raises(UnsupportedError, match="larger than 4 GB"):
        Package(source)


def test_two_parts_of_one_name_are_refused(tmp_path):
    source = corpus.book(tmp_path / "leads.xlsx")
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("xl/Workbook.xml", "<workbook/>")

    with pytest.raises(UnsupportedError, match="two parts of the same name"):
        Package(source)


def test_the_look_of_a_status_is_a_colour_and_its_word(tmp_path):
    words = list(styles.Styles(styles.EMPTY).statuses())
    rows = [("Name",), *[(f"Person {n}",) for n in range(len(words))]]
    entries = [(number, (word, *NEW[1:])) for number, word in enumerate(words, start=2)]

    target, _ = annotated(corpus.book(tmp_path / "leads.xlsx", rows), entries)

    sheet = openpyxl.load_workbook(target)["Leads"]
    fills = {sheet.cell(n, 2).value: sheet.cell(n, 2).fill.fgColor.rgb for n, _ in entries}
    assert list(fills) == words
    assert len(set(fills.values())) >= 4
    assert "00000000" not in fills.values()
