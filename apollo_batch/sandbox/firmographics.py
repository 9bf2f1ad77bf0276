"""A company comes in, its revenue, funding and technologies go out."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from apollo_batch.sandbox.inhabitants import Company, draw

LAST_DAY = date(2026, 10, 31)
"""Nothing that is made up happened later."""
_STAGES = ("Seed", "Series A", "Series B", "Series C")


class Technology(NamedTuple):
    """Something a company uses; filters call it by its uid."""

    uid: str
    name: str
    category: str


TECHNOLOGIES = (
    Technology("example_crm", "Example CRM", "CRM"),
    Technology("example_mail", "Example Mail", "Email"),
    Technology("example_cloud", "Example Cloud", "Hosting"),
    Technology("sample_analytics", "Sample Analytics", "Analytics"),
    # A dot becomes an underscore, as a space does.
    Technology("sample_js", "Sample.js", "Frameworks"),
    Technology("widget_chat", "Widget Chat", "Support"),
)


@dataclass(frozen=True)
class Round:
    """Money that came in."""

    on: str
    """A date, as Apollo's filters spell it."""
    stage: str
    amount: int


@dataclass(frozen=True)
class Firmographics:
    """What the filters of money and technology look at."""

    revenue: int
    rounds: tuple[Round, ...]
    """The latest first; some companies never had one."""
    technologies: tuple[Technology, ...]

    @property
    def funding(self) -> int | None:
        return sum(one.amount for one in self.rounds) if self.rounds else None


def firmographics(company: Company) -> Firmographics:
    """Work out what a company has."""
    pick = draw(company.id, "technologies")
    used = tuple(tool for n, tool in enumerate(TECHNOLOGIES) if pick >> n & 1)
    return Firmographics(
        revenue=company.employees * 175_000,
        rounds=_rounds(company),
        technologies=used or TECHNOLOGIES[:1],
    )


def days_before(days: int) -> str:
    """A day of the made-up past."""
    return (LAST_DAY - timedelta(days=days)).isoformat()


def _rounds(company: Company) -> tuple[Round, ...]:
    """From none to four; each is half of the one that came after it."""
    pick = draw(company.id, "funding")
    latest = company.employees * 20_000
    return tuple(
        Round(days_before(pick % 1000 + 400 * age), _STAGES[pick % 5 - 1 - age], latest >> age)
        for age in range(pick % 5)
    )
