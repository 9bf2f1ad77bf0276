"""The person's own workbook back: columns added, nothing else touched."""

import re
from decimal import Decimal

import openpyxl
import pytest
import sheets_corpus as corpus
from sheets_corpus import COLUMNS, NEW, SUMMARY

from apollo_batch.errors import OutputError, UsageError
from apollo_batch.sheets.annotate import annotate, needs_suffix
from apollo_batch.sheets.read import open_sheet

ALL = [(2, NEW), (3, ("No match", "Apollo knows nobody.", "x", 0, None))]


def annotated(source, target, cells=ALL, columns=COLUMNS):
    notices = annotate(open_sheet(source), target, columns, cells, SUMMARY)
    return target, notices


def test_new_columns_stand_right_of_the_old_ones_and_old_cells_are_as_they_were(tmp_path):
    source = corpus.rich(tmp_path / "leads.xlsx")

    target, notices = annotated(source, tmp_path / "out.xlsx")

    old, new = corpus.values(source), corpus.values(target)
    assert notices == ()
    assert [row[:4] for row in new] == old
    assert new[0][4:] == list(COLUMNS)
    assert new[1][4:] == ["Succeeded", "Found.", "", 1.0, "ada@acme.example"]
    assert new[2][4:] == ["No match", "Apollo knows nobody.", "x", 0.0, ""]
    assert new[3][4:] == [""] * 5


def test_every_part_that_need_not_change_is_the_same_bytes(tmp_path):
    source = corpus.rich(tmp_path / "leads.xlsx")

    target, _ = annotated(source, tmp_path / "out.xlsx")

    before, after = corpus.packed(source), corpus.packed(target)
    touched = {name for name in before if before[name] != after.get(name)}
    assert touched == {
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
    }


def test_what_openpyxl_knows_of_the_old_sheets_is_unchanged(tmp_path):
    source = corpus.rich(tmp_path / "leads.xlsx")

    target, _ = annotated(source, tmp_path / "out.xlsx")

    old, new = openpyxl.load_workbook(source), openpyxl.load_workbook(target)
    assert new.sheetnames == ["Leads", "Sums", "Hidden", "Apollo Summary"]
    assert new["Hidden"].sheet_state == "hidden"
    assert new["Sums"]["B1"].value == "=SUM(Leads!C2:C4)"
    for row in old["Leads"].iter_rows():
        for cell in row:
            twin = new["Leads"][cell.coordinate]
            assert (twin.value, twin.number_format) == (cell.value, cell.number_format)
            assert (twin.font.b, twin.fill.fgColor.rgb) == (cell.font.b, cell.fill.fgColor.rgb)
    assert new["Leads"]["B2"].comment.text == "Called on Monday"
    assert new["Leads"].row_dimensions[3].hidden
    assert new["Leads"].column_dimensions["B"].width == 30
    assert new["Leads"].freeze_panes == "A2"


def test_new_headers_look_like_their_neighbour_and_statuses_have_colours(tmp_path):
    source = corpus.rich(tmp_path / "leads.xlsx")

    target, _ = annotated(source, tmp_path / "out.xlsx")

    sheet = openpyxl.load_workbook(target)["Leads"]
    assert sheet["E1"].font.b
    assert sheet["E1"].fill.fgColor.rgb == sheet["D1"].fill.fgColor.rgb
    assert sheet["E2"].fill.fgColor.rgb != sheet["E3"].fill.fgColor.rgb
    assert (sheet["H2"].value, sheet["H2"].data_type) == (1, "n")
    assert (sheet["I2"].data_type, sheet["I2"].number_format) == ("s", "@")


def test_a_filter_over_the_header_grows_with_the_columns(tmp_path):
    source = corpus.rich(tmp_path / "leads.xlsx")

    target, _ = annotated(source, tmp_path / "out.xlsx")

    workbook = openpyxl.load_workbook(target)
    assert workbook["Leads"].auto_filter.ref == "A1:I4"
    assert "$A$1:$I$4" in corpus.part(target, "xl/workbook.xml")


