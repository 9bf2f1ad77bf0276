"""What `dispatch` answers when no chunk may leave: wait, look again, knock, or it is over."""

from dataclasses import dataclass

from sqlalchemy.engine import RowMapping


@dataclass(frozen=True)
class Wait:
    """Nothing may leave now."""

    until: float | None
    """Look again at this time; None: when the next answer has been settled."""
    why: str
    """For the person who watches: minute, hour, day, probe, pause, turn, unreached, storm, budget, answers,
    elsewhere, looks."""
    trouble: str = ""
    """What is wrong with Apollo, where that is what is waited out."""
    since: float = 0.0
    """When it was found so."""
    ends: float | None = None
    """When it is given up; None: it is waited for as long as it takes."""


@dataclass(frozen=True)
class Moved:
    """Rows were settled from the journal without a request; look again at once."""


@dataclass(frozen=True)
class Knock:
    """Apollo is out of reach: a free call is to see whether it is back, before anything leaves."""

    lanes: tuple[str, ...] = ()
    """Those that one real call may leave on, once it is."""


@dataclass(frozen=True)
class Over:
    """This step has nothing more to send in this run."""

    stop: str = ""
    """The reason code of what ended it early; "" where everything was sent."""
    note: str = ""
    """What a person is told about that."""


Answer = Wait | Moved | Knock | Over


class NoError(Exception):
    """Some part of a dispatch said no: the transaction rolls back, the answer goes out."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer))
        self.answer = answer


class NoRoomError(NoError):
    """A lane has no room now."""

    def __init__(self, wait: Wait, place: RowMapping | None = None) -> None:
        super().__init__(wait)
        self.wait = wait
        self.place = place
        """Where the run stands in the lane's line; None: it stands in none."""
