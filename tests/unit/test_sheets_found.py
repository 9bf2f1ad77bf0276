"""Found records: sheets of their own in the person's workbook, or a workbook of their own."""

import csv
import re
import tempfile
import warnings
from collections import Counter
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import sheets_corpus as corpus
from formula_payloads import PAYLOADS
from hypothesis import given, settings
from hypothesis import strategies as st
from libreoffice import converted
from openxml_audit import OpenXmlValidator, ValidationSeverity
from sheets_corpus import COLUMNS, NEW, SUMMARY
from sheets_museum import museum

from apollo_batch.errors import OutputError
from apollo_batch.sheets import celltext, drafting, surgery, verify
from apollo_batch.sheets.anew import write_found
from apollo_batch.sheets.annotate import annotate
from apollo_batch.sheets.found import Found, counted
from apollo_batch.sheets.grow import grow
from apollo_batch.sheets.mismatch import MismatchError
from apollo_batch.sheets.package import Package
from apollo_batch.sheets.read import open_sheet
from apollo_batch.sheets.text import beside, delimiter_of, write_csv, write_found_csv

NAMES = ("Source Row", "Name", "Email", "Founded")
RECORDS = [
    (2, "Ada King", "ada@acme.example", Decimal("1.5")),
    (2, "=1+1", None, None),
    (3, "0012", "bob@acme.example", Decimal(7)),
]
ENTRIES = [(2, NEW), (3, ("No match", "Apollo knows nobody.", "x", 0, None))]


def found(records=RECORDS, title="Found people", columns=NAMES):
    return Found(title, columns, lambda: records)


def shown(records, columns=NAMES):
    """What a program that reads the sheet finds on it."""
    lines = [list(map(celltext.readable, line)) for line in records]
    return [list(columns), *(["" if cell is None else cell for cell in line] for line in lines)]


def annotated(source, target, *founds):
    return annotate(open_sheet(source), target, COLUMNS, ENTRIES, SUMMARY, found=founds)


# In the person's workbook


def test_records_come_on_a_sheet_of_their_own_behind_the_persons(tmp_path):
    source, target = corpus.rich(tmp_path / "leads.xlsx"), tmp_path / "out.xlsx"

    notices = annotated(source, target, found())

    assert notices == ("3 found records are on sheet 'Found people'.",)
    assert corpus.sheet_names(target) == [
        *("Leads", "Sums", "Hidden"),
        *("Found people", "Apollo Summary"),
    ]
    assert corpus.values(target, "Found people") == shown(RECORDS)


def test_the_rest_of_the_workbook_is_as_it_is_without_records(tmp_path):
    source = corpus.rich(tmp_path / "leads.xlsx")
    annotated(source, tmp_path / "without.xlsx")

    annotated(source, tmp_path / "with.xlsx", found())

    before, after = (corpus.packed(tmp_path / name) for name in ("without.xlsx", "with.xlsx"))
    old = corpus.packed(source)
    assert {name for name in old if old[name] != after.get(name)} == {
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
    }
    assert after["xl/worksheets/sheet1.xml"] == before["xl/worksheets/sheet1.xml"]


def test_the_sheet_is_frozen_filtered_and_typed_as_text(tmp_path):
    annotated(corpus.book(tmp_path / "leads.xlsx"), tmp_path / "out.xlsx", found())

    workbook = openpyxl.load_workbook(tmp_path / "out.xlsx")
    sheet = workbook["Found people"]
    assert workbook.active.title == "Leads"
    assert not sheet.sheet_view.tabSelected
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:D4")
    assert (sheet.print_title_rows, sheet.page_setup.orientation) == ("$1:$1", "landscape")
    assert sheet["A1"].font.b
    assert [sheet[place].data_type for place in ("A2", "B2", "B3", "B4", "D2")] == list("nsssn")
    assert sheet["B3"].number_format == "@"
    assert sheet.column_dimensions["C"].width > sheet.column_dimensions["A"].width
    part = corpus.part(tmp_path / "out.xlsx", "xl/worksheets/sheet2.xml")
    assert 't="s"' not in part
    assert not re.search(r"<(?:f|hyperlinks?)[\s>]", part)


def test_names_that_are_taken_or_that_excel_refuses_are_made_to_fit(tmp_path):
    source = corpus.book(tmp_path / "leads.xlsx", title="Found")

    annotated(
        source,
        tmp_path / "out.xlsx",
        *(found(title=title) for title in ("found", "Found", "A/B: [c]?", "", "\U0001f600" * 40)),
        found(title="Apollo Summary"),
    )

    names = corpus.sheet_names(tmp_path / "out.xlsx")
    assert names == [
        *("Found", "found 2", "Found 3", "A B   c", "Sheet"),
        *("\U0001f600" * 15, "Sheet 2", "Apollo Summary"),
    ]


