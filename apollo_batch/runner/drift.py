"""Free questions go to Apollo; how its answers differ from what the catalogue says comes out."""

from collections.abc import Iterator
from typing import Any

from apollo_batch.apollo.unfamiliar import unfamiliar
from apollo_batch.apollo.wire import Wire
from apollo_batch.catalogue.free import QUESTIONS, Question
from apollo_batch.errors import Exit
from apollo_batch.model import Arrival
from apollo_batch.runner.checkup import Checked, broken, doubtful, well

_FIX = "Update apollo-batch before the next run."


def drift(wire: Wire) -> Iterator[Checked]:
    """Ask every free question, and hold its answer against the catalogue."""
    for question in QUESTIONS:
        yield _compared(wire, question)


def _compared(wire: Wire, question: Question) -> Checked:
    name = question.address.name
    probe = wire.probe(question.address, question.query, question.body)
    if probe.arrival in {Arrival.NOT_SENT, Arrival.UNKNOWN, Arrival.LIMITED}:
        return broken(name, probe.message, "Run the same command again.", Exit.OUT_OF_REACH)
    if probe.arrival is Arrival.REFUSED:
        return well(name, "Not told to this key, so not compared.")
    trouble = _missing(question, probe.data)
    if trouble:
        return broken(name, f"Apollo's answer has changed: {trouble}.", _FIX, Exit.OUT_OF_REACH)
    new = _new(question, probe.data)
    if new:
        return doubtful(
            name,
            f"New in the answer: {', '.join(new)}.",
            "Nothing has to be done; this version leaves it out.",
        )
    return well(name, _words(question, probe.data))


def _missing(question: Question, data: Any) -> str:
    """Say what of the least that is read of an answer is not there; "" for nothing."""
    if question.results_at is None:
        lacking = question.fields - (data.keys() if isinstance(data, dict) else set())
        return f"no {', '.join(sorted(lacking))}" if lacking else ""
    records = _records(question, data)
    if records is None:
        return f"no list under {question.results_at}" if question.results_at else "it is no list"
    for record in records:
        lacking = question.fields - (record.keys() if isinstance(record, dict) else set())
        if lacking:
            return f"a record without {', '.join(sorted(lacking))}"
        if "id" in question.fields and not isinstance(record["id"], str):
            return "an id that is no text"
    return ""


def _new(question: Question, data: Any) -> list[str]:
    operation = question.operation
    if operation is None:
        return []
    return sorted(unfamiliar(operation, operation.routes[0], data))


def _records(question: Question, data: Any) -> list[Any] | None:
    if question.results_at:
        data = data.get(question.results_at) if isinstance(data, dict) else None
    return data if isinstance(data, list) else None


def _words(question: Question, data: Any) -> str:
    records = _records(question, data)
    if records == []:
        return "As the catalogue says, as far as an empty list shows."
    return "As the catalogue says."
