"""The styles part: what is there stays under its number, ours are added behind."""

import re

from apollo_batch.model import Status
from apollo_batch.sheets import markup
from apollo_batch.sheets.markup import Grammar, UnsupportedError

_MOST = 64_000
_FIRST_FREE_FORMAT = 164
_ORDER = (b"numFmts", b"fonts", b"fills", b"borders", b"cellStyleXfs", b"cellXfs")
_GROWING = {
    b"numFmts": b"numFmt",
    b"fonts": b"font",
    b"fills": b"fill",
    b"borders": b"border",
    b"cellXfs": b"xf",
}
_FONT = tuple(b"b i strike outline shadow u vertAlign sz color name family charset scheme".split())
_LATER = (b"cellStyles", b"dxfs", b"tableStyles", b"colors", b"extLst")

EMPTY = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill>'
    b'<fill><patternFill patternType="gray125"/></fill></fills>'
    b'<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    b'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    b'<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    b'<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    b"</styleSheet>"
)

# Soft enough to read black text on; the words say the same.
_GREEN, _GREY, _AMBER, _RED = "FFE2F0D9", "FFEDEDED", "FFFFF2CC", "FFF8D7DA"
_COLOURS = {
    Status.SUCCEEDED: _GREEN,
    Status.NO_MATCH: _GREY,
    Status.SKIPPED: _GREY,
    Status.FAILED: _RED,
    Status.IN_DOUBT: _AMBER,
    Status.PENDING: _AMBER,
    Status.NOT_RUN: _GREY,
}