def test_a_table_grows_with_the_columns_and_its_names_stay_unique(tmp_path):
    rows = (("First Name", "Work Email", "Score", "Since"), *corpus.LEADS[1:])
    source = corpus.with_table(tmp_path / "leads.xlsx", rows)

    target, notices = annotated(source, tmp_path / "out.xlsx")

    table = openpyxl.load_workbook(target)["Leads"].tables["People"]
    headers = [str(value) for value in corpus.values(target)[0]]
    assert table.ref == table.autoFilter.ref == "A1:I4"
    assert [column.name for column in table.tableColumns] == headers
    assert headers[-1] == "Work Email 2"
    assert len({column.id for column in table.tableColumns}) == 9
    assert "'Work Email 2'" in notices[0]


def test_annotating_its_own_output_replaces_our_columns_and_the_summary(tmp_path):
    source = corpus.rich(tmp_path / "leads.xlsx")
    once, _ = annotated(source, tmp_path / "once.xlsx")

    twice, notices = annotated(
        once, tmp_path / "twice.xlsx", [(4, (*NEW, "+15550100"))], (*COLUMNS, "Phone")
    )

    new = corpus.values(twice)
    assert notices == ()
    assert [row[:4] for row in new] == corpus.values(source)
    assert new[0][4:] == [*COLUMNS, "Phone"]
    assert new[1][4:] == [""] * 6
    assert new[3][4:] == ["Succeeded", "Found.", "", 1.0, "ada@acme.example", "+15550100"]
    assert corpus.sheet_names(twice) == corpus.sheet_names(once)
    assert sum(name.startswith("xl/charts/") for name in corpus.packed(twice)) == sum(
        name.startswith("xl/charts/") for name in corpus.packed(once)
    )
    assert openpyxl.load_workbook(twice)["Leads"].auto_filter.ref == "A1:J4"


def test_our_columns_are_known_after_another_program_saved_the_workbook(tmp_path):
    once, _ = annotated(corpus.book(tmp_path / "leads.xlsx"), tmp_path / "once.xlsx")
    workbook = openpyxl.load_workbook(once)
    workbook["Leads"]["E1"] = "Renamed"
    workbook.save(tmp_path / "saved.xlsx")

    twice, notices = annotated(tmp_path / "saved.xlsx", tmp_path / "twice.xlsx")

    assert notices == ()
    assert corpus.values(twice)[0] == [*corpus.LEADS[0], *COLUMNS]


def test_a_formula_below_our_columns_outlives_the_next_run(tmp_path):
    once, _ = annotated(corpus.book(tmp_path / "leads.xlsx"), tmp_path / "once.xlsx")
    workbook = openpyxl.load_workbook(once)
    workbook["Leads"]["H9"] = "=SUM(H2:H4)"
    workbook.save(tmp_path / "saved.xlsx")

    twice, notices = annotated(tmp_path / "saved.xlsx", tmp_path / "twice.xlsx")

    assert notices == ()
    assert openpyxl.load_workbook(twice)["Leads"]["H9"].value == "=SUM(H2:H4)"


def test_a_column_added_behind_ours_stays_where_it_is(tmp_path):
    once, _ = annotated(corpus.book(tmp_path / "leads.xlsx"), tmp_path / "once.xlsx")
    workbook = openpyxl.load_workbook(once)
    workbook["Leads"]["J1"], workbook["Leads"]["J3"] = "Mine", "keep me"
    workbook.save(tmp_path / "saved.xlsx")

    twice, _ = annotated(
        tmp_path / "saved.xlsx", tmp_path / "twice.xlsx", [(2, (*NEW, "x"))], (*COLUMNS, "More")
    )

    new = corpus.values(twice)
    assert new[0][4:] == [*COLUMNS, "Mine", "More"]
    assert (new[1][8:], new[2][4:]) == (["ada@acme.example", "", "x"], [""] * 5 + ["keep me", ""])


