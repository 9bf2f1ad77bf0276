"""A cell in; complaint about what a spreadsheet program, or a wrong encoding, did to its text out."""

import re

from apollo_batch.catalogue import garbled
from apollo_batch.catalogue.kinds import BadCellError, Kind

_NOT_FROM_PEOPLE = {Kind.FLAG, Kind.WEBHOOK}
_DATES = {Kind.DATE, Kind.MOMENT}
_WORDS = {Kind.NAME, Kind.TEXT}
_IDS = {Kind.ID, Kind.HASHED_EMAIL, Kind.PHONE}
_IDS_AND_WORDS = _IDS | _WORDS
_DIGITS_KEPT = 15

_ERROR = re.compile(
    r"#(?:REF|NAME|VALUE|DIV/0|NUM|NULL|N/A|SPILL|CALC|FIELD|BLOCKED|CONNECT|GETTING_DATA"
    r"|BEZUG|WERT|ZAHL|NV|NOM|VALEUR|NOMBRE|NULO|\u00a1REF|\u00a1VALOR|\u00a1NUM)[!?]?|Err:\d{3}",
    re.IGNORECASE,
)
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+\d{1,3}", re.IGNORECASE)
_MONTH = (
    "jan|ene|gen|janv|feb|fev|f\u00e9vr|mar|mrz|m\u00e4r|mars|mrt|apr|abr|avr|may|mai|maj|mei|mag|"
    "jun|juin|giu|jul|juil|lug|aug|ago|ao\u00fbt|sep|sept|set|okt|oct|out|ott|nov|dec|dez|dic|"
    "d\u00e9c"
)
# 5-12, 5/12, MAY12 and the like, as a spreadsheet shows and saves them.
_DATE = re.compile(
    rf"\d{{4}}-\d\d-\d\d(?: 00:00:00)?|\d{{1,2}}(?:-|\. ?)(?:{_MONTH})\.?(?:-\d{{2,4}})?"
    rf"|(?:{_MONTH})\.?-\d{{2,4}}",
    re.IGNORECASE,
)


def check(kind: Kind, cell: str) -> None:
    """Raise BadCellError with the reason where a cell is not what somebody typed."""
    text = cell.strip()
    if not text or kind in _NOT_FROM_PEOPLE:
        return
    if text[0] in "#E" and _ERROR.fullmatch(text) and text.upper() != "#N/A":
        raise BadCellError("error_cell")
    if kind not in _DATES and _DATE.fullmatch(text):
        raise BadCellError("damaged_date")
    if kind in _IDS_AND_WORDS and (_SCIENTIFIC.fullmatch(text) or (kind in _IDS and _cut(text))):
        raise BadCellError("damaged_id")
    if kind in _WORDS and garbled.is_garbled(text):
        raise BadCellError("mojibake")


def _cut(text: str) -> bool:
    """Whether only zeros follow the fifteen digits that a spreadsheet keeps of a number."""
    rest = text[_DIGITS_KEPT:]
    return text.isdecimal() and len(rest) > 4 and not rest.strip("0")
