"""Text in; whether its letters were garbled by reading one encoding as another, out.

"JosÃ©" is "José", written as UTF-8 and read as Windows text: each letter beyond ASCII became two or
three, the first of them one of a few, the others from a range that is mostly signs. People do have
names with an Ã in them (JOÃO), and companies a ™ behind an Ä: a pair that real text may hold counts
only beside a small letter.
"""

import re

_TRAIL = range(0x80, 0xC0)
# Behind a capital these may stand in real text, too: at the end of a word, or between two.
_SIGNS = "\u00a0\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u2122\u203a\u2026\u00a9\u00ae\u00aa\u00ba\u00ab\u00bb\u00b0\u00b4"
_LEADS = "\u00c2\u00c3\u00c4\u00c5\u00c8"
_OTHER_SCRIPTS = "\u00ce-\u00d1\u00d4\u00d5\u00d7-\u00d9\u00e0-\u00ed"


def _shown(byte: int, encoding: str) -> str:
    # Windows leaves five bytes without a letter; programs keep them as they are.
    return bytes([byte]).decode(encoding, "ignore") or chr(byte)


def _any_of(letters: str) -> str:
    return "[" + re.escape(letters) + "]"


_TRAILS = "".join({_shown(byte, "cp1252") for byte in _TRAIL})
_SURE_TRAILS = "".join(sorted(set(_TRAILS) - set(_SIGNS)))
_PATTERN = re.compile(
    "|".join(
        (
            f"[{_LEADS}]{_any_of(_SURE_TRAILS)}",
            f"[a-z][{_LEADS}]{_any_of(_SIGNS)}",
            f"[{_LEADS}](?!\u2019s\\b){_any_of(_SIGNS)}[a-z]",
            f"\u00c3{_any_of(_SIGNS)}[A-Z]",
            "[a-z]\u00c3|\u00c3[\u00aa\u00ab\u00b0\u00b4\u00ba]",
            f"(?:[{_LEADS}]{_any_of(_TRAILS)}){{2}}",
            # Dashes, quotation marks, the euro, the trade mark; a byte order mark; a lost letter.
            f"\u00e2[\u20ac\u201a\u201e]{_any_of(_TRAILS)}|\u00ef[\u00bb\u00bf][\u00bf\u00bd]|\ufffd",
            # Windows text read as Latin-1; UTF-8 read as an old Mac's.
            f"[\x80-\x9f]|\u221a{_any_of(''.join(_shown(b, 'mac_roman') for b in _TRAIL))}",
            f"\u00e1[\u00ba\u00bb]{_any_of(_TRAILS)}",  # Vietnamese
            f"(?:[{_OTHER_SCRIPTS}]{_any_of(_TRAILS)}+){{2}}",
        )
    )
)


def is_garbled(text: str) -> bool:
    """Whether letters of a text are others than were written."""
    return not text.isascii() and _PATTERN.search(text) is not None
