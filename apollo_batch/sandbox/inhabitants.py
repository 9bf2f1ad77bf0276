"""What a person and a company of the sandbox's world are, and how chance makes them."""

import unicodedata
import zlib
from dataclasses import dataclass

from apollo_batch.sandbox.names import Place

COMPANY_PAGE = "http://www.linkedin.com/company/"
_PLAIN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "'": "", "_": ""}
)


@dataclass(frozen=True)
class Company:
    """A company of the world."""

    number: int
    id: str
    name: str
    domain: str
    place: Place
    industry: str
    employees: int
    founded: int
    account_id: str | None
    """Set where the team has saved it."""
    owner: int | None
    """Number of the company that owns this one."""

    @property
    def website_url(self) -> str:
        return f"http://www.{self.domain}"

    @property
    def linkedin_url(self) -> str:
        return f"{COMPANY_PAGE}{self.domain.removesuffix('.example')}"


@dataclass(frozen=True)
class Person:
    """A person of the world."""

    number: int
    id: str
    first_name: str
    last_name: str
    email: str | None
    email_status: str
    personal_email: str
    has_mobile: bool
    title: str
    seniority: str
    department: str
    place: Place
    company: Company
    past: Company | None
    """A former employer."""
    contact_id: str | None
    """Set where the team has saved them."""
    linkedin_url: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def domain(self) -> str:
        return self.company.domain

    @property
    def likely_to_engage(self) -> bool:
        return self.number % 4 == 0


def draw(*words: object) -> int:
    """Draw a number that depends on nothing but the words."""
    return zlib.crc32(repr(words).encode())


def plain(name: str) -> str:
    """Spell a name as an e-mail address would."""
    text = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN))
    return "".join(c for c in text if not unicodedata.combining(c))
