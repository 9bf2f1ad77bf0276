"""CSV out: safe to open, and nothing broken that was harmless."""

import csv

import pytest
import sheets_corpus as corpus
from hypothesis import given
from hypothesis import strategies as st
from sheets_corpus import COLUMNS, NEW

from apollo_batch.sheets.apostrophe import bare, guarded
from apollo_batch.sheets.read import open_sheet
from apollo_batch.sheets.text import write_csv


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u200b=1"),
        *("\ufeff=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "|calc", "-", "-x"),
        *("=cmd|' /C calc'!A0", "+49 (0) 30"),
    ],
)
def test_what_looks_like_a_formula_gets_an_apostrophe(text):
    assert guarded(text) == f"'{text}"
    assert bare(guarded(text)) == text


@pytest.mark.parametrize(
    "text",
    ["+15550100", "+4930901820", "-1", "-1.5", "-1,234.50", "Ada", "", "a=b", "ada@x.example", "1"],
)
def test_phones_and_negative_numbers_are_left_alone(text):
    assert guarded(text) == text


def test_rows_come_with_their_new_cells_and_the_inputs_delimiter(tmp_path):
    source = tmp_path / "leads.csv"
    source.write_bytes('Name;Stadt\r\nJürgen;"Köln;\nam Rhein"\r\nZoë;=1\r\n'.encode("cp1252"))

    notices = write_csv(open_sheet(source), tmp_path / "out.csv", COLUMNS, iter([(2, NEW)]))

    content = (tmp_path / "out.csv").read_bytes()
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines(True), delimiter=";"))
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows == [
        ["Name", "Stadt", *COLUMNS],
        ["Jürgen", "Köln;\nam Rhein", "Succeeded", "Found.", "", "1", "ada@acme.example"],
        ["Zoë", "'=1", "", "", "", "", ""],
    ]
    assert "one sheet only" in notices[0]
    assert notices[1].startswith("1 cell looks like a formula")


def test_a_workbook_becomes_comma_separated_text_without_its_title(tmp_path):
    source = corpus.book(tmp_path / "leads.xlsx", [("Q4",), ("Name", "Zip"), ("Ada", "00123")])

    write_csv(open_sheet(source), tmp_path / "out.csv", COLUMNS[:1], [(3, ("Failed",))])

    assert (tmp_path / "out.csv").read_text("utf-8-sig") == (
        "Name,Zip,Apollo Status\nAda,00123,Failed\n"
    )


def test_its_own_output_as_input_gets_our_columns_replaced(tmp_path):
    source = corpus.book(tmp_path / "leads.xlsx", [("Name", "Zip"), ("Ada", "00123")])
    write_csv(open_sheet(source), tmp_path / "once.csv", COLUMNS, [(2, NEW)])

    write_csv(open_sheet(tmp_path / "once.csv"), tmp_path / "twice.csv", COLUMNS, [(2, NEW)])

    assert (tmp_path / "twice.csv").read_bytes() == (tmp_path / "once.csv").read_bytes()


@given(st.text(st.sampled_from("'=+-@|\t\r\n 1a.;,\"\u200b\uff1d"), max_size=8))
def test_whatever_is_guarded_is_found_again(text):
    assert bare(guarded(text)) == text


def test_our_own_csv_is_read_as_it_was_before_it_was_guarded(tmp_path):
    rows = [("Name", "Formula", "=Odd"), ("'=1", "=1+1", "'n' roll"), ("+15550100", "-1", "@x")]
    source = tmp_path / "leads.csv"
    source.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    before = open_sheet(source)

    write_csv(before, tmp_path / "out.csv", COLUMNS, [(2, NEW)])

    again = open_sheet(tmp_path / "out.csv")
    assert again.columns == (*rows[0], *COLUMNS)
    assert [row.cells[:3] for row in again.rows()] == [row.cells for row in before.rows()]
    assert "'=1+1" in (tmp_path / "out.csv").read_text("utf-8-sig")


def test_a_csv_that_is_not_our_own_keeps_its_apostrophes(tmp_path):
    source = tmp_path / "leads.csv"
    source.write_text("Name,Formula\nAda,'=1+1\n", encoding="utf-8")

    (row,) = open_sheet(source).rows()

    assert row.cells == ("Ada", "'=1+1")


def test_what_another_delimiter_would_cut_stands_in_quotation_marks(tmp_path):
    source = tmp_path / "leads.csv"
    source.write_text("Name,Note\nAda,a;b|c\n", encoding="utf-8")

    write_csv(open_sheet(source), tmp_path / "out.csv", COLUMNS[:1], [(2, ("Failed",))])

    assert 'Ada,"a;b|c",Failed' in (tmp_path / "out.csv").read_text("utf-8-sig")
