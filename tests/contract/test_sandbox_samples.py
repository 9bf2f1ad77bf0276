"""The sample spreadsheets are what their script makes of the sandbox's people."""

import csv
import runpy
from pathlib import Path

import pytest
from openpyxl import load_workbook

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def make():
    with pytest.MonkeyPatch.context() as patch:
        # As it is for `python samples/make.py`: other scripts beside it can be imported.
        patch.syspath_prepend(str(SAMPLES))
        yield runpy.run_path(str(SAMPLES / "make.py"))


@pytest.mark.parametrize(
    ("name", "maker"), [("leads.xlsx", "workbook_of_leads"), ("booth-scans.xlsx", "booth_scans")]
)
def test_a_sample_workbook_holds_what_its_script_says(make, name, maker):
    def cells(book):
        return {sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in book}

    assert cells(load_workbook(SAMPLES / name)) == cells(make[maker]())


@pytest.mark.parametrize(
    ("name", "maker", "encoding"),
    [("companies.csv", "companies", "utf-8-sig"), ("trade-fair.csv", "trade_fair", "cp1252")],
)
def test_a_sample_text_file_holds_what_its_script_says(make, name, maker, encoding):
    with (SAMPLES / name).open(encoding=encoding, newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == make[maker]()


def test_the_leads_are_as_messy_as_life(make):
    rows = make["leads"]()
    texts = [tuple(row) for row in rows if any(row)]

    assert len(rows) == 40
    assert len(texts) < len(rows)
    assert len(set(texts)) < len(texts)
    assert {"n/a", "#REF!", "gmail.com"} <= {cell for row in texts for cell in row}
    assert all(row[6].startswith("0") and row[7].startswith("0") for row in texts)
