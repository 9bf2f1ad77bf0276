"""What `clean:` may name: the text of a cell comes in, the part that was meant goes out."""

import re
import unicodedata
from collections.abc import Callable

from apollo_batch.catalogue.kinds import Kind, clean
from apollo_batch.job.headers import tidy

_WORD = re.compile(r"[^\W\d_]+")
_NO_DIGIT = re.compile(r"[^0-9]")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"'@]+")
_LINKEDIN = re.compile(r"(?:https?://)?(?:[\w-]+\.)*linkedin\.com/[^\s<>()\[\],;\"']+", re.I)
_PROFILE = re.compile(r"/?(?P<path>(?:in|pub|company|school)/[^\s/]+)/?", re.I)


def _title(text: str) -> str:
    # str.title makes "Women'S"; a lone letter after an apostrophe stays as it is.
    def capital(match: re.Match[str]) -> str:
        before = text[match.start() - 1 : match.start()]
        lone = before in {"'", "\u2019"} and len(match[0]) == 1
        return match[0].lower() if lone else match[0].capitalize()

    return _WORD.sub(capital, text)


def _domain(text: str) -> str:
    return clean(Kind.DOMAIN, text)


def _digits(text: str) -> str:
    return _NO_DIGIT.sub("", unicodedata.normalize("NFKC", text))


def _email(text: str) -> str:
    found = _ADDRESS.search(text)
    return found[0].rstrip(".") if found else text


def _linkedin_url(text: str) -> str:
    found = _LINKEDIN.search(text)
    if found:
        return found[0]
    profile = _PROFILE.fullmatch(text.strip())
    return f"https://www.linkedin.com/{profile['path']}" if profile else text


def _first_name(text: str) -> str:
    return _split_name(text)[0]


def _last_name(text: str) -> str:
    return _split_name(text)[1]


def _split_name(text: str) -> tuple[str, str]:
    name = tidy(text)
    if "," in name:  # "Lovelace, Ada", as address books sort them
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    first, _, last = name.partition(" ")
    return first, last


CLEANERS: dict[str, Callable[[str], str]] = {
    "trim": tidy,
    "lower": str.lower,
    "upper": str.upper,
    "title": _title,
    "domain": _domain,
    "digits": _digits,
    "email": _email,
    "linkedin_url": _linkedin_url,
    "first_name": _first_name,
    "last_name": _last_name,
}
"""May raise `kinds.BadCellError`; the row is then skipped with its reason."""
