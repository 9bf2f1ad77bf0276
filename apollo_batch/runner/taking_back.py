"""A row of a run as it ended comes in; how it is taken back, or why it is not, goes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apollo_batch.apollo.enrolled import standing_id
from apollo_batch.apollo.lookups import Things
from apollo_batch.catalogue.entry import Act, Operation
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.journal.undoing import Back, Bound, Done
from apollo_batch.model import Outcome, RowNumber, Status
from apollo_batch.runner.suppression import Suppression
from apollo_batch.skips import listed_as

_FIELDS, _LISTS = "typed_custom_fields", "label_names"
_HAPPENED = {Status.SUCCEEDED, Status.FAILED, None}


@dataclass(frozen=True)
class TakingBack:
    """What is known beside a run's rows when they are taken back."""

    operation: Operation
    """What the run did."""
    by: Operation | None
    """What takes it back; None: nothing does."""
    answer: Callable[[int], bytes]
    """The raw answer of a request."""
    lists: Things = ()
    """Every list there is, of contacts and of accounts."""
    suppression: Suppression | None = None

    def bound(self, done: Done) -> Bound:
        """Say how a row is taken back, or why it is left."""
        why = self._why_left(done)
        if why:
            return _left(done, why)
        if self.operation.act is Act.CREATE:
            return self._created(done)
        if self.by is None:
            return _left(done, "no_way_back")
        if self.operation.act is Act.ENROLL:
            return self._enrolled(done)
        return self._updated(done, self.by)

    def _why_left(self, done: Done) -> str:
        """Say why there is nothing to take back, or nobody knows what; "" where there may be."""
        if done.in_doubt:
            return "not_known"
        if not done.params and done.status in _HAPPENED:
            return "erased"
        return "" if self._did_something(done) else "not_done"

    def _did_something(self, done: Done) -> bool:
        act = self.operation.act
        if not act.writes or done.status not in _HAPPENED:
            return False
        if act is Act.ENROLL:
            return done.made and done.status is Status.SUCCEEDED
        if act is Act.CREATE and done.found and done.reason not in {"made_before", "already_there"}:
            return True
        if done.old is not None:
            return True
        return done.status is Status.SUCCEEDED and done.reason in {self.operation.done, "resolved"}

    def _created(self, done: Done) -> Bound:
        if done.reason == "updated":
            return _left(done, "old_not_kept")
        note = f"Its id is {done.found}." if done.found else "Its id is not known."
        return _left(done, "stays", note)

    def _enrolled(self, done: Done) -> Back:
        contact, sequence = done.params["contact_id"], done.params["sequence_id"]
        body = self.answer(done.source) if done.source is not None else b""
        params = {"contact_id": contact, "sequence_id": sequence, "mode": "remove"}
        return Back(params, {"standing": [standing_id(body, contact, sequence), done.ended]})

    def _updated(self, done: Done, by: Operation) -> Bound:
        if done.old is None:
            return _left(done, "old_not_kept")
        if "entity_id" in done.params:
            return self._unless_suppressed(done, by, self._listed(done, done.old))
        found = _Old(by, done.params, done.old, self._lists_of("contacts"))
        found.read()
        if not found.back:
            return _left(done, "no_way_back", found.note)
        back = Back(found.named | found.back, found.expects, found.note)
        return self._unless_suppressed(done, by, back)

    def _unless_suppressed(self, done: Done, by: Operation, bound: Bound) -> Bound:
        if self.suppression is None or isinstance(bound, Outcome):
            return bound
        listed = self.suppression.finds(by, bound.params)
        return _left(done, listed_as(listed), listed) if listed else bound

    def _listed(self, done: Done, old: Mapping[str, Any]) -> Bound:
        """Take a record off the lists that it was not on before, or put it on those it was on."""
        lists = self._lists_of(done.params["modality"])
        before = {lists[number] for number in old.get("label_ids") or [] if number in lists}
        takes_off = self.operation.undone_by == "lists.remove"
        names = [n for n in done.params[_LISTS] if (n in before) is not takes_off]
        gone = [name for name in names if name not in lists.values()]
        if not names:
            return _left(done, "not_done", "It was so before.")
        if gone:
            return _left(
                done, "changed_since", f"There is no such list any more: {', '.join(gone)}."
            )
        return Back({**done.params, _LISTS: names})

    def _lists_of(self, modality: str) -> dict[str, str]:
        """Name the lists of a kind of record by their ids."""
        of = modality.removesuffix("s")
        return {thing.id: thing.name for thing in self.lists if thing.of == of}


class _Old:
    """What a record was before a row changed it, parameter by parameter."""

    def __init__(
        self,
        operation: Operation,
        params: Mapping[str, Any],
        old: Mapping[str, Any],
        lists: Mapping[str, str],
    ) -> None:
        self._operation = operation
        self._params = params
        self._old = old
        self._lists = lists
        ids = {name for name, fields in operation.identity.items() if fields == ("id",)}
        self.named = {name: value for name, value in params.items() if name in ids}
        self.back: dict[str, Any] = {}
        """What is to be written."""
        self.expects: dict[str, list[Any]] = {}
        """What the run wrote, and what was there before it."""
        self._lost: list[str] = []

    @property
    def note(self) -> str:
        """What of a row cannot be put back."""
        lost = ", ".join(self._lost)
        return (
            f"Not put back, for what it was is not known or cannot be written: {lost}."
            if lost
            else ""
        )

    def read(self) -> None:
        for name, wrote in self._params.items():
            if name in self.named:
                continue
            if name == _FIELDS and isinstance(self._old.get(_FIELDS), dict):
                self._read_fields(wrote)
            elif name == _LISTS:
                self._read_lists(wrote)
            else:
                self._read_value(name, wrote)

    def _read_value(self, name: str, wrote: Any) -> None:
        param = self._operation.param(name)
        was = self._old.get(name)
        # A record that shows nothing under this name may have had something all the same.
        shown = name in self._old and not isinstance(was, dict | list)
        empty = was is None or was == ""
        if not shown or param is None or (empty and param.kind is Kind.ID):
            self._lost.append(name)
            return
        self.expects[name] = [wrote, was]
        self.back[name] = None if empty else _as_sent(param.kind, was)

    def _read_fields(self, wrote: Mapping[str, Any]) -> None:
        before = self._old[_FIELDS]
        for number, value in wrote.items():
            self.expects[f"{_FIELDS}.{number}"] = [value, before.get(number)]
        self.back[_FIELDS] = {number: before.get(number) for number in wrote}

    def _read_lists(self, wrote: list[str]) -> None:
        ids = {name: number for number, name in self._lists.items()}
        was = self._old.get("label_ids") or []
        names = [self._lists[number] for number in was if number in self._lists]
        # A contact cannot be taken off its last list by naming none.
        if not names or len(names) < len(was) or any(name not in ids for name in wrote):
            self._lost.append(_LISTS)
            return
        self.expects["label_ids"] = [[ids[name] for name in wrote], was]
        self.back[_LISTS] = names


def _as_sent(kind: Kind, was: Any) -> Any:
    return str(was)[:10] if kind is Kind.DATE else was if isinstance(was, bool) else str(was)


def _left(done: Done, reason: str, note: str = "") -> Outcome:
    return Outcome(RowNumber(done.row), Status.SKIPPED, reason, note)