def test_no_records_leave_a_sheet_with_a_header(tmp_path):
    notices = annotated(corpus.book(tmp_path / "leads.xlsx"), tmp_path / "out.xlsx", found([]))

    assert notices == ("0 found records are on sheet 'Found people'.",)
    assert corpus.values(tmp_path / "out.xlsx", "Found people") == [list(NAMES)]


def test_running_again_replaces_the_sheet_and_says_so(tmp_path):
    once, twice = tmp_path / "once.xlsx", tmp_path / "twice.xlsx"
    annotated(corpus.rich(tmp_path / "leads.xlsx"), once, found())

    notices = annotated(once, twice, found(RECORDS[:1]))

    assert notices[-1] == (
        "1 found record is on sheet 'Found people', in the place of an earlier run's."
    )
    assert corpus.sheet_names(twice) == corpus.sheet_names(once)
    assert corpus.values(twice, "Found people") == shown(RECORDS[:1])
    assert len(corpus.packed(twice)) == len(corpus.packed(once))
    assert openpyxl.load_workbook(twice)["Found people"].auto_filter.ref == "A1:D2"


def test_a_sheet_is_known_after_it_was_renamed_and_saved_by_another_program(tmp_path):
    once, saved = tmp_path / "once.xlsx", tmp_path / "saved.xlsx"
    annotated(corpus.book(tmp_path / "leads.xlsx"), once, found())
    workbook = openpyxl.load_workbook(once)
    workbook["Found people"].title = "Ada's finds"
    for name in workbook.defined_names.values():
        name.attr_text = name.attr_text.replace("'Found people'", "'Ada''s finds'")
    workbook.save(saved)

    annotated(saved, tmp_path / "twice.xlsx", found(RECORDS[:1]))

    assert corpus.values(tmp_path / "twice.xlsx", "Ada's finds") == shown(RECORDS[:1])
    assert "Found people" not in corpus.sheet_names(tmp_path / "twice.xlsx")


def test_what_another_job_found_stays(tmp_path):
    once, twice = tmp_path / "once.xlsx", tmp_path / "twice.xlsx"
    annotated(corpus.book(tmp_path / "leads.xlsx"), once, found())

    annotated(once, twice, found([(2, "News")], "Found news", ("Source Row", "Title")))

    assert corpus.sheet_names(twice) == ["Leads", "Found people", "Apollo Summary", "Found news"]
    assert corpus.values(twice, "Found people") == shown(RECORDS)


def test_two_searches_of_one_title_keep_their_sheets_apart(tmp_path):
    once, twice = tmp_path / "once.xlsx", tmp_path / "twice.xlsx"
    annotated(corpus.book(tmp_path / "leads.xlsx"), once, found(), found(RECORDS[:1]))

    annotated(once, twice, found(RECORDS[1:]), found(RECORDS[:2]))

    assert corpus.sheet_names(twice) == corpus.sheet_names(once)
    assert corpus.values(twice, "Found people") == shown(RECORDS[1:])
    assert corpus.values(twice, "Found people 2") == shown(RECORDS[:2])


def test_a_found_sheet_that_is_the_input_is_annotated_and_never_replaced(tmp_path):
    once, twice, thrice = (tmp_path / f"{n}.xlsx" for n in (1, 2, 3))
    annotated(corpus.book(tmp_path / "leads.xlsx"), once, found())

    sheet = open_sheet(once, name="Found people")
    annotate(sheet, twice, COLUMNS, ENTRIES, SUMMARY, found=[found(RECORDS[:1])])
    annotated(twice, thrice, found(RECORDS[1:]))

    assert [line[:4] for line in corpus.values(twice, "Found people")] == shown(RECORDS)
    assert corpus.values(twice, "Found people")[1][4:] == ["Succeeded", "Found.", "", 1.0, NEW[4]]
    assert corpus.values(twice, "Found people 2") == shown(RECORDS[:1])
    assert corpus.values(thrice, "Found people") == corpus.values(twice, "Found people")
    assert corpus.values(thrice, "Found people 2") == shown(RECORDS[1:])


