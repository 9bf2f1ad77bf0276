"""Files made to harm whoever reads them, each with what is said of it; "" where it is just read."""

import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import sheets_corpus as corpus

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TOO_MUCH = "takes more memory or time"
_HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'
_STRAY = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
_ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
_OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
_ODS = "application/vnd.oasis.opendocument.spreadsheet"


def build(folder: Path) -> dict[str, tuple[Path, str]]:
    """Write all of them: what it is, where it is, what is said of it."""
    made: dict[str, tuple[Path, str]] = {}

    def put(what: str, says: str, content: bytes | None = None, *, suffix: str = ".xlsx") -> Path:
        path = folder / f"{len(made):02}{suffix}"
        made[what] = (path, says)
        if content is not None:
            path.write_bytes(content)
        return path

    _bombs(put)
    _lies(put)
    _xml(put)
    _giants(put)
    _disguises(put)
    _opendocument(put)
    return made


def _sheet(put, what, says, rows, **how):
    corpus.by_hand(put(what, says), corpus.sheet_part(rows), **how)


def _extra(put, what, says, **parts):
    corpus.by_hand(put(what, says), corpus.sheet_part(_HEAD), extra=parts)


def _bombs(put):
    _extra(put, "one part of 64 MB of spaces", "far more", **{"xl/a.xml": b" " * (64 << 20)})
    small = b" " * (9 << 20)
    parts = {f"xl/{number}.xml": small for number in range(24)}
    _extra(put, "many small parts of spaces", "far more", **parts)
    many = {f"xl/{number}.xml": b"" for number in range(10_001)}
    _extra(put, "ten thousand parts", "parts", **many)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b" " * (9 << 20))
    _extra(put, "an archive in an archive", "", **{"xl/a.zip": inner.getvalue()})
    strings = f"<sst><si><t>{'x' * 1_000_000}</t></si></sst>"
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 100_001))
    rels = corpus.part(corpus.by_hand(put("plain", ""), corpus.sheet_part(_HEAD)), _RELS)
    rels = rels.replace("</Rel", f'<Relationship Id="rId9" Type="{corpus.RELS}/sharedStrings" '
                        'Target="sharedStrings.xml"/></Rel')  # fmt: skip
    shared = {"xl/sharedStrings.xml": strings, _RELS: rels}
    _sheet(put, "one long text in every cell", _TOO_MUCH, rows, extra=shared)


_RELS = "xl/_rels/workbook.xml.rels"


