"""What is raised when a written workbook is not what it should be, and the plainest reason to."""

from xml.parsers import expat


class MismatchError(Exception):
    """The written workbook does not read back as it should, in words that follow "because"."""


def parse(xml: bytes) -> None:
    """Have a parser read what we put together as bytes; MismatchError where it cannot."""
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(xml, True)
    except expat.ExpatError as error:
        raise MismatchError("one of its parts would not be well-formed") from error
