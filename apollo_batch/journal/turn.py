"""One transaction: what came back is settled, then what may leave is handed out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from apollo_batch.journal.answers import Answer, Knock, Over
from apollo_batch.journal.dispatch import dispatch
from apollo_batch.journal.going import Going
from apollo_batch.journal.settle import settle, stop
from apollo_batch.journal.store import Store
from apollo_batch.model import Chunk, Settlement

Settled = Sequence[tuple[Chunk, Settlement]]


@dataclass
class Turn:
    """What a turn handed out, and why it handed out no more."""

    chunks: list[Chunk] = field(default_factory=list)
    answer: Answer | None = None
    """None: as many were handed out as were asked for."""
    knocks: list[Knock] = field(default_factory=list)
    """Free calls that this process is to make."""


def take_turn(store: Store, going: Going, settled: Settled, free: int, now: float) -> Turn:
    """Settle replies and hand out up to `free` chunks, all or nothing.

    Both in one transaction: a disk sync costs more than all the rest of the bookkeeping. Chunks
    may be sent once this has returned, because only then is their intent on disk.
    """
    return store.written(lambda c: _turn(c, going, settled, free, now))


def _turn(c: Connection, going: Going, settled: Settled, free: int, now: float) -> Turn:
    turn = Turn()
    for chunk, settlement in settled:
        settle(c, chunk.attempt, settlement, now)
    while len(turn.chunks) < free:
        answer = dispatch(c, going, now, len(turn.chunks))
        if isinstance(answer, Knock):
            turn.knocks.append(answer)
            continue
        if not isinstance(answer, Chunk):
            turn.answer = answer
            if isinstance(answer, Over) and answer.stop:
                stop(c, going.run, answer.stop, "")
            break
        turn.chunks.append(answer)
    return turn