def test_a_sheet_of_the_summarys_name_that_is_not_ours_is_left_alone(tmp_path):
    source = corpus.book(tmp_path / "leads.xlsx")
    workbook = openpyxl.load_workbook(source)
    workbook.create_sheet("Apollo Summary")["A1"] = "mine"
    workbook.save(source)

    target, _ = annotated(source, tmp_path / "out.xlsx")

    assert corpus.sheet_names(target) == ["Leads", "Apollo Summary", "Apollo Summary 2"]
    assert corpus.values(target, "Apollo Summary") == [["mine"]]


def test_the_summary_has_its_facts_and_native_charts_and_no_formula(tmp_path):
    target, _ = annotated(corpus.book(tmp_path / "leads.xlsx"), tmp_path / "out.xlsx")

    rows = corpus.values(target, "Apollo Summary")
    sheet = openpyxl.load_workbook(target)["Apollo Summary"]
    assert ["=1+1", "@SUM(A1)"] in [row[:2] for row in rows]
    assert ["Credits reported", 12.5] in [row[:2] for row in rows]
    assert len(sheet._charts) == 2
    assert sheet.sheet_view.showGridLines is False
    assert not sheet.sheet_view.tabSelected
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        '=HYPERLINK("http://evil.example","x")',
        "=cmd|' /C calc'!A0",
        "\t=1+1",
        "<f>1</f>",
        "&amp;<![CDATA[x]]>",
        "_x003D_1",
        "http://evil.example",
        "00123",
        "1e3",
        "  spaced  ",
        "TRUE",
        "#N/A",
    ],
)
def test_text_stays_text(tmp_path, text):
    source = corpus.book(tmp_path / "leads.xlsx")

    target, notices = annotated(source, tmp_path / "out.xlsx", [(2, (text, *NEW[1:]))])

    part = corpus.part(target, "xl/worksheets/sheet1.xml")
    assert notices == ()
    assert corpus.values(target)[1][4] == text
    assert openpyxl.load_workbook(target)["Leads"]["E2"].data_type == "s"
    assert "<f>" not in part
    assert "<hyperlink" not in part


def test_cells_may_come_from_a_generator(tmp_path):
    source = corpus.book(tmp_path / "leads.xlsx")

    target, _ = annotated(source, tmp_path / "out.xlsx", (entry for entry in ALL))

    assert corpus.values(target)[2][4] == "No match"


def test_a_csv_file_becomes_a_workbook_with_every_cell_as_text(tmp_path):
    source = tmp_path / "leads.csv"
    source.write_text("Name;Zip;;Phone\nAda;00123;x;+15550100;extra\n\n=1+1;1e3\n")

    target, _ = annotated(source, tmp_path / "out.xlsx")

    sheet = openpyxl.load_workbook(target)["leads"]
    empty = [""] * 5
    assert corpus.values(target, "leads") == [
        ["Name", "Zip", "", "Phone", "", *COLUMNS],
        ["Ada", "00123", "x", "+15550100", "extra", "Succeeded", "Found.", "", 1.0, NEW[4]],
        ["", "", "", "", "", "No match", "Apollo knows nobody.", "x", 0.0, ""],
        ["=1+1", "1e3", "", "", "", *empty],
    ]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:J4")
    assert sheet["A1"].font.b


def test_a_csv_file_with_columns_of_an_earlier_run_gets_them_replaced(tmp_path):
    source = tmp_path / "leads.csv"
    source.write_text("Name," + ",".join(COLUMNS) + ",Mine\nAda,Failed,x,,,old,keep\n")

    target, _ = annotated(source, tmp_path / "out.xlsx", [(2, NEW)])

    assert corpus.values(target, "leads") == [
        ["Name", "Mine", *COLUMNS],
        ["Ada", "keep", "Succeeded", "Found.", "", 1.0, "ada@acme.example"],
    ]


def test_a_workbook_that_is_signed_is_written_anew_and_it_says_so(tmp_path):
    extra = {"_xmlsignatures/sig1.xml": "<Signature/>"}
    part = corpus.sheet_part('<row r="2"><c r="B2" t="str"><v>Name</v></c></row>')
    source = corpus.by_hand(tmp_path / "leads.xlsx", part, extra=extra)

    target, notices = annotated(source, tmp_path / "out.xlsx", [(3, NEW)])

    assert corpus.values(target) == [
        [""] * 7,
        ["", "Name", *COLUMNS],
        ["", "", "Succeeded", "Found.", "", 1.0, "ada@acme.example"],
    ]
    assert "in place because it carries a digital signature" in notices[0]


