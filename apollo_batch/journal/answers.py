"""What `dispatch` answers when no chunk may leave: wait, look again, or it is over."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wait:
    """Nothing may leave now."""

    until: float | None
    """Look again at this time; None: when the next answer has been settled."""
    why: str
    """For the person who watches: minute, hour, day, probe, pause, budget, answers, elsewhere, looks."""


@dataclass(frozen=True)
class Moved:
    """Rows were settled from the journal without a request; look again at once."""


@dataclass(frozen=True)
class Over:
    """This step has nothing more to send in this run."""

    stop: str = ""
    """The reason code of what ended it early; "" where everything was sent."""


Answer = Wait | Moved | Over


class NoError(Exception):
    """Some part of a dispatch said no: the transaction rolls back, the answer goes out."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer))
        self.answer = answer