def test_formulas_somebody_added_to_an_earlier_sheet_leave_no_trace(tmp_path):
    once, saved = tmp_path / "once.xlsx", tmp_path / "saved.xlsx"
    annotated(corpus.book(tmp_path / "leads.xlsx"), once, found())
    workbook = openpyxl.load_workbook(once)
    workbook["Found people"]["F2"] = "=A2+1"
    workbook.save(saved)

    annotated(saved, tmp_path / "twice.xlsx", found())

    assert corpus.values(tmp_path / "twice.xlsx", "Found people") == shown(RECORDS)


def test_a_strict_workbook_gets_its_sheet_in_its_own_words(tmp_path):
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'
    rows += rows.replace('"1"', '"2"').replace("A1", "A2").replace("Name", "Ada")
    part = corpus.sheet_part(rows, main=corpus.STRICT_MAIN)
    source = corpus.by_hand(
        tmp_path / "leads.xlsx", part, main=corpus.STRICT_MAIN, rels=corpus.STRICT_RELS
    )

    annotated(source, tmp_path / "out.xlsx", found())

    assert corpus.values(tmp_path / "out.xlsx", "Found people") == shown(RECORDS)
    assert corpus.MAIN not in corpus.part(tmp_path / "out.xlsx", "xl/worksheets/sheet2.xml")


def test_records_beside_a_csv_file_come_in_its_new_workbook(tmp_path):
    source = tmp_path / "leads.csv"
    source.write_text("Name,City\nAda,Köln\nBob,Bonn\n")

    notices = annotated(source, tmp_path / "out.xlsx", found())

    assert notices == ("3 found records are on sheet 'Found people'.",)
    assert corpus.sheet_names(tmp_path / "out.xlsx") == ["leads", "Found people", "Apollo Summary"]
    assert corpus.values(tmp_path / "out.xlsx", "Found people") == shown(RECORDS)


def test_records_beside_a_workbook_that_cannot_be_changed_come_in_the_new_one(tmp_path):
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><!-- a remark -->'
    source = corpus.by_hand(tmp_path / "leads.xlsx", corpus.sheet_part(rows))

    notices = annotate(
        open_sheet(source, header_row=1),
        tmp_path / "out.xlsx",
        COLUMNS,
        [],
        SUMMARY,
        found=[found()],
    )

    assert notices[0] == "3 found records are on sheet 'Found people'."
    assert "could not be annotated in place" in notices[1]
    assert corpus.values(tmp_path / "out.xlsx", "Found people") == shown(RECORDS)


# Of their own


def test_a_job_without_a_spreadsheet_gives_a_workbook_of_what_was_found(tmp_path):
    seen = []

    notices = write_found(tmp_path / "a.xlsx", [found()], SUMMARY, ready=seen.append)

    assert notices == ("3 found records are on sheet 'Found people'.",)
    assert corpus.sheet_names(tmp_path / "a.xlsx") == ["Found people", "Apollo Summary"]
    assert corpus.values(tmp_path / "a.xlsx", "Found people") == shown(RECORDS)
    workbook = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert (workbook.active.title, len(seen)) == ("Found people", 1)
    assert workbook["Found people"].freeze_panes == "A2"
    assert not workbook["Apollo Summary"].sheet_view.tabSelected


def test_it_is_the_next_jobs_input(tmp_path):
    write_found(tmp_path / "a.xlsx", [found()], SUMMARY)

    sheet = open_sheet(tmp_path / "a.xlsx")

    assert (sheet.name, sheet.header_row, sheet.columns) == ("Found people", 1, NAMES)
    assert [row.cells for row in sheet.rows()] == [
        ("2", "Ada King", "ada@acme.example", "1.5"),
        ("2", "=1+1", "", ""),
        ("3", "0012", "bob@acme.example", "7"),
    ]


def test_annotating_it_keeps_its_records_and_replaces_its_summary(tmp_path):
    write_found(tmp_path / "a.xlsx", [found()], SUMMARY)

    annotated(tmp_path / "a.xlsx", tmp_path / "b.xlsx")

    assert corpus.sheet_names(tmp_path / "b.xlsx") == ["Found people", "Apollo Summary"]
    lines = corpus.values(tmp_path / "b.xlsx", "Found people")
    assert [line[:4] for line in lines] == shown(RECORDS)
    assert lines[0][4:] == list(COLUMNS)


def test_a_blank_column_name_gets_one_so_that_the_header_is_found_again(tmp_path):
    columns = ("Name", " ", "City\nName")
    write_found(tmp_path / "a.xlsx", [found([("Ada", "x", "y")], columns=columns)], SUMMARY)

    assert open_sheet(tmp_path / "a.xlsx").columns == ("Name", "Column", "City Name")


