"""What a package says of its parts: their content types and the arrows between them."""

import re

from apollo_batch.sheets import markup
from apollo_batch.sheets.markup import UnsupportedError
from apollo_batch.sheets.package import Package, rels_name

TYPES = "[Content_Types].xml"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_EMPTY = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b"</Relationships>"
)
# Excel opens a template only from a name of its own, .xltx or .xltm.
_TEMPLATES = (
    (b"spreadsheetml.template.main+xml", b"spreadsheetml.sheet.main+xml"),
    (b"ms-excel.template.macroEnabled.main+xml", b"ms-excel.sheet.macroEnabled.main+xml"),
)
_OVERRIDE = re.compile(rb"<(?:[\w.-]+:)?Override\s[^>]*?(?:/>|>\s*</[^>]*>)")
_ARROW = re.compile(rb"<(?:[\w.-]+:)?Relationship\s[^>]*>")


def add_type(package: Package, part: str, content_type: str) -> None:
    """Say what kind of content a new part has."""
    tag = f'<Override PartName="/{markup.escape(part)}" ContentType="{content_type}"/>'
    package.put(TYPES, _appended(package.read(TYPES), b"Types", tag))


def no_template(package: Package) -> None:
    """Let a template be the workbook that Excel would make of it."""
    xml = package.read(TYPES)
    for template, workbook in _TEMPLATES:
        xml = xml.replace(template, workbook)
    package.put(TYPES, xml)


def add_arrow(package: Package, part: str, kind: str, target: str, *, strict: bool) -> str:
    """Point from one part to another; returns the arrow's id."""
    ids = {one.id for one in package.relationships(part)}
    number = len(ids) + 1
    while f"rId{number}" in ids:
        number += 1
    put_arrow(package, part, f"rId{number}", kind, target, strict=strict)
    return f"rId{number}"


def put_arrow(
    package: Package, part: str, name: str, kind: str, target: str, *, strict: bool
) -> None:
    """Point from one part to another under a given id."""
    tag = f'<Relationship Id="{name}" Type="{_RELATIONSHIPS}{kind}" Target="/{target}"/>'
    if strict:
        tag = markup.strict_names(tag.encode()).decode()
    rels = rels_name(part)
    xml = package.read(rels) if rels in package else _EMPTY
    package.put(rels, _appended(xml, b"Relationships", tag))


def redirect(package: Package, part: str, name: str, target: str) -> None:
    """Let an arrow point to another part."""
    rels = rels_name(part)
    xml = package.read(rels)
    for tag in _ARROW.findall(xml):
        if markup.attributes(tag).get("Id") == name:
            xml = xml.replace(tag, markup.with_attribute(tag, "Target", f"/{target}"), 1)
    package.put(rels, xml)


def drop(package: Package, part: str) -> None:
    """Leave a part out, and what it alone points to, and what is said of its type."""
    below = [one.target for one in package.relationships(part) if one.target in package]
    arrows = rels_name(part)
    for name in (part, arrows):
        package.gone.add(name.casefold())
        package.new.pop(name, None)
    xml = package.read(TYPES)
    for tag in _OVERRIDE.findall(xml):
        if markup.attributes(tag).get("PartName", "").casefold() == f"/{part}".casefold():
            xml = xml.replace(tag, b"", 1)
    package.put(TYPES, xml)
    starts = (package.relationships(owner) for owner in package.owners())
    wanted = {one.target.casefold() for some in starts for one in some}
    for name in below:
        if name.casefold() not in wanted:
            drop(package, name)


def drop_arrow(package: Package, part: str, kind: str) -> None:
    """Leave out the parts of one kind that a part points to, arrows included."""
    rels = rels_name(part)
    for one in package.relationships(part):
        if one.kind != kind:
            continue
        xml = package.read(rels)
        for tag in _ARROW.findall(xml):
            if markup.attributes(tag).get("Id") == one.id:
                package.put(rels, xml.replace(tag, b"", 1))
        if one.target in package:
            drop(package, one.target)


def _appended(xml: bytes, root: bytes, tag: str) -> bytes:
    spelling = markup.grammar(xml)
    end = spelling.close(root)
    spelled = spelling.spell(tag.encode())
    if end in xml:
        place = xml.rfind(end)
        return xml[:place] + spelled + xml[place:]
    empty = spelling.element(root).search(xml)
    if empty is None:
        raise UnsupportedError("its list of parts is written in an unusual way")
    start = xml[empty.start() : empty.end()].removesuffix(b"/>").rstrip() + b">"
    return xml[: empty.start()] + start + spelled + end + xml[empty.end() :]
