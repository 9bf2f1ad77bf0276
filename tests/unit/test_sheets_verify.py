"""The check before a workbook replaces another: whatever is wrong with a draft, it is caught."""

import re
import zipfile
from decimal import Decimal

import pytest
import sheets_corpus as corpus
from sheets_corpus import COLUMNS, NEW, SUMMARY

from apollo_batch.sheets import surgery, verify
from apollo_batch.sheets.graft import graft
from apollo_batch.sheets.mismatch import MismatchError
from apollo_batch.sheets.package import Package
from apollo_batch.sheets.surgery import Order

SHEET = "xl/worksheets/sheet1.xml"
ENTRIES = [(2, NEW), (3, ("No match", "Nobody.", "a & b", Decimal("2.5"), None)), (4, ("",) * 5)]


class Draft:
    """A workbook that was written, before it is checked; and after somebody spoiled it."""

    def __init__(self, source, folder, headers=corpus.LEADS[0]):
        self.source, self.path = source, folder / "draft.xlsx"
        self.package = Package(source)
        workbook = surgery.open_workbook(self.package)
        order = Order("Leads", 1, headers, COLUMNS, lambda: ENTRIES, [12.0] * len(COLUMNS))
        styles_part, styles = surgery.open_styles(workbook)
        self.written = surgery.operate(workbook, styles, order)
        graft(workbook, styles, SUMMARY)
        self.package.put(styles_part, styles.xml)
        with self.path.open("wb") as file:
            self.package.write(file)

    def spoil(self, part, pattern, replacement):
        spoiled = self.path.with_name("spoiled.xlsx")
        with zipfile.ZipFile(self.path) as old, zipfile.ZipFile(spoiled, "w") as new:
            for info in old.infolist():
                content = old.read(info)
                if info.filename == part:
                    changed = re.sub(pattern, replacement, content, count=1, flags=re.DOTALL)
                    assert changed != content
                    content = changed
                new.writestr(info, content)
        self.path = spoiled

    def check(self, *, streams_only=False):
        if streams_only:  # as for a sheet that is too large for a second opinion
            self.written = verify.Written(
                self.written.sheet,
                self.written.part,
                self.written.layout,
                self.written.entries,
                size=10**9,
            )
        verify.check(self.source, self.path, self.package, [self.written])


@pytest.fixture
def draft(tmp_path):
    found = Draft(corpus.rich(tmp_path / "leads.xlsx"), tmp_path)
    with found.package:
        yield found


def test_a_draft_as_it_was_written_passes(draft):
    draft.check()
    draft.check(streams_only=True)


SPOILED_ROWS = {
    "an old number": (rb'(<c r="C2"[^>]*><v>)7<', rb"\g<1>8<"),
    "an old style": (rb'<c r="D2" s="\d+"', rb'<c r="D2" s="0"'),
    "an old cell lost": (rb'<c r="C2".*?</c>', rb""),
    "an old cell twice": (rb'(<c r="C2".*?</c>)', rb"\1\1"),
    "an old row lost": (rb'<row r="4".*?</row>', rb""),
    "a hidden row shown": (rb' hidden="1"', rb""),
    "a new text": (rb"Succeeded", rb"succeeded"),
    "a new text cut": (rb"ada@acme.example", rb"ada@acme.exampl"),
    "a new text not escaped twice": (rb"a &amp; b", rb"a &amp;amp; b"),
    "a new number": (rb"<v>2.5</v>", rb"<v>2.4</v>"),
    "a new number as text": (
        rb'<c r="H3" s="(\d+)"><v>2.5</v></c>',
        rb'<c r="H3" s="\1" t="inlineStr"><is><t>2.5</t></is></c>',
    ),
    "a new cell lost": (rb'<c r="I2".*?</c>', rb""),
    "a new cell in the next column": (rb'<c r="I2"', rb'<c r="J2"'),
    "a new cell in the next row": (rb'<c r="I2"', rb'<c r="I3"'),
    "a new cell where nothing was sent": (
        rb'(<row r="4".*?)</row>',
        rb'\1<c r="E4"><v>1</v></c></row>',
    ),
    "a new row nobody sent": (
        rb"</sheetData>",
        rb'<row r="9"><c r="E9"><v>1</v></c></row></sheetData>',
    ),
    "a formula out of text": (
        rb'<c r="E2" s="(\d+)" t="inlineStr"><is><t>Succeeded</t></is></c>',
        rb'<c r="E2" s="\1"><f>1+1</f><v>2</v></c>',
    ),
    "a formula that shows the text": (
        rb'<c r="E2" s="(\d+)" t="inlineStr"><is><t>Succeeded</t></is></c>',
        rb'<c r="E2" s="\1" t="str"><f>E9</f><v>Succeeded</v></c>',
    ),
    "a header": (rb"Apollo Reason", rb"Apollo Raisin"),
    "a column's width": (rb'<col width="30"', rb'<col width="9"'),
    "the frozen pane": (rb"<pane[^>]*/>", rb""),
    "the choices of a cell": (rb"<dataValidations.*?</dataValidations>", rb""),
    "a tag that is not closed": (rb"</worksheet>", rb""),
    "rows in another order": (rb'(<row r="2".*?</row>)(<row r="3".*?</row>)', rb"\2\1"),
    "a row that is not closed": (rb"</row></sheetData>", rb"</sheetData>"),
}


