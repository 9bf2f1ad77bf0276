"""Laws: what goes in comes out, whatever it is."""

import datetime
import io
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
import sheets_corpus as corpus
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets_corpus import COLUMNS, NEW, SUMMARY

from apollo_batch.sheets import cells, celltext
from apollo_batch.sheets.annotate import annotate
from apollo_batch.sheets.grid import Grid
from apollo_batch.sheets.read import open_sheet
from apollo_batch.sheets.rebuild import Extent, Rebuild
from apollo_batch.sheets.spool import repeatable

anything = st.text(st.characters(exclude_categories=()), max_size=40)
escaped = st.text(st.sampled_from("_x0041F\r\n\t\x00<&>\"' "), max_size=20)
value = st.one_of(st.none(), anything, escaped, st.integers(), st.decimals(), st.just("x" * 33_000))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(value, min_size=2, max_size=2), min_size=1, max_size=4))
def test_whatever_is_written_is_read_back_cleaned_and_nothing_fails(rows):
    with tempfile.TemporaryDirectory() as folder:
        source = corpus.book(Path(folder) / "leads.xlsx", [("Name",), *[("Ada",)] * len(rows)])
        target = Path(folder) / "out.xlsx"

        notices = annotate(
            open_sheet(source), target, ("A", "B"), list(enumerate(rows, start=2)), SUMMARY
        )

        assert notices == ()
        found = corpus.values(target)[1:]
        for wrote, read in zip(rows, found, strict=True):
            expected = [celltext.readable(cell) for cell in wrote]
            assert [cell if cell != "" else None for cell in (*read[1:], "", "")[:2]] == expected


old = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(*map(datetime.datetime.fromisoformat, ("1950-01-01", "2100-01-01"))),
    st.dates(datetime.date(1950, 1, 1), datetime.date(2100, 1, 1)),
    st.times(),
    st.timedeltas(datetime.timedelta(0), datetime.timedelta(days=900)),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(old, min_size=3, max_size=3), min_size=1, max_size=4))
def test_whatever_stands_there_stands_there_afterwards(rows):
    with tempfile.TemporaryDirectory() as folder:
        source = corpus.book(Path(folder) / "leads.xlsx", [("Name", "A", "B"), *rows])
        entries = [(number, ("x", 1)) for number in range(2, len(rows) + 2)]

        sheet = open_sheet(source, header_row=1)
        notices = annotate(sheet, Path(folder) / "out.xlsx", ("C", "D"), entries, SUMMARY)

        before, after = corpus.values(source), corpus.values(Path(folder) / "out.xlsx")
        assert notices == ()
        assert [line[:3] for line in after[: len(before)]] == before
        assert [line[3:] for line in after[1:]] == [["x", 1.0]] * len(rows)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200))
def test_clean_text_is_left_alone(text):
    printable = text.replace("\ufffe", "").replace("\uffff", "")

    assert celltext.clean(printable) == printable


@given(st.integers(1, 16_384))
def test_column_letters_count_like_a_spreadsheet(number):
    assert cells.column_number(cells.letters(number)) == number


@pytest.mark.parametrize("window", [1, 7, 97, 997, 1 << 20])
def test_the_reading_window_does_not_change_what_is_read(window):
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 40))
    part = corpus.sheet_part(rows + '<row r="50"/>', tail="<pageMargins/>").encode()

    grid = Grid(io.BytesIO(part), window=window)
    found = list(grid.rows())

    assert [number for number, _ in found] == [*range(1, 40), 50]
    assert grid.head + b"".join(row for _, row in found) + grid.tail == part


@given(st.lists(st.tuples(st.integers(1, 9), st.lists(value, max_size=3))))
def test_cells_from_a_generator_can_be_read_twice(entries):
    with repeatable(iter(entries), Path(tempfile.gettempdir())) as again:
        first, second = again(), again()

        found = [list(first), list(second)]

    def plain(pairs):
        return [(number, [repr(cell) for cell in row]) for number, row in pairs]

    assert plain(found[0]) == plain(found[1]) == plain(entries)


def test_many_cells_from_a_generator_are_read_by_two_at_a_time(tmp_path):
    entries = [(number, ("x" * 100, Decimal("1.5"), None)) for number in range(9_000)]
    with repeatable(iter(entries), tmp_path) as again:
        found = list(zip(again(), again(), strict=True))

    assert [first for first, _ in found] == entries
    assert all(first == second for first, second in found)


def test_more_rows_than_a_sheet_holds_go_on_to_the_next(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("Name\n" + "".join(f"p{n}\n" for n in range(2, 10)))
    new = Rebuild(
        open_sheet(path), ("A",), lambda: [(7, ("seven",))], (9.0,), frozenset(), Extent(9, 1), 4
    )

    pages = [list(order.entries()) for order in new.orders()]

    assert [order.sheet for order in new.orders()] == ["leads", "leads (2)", "leads (3)"]
    assert [[row[0] for _, row in page] for page in pages] == [
        ["p2", "p3", "p4"],
        ["p5", "p6", "p7"],
        ["p8", "p9"],
    ]
    assert pages[1][2] == (4, ["p7", "seven"])


def test_a_credit_is_a_number_and_a_phone_is_not():
    assert celltext.number(Decimal("1.50")) == "1.50"
    assert celltext.number("+15550100") is None
    assert celltext.readable(NEW[3]) == 1.0
    assert celltext.readable(COLUMNS[0]) == "Apollo Status"
