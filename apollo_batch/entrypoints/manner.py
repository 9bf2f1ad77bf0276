"""How a person wants a run done, beyond what it does."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from apollo_batch.runner.engine import Watch


class Shown(Protocol):
    """Whoever shows how a run gets on, while it does."""

    def __enter__(self) -> object: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...

    def __call__(self, watch: "Watch", /) -> None: ...


class Shows(Protocol):
    """Makes one for a run of so many rows."""

    def __call__(self, rows: int, *, budget: str) -> Shown: ...


@dataclass(frozen=True)
class Manner:
    """How a person wants a run done, beyond what it does."""

    state: str | None = None
    sandbox: bool = False
    yes: bool = False
    ci: bool = False
    output: Path | None = None
    as_csv: bool = False
    as_json: bool = False
    debug: bool = False
    artifacts: Path | None = None
    """The folder of what a build keeps, without personal data."""
    plan: Path | None = None
    """Where a plan is saved, or was: what a run may do without being asked."""
    wait: float = 0.0
    """Seconds to wait for results that come later."""
    words: tuple[str, ...] = ()
    """What was typed, for the command that goes on."""
    shows: Shows | None = None
    """Who shows how a run gets on; None: the terminal does."""