@pytest.mark.parametrize("streams_only", [False, True])
@pytest.mark.parametrize("how", SPOILED_ROWS.values(), ids=SPOILED_ROWS)
def test_a_sheet_that_was_spoiled_is_caught(draft, how, streams_only):
    draft.spoil(SHEET, *how)

    with pytest.raises(MismatchError):
        draft.check(streams_only=streams_only)


SPOILED_PARTS = {
    "another sheet": ("xl/worksheets/sheet2.xml", rb"Total", rb"Totem"),
    "a chart": ("xl/charts/chart1.xml", rb"barDir", rb"barDie"),
    "a comment": ("xl/comments/comment1.xml", rb"Monday", rb"Sunday"),
    "the styles": ("xl/styles.xml", rb"<fonts", rb"<fonds"),
    "the list of sheets": ("xl/workbook.xml", rb'name="Leads"', rb'name="Lead"'),
    "the list of types": ("[Content_Types].xml", rb"</Types>", rb""),
}


@pytest.mark.parametrize("spoiled", SPOILED_PARTS.values(), ids=SPOILED_PARTS)
def test_a_part_that_was_spoiled_is_caught(draft, spoiled):
    draft.spoil(*spoiled)

    with pytest.raises(MismatchError):
        draft.check()


def test_a_part_that_got_lost_is_caught(draft):
    short = draft.path.with_name("short.xlsx")
    with zipfile.ZipFile(draft.path) as old, zipfile.ZipFile(short, "w") as new:
        for info in old.infolist():
            if info.filename != "xl/charts/chart1.xml":
                new.writestr(info, old.read(info))
    draft.path = short

    with pytest.raises(MismatchError, match=r"chart1.xml would not be kept"):
        draft.check()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_draft_that_was_cut_off_is_caught(draft, share):
    content = draft.path.read_bytes()
    draft.path.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(MismatchError):
        draft.check()


def test_any_single_bit_in_a_packed_sheet_matters(draft):
    content = bytearray(draft.path.read_bytes())
    with zipfile.ZipFile(draft.path) as archive:
        info = archive.getinfo(SHEET)
    start = info.header_offset + 31 + len(SHEET)  # the first byte says whether a block follows
    for place in range(start, start + info.compress_size, 37):
        content[place] ^= 1
        draft.path.write_bytes(content)
        content[place] ^= 1

        with pytest.raises(MismatchError):
            draft.check(streams_only=True)


def test_a_cell_of_ours_that_stood_among_theirs_is_checked_as_well(tmp_path):
    once = Draft(corpus.book(tmp_path / "leads.xlsx"), tmp_path)
    once.package.__exit__()
    (tmp_path / "again").mkdir()
    again = Draft(once.path, tmp_path / "again", (*corpus.LEADS[0], *COLUMNS))
    with again.package:
        again.check(streams_only=True)
        again.spoil(SHEET, rb"Nobody", rb"Somebody")

        with pytest.raises(MismatchError, match="row 3 read back differently"):
            again.check(streams_only=True)
