"""A workbook with one of everything that other programs lose: parts made by hand."""

import zipfile
from pathlib import Path

import sheets_corpus as corpus

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MICROSOFT = "http://schemas.microsoft.com/office"
_MAIN = f'xmlns="{corpus.MAIN}"'
_X14 = f'xmlns:x14="{MICROSOFT}/spreadsheetml/2009/9/main"'
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_EXCEL = "application/vnd.ms-excel."

SPARKLINES = (
    f'<extLst><ext uri="{{05C60535-1F16-4fd2-B633-F4F36F0B64E0}}" {_X14}><x14:sparklineGroups '
    f'xmlns:xm="{MICROSOFT}/excel/2006/main"><x14:sparklineGroup displayEmptyCellsAs="gap">'
    "<x14:sparklines><x14:sparkline><xm:f>Leads!C2:C4</xm:f><xm:sqref>C5</xm:sqref>"
    "</x14:sparkline></x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext>"
    f'<ext uri="{{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}}" {_X14}>'
    f'<x14:slicerList><x14:slicer xmlns:r="{OFFICE}" r:id="rIdSlicer"/></x14:slicerList></ext>'
    "</extLst>"
)
SLICER = (
    f'<slicers {_MAIN}><slicer name="Since" cache="Slicer_Since" '
    'caption="Since" rowHeight="241300"/></slicers>'
).replace(corpus.MAIN, f"{MICROSOFT}/spreadsheetml/2009/9/main")
PIVOT_CACHE = (
    f'<pivotCacheDefinition {_MAIN} xmlns:r="{OFFICE}" r:id="rId1" recordCount="1">'
    '<cacheSource type="worksheet"><worksheetSource ref="A1:D4" sheet="Leads"/></cacheSource>'
    '<cacheFields count="1"><cacheField name="Score"><sharedItems/></cacheField></cacheFields>'
    "</pivotCacheDefinition>"
)
PIVOT = (
    f'<pivotTableDefinition {_MAIN} name="Scores" cacheId="1" dataCaption="Values">'
    '<location ref="F1:F2" firstHeaderRow="1" firstDataRow="1" firstDataCol="0"/>'
    '<pivotFields count="1"><pivotField dataField="1"/></pivotFields></pivotTableDefinition>'
)
THREADED = (
    f'<ThreadedComments xmlns="{MICROSOFT}/spreadsheetml/2018/threadedcomments">'
    '<threadedComment ref="B2" dT="2026-01-02T10:00:00.00" '
    'personId="{00000000-0000-0000-0000-000000000001}" '
    'id="{00000000-0000-0000-0000-000000000002}"><text>Called &amp; promised</text>'
    "</threadedComment></ThreadedComments>"
)
PERSONS = (
    f'<personList xmlns="{MICROSOFT}/spreadsheetml/2018/threadedcomments"><person '
    'displayName="Ada Example" id="{00000000-0000-0000-0000-000000000001}" userId="ada" '
    'providerId="None"/></personList>'
)

