"""Before and after: what a person put into a workbook is there again, byte for byte."""

import re
import warnings
from collections import Counter

import openpyxl
import pandas as pd
import pytest
import sheets_corpus as corpus
from libreoffice import converted
from openxml_audit import OpenXmlValidator, ValidationSeverity
from sheets_corpus import COLUMNS, NEW, SUMMARY
from sheets_museum import PARTS, museum

from apollo_batch.sheets.annotate import annotate
from apollo_batch.sheets.read import open_sheet

SHEET = "xl/worksheets/sheet1.xml"
MEANT = {
    SHEET,
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "[Content_Types].xml",
}
ENTRIES = [(2, NEW), (3, ("No match", "Apollo knows nobody.", "x", 0, None))]


@pytest.fixture
def pair(tmp_path):
    source, target = museum(tmp_path / "leads.xlsm"), tmp_path / "leads.annotated.xlsm"
    assert annotate(open_sheet(source), target, COLUMNS, ENTRIES, SUMMARY) == ()
    return source, target


def test_each_part_that_others_lose_is_there_with_the_same_bytes(pair):
    before, after = map(corpus.packed, pair)

    changed = {name for name in before if before[name] != after.get(name)}

    assert changed == MEANT
    assert set(PARTS) <= set(before)
    added = set(after) - set(before)
    assert {re.sub(r"\d+", "", name) for name in added} == {
        "xl/worksheets/sheet.xml",
        "xl/worksheets/_rels/sheet.xml.rels",
        "xl/drawings/drawing.xml",
        "xl/drawings/_rels/drawing.xml.rels",
        "xl/charts/chart.xml",
    }


def test_a_part_that_is_meant_to_change_only_grows(pair):
    for name in MEANT - {SHEET}:
        before, after = (corpus.part(path, name) for path in pair)
        tags = [
            re.findall(r"<[^>]+>", re.sub(r'count="\d+"', "", text)) for text in (before, after)
        ]
        rest = iter(tags[1])
        # A filter's hidden name moves with the filter.
        kept = [tag for tag in tags[0] if "_FilterDatabase" not in tag and "definedName" not in tag]
        assert all(tag in rest for tag in kept), name


def test_the_sheet_without_our_cells_is_the_sheet_as_it_was(pair):
    before, after = (corpus.part(path, SHEET) for path in pair)

    without = re.sub(r'<c r="[E-I]\d+"[^>]*(?:/>|>.*?</c>)', "", after)
    without = re.sub(r'<col min="[5-9]"[^>]*>', "", without)
    without = without.replace('ref="A1:I4"', 'ref="A1:D4"')

    assert without == re.sub(r'\sspans="[^"]*"', "", before)


def test_running_again_still_changes_nothing_else(pair, tmp_path):
    source, once = pair
    twice = tmp_path / "twice.xlsm"

    annotate(open_sheet(once), twice, COLUMNS, ENTRIES, SUMMARY)

    before, after = corpus.packed(source), corpus.packed(twice)
    # The order of calculation is the one thing that Excel makes anew by itself.
    assert {name for name in before if before[name] != after.get(name)} == MEANT | {
        "xl/calcChain.xml"
    }
    assert corpus.values(twice) == corpus.values(once)


def test_four_programs_open_it_and_read_the_same(pair, tmp_path):
    _, target = pair
    expected = [
        ["First Name", "Email", "Score", *COLUMNS],
        ["Ada", "ada@acme.example", 7.0, "Succeeded", "Found.", "", 1.0, "ada@acme.example"],
        ["Bob", "bob@acme.example", 1.5, "No match", "Apollo knows nobody.", "x", 0.0, ""],
        ["00123", *[""] * 7],
    ]

    def theirs(line):
        return ["" if value is None else value for value in [*line[:3], *line[4:9]]]

    calamine = corpus.values(target)
    with warnings.catch_warnings(action="ignore"):  # of what openpyxl would lose, were it to save
        opened = openpyxl.load_workbook(target, data_only=True)["Leads"]
    with pd.ExcelFile(target, engine="calamine") as file:
        frame = pd.read_excel(file, "Leads", header=None, dtype=object, na_filter=False)
    libre = converted([target], tmp_path / "libre", "xlsx")["leads.annotated"]

    assert [theirs(line) for line in calamine] == expected
    assert [theirs(line) for line in opened.iter_rows(values_only=True)][:4] == expected
    assert [theirs(line) for line in frame.itertuples(index=False, name=None)] == expected
    assert [theirs(line) for line in corpus.values(libre)][:4] == expected
    assert corpus.sheet_names(libre)[-1] == "Apollo Summary"


def findings(path):
    """What an auditor calls an error; that texts stand in their cells is no more than a remark."""
    found = OpenXmlValidator().validate(path).errors
    return Counter(
        (str(error.part_uri), error.description)
        for error in found
        if error.severity is ValidationSeverity.ERROR
    )


@pytest.mark.parametrize(
    "make",
    [museum, corpus.rich, corpus.with_table, corpus.book],
    ids=["museum", "rich", "table", "plain"],
)
def test_an_auditor_finds_nothing_that_was_not_there_before(tmp_path, make):
    source = make(tmp_path / ("leads.xlsm" if make is museum else "leads.xlsx"))
    target = tmp_path / f"out{source.suffix}"

    annotate(open_sheet(source), target, COLUMNS, ENTRIES, SUMMARY)

    assert findings(target) - findings(source) == Counter()


def test_the_auditor_does_find_what_is_wrong(pair):
    _, target = pair
    wrong = corpus.changed(
        target, target.with_name("wrong.xlsm"), {"xl/styles.xml": (b"<fills", b"<pills/><fills")}
    )

    assert findings(wrong) - findings(target)