def test_macros_stay_and_need_their_own_ending(tmp_path):
    plain = corpus.book(tmp_path / "plain.xlsx")
    source = corpus.changed(
        plain,
        tmp_path / "leads.xlsm",
        {
            "[Content_Types].xml": (
                b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
            )
        },
    )

    assert needs_suffix(open_sheet(source)) == ".xlsm"
    assert needs_suffix(open_sheet(plain)) == ".xlsx"
    assert corpus.values(annotated(source, tmp_path / "out.xlsm")[0])[1][4] == "Succeeded"
    with pytest.raises(OutputError, match="holds macros"):
        annotated(source, tmp_path / "out.xlsx")


@pytest.mark.parametrize(
    ("template", "workbook", "ending"),
    [
        (
            b"openxmlformats-officedocument.spreadsheetml.template.main",
            b"openxmlformats-officedocument.spreadsheetml.sheet.main",
            "xlsx",
        ),
        (b"ms-excel.template.macroEnabled.main", b"ms-excel.sheet.macroEnabled.main", "xlsm"),
    ],
)
def test_a_template_comes_back_as_a_workbook(tmp_path, template, workbook, ending):
    plain = b"openxmlformats-officedocument.spreadsheetml.sheet.main"
    source = corpus.changed(
        corpus.book(tmp_path / "plain.xlsx"),
        tmp_path / f"leads.{ending.replace('s', 't')}",
        {"[Content_Types].xml": (plain, template)},
    )

    target, _ = annotated(source, tmp_path / f"out.{ending}")

    types = corpus.part(target, "[Content_Types].xml").encode()
    assert needs_suffix(open_sheet(source)) == f".{ending}"
    assert (template in types, workbook in types) == (False, True)


def test_the_input_is_never_written_over(tmp_path):
    source = corpus.book(tmp_path / "leads.xlsx")
    before = source.read_bytes()

    with pytest.raises(UsageError, match="would overwrite the input"):
        annotated(source, tmp_path / "." / "leads.xlsx")

    assert source.read_bytes() == before


def test_a_target_that_may_not_be_written_is_left_as_it_is(tmp_path):
    source = corpus.book(tmp_path / "leads.xlsx")
    target = tmp_path / "out.xlsx"
    target.write_text("mine")
    target.chmod(0o444)

    with pytest.raises(OutputError, match="open in another program"):
        annotated(source, target)

    assert target.read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"leads.xlsx", "out.xlsx"}


def test_a_missing_folder_is_named(tmp_path):
    source = corpus.book(tmp_path / "leads.xlsx")

    with pytest.raises(OutputError, match="the folder does not exist"):
        annotated(source, tmp_path / "nowhere" / "out.xlsx")


def test_the_output_is_readable_by_its_owner_only(tmp_path):
    target, _ = annotated(corpus.book(tmp_path / "leads.xlsx"), tmp_path / "out.xlsx")

    assert target.stat().st_mode & 0o777 == 0o600


def test_numbers_beyond_fifteen_digits_and_nan_become_text(tmp_path):
    values = [(2, ("", "", "", Decimal("NaN"), "")), (3, ("", "", "", 10**20, ""))]

    target, _ = annotated(corpus.book(tmp_path / "leads.xlsx"), tmp_path / "out.xlsx", values)

    assert [row[7] for row in corpus.values(target)[1:3]] == ["NaN", "1" + "0" * 20]


def test_a_cell_longer_than_excel_holds_is_cut_and_says_so(tmp_path):
    values = [(2, ("", "", "😀" * 20_000, 1, ""))]

    target, _ = annotated(corpus.book(tmp_path / "leads.xlsx"), tmp_path / "out.xlsx", values)

    text = corpus.values(target)[1][6]
    assert len(text.encode("utf-16-le")) // 2 <= 32_767
    assert re.fullmatch(r"😀+ … \[cut here: a cell holds 32,767 characters\]", text)