PARTS: dict[str, tuple[str, str | bytes]] = {
    "xl/slicers/slicer1.xml": (f"{_EXCEL}slicer+xml", SLICER),
    "xl/slicerCaches/slicerCache1.xml": (
        f"{_EXCEL}slicerCache+xml",
        f'<slicerCacheDefinition xmlns="{MICROSOFT}/spreadsheetml/2009/9/main" '
        'name="Slicer_Since" sourceName="Since"/>',
    ),
    "xl/pivotCache/pivotCacheDefinition1.xml": (f"{_SHEET}pivotCacheDefinition+xml", PIVOT_CACHE),
    "xl/pivotCache/pivotCacheRecords1.xml": (
        f"{_SHEET}pivotCacheRecords+xml",
        f'<pivotCacheRecords {_MAIN} count="1"><r><n v="7"/></r></pivotCacheRecords>',
    ),
    "xl/pivotTables/pivotTable1.xml": (f"{_SHEET}pivotTable+xml", PIVOT),
    "xl/threadedComments/threadedComment1.xml": (f"{_EXCEL}threadedcomments+xml", THREADED),
    "xl/persons/person.xml": (f"{_EXCEL}person+xml", PERSONS),
    "xl/calcChain.xml": (
        f"{_SHEET}calcChain+xml",
        f'<calcChain {_MAIN}><c r="B1" i="2"/></calcChain>',
    ),
    "xl/printerSettings/printerSettings1.bin": (f"{_SHEET}printerSettings", bytes(range(256))),
    "xl/vbaProject.bin": ("application/vnd.ms-office.vbaProject", b"\xd0\xcf\x11\xe0 macros"),
    "customXml/item1.xml": ("application/xml", '<crm xmlns="urn:example"><id>7</id></crm>'),
    "xl/externalLinks/externalLink1.xml": (
        f"{_SHEET}externalLink+xml",
        f'<externalLink {_MAIN}><externalBook xmlns:r="{OFFICE}" r:id="rId1"><sheetNames>'
        '<sheetName val="Prices"/></sheetNames></externalBook></externalLink>',
    ),
}
_ARROWS: dict[str, list[tuple[str, str, str]]] = {
    "xl/worksheets/_rels/sheet1.xml.rels": [
        ("rIdSlicer", f"{MICROSOFT}/2007/relationships/slicer", "/xl/slicers/slicer1.xml"),
        (
            "rIdThread",
            f"{MICROSOFT}/2017/10/relationships/threadedComment",
            "/xl/threadedComments/threadedComment1.xml",
        ),
        ("rIdPrint", f"{OFFICE}/printerSettings", "/xl/printerSettings/printerSettings1.bin"),
    ],
    "xl/worksheets/_rels/sheet2.xml.rels": [
        ("rIdPivot", f"{OFFICE}/pivotTable", "/xl/pivotTables/pivotTable1.xml"),
    ],
    "xl/_rels/workbook.xml.rels": [
        (
            "rIdCache",
            f"{MICROSOFT}/2007/relationships/slicerCache",
            "/xl/slicerCaches/slicerCache1.xml",
        ),
        (
            "rIdPivotCache",
            f"{OFFICE}/pivotCacheDefinition",
            "/xl/pivotCache/pivotCacheDefinition1.xml",
        ),
        ("rIdPerson", f"{MICROSOFT}/2017/10/relationships/person", "/xl/persons/person.xml"),
        ("rIdCalc", f"{OFFICE}/calcChain", "/xl/calcChain.xml"),
        ("rIdMacros", f"{MICROSOFT}/2006/relationships/vbaProject", "/xl/vbaProject.bin"),
        ("rIdLink", f"{OFFICE}/externalLink", "/xl/externalLinks/externalLink1.xml"),
    ],
    "_rels/.rels": [("rIdCrm", f"{OFFICE}/customXml", "/customXml/item1.xml")],
}
_NEW_ARROWS = {
    "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": [
        ("rId1", f"{OFFICE}/pivotCacheRecords", "/xl/pivotCache/pivotCacheRecords1.xml"),
    ],
    "xl/pivotTables/_rels/pivotTable1.xml.rels": [
        ("rId1", f"{OFFICE}/pivotCacheDefinition", "/xl/pivotCache/pivotCacheDefinition1.xml"),
    ],
}
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"


def museum(path: Path) -> Path:
    """Everything of `sheets_corpus.rich`, and one of each part above; a macro workbook."""
    plain = corpus.rich(path.with_name("plain.xlsx"))
    with zipfile.ZipFile(plain) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    _name_types(parts)
    for name, arrows in (_ARROWS | _NEW_ARROWS).items():
        empty = f'<Relationships xmlns="{_RELS}"></Relationships>'.encode()
        body = "".join(
            f'<Relationship Id="{i}" Type="{kind}" Target="{to}"/>' for i, kind, to in arrows
        )
        parts[name] = _before(parts.get(name, empty), "</Relationships>", body)
    outside = f'<Relationships xmlns="{_RELS}"><Relationship Id="rId1" TargetMode="External" '
    outside += f'Type="{OFFICE}/externalLinkPath" Target="prices.xlsx"/></Relationships>'
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = outside.encode()
    book = "xl/workbook.xml"
    caches = f'<pivotCaches xmlns:r="{OFFICE}"><pivotCache cacheId="1" r:id="rIdPivotCache"/>'
    parts[book] = _before(parts[book], "</workbook>", caches + "</pivotCaches>")
    links = f'<externalReferences xmlns:r="{OFFICE}"><externalReference r:id="rIdLink"/>'
    parts[book] = _before(parts[book], "<definedNames>", links + "</externalReferences>")
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = _before(parts[sheet], "</worksheet>", SPARKLINES)
    parts |= {n: c.encode() if isinstance(c, str) else c for n, (_, c) in PARTS.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _name_types(parts: dict[str, bytes]) -> None:
    types = "[Content_Types].xml"
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, (kind, _) in PARTS.items()
    )
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macros = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    parts[types] = _before(parts[types], "</Types>", overrides).replace(plain, macros)


def _before(part: bytes, end: str, text: str) -> bytes:
    place = part.rfind(end.encode())
    assert place > 0, (end, part)
    return part[:place] + text.encode() + part[place:]
