"""Text for a CSV file in, out what no spreadsheet takes for a formula; and the way back."""

import re

_INVISIBLE = " \u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u3000\ufeff"
_STARTS_FORMULA = tuple("=+-@\t\r\n|\uff1d\uff0b\uff0d\uff20")
_HARMLESS = re.compile(r"\+[1-9]\d{6,14}|-\d+(?:[.,]\d+)*")
"""A phone number as E.164 writes it, or a plain negative number."""


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula.

    Text that looks as if it had one already gets another, so that `bare` always finds the text
    again.
    """
    return f"'{text}" if _looks_like_formula(text.lstrip("'")) else text


def bare(text: str) -> str:
    """Take away the apostrophe that `guarded` put there, and no other."""
    if text.startswith("'") and _looks_like_formula(text.lstrip("'")):
        return text[1:]
    return text


def _looks_like_formula(text: str) -> bool:
    return text.lstrip(_INVISIBLE).startswith(_STARTS_FORMULA) and not _HARMLESS.fullmatch(text)
