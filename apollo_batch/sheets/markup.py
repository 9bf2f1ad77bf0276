"""The few things we do to XML as bytes: read and set attributes, escape text, know a prefix."""

import html
import re
from dataclasses import dataclass

_ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?[A-Za-z_][\w.-]*[\s/>]")
_ATTRIBUTE = re.compile(rb"""([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"']+)["']""")
_SPECIAL = re.compile(r'[&<>"]')
_STRICT = b"http://purl.oclc.org/ooxml/"

# The same vocabulary under the names that strict OOXML gives it (ISO/IEC 29500 part 1).
_STRICT_NAMES = (
    (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"spreadsheetml/main"),
    (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"officeDocument/relationships",
    ),
    (
        b"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
        b"drawingml/spreadsheetDrawing",
    ),
    (b"http://schemas.openxmlformats.org/drawingml/2006/chart", b"drawingml/chart"),
    (b"http://schemas.openxmlformats.org/drawingml/2006/main", b"drawingml/main"),
)


class UnsupportedError(Exception):
    """Why this workbook cannot be annotated in place, in words that follow "because"."""

    def __init__(self, why: str, *, readable: bool = True) -> None:
        super().__init__(why)
        self.readable = readable
        """Whether its values can be trusted all the same."""


@dataclass(frozen=True)
class Grammar:
    """How one part spells its tags: with a prefix and namespace of its own, or plainly."""

    prefix: bytes = b""
    """With its colon; empty where tags are plain."""
    strict: bool = False

    def open(self, tag: bytes) -> bytes:
        """Begin a tag, without its end: more attributes may follow."""
        return b"<" + self.prefix + tag

    def close(self, tag: bytes) -> bytes:
        return b"</" + self.prefix + tag + b">"

    def element(self, tag: bytes) -> re.Pattern[bytes]:
        """A whole element, empty or not; its content is group "body"."""
        name = re.escape(self.prefix + tag)
        return re.compile(
            rb"<" + name + rb"(?=[\s/>])(?P<attributes>[^>]*?)"
            rb"(?:/>|>(?P<body>.*?)</" + name + rb"\s*>)",
            re.DOTALL,
        )

    def spell(self, fragment: bytes) -> bytes:
        """Put plain tags into this part's spelling."""
        if not self.prefix:
            return fragment
        return re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1" + self.prefix, fragment)


def grammar(part: bytes) -> Grammar:
    """Read off a part's beginning how it spells its tags; refuse what bytes cannot tell."""
    found = _ENCODING.match(part.removeprefix(b"\xef\xbb\xbf"))
    if found is not None and found[1].lower() not in {b"utf-8", b"utf8", b"us-ascii", b"ascii"}:
        raise UnsupportedError("its parts are not written in UTF-8", readable=False)
    root = _ROOT.search(part)
    if root is None:
        raise UnsupportedError("its parts are not plain XML", readable=False)
    prefix = root[1] + b":" if root[1] else b""
    end = part.find(b">", root.start())
    return Grammar(prefix, strict=_STRICT in part[root.start() : end])


def beginning(part: bytes) -> bytes:
    """Everything up to the end of a part's first tag."""
    root = _ROOT.search(part)
    return part[: part.find(b">", root.start()) + 1] if root else b""


def strict_names(part: bytes) -> bytes:
    """Give a part's vocabulary the names a strict workbook uses."""
    for usual, strict in _STRICT_NAMES:
        part = part.replace(usual, _STRICT + strict)
    return part


def attributes(tag: bytes) -> dict[str, str]:
    """Read a start tag's attributes, with their own prefixes left out of the names."""
    return {
        match[1].rpartition(b":")[2].decode(): html.unescape(
            (match[2] if match[2] is not None else match[3]).decode("utf-8", "replace")
        )
        for match in _ATTRIBUTE.finditer(tag)
    }


def with_attribute(tag: bytes, name: str, value: str | int) -> bytes:
    """Set one attribute of a start tag."""
    bare = without_attribute(tag, name)
    end = re.search(rb"\s*/?>\Z", bare)
    place = end.start() if end else len(bare)
    added = f' {name}="{escape(str(value))}"'.encode()
    return bare[:place] + added + bare[place:]


def without_attribute(tag: bytes, name: str) -> bytes:
    """Drop one attribute of a start tag."""
    return re.sub(rb"\s+" + name.encode() + rb"""\s*=\s*(?:"[^"]*"|'[^']*')""", b"", tag, count=1)


def escape(text: str) -> str:
    """Make text fit for an element or a double-quoted attribute."""
    if not _SPECIAL.search(text):
        return text
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(plain, entity)
    return text


def unescape(text: bytes) -> str:
    """Read text back out of an element."""
    return html.unescape(text.decode("utf-8", "replace"))
