"""Sheets as people lay them out: titles, headers of two lines, totals, hidden rows, tables."""

import openpyxl
import pytest
import sheets_corpus as corpus
from openpyxl.worksheet.table import Table

from apollo_batch.errors import InvalidError
from apollo_batch.sheets.read import open_sheet

PEOPLE = [("Ada", "ada@acme.example", 7), ("Bob", "bob@acme.example", 5), ("Cy", "", 3)]


def saved(folder, rows, *, merged=(), hidden=(), title="Leads"):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    for number in hidden:
        sheet.row_dimensions[number].hidden = True
    workbook.save(folder / "leads.xlsx")
    return folder / "leads.xlsx"


def text(folder, content):
    path = folder / "leads.csv"
    path.write_text(content, encoding="utf-8")
    return path


def skips(path, **how):
    return {row.number: row.skip for row in open_sheet(path, **how).rows()}


TWO = [
    ("Person", None, "Address", None, "Score"),
    ("First", "Last", "City", "Zip", None),
    ("Ada", "Lovelace", "London", "W1", 7),
    ("Bob", "Stone", "Rome", "00118", 5),
]
JOINED = ("Person / First", "Person / Last", "Address / City", "Address / Zip", "Score")


@pytest.mark.parametrize("merged", [("A1:B1", "C1:D1"), ("A1:B1", "C1:D1", "E1:E2")])
def test_a_header_of_two_lines_is_joined_where_cells_are_merged(tmp_path, merged):
    sheet = open_sheet(saved(tmp_path, TWO, merged=merged))

    assert (sheet.header_row, sheet.columns) == (2, JOINED)
    assert [row.number for row in sheet.rows()] == [3, 4]


def test_a_few_names_over_many_columns_are_a_header_of_two_lines(tmp_path):
    rows = [
        ("Person", None, None, None, "Address", None, None, None),
        ("First", "Last", "Email", "Phone", "Street", "City", "Zip", "Land"),
        ("Ada", "Lovelace", "ada@acme.example", "555", "Main", "London", "W1", "UK"),
    ]

    sheet = open_sheet(saved(tmp_path, rows, merged=("A1:D1", "E1:H1")))

    assert sheet.header_row == 2
    assert sheet.columns[:5] == (*(f"Person / {n}" for n in rows[1][:4]), "Address / Street")


def test_in_a_text_file_a_name_over_several_columns_counts_for_the_first(tmp_path):
    content = (
        "Person,,Address,,Score\nFirst,Last,City,Zip,\n"
        "Ada,Lovelace,London,11111,7\nBob,Stone,Rome,00118,5\n"
    )

    sheet = open_sheet(text(tmp_path, content))

    assert (sheet.header_row, sheet.columns) == (
        2,
        ("Person / First", "Last", "Address / City", "Zip", "Score"),
    )


@pytest.mark.parametrize(
    "rows",
    [
        [("Name", None, "City", None, "Owner"), ("Ada", "x", "Rome", "y", "Jo"), tuple("abcde")],
        [("Name", "City"), ("Ada", "Rome"), ("Bob", "Bern")],
        [("Name", "", "", "Zip", "To"), ("Ada", "x", "y", "123", "z"), ("B", "x", "y", "4", "z")],
    ],
)
def test_blank_names_above_words_are_no_header_of_two_lines(tmp_path, rows):
    assert open_sheet(saved(tmp_path, rows)).header_row == 1


def test_a_title_merged_over_everything_is_no_part_of_the_names(tmp_path):
    rows = [("Leads of the fair",), ("Name", "Email", "Score"), *PEOPLE]

    sheet = open_sheet(saved(tmp_path, rows, merged=("A1:C1",)))

    assert (sheet.header_row, sheet.columns) == (2, ("Name", "Email", "Score"))


def test_a_header_row_that_is_named_is_taken_as_it_stands(tmp_path):
    path = saved(tmp_path, TWO, merged=("A1:B1", "C1:D1"))

    assert open_sheet(path, header_row=2).columns == ("First", "Last", "City", "Zip")


def test_hidden_rows_say_so(tmp_path):
    path = saved(tmp_path, [("Name", "Email", "Score"), *PEOPLE], hidden=(1, 3))

    assert skips(path) == {2: None, 3: "hidden_row", 4: None}


def test_rows_that_a_filter_hides_say_so(tmp_path):
    cells = '<c t="inlineStr"><is><t>{}</t></is></c>'
    rows = "".join(
        f'<row r="{n}" hidden="{"true" if n == 3 else "false"}">{cells.format(name)}</row>'
        for n, name in enumerate(("Name", "Ada", "Bob", "Cy"), start=1)
    )
    tail = '<autoFilter ref="A1:A4"><filterColumn colId="0"/></autoFilter>'
    path = corpus.by_hand(tmp_path / "leads.xlsx", corpus.sheet_part(rows, tail=tail))

    assert skips(path) == {2: None, 3: "hidden_row", 4: None}


