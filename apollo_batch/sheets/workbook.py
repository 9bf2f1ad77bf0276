"""The workbook part: which sheets there are, which names are defined, and changes to both."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from apollo_batch.sheets import markup
from apollo_batch.sheets.markup import Grammar, UnsupportedError
from apollo_batch.sheets.package import Package

_MACROS = b"macroEnabled"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True)
class SheetEntry:
    """One sheet as the workbook lists it."""

    name: str
    index: int
    """Its position; names that belong to one sheet say it."""
    number: int
    """Its sheetId."""
    part: str


@dataclass(frozen=True)
class DefinedName:
    """A name of the workbook and what it stands for."""

    name: str
    sheet: int | None
    """The position of the sheet it belongs to; None for the whole workbook."""
    refers_to: str


class Workbook:
    """The workbook part of a package, and its own spelling."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.part = _main_part(package)
        self.grammar: Grammar = markup.grammar(self.xml)
        if b"<!" in self.xml:
            raise UnsupportedError("its list of sheets is written in an unusual way")

    @property
    def xml(self) -> bytes:
        return self.package.read(self.part)

    @property
    def has_macros(self) -> bool:
        """Whether Excel insists on a name ending in .xlsm."""
        types = self.package.read("[Content_Types].xml")
        return _MACROS in types

    def sheets(self) -> list[SheetEntry]:
        """List the sheets in the order of their tabs."""
        targets = {one.id: one.target for one in self.package.relationships(self.part)}
        tags = self.grammar.element(b"sheet").finditer(self.xml)
        return [
            SheetEntry(
                name=values["name"],
                index=index,
                number=int(values.get("sheetId", "0")),
                part=targets.get(values.get("id", ""), ""),
            )
            for index, values in enumerate(markup.attributes(tag["attributes"]) for tag in tags)
        ]

    def entry(self, name: str) -> SheetEntry:
        """Find a sheet by its exact name."""
        for sheet in self.sheets():
            if sheet.name == name and sheet.part in self.package:
                return sheet
        raise UnsupportedError("the sheet's part could not be found in the file")

    def names(self) -> Iterator[DefinedName]:
        """List the defined names."""
        for tag in self.grammar.element(b"definedName").finditer(self.xml):
            values = markup.attributes(tag["attributes"])
            sheet = values.get("localSheetId")
            refers_to = markup.unescape(tag["body"] or b"")
            yield DefinedName(values.get("name", ""), int(sheet) if sheet else None, refers_to)

    def define(
        self, name: str, refers_to: str, *, sheet: int | None = None, hidden: bool = True
    ) -> None:
        """Define a name, or give it a new meaning."""
        self.forget(name, sheet=sheet)
        said = "" if sheet is None else f' localSheetId="{sheet}"'
        said += ' hidden="1"' if hidden else ""
        text = (
            f'<definedName name="{markup.escape(name)}"{said}>'
            f"{markup.escape(refers_to)}</definedName>"
        )
        tag = self.grammar.spell(text.encode())
        self.package.put(self.part, _with_name(self.xml, self.grammar, tag))

    def forget(self, name: str, *, sheet: int | None = None) -> None:
        """Drop a name."""
        for tag in self.grammar.element(b"definedName").finditer(self.xml):
            values = markup.attributes(tag["attributes"])
            local = values.get("localSheetId")
            if values.get("name") == name and (int(local) if local else None) == sheet:
                self.package.put(self.part, self.xml.replace(tag[0], b"", 1))
                return

    def add_sheet(self, name: str, relationship: str) -> SheetEntry:
        """List a sheet after all others: names and the active tab count sheets by position."""
        number = max((sheet.number for sheet in self.sheets()), default=0) + 1
        text = (
            f'<sheet name="{markup.escape(name)}" sheetId="{number}"'
            f' xmlns:r="{self._relationships()}" r:id="{relationship}"/>'
        )
        end = self.grammar.close(b"sheets")
        tag = self.grammar.spell(text.encode())
        self.package.put(self.part, self.xml.replace(end, tag + end, 1))
        return self.sheets()[-1]

    def _relationships(self) -> str:
        # Declared where it is used: some writers declare it at every sheet and not at the root.
        found = re.search(rb"""["'](http://[^"'\s]+/relationships)["']""", self.xml)
        return found[1].decode() if found else _RELATIONSHIPS


def quoted(name: str) -> str:
    """Write a sheet's name as a formula does."""
    return "'" + name.replace("'", "''") + "'"


def _main_part(package: Package) -> str:
    for one in package.relationships(""):
        if one.kind == "officeDocument" and one.target in package:
            return one.target
    raise UnsupportedError("its list of sheets could not be found in the file")


def _with_name(xml: bytes, spelling: Grammar, tag: bytes) -> bytes:
    end = spelling.close(b"definedNames")
    if end in xml:
        return xml.replace(end, tag + end, 1)
    empty = spelling.element(b"definedNames").search(xml)
    if empty:
        xml = xml.replace(empty[0], b"", 1)
    whole = spelling.open(b"definedNames") + b">" + tag + end
    for before in (b"externalReferences", b"functionGroups", b"sheets"):
        place = xml.find(spelling.close(before))
        if place >= 0:
            place += len(spelling.close(before))
            return xml[:place] + whole + xml[place:]
    raise UnsupportedError("its list of sheets is written in an unusual way")
