"""One step of a run on its way: what `dispatch` and `settle` need to know of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apollo_batch.catalogue.entry import Route
from apollo_batch.journal import budget
from apollo_batch.journal.questions import Shelf
from apollo_batch.packing import Asking

Ranges = Sequence[tuple[int, int]]
"""Row numbers from, to, both included."""


@dataclass(frozen=True)
class Going:
    """A step, who carries it out, and how far it may go."""

    run: str
    owner: str
    most: Decimal
    """The most one item can cost."""
    shelf: Shelf
    selection: Ranges = ()
    """The rows this invocation takes up; none: all."""
    day: Decimal | None = None
    """The most the account may spend in a day, however many runs; None: no budget."""
    month: Decimal | None = None
    """The same for a month."""
    keep: Decimal | None = None
    """How much of the account's balance it may not touch; None: it may spend all of it."""
    id_columns: Sequence[str] = ()
    """The new columns that hold the id of what was made."""
    label: str = ""
    """The list that what is created goes on besides; "": on none."""
    most_enrolled: int | None = None
    """How many contacts the run may enroll; None: it enrolls nobody."""
    held_back: Sequence[str] = ()
    """Routes that nothing may take yet: nobody has agreed to what they would do."""
    cooling_off: int = 0
    """For how many seconds after the request those whom it enrolls are sent nothing."""
    headroom: Decimal = Decimal(0)
    """The share of each of Apollo's rate windows that the run leaves to others."""
    before: Sequence[str] = ()
    """The steps whose rows may yet come to this one."""

    @property
    def account(self) -> str:
        """The team that pays."""
        return self.shelf.account

    @property
    def asking(self) -> Asking:
        """What is the same for all items of the step."""
        return self.shelf.asking

    def scopes(self, now: float) -> dict[str, str]:
        """The budgets that what leaves now counts under, by the reason that each stops with."""
        return budget.scopes_of(self.account, self.run, now)

    def limits(self, now: float) -> Iterator[tuple[str, str, Decimal | None]]:
        """The budgets that hold it up, each with its reason and what is to be left in it."""
        for stop, scope in self.scopes(now).items():
            if stop != budget.FLOOR:
                yield stop, scope, None
            elif self.keep is not None:
                yield stop, scope, self.keep

    def caps(self, now: float) -> dict[str, Decimal | None]:
        """What the day's and the month's budgets may hold, by scope."""
        scopes = self.scopes(now)
        return {scopes["budget_day"]: self.day, scopes["budget_month"]: self.month}

    def lane(self, route: Route) -> str:
        """The unit of rate limiting: a team and a route."""
        return f"{self.account} {route.method} {route.path}"
