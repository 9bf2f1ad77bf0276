"""Values for cells in, out what a spreadsheet can hold: whatever the data, writing never fails."""

import re
from decimal import Decimal

from apollo_batch.sheets import cells, markup

Cell = str | Decimal | int | None
"""What one new cell gets: text, one of our own counts, or nothing."""

LONGEST = 32_767
CUT = " … [cut here: a cell holds 32,767 characters]"
_LOSES_SPACE = re.compile(r"\s\s|[\n\t]")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Excel reads _x0041_ as the letter A; text that happens to look so is written _x005F_x0041_.
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def clean(text: str) -> str:
    """Replace what no XML can carry, settle line ends, cut at what a cell can hold."""
    if text.isprintable() and len(text) * 2 <= LONGEST:
        return text
    if _UNFIT.search(text):
        text = _UNFIT.sub("\ufffd", text.replace("\r\n", "\n"))
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) * 2 > LONGEST:
        text = _cut(text)
    return text


def _cut(text: str) -> str:
    # Excel counts in UTF-16: an emoji is two.
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST:
        return text
    return units[: 2 * (LONGEST - len(CUT))].decode("utf-16-le", "ignore") + CUT


def encoded(text: str) -> str:
    """Write clean text so that XML, then Excel, read it back as it was."""
    if "_x" in text:
        text = LOOKS_ESCAPED.sub("_x005F_", text)
    return markup.escape(text)


def number(value: Cell) -> str | None:
    """Write a count as a number; None where the value is text or would lose digits as one."""
    if value is None or isinstance(value, str):
        return None
    exact = Decimal(value)
    if not exact.is_finite() or len(exact.as_tuple().digits) > 15 or abs(exact) >= cells.LONGEST:
        return None
    return format(exact, "f") if abs(exact) >= Decimal("1e-15") else "0"


def readable(value: Cell) -> str | float | None:
    """What reading a cell back must give."""
    if isinstance(value, str):
        return clean(value) or None
    as_number = number(value)
    if as_number is not None:
        return float(as_number)
    return None if value is None else clean(str(value))


def ending(value: Cell, *, text_style: int, count_style: int) -> str:
    """Write all of a cell that stands behind its place, plainly spelled; "" for an empty one."""
    as_number = None if isinstance(value, str) else number(value)
    if as_number is not None:
        return f'" s="{count_style}"><v>{as_number}</v></c>'
    if value is None or value == "":
        return ""
    text = clean(str(value))
    kept = ' xml:space="preserve"' if text != text.strip() or _LOSES_SPACE.search(text) else ""
    return f'" s="{text_style}" t="inlineStr"><is><t{kept}>{encoded(text)}</t></is></c>'
