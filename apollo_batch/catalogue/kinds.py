"""What a cell must look like for a parameter: cleaned, or told what is wrong with it."""

import functools
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from urllib.parse import quote, unquote, urlsplit


class Kind(StrEnum):
    """How a parameter's text is read."""

    TEXT = "text"
    NAME = "name"
    EMAIL = "email"
    HASHED_EMAIL = "hashed_email"
    DOMAIN = "domain"
    URL = "url"
    PERSON_URL = "person_url"
    COMPANY_URL = "company_url"
    ID = "id"
    FLAG = "flag"
    WEBHOOK = "webhook"
    PHONE = "phone"
    WHOLE = "whole"
    """A number without a fraction."""
    AMOUNT = "amount"
    """Money: digits only."""
    DATE = "date"
    MOMENT = "moment"
    """A date and a time."""
    EMPLOYEES = "employees"
    """A range of headcounts, "1,10"."""
    TECHNOLOGY = "technology"
    FIELDS = "fields"
    """Custom fields: what they are called, and their values."""


class BadCellError(ValueError):
    """The text cannot be used; `reason` is the code a row is skipped with."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# What people type for "nothing". Surnames Null, None and Na exist, so names keep those.
_NOTHING = {"n/a", "#n/a", "-", "--", "—", "?", "."}
_NOTHING_BUT_A_NAME = _NOTHING | {"none", "null", "na", "nil", "nan", "unknown", "tbd"}

_WORDS = frozenset({Kind.NAME, Kind.TEXT})

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_SPACES = re.compile(r"\s+")
_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?P<domain>[^@\s]+)"
)
_IN_BRACKETS = re.compile(r"^.*<([^<>]+)>$")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:/*")
_BEHIND_A_HOST = re.compile(r"[/?#:\\]")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_ID = re.compile(r"[0-9a-f]{24}")
_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?\s?(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_SLUG = re.compile(r"/(?P<kind>in|pub|company|school)/(?P<slug>[^/?#\s]+)")
_FREEMAIL = frozenset(
    "gmail.com googlemail.com yahoo.com yahoo.de yahoo.fr yahoo.co.uk hotmail.com hotmail.de "
    "hotmail.fr outlook.com outlook.de live.com msn.com icloud.com me.com aol.com gmx.de gmx.net "
    "gmx.at gmx.com web.de t-online.de freenet.de orange.fr free.fr laposte.net wanadoo.fr "
    "proton.me protonmail.com mail.com mail.ru yandex.ru qq.com 163.com 126.com".split()
)


def clean(kind: Kind, text: str) -> str:
    """Bring a cell into the form Apollo compares, or "" where the cell says nothing.

    Raises BadCellError where there is text that cannot be used.
    """
    tidy = _tidy(text)
    nothing = _NOTHING if kind in _WORDS else _NOTHING_BUT_A_NAME
    if not tidy or tidy.casefold() in nothing:
        return ""
    return _CLEANERS[kind](tidy)


def _tidy(text: str) -> str:
    if text.isascii():  # most cells are, and nothing of it is invisible or written in two ways
        return " ".join(text.split())
    return _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def _text(text: str) -> str:
    return text


def _name(text: str) -> str:
    if "@" in text or not any(character.isalpha() for character in text):
        raise BadCellError("bad_name")
    return text


def _email(text: str) -> str:
    plain = _IN_BRACKETS.sub(r"\1", text) if text.endswith(">") else text
    plain = plain.lower().removeprefix("mailto:").strip()
    match = _EMAIL.fullmatch(plain)
    if match is None or len(plain) > 254:
        raise BadCellError("bad_email")
    local, _, domain = plain.rpartition("@")
    try:
        return f"{local}@{_host(domain)}"
    except BadCellError:
        raise BadCellError("bad_email") from None


def _hashed_email(text: str) -> str:
    if not _HASH.fullmatch(text.lower()):
        raise BadCellError("bad_hashed_email")
    return text.lower()


def _domain(text: str) -> str:
    host = host_of(text)
    if host in _FREEMAIL:
        raise BadCellError("freemail_domain")
    return host


def host_of(text: str) -> str:
    """Find the host that a domain, an address of the web or an e-mail address names.

    Raises BadCellError where there is none.
    """
    # "www.acme.example/about", "https://acme.example:8443", "ada@acme.example" all name a host.
    host = text.lower().rpartition("@")[2]
    host = _SCHEME.sub("", host).lstrip("/")
    host = _BEHIND_A_HOST.split(host, maxsplit=1)[0].strip().rstrip(".")
    return _host(host.removeprefix("www."))


@functools.lru_cache(maxsize=4096)  # colleagues share one, and a cell is read more than once
def _host(text: str) -> str:
    try:
        host = text.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise BadCellError("bad_domain") from None
    labels = host.split(".")
    real = len(labels) > 1 and not labels[-1].isdigit() and len(host) <= 253
    if not real or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadCellError("bad_domain")
    return host


def _url(text: str) -> str:
    full = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(full)
        _host(parts.hostname or "")
    except (ValueError, BadCellError):
        raise BadCellError("bad_url") from None
    if parts.scheme not in {"http", "https"}:
        raise BadCellError("bad_url")
    return full


def _linkedin(text: str, kinds: frozenset[str]) -> str:
    # Apollo stores http://www.linkedin.com/in/<slug> and compares letter by letter; LinkedIn itself
    # writes letters beyond a-z as %C3%BC, whatever a browser shows.
    lower = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(lower)
    except ValueError:
        raise BadCellError("bad_linkedin_url") from None
    host = (parts.hostname or "").lower()
    match = _SLUG.match(parts.path)
    ours = host == "linkedin.com" or host.endswith(".linkedin.com")
    if not ours or match is None or match["kind"] not in kinds:
        raise BadCellError("bad_linkedin_url")
    slug = unicodedata.normalize("NFC", unquote(match["slug"])).lower()
    return f"http://www.linkedin.com/{match['kind']}/{quote(slug, safe='')}"


def _person_url(text: str) -> str:
    return _linkedin(text, frozenset({"in", "pub"}))


def _company_url(text: str) -> str:
    return _linkedin(text, frozenset({"company", "school"}))


def _id(text: str) -> str:
    if not _ID.fullmatch(text.lower()):
        raise BadCellError("bad_id")
    return text.lower()


def _flag(text: str) -> str:
    if text.lower() not in {"true", "false"}:
        raise BadCellError("bad_value")
    return text.lower()


def _webhook(text: str) -> str:
    if not _url(text).startswith("https://"):
        raise BadCellError("bad_url")
    return text


def _phone(text: str) -> str:
    digits = sum(character.isdigit() for character in text)
    if not 5 <= digits <= 20 or re.search(r"[A-Za-z]{4}", text):
        raise BadCellError("bad_phone")
    return text


def _whole(text: str) -> str:
    if not re.fullmatch(r"\d{1,15}", text):
        raise BadCellError("bad_number")
    return text


def _amount(text: str) -> str:
    # Apollo leaves an amount blank that has a comma or a currency sign in it ("Create Deal" page).
    if not re.fullmatch(r"\d{1,15}(?:\.\d{1,2})?", text):
        raise BadCellError("bad_amount")
    return text


def _date(text: str) -> str:
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        raise BadCellError("date_as_number")
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[ T]00:00(?::00)?)?", text)
    try:
        return date.fromisoformat(match[1] if match else "").isoformat()
    except ValueError:
        raise BadCellError("bad_date") from None


def _moment(text: str) -> str:
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        raise BadCellError("date_as_number")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise BadCellError("no_time")
    if not _MOMENT.fullmatch(text):
        raise BadCellError("bad_moment")
    try:
        # Apart from the one between date and time a space may stand before the offset.
        return datetime.fromisoformat(
            f"{text[:10]}T{text[11:].replace(' ', '').upper()}"
        ).isoformat()
    except ValueError:
        raise BadCellError("bad_moment") from None


def _employees(text: str) -> str:
    match = re.fullmatch(r"(\d{1,9})\s*(?:[,\u2013-]\s*(\d{1,9})|\+)", text)
    if match is None or (match[2] and int(match[1]) > int(match[2])):
        raise BadCellError("bad_range")
    return f"{int(match[1])},{int(match[2])}" if match[2] else f"{int(match[1])},"


def _technology(text: str) -> str:
    # Apollo's uids are in small letters, spaces and dots become underscores.
    uid = re.sub(r"[\s.]+", "_", text.lower()).strip("_")
    if not uid:
        raise BadCellError("bad_value")
    return uid


_CLEANERS: dict[Kind, Callable[[str], str]] = {
    Kind.TEXT: _text,
    Kind.NAME: _name,
    Kind.EMAIL: _email,
    Kind.HASHED_EMAIL: _hashed_email,
    Kind.DOMAIN: _domain,
    Kind.URL: _url,
    Kind.PERSON_URL: _person_url,
    Kind.COMPANY_URL: _company_url,
    Kind.ID: _id,
    Kind.FLAG: _flag,
    Kind.WEBHOOK: _webhook,
    Kind.PHONE: _phone,
    Kind.WHOLE: _whole,
    Kind.AMOUNT: _amount,
    Kind.DATE: _date,
    Kind.MOMENT: _moment,
    Kind.EMPLOYEES: _employees,
    Kind.TECHNOLOGY: _technology,
    Kind.FIELDS: _text,
}
