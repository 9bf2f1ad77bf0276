"""What free look-ups foretell of an enrollment: how many Apollo will leave out, why, what lets them in."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from apollo_batch.apollo.foretold import SAME_COMPANY
from apollo_batch.clock import lasting
from apollo_batch.reasons import REASONS, sentence
from apollo_batch.skips import LIFTED_BY


@dataclass(frozen=True)
class Rehearsal:
    """What is known of the contacts that a step is to enroll, before it does."""

    step: str
    told: Mapping[str, str | None]
    """Each contact looked at, and the reason for which it will be left out; None: there is none."""
    own: int = 0
    """Contacts that the run has created itself: nothing is known of them that it did not write."""
    unseen: Collection[str] = frozenset()
    """Contacts that were not looked at."""
    why_unseen: str = ""
    seconds: float | None = None
    """How long looking at those would take."""
    to_come: int = 0
    """Rows whose contacts only an earlier step will bring."""
    accounts_unseen: bool = False
    """Whether accounts were left unlooked at, which alone tell of queues and of colleagues."""
    calls: int = 0
    """How many free calls it took."""

    @property
    def left_out(self) -> Counter[str]:
        """Count those who will be left out, by reason."""
        return Counter(why for why in self.told.values() if why and why != SAME_COMPANY)

    @property
    def perhaps(self) -> int:
        """How many are left out only if the team has asked for one contact of each company."""
        return sum(why == SAME_COMPANY for why in self.told.values())

    @property
    def spared(self) -> int:
        """How many will be left out in all."""
        return self.left_out.total()

    @property
    def contacts(self) -> int:
        """How many contacts there are already."""
        return len(self.told) + self.own + len(self.unseen)

    def of(self, contacts: Collection[str]) -> "Rehearsal":
        """Take what was told of some of them."""
        return replace(self, told={n: why for n, why in self.told.items() if n in contacts})

    def as_json(self) -> dict[str, Any]:
        """The figures, for --json."""
        return {
            "contacts": self.contacts,
            "looked_at": len(self.told),
            "left_out": dict(self.left_out.most_common()),
            "perhaps": {SAME_COMPANY: self.perhaps} if self.perhaps else {},
            "lifted_by": {code: _option(code) for code in self.left_out if _option(code)},
            "would_enroll": self.contacts - self.spared,
            "created_by_this_run": self.own,
            "not_looked_at": len(self.unseen),
            "still_to_come": self.to_come,
            "calls": self.calls,
        }

    def lines(self) -> Iterator[str]:
        """Say it in sentences, a line each."""
        if self.told:
            yield from self._outcome()
        if self.own:
            yield f"Created by this run itself, so not looked at: {_count(self.own)}."
        if self.unseen:
            yield f"Not looked at: {_count(len(self.unseen))}. {self.why_unseen}{self._time()}"
        if self.to_come:
            yield (
                f"Up to {self.to_come:,} {'row brings its' if self.to_come == 1 else 'rows bring their'} "
                f"contact to {self.step} only during the run, which tells whom Apollo leaves out."
            )

    def _outcome(self) -> Iterator[str]:
        spared = self.spared
        of = f"Of {_count(len(self.told))}"
        yield f"{of} {spared or 'none'} will be left out, as Apollo shows them now{':' if spared else '.'}"
        for code, count in self.left_out.most_common():
            yield f"  {count:>6}  {code}: {sentence(code)} {REASONS[code].remedy}".rstrip()
        if self.perhaps:
            yield (
                f"Perhaps {self.perhaps:,} more: somebody of the same company is in the sequence or "
                "comes first. It matters only to teams that once chose one contact per company; "
                f"{_option(SAME_COMPANY)}: true lets them in."
            )
        if self.accounts_unseen:
            yield "Accounts were not looked at: whether one waits in a queue is told by the run."

    def _time(self) -> str:
        if self.seconds is None:
            return ""
        return f" With rehearse: all it takes about {lasting(self.seconds)}."


def _option(code: str) -> str:
    """Name the option that lets in whom a reason leaves out; "": there is none."""
    return min(LIFTED_BY.get(code, frozenset()), key=_usual, default="")


def _usual(option: str) -> tuple[bool, str]:
    # Not to verify an address is more than to take one that is not verified.
    return option == "contact_verification_skipped", option


def _count(number: int) -> str:
    return f"{number:,} contact" if number == 1 else f"{number:,} contacts"
