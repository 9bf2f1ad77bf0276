"""Formulas as data, in every field there is: LibreOffice opens the workbooks and runs none."""

import csv
import re
import zipfile
from decimal import Decimal

import pytest
import sheets_corpus as corpus
from formula_payloads import PAYLOADS
from libreoffice import converted

from apollo_batch.sheets import celltext
from apollo_batch.sheets.annotate import annotate
from apollo_batch.sheets.read import open_sheet
from apollo_batch.sheets.summary import Summary, Table

OURS = ("Apollo Status", "Apollo Reason", "Apollo Note", "Apollo Credits")
TEXTS = [celltext.readable(payload) for payload in PAYLOADS]
# One payload in each row, in each column; and a column named after each of the first.
ENTRIES = [
    (row, (text, text, text, Decimal(1), text)) for row, text in enumerate(PAYLOADS, start=2)
]
NAMED = [text for text in PAYLOADS if text.split()][:40]
SUMMARY = Summary(
    title=PAYLOADS[0],
    verdict=PAYLOADS[1],
    facts=tuple((text, text) for text in PAYLOADS),
    tables=tuple(
        Table(text, (text, "Rows"), ((text, 1), (text, 2)), chart)
        for text, chart in zip(PAYLOADS[:4], ("bar", "pie", None, None), strict=True)
    ),
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Annotated in place, written anew from CSV, and with payloads for headers."""
    folder = tmp_path_factory.mktemp("payloads")
    rows = [("Name",), *[("Ada",)] * len(PAYLOADS)]
    plain = corpus.book(folder / "plain.xlsx", rows)
    data = folder / "data.csv"
    with data.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("Name", "Text"), *(("Ada", text) for text in PAYLOADS)])
    written = [folder / name for name in ("in-place.xlsx", "anew.xlsx", "headers.xlsx")]
    annotate(open_sheet(plain), written[0], (*OURS, "Kept"), ENTRIES, SUMMARY)
    annotate(open_sheet(data), written[1], (*OURS, "Kept"), ENTRIES, SUMMARY)
    heads = [(2, ("Succeeded", "", "", 1, *NAMED))]
    annotate(open_sheet(plain), written[2], (*OURS, *NAMED), heads, SUMMARY)
    return {path.stem: path for path in written}, converted(written, folder / "libre", "xlsx")


def formulas(path):
    with zipfile.ZipFile(path) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        return [f for name in sheets for f in re.findall(rb"<f[\s>].*?</f>", archive.read(name))]


def test_there_are_payloads_enough():
    assert len(set(PAYLOADS)) >= 300


def test_no_workbook_of_ours_holds_a_formula_or_a_link(opened):
    for path in opened[0].values():
        with zipfile.ZipFile(path) as archive:
            parts = {n: archive.read(n) for n in archive.namelist() if "worksheets/" in n}
        assert not formulas(path)
        assert not any(b"<hyperlink" in part or b"External" in part for part in parts.values())


def test_libreoffice_finds_no_formula_either(opened):
    for path in opened[1].values():
        assert formulas(path) == []


def normal(value):
    """LibreOffice keeps a text's tabs and line ends; readers differ in what they make of them."""
    return re.sub(r"[\t\n]", " ", value) if isinstance(value, str) else value


def columns(path, sheet):
    return [list(map(normal, column)) for column in zip(*corpus.values(path, sheet), strict=True)]


@pytest.mark.parametrize(
    ("name", "sheet", "places"),
    [("in-place", "Leads", (1, 2, 3, 5)), ("anew", "data", (1, 2, 3, 4, 6))],
)
def test_each_text_is_shown_as_it_was_sent(opened, name, sheet, places):
    wanted = [normal(text) for text in TEXTS]

    for path in (opened[0][name], opened[1][name]):
        found = columns(path, sheet)
        for place in places:
            assert found[place][1:] == wanted


def test_each_header_is_shown_as_it_was_named(opened):
    for path in (opened[0]["headers"], opened[1]["headers"]):
        first, second = corpus.values(path)[:2]

        assert [" ".join(head.split()) for head in first[5:]] == [
            " ".join(n.split()) for n in NAMED
        ]
        assert list(map(normal, second[5:])) == [normal(celltext.readable(n)) for n in NAMED]


def test_the_summary_shows_them_too(opened):
    for path in opened[1].values():
        facts = [line[:2] for line in corpus.values(path, "Apollo Summary")]

        for text in map(normal, TEXTS):
            assert [text, text] in [list(map(normal, line)) for line in facts]
