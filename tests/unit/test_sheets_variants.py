"""Workbooks as other programs write them: annotated right, or written anew with a reason."""

import re
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest
import sheets_corpus as corpus
from sheets_corpus import COLUMNS, NEW, SUMMARY, sheet_part

from apollo_batch.errors import InvalidError, OutputError
from apollo_batch.sheets import cells
from apollo_batch.sheets.annotate import annotate
from apollo_batch.sheets.read import open_sheet

TEXT = '<c r="{0}" t="str"><v>{1}</v></c>'
PLAIN = (
    '<row r="1" spans="1:2"><c r="A1" t="str"><v>Name</v></c><c r="B1" t="str"><v>City</v></c>'
    '</row><row r="2"><c r="A2" t="str"><v>Ada</v></c><c r="B2"><v>7</v></c></row>'
    '<row r="4" ht="20"><c r="A4" t="str"><v>Bob</v></c></row>'
)
BARE = (
    '<row><c t="str"><v>Name</v></c><c t="str"><v>City</v></c></row>'
    '<row><c t="str"><v>Ada</v></c><c><v>7</v></c></row>'
    '<row/><row><c t="str"><v>Bob</v></c></row>'
)
STYLED = PLAIN.replace("</row>", '<c r="C1" s="0"/><c r="XFD1" s="0"/></row>', 1)
PRETTY = re.sub("(<row|</row|<c )", r"\n  \1", PLAIN)


def part(rows=PLAIN, **how):
    return sheet_part(rows, **how)


VARIANTS = {
    "plain": {"part": part()},
    "prefixed": {"part": part(prefix="x")},
    "prefixed and without places": {"part": part(BARE, prefix="x")},
    "without places": {"part": part(BARE)},
    "strict": {
        "part": part(main=corpus.STRICT_MAIN),
        "main": corpus.STRICT_MAIN,
        "rels": corpus.STRICT_RELS,
    },
    "single quotes": {"part": part().replace('"', "'")},
    "pretty-printed": {"part": part(PRETTY)},
    "self-closing rows": {"part": part(PLAIN.replace('<row r="4"', '<row r="3"/><row r="4"'))},
    "styled to the right": {"part": part(STYLED)},
    "wrong dimension": {"part": part(head='<dimension ref="A1"/>')},
    "columns to the end": {
        "part": part(head='<cols><col min="1" max="16384" width="9" hidden="1"/></cols>')
    },
    "byte order mark": {"part": b"\xef\xbb\xbf" + part().encode()},
    "1904": {"part": part(), "date1904": True},
    "stored": {"part": part(), "compression": zipfile.ZIP_STORED},
    "merged title": {"part": part(tail='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>')},
    "unlinked styles": {
        "part": part(),
        "extra": {"xl/styles.xml": f'<styleSheet xmlns="{corpus.MAIN}"/>'},
    },
}


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_a_workbook_is_annotated_however_it_is_spelled(tmp_path, variant):
    source = corpus.by_hand(tmp_path / "leads.xlsx", **variant)
    sheet = open_sheet(source)

    entries = [(row.number, NEW) for row in sheet.rows()]
    notices = annotate(sheet, tmp_path / "out.xlsx", COLUMNS, entries, SUMMARY)

    assert notices == ()
    assert corpus.values(tmp_path / "out.xlsx") == [
        ["Name", "City", *COLUMNS],
        ["Ada", 7.0, "Succeeded", "Found.", "", 1.0, "ada@acme.example"],
        [""] * 7,
        ["Bob", "", "Succeeded", "Found.", "", 1.0, "ada@acme.example"],
    ]
    assert corpus.values(tmp_path / "out.xlsx", "Apollo Summary")[0][0] == "Enrich leads"


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_every_part_is_well_formed_and_every_cell_is_in_order(tmp_path, variant):
    sheet = open_sheet(corpus.by_hand(tmp_path / "leads.xlsx", **variant))

    annotate(sheet, tmp_path / "out.xlsx", COLUMNS, [(2, NEW), (4, NEW)], SUMMARY)

    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        assert archive.testzip() is None
        parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
    types = parts["[Content_Types].xml"]
    named = [tag.get("PartName") for tag in types if tag.get("PartName")]
    assert len(named) == len(set(named))
    assert {name.lstrip("/") for name in named} <= set(parts)
    for row in parts[SHEET].iter():
        if row.tag.endswith("}row"):
            places = [cells.place(cell.get("r"))[1] for cell in row if cell.get("r")]
            assert places == sorted(set(places))


NOT_STRICT = {name: v for name, v in VARIANTS.items() if name not in {"strict", "merged title"}}


@pytest.mark.parametrize("variant", NOT_STRICT.values(), ids=NOT_STRICT)
def test_a_second_reader_agrees(tmp_path, variant):
    sheet = open_sheet(corpus.by_hand(tmp_path / "leads.xlsx", **variant))

    entries = [(row.number, NEW) for row in sheet.rows()]
    annotate(sheet, tmp_path / "out.xlsx", COLUMNS, entries, SUMMARY)

    page = openpyxl.load_workbook(tmp_path / "out.xlsx")["Leads"]
    assert [cell.value for cell in page[2]][:7] == ["Ada", 7, *NEW[:2], None, 1, NEW[4]]
    assert [cell.value for cell in page[1]][:7] == ["Name", "City", *COLUMNS]


