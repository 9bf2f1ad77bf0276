"""The local loop: what it carries, and what it keeps back."""

from dataclasses import dataclass, field

from apollo_batch.clock import SystemClock
from apollo_batch.journal.answers import Over
from apollo_batch.journal.turn import Turn
from apollo_batch.model import Arrival, Chunk, Settlement
from apollo_batch.runner.engine import Watch, carry_out


@dataclass
class OneChunk:
    """A journal that has one chunk to send, and writes down how it ended."""

    given: float
    settled: list = field(default_factory=list)
    left: bool = True

    def recall(self):
        """Nothing is known already."""

    def turn(self, settled, free):
        self.settled += settled
        chunks = [Chunk(1, 1, "people.enrich", "bulk", {}, (), given=self.given)]
        chunks = chunks if self.left and free else []
        self.left = self.left and not chunks
        return Turn(chunks, Over())


class Carrier:
    """Counts what leaves."""

    sent = 0

    def send(self, _chunk):
        self.sent += 1
        return Settlement(Arrival.DONE)

    def knock(self):
        return True


def carried(given):
    journal, carrier = OneChunk(given), Carrier()
    carry_out(journal, carrier, Watch(), SystemClock(), 1)
    return carrier.sent, [settlement.arrival for _, settlement in journal.settled]


def test_a_request_leaves_once_it_has_leave():
    assert carried(SystemClock().now()) == (1, [Arrival.DONE])


def test_a_request_that_slept_with_its_machine_does_not_leave_late():
    assert carried(SystemClock().now() - 600) == (0, [Arrival.NOT_SENT])