def _lies(put):
    whole = corpus.by_hand(put("whole", ""), corpus.sheet_part(_HEAD * 1)).read_bytes()
    start = whole.find(b"PK\x01\x02")
    crc = whole[: start + 16] + b"\0\0\0\0" + whole[start + 20 :]
    put("a wrong checksum", "damaged", crc)
    size = whole[: start + 24] + struct.pack("<I", 12) + whole[start + 28 :]
    put("a size that is too small", "damaged", size)
    size = whole[: start + 24] + struct.pack("<I", 0xFFFFFFF0) + whole[start + 28 :]
    put("a size that is too large", "larger than 2 GB", size)
    second = whole.find(b"PK\x01\x02", start + 4)
    overlap = whole[: second + 42] + b"\0\0\0\0" + whole[second + 46 :]
    put("parts that overlap", "overlap", overlap)
    locked = whole[: start + 8] + b"\x01" + whole[start + 9 :]
    put("a locked part", "protected by a password", locked)
    method = whole[: start + 10] + struct.pack("<H", 97) + whole[start + 12 :]
    put("an unknown way of packing", "packed in a way", method)
    put("half a file", "damaged", whole[: len(whole) // 2])
    for name in ("../evil.xml", "/etc/evil.xml", "C:/evil.xml", "xl\\evil.xml"):
        _extra(put, f"a part called {name}", "points outside", **{name: b""})


def _xml(put):
    for what, dtd in (("entities", _ENTITIES), ("a file from outside", _OUTSIDE)):
        part = corpus.sheet_part(_HEAD).replace("?>", f"?>{dtd}")
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            path = put(f"{what} in the sheet, {encoding}", "declares a document type")
            corpus.by_hand(path, part.encode(encoding))
        parts = {"xl/sharedStrings.xml": f"{dtd}<sst/>"}
        _extra(put, f"{what} in the texts", "declares a document type", **parts)
        parts = {"xl/workbook.xml": f"{dtd}<workbook/>"}
        _extra(put, f"{what} in the workbook", "declares a document type", **parts)
    deep = "<a>" * 500_000 + "</a>" * 500_000
    _sheet(put, "elements half a million deep", "", f"{_HEAD}<row r='2'><c>{deep}</c></row>")
    _extra(put, "a workbook half a million deep", "cannot be read", **{"xl/workbook.xml": deep})
    unclosed = "<c t='e'></c>" + "<c t='e' " * 400_000
    _sheet(
        put, "cells that never close", _TOO_MUCH, f"{_HEAD}<row r='2' hidden='1'>{unclosed}</row>"
    )
    unclosed = "<c t='e'>" * 100_000
    _sheet(
        put,
        "nothing but beginnings",
        "cannot be read",
        f"{_HEAD}<row r='2' hidden='1'>{unclosed}</row>",
    )
    _sheet(put, "rows that never close", "", f"{_HEAD}{'<row hidden=1>' * 100_000}")


def _giants(put):
    _sheet(put, "a cell at the far corner", "reaches to row 1048576", _HEAD + _STRAY)
    _sheet(put, "the same behind a comment", _TOO_MUCH, f"{_HEAD}<!-- -->{_STRAY}")
    cells = "".join('<c t="inlineStr"><is><t>x</t></is></c>' for _ in range(16_384))
    _sheet(put, "sixteen thousand columns", "", f"<row>{cells}</row>" * 20)
    _sheet(put, "a row beyond all rows", "", f'{_HEAD}<row r="4294967296"><c><v>1</v></c></row>')
    _sheet(put, "a column beyond all columns", "", f'{_HEAD}<row r="2"><c r="ZZZZ2"/></row>')
    own = '<c r="A2"><f t="shared" si="0" ref="A2:A9999">A2</f></c>'
    _sheet(put, "a formula that needs itself", "", f'{_HEAD}<row r="2">{own}</row>')
    merged = '<mergeCell ref="A1:XFD1048576"/>' * 50_000
    part = corpus.sheet_part(_HEAD, tail=f"<mergeCells>{merged}</mergeCells>")
    corpus.by_hand(put("everything merged, many times", ""), part)


def _disguises(put):
    put("a web page", "a web page", b"<html><table><tr><td>Name", suffix=".xls")
    put("a PDF", "a PDF", b"%PDF-1.7\n")
    put("a picture", "a picture", b"\x89PNG\r\n\x1a\n")
    put("an old Word document", "another kind", _OLE + "WordDocument".encode("utf-16-le"))
    name = "EncryptedPackage".encode("utf-16-le")
    put("a workbook with a password", "protected by a password", _OLE + bytes(504) + name)
    name = "Workbook".encode("utf-16-le")
    put("a broken old workbook", "cannot be read", _OLE + b"\xff" * 4_000 + name, suffix=".xls")
    put("nothing", "is empty", b"")
    put("zeros", "no Excel workbook", bytes(10_000))
    put("zeros in a text file", "NUL", b"Name\n" + bytes(10_000), suffix=".csv")
    put("a line of 40 MB", "longer than", b"Name\n" + b"x" * (40 << 20), suffix=".csv")
    put("an open quotation mark", "never closed", b'Name\n"Ada\nBob\n', suffix=".csv")
    book = openpyxl.Workbook()
    book.active.append(["Name", '=WEBSERVICE("http://x.example/")', "=cmd|'/c calc'!A1"])
    book.active.append(["Ada", "x", "y"])
    book.save(put("formulas that call out", ""))


def _opendocument(put):
    def ods(what, says, body, extra=""):
        with zipfile.ZipFile(put(what, says, suffix=".ods"), "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mimetype", _ODS)
            archive.writestr("META-INF/manifest.xml", "<manifest:manifest/>")
            archive.writestr("content.xml", f"{extra}<office:document-content>{body}")

    table = "<office:body><office:spreadsheet><table:table table:name='L'>"
    cell = "<table:table-cell office:value-type='string' {}><text:p>x</text:p></table:table-cell>"
    end = "</table:table></office:spreadsheet></office:body></office:document-content>"
    far = cell.format("table:number-columns-repeated='16384'")
    row = f"<table:table-row table:number-rows-repeated='1048576'>{far}</table:table-row>"
    ods("repeated without end", "", table + row + end)
    ods("entities", "declares a document type", table + end, _ENTITIES)
    ods("cut off", _TOO_MUCH, table)