def test_hidden_columns_to_the_end_do_not_hide_ours(tmp_path):
    sheet = open_sheet(corpus.by_hand(tmp_path / "a.xlsx", **VARIANTS["columns to the end"]))

    annotate(sheet, tmp_path / "out.xlsx", COLUMNS, [(2, NEW)], SUMMARY)

    columns = re.search("<cols>.*</cols>", corpus.part(tmp_path / "out.xlsx", SHEET))[0]
    spans = re.findall(r'<col\b(?=[^>]*min="(\d+)")(?=[^>]*max="(\d+)")([^>]*)', columns)
    assert [(int(a), int(b), "hidden" in rest) for a, b, rest in spans] == [
        (1, 2, True),
        *((column, column, False) for column in range(3, 8)),
        (8, 16384, True),
    ]


SHEET = "xl/worksheets/sheet1.xml"


def test_spans_are_dropped_and_the_dimension_is_widened(tmp_path):
    source = corpus.by_hand(tmp_path / "a.xlsx", part(head='<dimension ref="A1:B4"/>'))

    annotate(open_sheet(source), tmp_path / "out.xlsx", COLUMNS, [(2, NEW)], SUMMARY)

    written = corpus.part(tmp_path / "out.xlsx", SHEET)
    assert '<dimension ref="A1:G4"/>' in written
    assert "spans" not in written
    assert '<row r="4" ht="20">' in written


def test_merged_cells_beside_the_header_are_not_written_into(tmp_path):
    merged = '<mergeCells count="1"><mergeCell ref="B1:D1"/></mergeCells>'
    source = corpus.by_hand(tmp_path / "a.xlsx", part(tail=merged))

    annotate(open_sheet(source), tmp_path / "out.xlsx", COLUMNS, [(2, NEW)], SUMMARY)

    assert corpus.values(tmp_path / "out.xlsx")[0] == ["Name", "City", "", "", *COLUMNS]


def test_shared_strings_keep_their_numbers(tmp_path):
    strings = (
        f'<sst xmlns="{corpus.MAIN}" count="2" uniqueCount="2"><si><t>Name</t></si>'
        "<si><r><t>A</t></r><r><t>da</t></r></si></sst>"
    )
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>'
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    plain = corpus.by_hand(
        tmp_path / "plain.xlsx", part(rows), extra={"xl/sharedStrings.xml": strings}
    )
    source = corpus.changed(
        plain,
        tmp_path / "leads.xlsx",
        {
            "[Content_Types].xml": (
                b"</Types>",
                f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode(),
            ),
            "xl/_rels/workbook.xml.rels": (
                b"</Relationships>",
                f'<Relationship Id="rId2" Type="{corpus.RELS}/sharedStrings" '
                f'Target="sharedStrings.xml"/></Relationships>'.encode(),
            ),
        },
    )

    annotate(open_sheet(source), tmp_path / "out.xlsx", COLUMNS, [(2, NEW)], SUMMARY)

    name = "xl/sharedStrings.xml"
    assert corpus.packed(tmp_path / "out.xlsx")[name] == corpus.packed(source)[name]
    assert [row[0] for row in corpus.values(tmp_path / "out.xlsx")] == ["Name", "Ada"]


UTF16 = part().replace("UTF-8", "UTF-16").encode("utf-16")


@pytest.mark.parametrize("content", [UTF16, part().replace("Ada", "<![CDATA[Ada]]>")])
def test_cells_that_cannot_be_read_surely_are_not_read(tmp_path, content):
    source = corpus.by_hand(tmp_path / "leads.xlsx", content)

    with pytest.raises(InvalidError, match="cannot be read as a workbook"):
        open_sheet(source)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (part().replace("<sheetData>", "<!-- made by hand --><sheetData>"), "comments"),
        (part().replace('<row r="4"', '<row r="1"'), "not in order"),
        (part().replace("</row>", "</row >", 1), "end in an unusual way"),
    ],
)
def test_what_bytes_cannot_be_trusted_with_is_written_anew_and_says_why(tmp_path, content, why):
    source = corpus.by_hand(tmp_path / "leads.xlsx", content)
    sheet = open_sheet(source)

    notices = annotate(sheet, tmp_path / "out.xlsx", COLUMNS, [(2, NEW)], SUMMARY)

    assert why in notices[-1]
    assert "written to a new workbook" in notices[-1]
    assert corpus.values(tmp_path / "out.xlsx")[1] == ["Ada", 7.0, *NEW[:3], 1.0, NEW[4]]


def test_a_sheet_without_room_for_columns_says_what_to_do(tmp_path):
    wide = PLAIN.replace("</row>", TEXT.format("XFC1", "Last") + "</row>", 1)
    sheet = open_sheet(corpus.by_hand(tmp_path / "leads.xlsx", part(wide)))

    with pytest.raises(OutputError, match="no room for more columns") as refusal:
        annotate(sheet, tmp_path / "out.xlsx", COLUMNS, [(2, NEW)], SUMMARY)

    assert "--format csv" in refusal.value.fix
    assert not (tmp_path / "out.xlsx").exists()