def test_more_records_than_a_sheet_holds_go_on_to_the_next():
    [records] = counted([found([(n, "x", "y", 1) for n in range(7)])], most_rows=4)

    pages = records.pages({}, {"found people (2)"})

    assert [page.order.sheet for page in pages] == [
        *("Found people", "Found people 2 (2)", "Found people (3)"),
    ]
    assert [page.order.last_row for page in pages] == [4, 4, 2]
    assert [[(n, line[0]) for n, line in page.order.entries()] for page in pages] == [
        [(2, 0), (3, 1), (4, 2)],
        [(2, 3), (3, 4), (4, 5)],
        [(2, 6)],
    ]


def test_a_later_run_that_finds_less_empties_the_sheets_it_no_longer_needs(tmp_path):
    source, once, twice = (tmp_path / f"{name}.xlsx" for name in ("leads", "once", "twice"))
    corpus.book(source)

    for before, after, records in ((source, once, RECORDS), (once, twice, RECORDS[:1])):
        some = counted([found(records)], most_rows=2)
        drafting.write(
            before, lambda *there, some=some: grow(*there, some), SUMMARY, after, cells=9
        )

    names = ["Found people", "Found people (2)", "Found people (3)"]
    assert corpus.sheet_names(once) == ["Leads", *names, "Apollo Summary"]
    assert corpus.sheet_names(twice) == corpus.sheet_names(once)
    assert [corpus.values(once, name)[1:] for name in names] == [[r] for r in shown(RECORDS)[1:]]
    assert [len(corpus.values(twice, name)) for name in names] == [2, 1, 1]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ada@acme.example", "eve@acme.example"),
        ("<v>1.5</v>", "<v>2.5</v>"),
        ("<t>Ada King</t>", "<t/>"),
        ("</row></sheetData>", '</row><row r="5"><c r="A5"><v>1</v></c></row></sheetData>'),
        ("<v>1.5</v>", "<f>1+1</f><v>1.5</v>"),
        ('<autoFilter ref="A1:D4"/>', ""),
    ],
)
def test_whatever_is_wrong_with_a_new_sheet_is_caught(tmp_path, before, after):
    source, draft = corpus.book(tmp_path / "leads.xlsx"), tmp_path / "draft.xlsx"
    with Package(source) as package:
        workbook = surgery.open_workbook(package)
        styles_part, styles = surgery.open_styles(workbook)
        written = grow(workbook, styles, counted([found()]))
        package.put(styles_part, styles.xml)
        with draft.open("wb") as file:
            package.write(file)
        verify.check(source, draft, package, written)
        change = {written[0].part: (before.encode(), after.encode())}
        spoiled = corpus.changed(draft, tmp_path / "spoiled.xlsx", change)

        with pytest.raises(MismatchError):
            verify.check(source, spoiled, package, written)


anything = st.text(st.characters(exclude_categories=()), max_size=40)
cell = st.one_of(
    st.none(),
    anything,
    st.sampled_from(["=1+1", "@SUM(A1)", "\t=cmd|' /C calc'!A0", "_x0041_", "a\r\nb", " x "]),
    st.integers(),
    st.decimals(),
    st.just("\U0001f600" * 20_000),
)


@settings(max_examples=25, deadline=None)
@given(anything, st.lists(anything, min_size=2, max_size=2), st.data())
def test_whatever_was_found_is_read_back_cleaned_and_nothing_fails(title, columns, data):
    records = data.draw(st.lists(st.lists(cell, min_size=2, max_size=2), max_size=4))
    one = found(records, title, columns)
    with tempfile.TemporaryDirectory() as folder:
        source = corpus.book(Path(folder) / "leads.xlsx")
        own, beside_it = Path(folder) / "own.xlsx", Path(folder) / "beside.xlsx"

        write_found(own, [one], SUMMARY)
        annotated(source, beside_it, one)

        expected = [[celltext.readable(cell) for cell in line] for line in records]
        for path, place in ((own, 0), (beside_it, 1)):
            lines = corpus.values(path, corpus.sheet_names(path)[place])[1:]
            lines += [[]] * (len(records) - len(lines))
            padded = [[*line, "", ""][:2] for line in lines]
            assert [[v if v != "" else None for v in line] for line in padded] == expected


