"""A value goes into a cell of a workbook of ours as what it is: text stays text, a count a number."""

from decimal import Decimal
from typing import Any

from apollo_batch.sheets import celltext


def put(cell: Any, value: str | Decimal | int) -> bool:
    """Fill a cell; whether it holds a number now."""
    as_number = celltext.number(value)
    if as_number is None:
        cell.value = celltext.LOOKS_ESCAPED.sub("_x005F_", celltext.clean(str(value)))
        cell.data_type = "s"  # a text that begins with = stays a text
        cell.number_format = "@"
        return False
    cell.value = Decimal(as_number)
    cell.number_format = "#,##0" if "." not in as_number else "#,##0.##"
    return True