class Styles:
    """A styles part that grows."""

    def __init__(self, xml: bytes) -> None:
        self._xml = xml
        self.grammar: Grammar = markup.grammar(xml)
        if b"<!" in xml:
            raise UnsupportedError("its styles are written in an unusual way")
        if not self._read(b"cellXfs"):
            self._xml = markup.strict_names(EMPTY) if self.grammar.strict else EMPTY
            self.grammar = markup.grammar(self._xml)
        self._sections = {name: self._read(name) for name in _GROWING}
        self._sizes = {name: len(items) for name, items in self._sections.items()}
        self._numbers = {
            name: {item: number for number, item in reversed([*enumerate(items)])}
            for name, items in self._sections.items()
        }
        self._has_base = self._section(b"cellStyleXfs") is not None

    @property
    def xml(self) -> bytes:
        """The part as it stands now."""
        xml = self._xml
        for name, items in self._sections.items():
            if len(items) > self._sizes[name]:
                xml = self._with(xml, name, items[self._sizes[name] :])
        return xml

    def text(self) -> int:
        """The style of a cell whose text stays text, even when it is edited."""
        return self._add_format(_xf(number_format=49))

    def count(self) -> int:
        """The style of a number, which keeps its distance from a text at its right."""
        return self._add_format(_xf(number_format=0, inside=_APART))

    def head(self) -> int:
        """The style of a header in a workbook of our own."""
        font = self._add(b"fonts", _HEAD_FONT)
        fill = self._add(b"fills", _fill("FFE8EEF4"))
        return self._add_format(_xf(number_format=49, font=font, fill=fill))

    def statuses(self) -> dict[str, int]:
        """A style for each word of a status."""
        fills = {colour: self._add(b"fills", _fill(colour)) for colour in set(_COLOURS.values())}
        formats = {
            colour: self._add_format(_xf(number_format=49, fill=fill))
            for colour, fill in fills.items()
        }
        return {status.words: formats[colour] for status, colour in _COLOURS.items()}

    def adopt(self, other: "Styles") -> dict[int, int]:
        """Take over another part's cell formats: its number to ours."""
        fonts, fills, borders = (
            [self._add(section, _in_order(item)) for item in other._items(section)]
            for section in (b"fonts", b"fills", b"borders")
        )
        formats = self._adopt_number_formats(other)
        adopted = {}
        for index, xf in enumerate(other._items(b"cellXfs")):
            tag, _, rest = xf.partition(b">")
            values = markup.attributes(tag)
            tag += b">"
            for name, numbers in (("fontId", fonts), ("fillId", fills), ("borderId", borders)):
                tag = markup.with_attribute(tag, name, numbers[int(values.get(name, "0"))])
            code = int(values.get("numFmtId", "0"))
            tag = markup.with_attribute(tag, "numFmtId", formats.get(code, code))
            tag = markup.with_attribute(tag, "xfId", 0)
            for part in ("Font", "Fill", "Border", "NumberFormat", "Alignment"):
                tag = markup.with_attribute(tag, f"apply{part}", 1)
            adopted[index] = self._add_format(tag + rest)
        return adopted

    def _adopt_number_formats(self, other: "Styles") -> dict[int, int]:
        numbers = {}
        for item in self._items(b"numFmts"):
            said = markup.attributes(item)
            numbers[said.get("formatCode", "")] = int(said.get("numFmtId", "0"))
        formats = {}
        for item in other._items(b"numFmts"):
            said = markup.attributes(item)
            code = said["formatCode"]
            if code not in numbers:
                numbers[code] = max(_FIRST_FREE_FORMAT, *(n + 1 for n in numbers.values()), 0)
                self._add(b"numFmts", markup.with_attribute(item, "numFmtId", numbers[code]))
            formats[int(said["numFmtId"])] = numbers[code]
        return formats

    def _add_format(self, xf: bytes) -> int:
        if not self._has_base:
            xf = markup.without_attribute(xf, "xfId")
        known = self.grammar.spell(xf) in self._numbers[b"cellXfs"]
        if not known and len(self._items(b"cellXfs")) >= _MOST:
            return self._plainest(markup.attributes(xf).get("numFmtId", "0"))
        return self._add(b"cellXfs", xf)

    def _plainest(self, number_format: str) -> int:
        """Where Excel allows no more styles: one that is there, and shows the value alike."""
        for number, xf in enumerate(self._items(b"cellXfs")):
            said = markup.attributes(xf[: xf.find(b">") + 1])
            if said.get("numFmtId", "0") == number_format and said.get("fillId", "0") == "0":
                return number
        return 0

    def _items(self, section: bytes) -> list[bytes]:
        return self._sections[section]

    def _add(self, section: bytes, item: bytes) -> int:
        """Put an element behind the last of its section, if it is not there; say its number."""
        items, numbers = self._sections[section], self._numbers[section]
        spelled = self.grammar.spell(item)
        if spelled not in numbers:
            numbers[spelled] = len(items)
            items.append(spelled)
        return numbers[spelled]

    def _section(self, name: bytes) -> re.Match[bytes] | None:
        return self.grammar.element(name).search(self._xml)

    def _read(self, section: bytes) -> list[bytes]:
        """The elements of a section, in order; formats hold others inside."""
        found = self._section(section)
        if found is None or not found["body"]:
            return []
        tag = self.grammar.element(_GROWING[section])
        return [match[0] for match in tag.finditer(found["body"])]

    def _with(self, xml: bytes, section: bytes, added: list[bytes]) -> bytes:
        found = self.grammar.element(section).search(xml)
        body = (found["body"] or b"") if found else b""
        tag = self.grammar.open(section) + (found["attributes"] if found else b"") + b">"
        tag = markup.with_attribute(tag, "count", len(self._sections[section]))
        whole = tag + body + b"".join(added) + self.grammar.close(section)
        start, end = found.span() if found else (self._place(xml, section),) * 2
        return xml[:start] + whole + xml[end:]

    def _place(self, xml: bytes, section: bytes) -> int:
        later = _ORDER[_ORDER.index(section) + 1 :] + _LATER
        for name in later:
            found = self.grammar.element(name).search(xml)
            if found:
                return found.start()
        return xml.rfind(self.grammar.close(b"styleSheet"))


_HEAD_FONT = b'<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font>'


def _in_order(item: bytes) -> bytes:
    """Put what is said of a font into the order of the standard; other items stay as they are."""
    said = {tag.partition(b" ")[0].strip(b"</>"): tag for tag in re.findall(rb"<\w+[^>]*/>", item)}
    if not item.startswith(b"<font>") or not said.keys() <= set(_FONT):
        return item
    return b"<font>" + b"".join(said[name] for name in _FONT if name in said) + b"</font>"


def _fill(colour: str) -> bytes:
    text = (
        f'<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/>'
        '<bgColor indexed="64"/></patternFill></fill>'
    )
    return text.encode()


_APART = '<alignment horizontal="right" indent="1"/>'


def _xf(*, number_format: int, font: int = 0, fill: int = 0, inside: str = "") -> bytes:
    text = (
        f'<xf numFmtId="{number_format}" fontId="{font}" fillId="{fill}" borderId="0" xfId="0"'
        ' applyNumberFormat="1" applyFont="1" applyFill="1"'
    )
    if inside:
        text += f' applyAlignment="1">{inside}</xf>'
    else:
        text += "/>"
    return text.encode()