@pytest.mark.parametrize(
    "last",
    [
        ("Total", None, 15),
        ("Grand total:", None, 15),
        ("Summe", None, "15,00 €"),
        (None, None, 15),
        ("Total", None, 5),  # the average
        ("Gesamt", "2", None),  # how many
    ],
)
def test_a_last_row_that_sums_is_no_lead(tmp_path, last):
    path = saved(tmp_path, [("Name", "Email", "Score"), *PEOPLE, last])
    lines = ["Name;Email;Score", *(";".join(str(c or "") for c in row) for row in [*PEOPLE, last])]

    assert skips(path) == {2: None, 3: None, 4: None, 5: "totals_row"}
    assert skips(text(tmp_path, "\n".join(lines))) == skips(path)


@pytest.mark.parametrize(
    "last",
    [
        ("Total", "info@total.example", 15),
        ("Total", None, 16),
        ("Total", None, None),
        ("Dee", None, 15),
        (None, None, 16),
        (None, None, 0),
    ],
)
def test_a_last_row_that_does_not_sum_is_a_lead(tmp_path, last):
    path = saved(tmp_path, [("Name", "Email", "Score"), *PEOPLE, last])

    assert skips(path) == {2: None, 3: None, 4: None, 5: None}


def test_numbers_below_numbers_are_no_totals_by_chance(tmp_path):
    path = text(tmp_path, "Rank\n1\n2\n3\n")

    assert skips(path) == {2: None, 3: None, 4: None}


def test_a_sum_of_the_rows_that_are_not_hidden_is_a_total(tmp_path):
    rows = [("Name", "Email", "Score"), *PEOPLE, ("Total", None, 10)]

    assert skips(saved(tmp_path, rows, hidden=(3,)))[5] == "totals_row"


@pytest.mark.parametrize(
    ("formula", "skip"),
    [
        ("SUBTOTAL(109,C2:C4)", "totals_row"),
        ("SUM($C$2:$C$4)*2", "totals_row"),
        ("SUM(People[Score])", "totals_row"),
        ("SUM(A5:B5)", None),
        ("C4+1", None),
    ],
)
def test_a_last_row_whose_formula_sums_rows_above_is_a_total(tmp_path, formula, skip):
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    rows = "".join(
        f'<row r="{n}">{cell.format(name)}{cell.format("x")}{cell.format("y")}</row>'
        for n, name in enumerate(("Name", "Ada", "Bob", "Cy"), start=1)
    )
    last = f'<row r="5">{cell.format("Dee")}<c r="C5"><f>{formula}</f><v>99</v></c></row>'
    path = corpus.by_hand(tmp_path / "leads.xlsx", corpus.sheet_part(rows + last))

    assert skips(path)[5] == skip


def with_tables(folder):
    workbook = openpyxl.Workbook()
    cover, leads = workbook.active, workbook.create_sheet("Data")
    cover.title = "Cover"
    cover["A1"] = "Read me"
    for row in (
        ("Note", None, None, None, None),
        (None, "Name", "Email", None, "Owner"),
        (None, "Ada", "ada@acme.example", "beside", "Jo"),
        ("left", "Bob", "bob@acme.example", None, "Al"),
        (None, "Total", 2, None, None),
        (None, "below", "below@acme.example", None, None),
    ):
        leads.append(row)
    people = Table(displayName="People", ref="B2:C5")
    people.totalsRowCount = 1
    leads.add_table(people)
    leads.add_table(Table(displayName="Owners", ref="E2:E4"))
    workbook.save(folder / "leads.xlsx")
    return folder / "leads.xlsx"


def test_of_a_table_only_its_own_rows_and_columns_are_read(tmp_path):
    sheet = open_sheet(with_tables(tmp_path), table="people")

    assert (sheet.name, sheet.header_row, sheet.columns) == ("Data", 2, ("", "Name", "Email"))
    assert [(row.number, row.cells) for row in sheet.rows()] == [
        (3, ("", "Ada", "ada@acme.example")),
        (4, ("", "Bob", "bob@acme.example")),
    ]


def test_the_totals_of_a_table_are_known_without_naming_it(tmp_path):
    path = with_tables(tmp_path)

    found = skips(path, name="Data", header_row=2)

    assert found[5] == "totals_row"
    assert found[6] is None


@pytest.mark.parametrize(
    ("how", "message", "fix"),
    [
        ({"table": "Peopl"}, "has no table 'Peopl'; it has 'People', 'Owners'", "`People`"),
        ({"table": "People", "name": "Cover"}, "is on sheet 'Data', not on 'Cover'", "Take"),
    ],
)
def test_a_table_that_is_not_there_is_named(tmp_path, how, message, fix):
    with pytest.raises(InvalidError, match=message) as refusal:
        open_sheet(with_tables(tmp_path), **how)

    assert fix in refusal.value.fix


def test_a_table_needs_a_workbook_that_has_some_and_a_header(tmp_path):
    with pytest.raises(InvalidError, match="no tables at all"):
        open_sheet(corpus.book(tmp_path / "plain.xlsx"), table="People")
    with pytest.raises(InvalidError, match=r"only .xlsx and .xlsm workbooks do"):
        open_sheet(text(tmp_path, "Name\nAda\n"), table="People")
    corpus.with_table(tmp_path / "a.xlsx")
    old, new = b'headerRowCount="1"', b'headerRowCount="0"'
    bare = corpus.changed(
        tmp_path / "a.xlsx", tmp_path / "b.xlsx", {"xl/tables/table1.xml": (old, new)}
    )
    with pytest.raises(InvalidError, match="has no header row"):
        open_sheet(bare, table="People")