def test_records_that_change_while_they_are_written_are_not_passed_off_as_right(tmp_path):
    state = iter(range(99))
    restless = Found("Found", ("A", "B"), lambda: [(next(state), "x")])

    with pytest.raises(OutputError, match="could not be written"):
        write_found(tmp_path / "a.xlsx", [restless], SUMMARY)

    assert not list(tmp_path.iterdir())


# As other programs see them


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Payloads in every column, beside a workbook that has everything and on their own."""
    folder = tmp_path_factory.mktemp("found")
    records = [(n, text, text, Decimal(1)) for n, text in enumerate(PAYLOADS, start=2)]
    one = found(records, columns=("Source Row", "Name", "=1+1", "Founded"))
    beside_it, own = folder / "beside.xlsm", folder / "own.xlsx"
    annotated(museum(folder / "leads.xlsm"), beside_it, one)
    write_found(own, [one], SUMMARY)
    return (
        folder / "leads.xlsm",
        [beside_it, own],
        converted([beside_it, own], folder / "l", "xlsx"),
    )


def normal(value):
    """Readers differ in what they make of a text's tabs and line ends."""
    return re.sub(r"[\t\n]", " ", value) if isinstance(value, str) else value


def test_openpyxl_calamine_and_libreoffice_read_the_same_and_no_formula(opened):
    _, written, libre = opened
    wanted = [[n, *[normal(celltext.readable(text))] * 2, 1] for n, text in enumerate(PAYLOADS, 2)]

    for path in (*written, *libre.values()):
        with warnings.catch_warnings(action="ignore"):  # of what openpyxl would lose
            sheet = openpyxl.load_workbook(path)["Found people"]
        assert [list(map(normal, line)) for line in sheet.values][1:] == wanted
        assert {cell.data_type for line in sheet.iter_rows() for cell in line} == {"s", "n"}
        lines = corpus.values(path, "Found people")
        assert [list(map(normal, line)) for line in lines[1:]] == wanted
        assert lines[0] == ["Source Row", "Name", "=1+1", "Founded"]


def findings(path):
    return Counter(
        (str(error.part_uri), error.description)
        for error in OpenXmlValidator().validate(path).errors
        if error.severity is ValidationSeverity.ERROR
    )


def test_an_auditor_finds_nothing_that_is_not_in_any_workbook_of_openpyxl(opened, tmp_path):
    source, (beside_it, own), _ = opened
    plain = corpus.book(tmp_path / "plain.xlsx")

    assert findings(beside_it) - findings(source) == Counter()
    assert findings(own) - findings(plain) == Counter()


def test_each_part_that_others_lose_is_there_with_the_same_bytes(opened):
    before, after = corpus.packed(opened[0]), corpus.packed(opened[1][0])

    assert {name for name in before if before[name] != after.get(name)} == {
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
    }


# As text


def test_a_text_file_of_records_follows_the_rules_of_our_others(tmp_path):
    notices = write_found_csv(tmp_path / "a.csv", found())

    content = (tmp_path / "a.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(content.decode("utf-8-sig").splitlines())) == [
        list(NAMES),
        ["2", "Ada King", "ada@acme.example", "1.5"],
        ["2", "'=1+1", "", ""],
        ["3", "0012", "bob@acme.example", "7"],
    ]
    assert notices[0] == "3 found records are in a.csv."
    assert "1 cell looks like a formula" in notices[2]


def test_records_beside_an_annotated_text_file_have_a_file_each(tmp_path):
    source, target = tmp_path / "leads.csv", tmp_path / "leads.annotated.csv"
    source.write_text("Name;City\nAda;Köln\nBob;Bonn\n")
    sheet, founds = open_sheet(source), [found(), found(RECORDS[:1])]

    write_csv(sheet, target, COLUMNS, ENTRIES)
    for path, one in zip(beside(target, founds), founds, strict=True):
        write_found_csv(path, one, delimiter=delimiter_of(sheet))

    assert {path.name for path in tmp_path.iterdir()} == {
        *("leads.csv", "leads.annotated.csv"),
        *("leads.annotated.found.csv", "leads.annotated.found-2.csv"),
    }
    first = (tmp_path / "leads.annotated.found.csv").read_text("utf-8-sig").splitlines()
    assert first[0] == "Source Row;Name;Email;Founded"


@pytest.mark.parametrize("records", [[], RECORDS])
def test_a_text_file_of_records_is_the_next_jobs_input(tmp_path, records):
    write_found_csv(tmp_path / "a.csv", found(records))

    sheet = open_sheet(tmp_path / "a.csv")

    assert (sheet.header_row, sheet.columns) == (1, NAMES)
    assert len(list(sheet.rows())) == len(records)
