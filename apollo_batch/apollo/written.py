"""A reply to a request that writes: which records were made, changed, or there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from apollo_batch.apollo.kept import Keep, kept
from apollo_batch.apollo.matching import contradicts, match, proves
from apollo_batch.apollo.pairing import Lost, Pairs, pair, same_value, shows
from apollo_batch.apollo.sought import LOOKS, made_since, not_there, sought, unshown
from apollo_batch.apollo.unchanged import as_left, not_put_back
from apollo_batch.catalogue.entry import Act, Mode, Operation, Pairing, Route
from apollo_batch.model import Chunk, ChunkItem, Course, Leg, Status, Verdict
from apollo_batch.packing import afresh

_UNTOLD = "Apollo's answer names it neither as made nor as there already."
_TWO_FIT = "Apollo's answer could not be tied to this row without guessing."
_LOST = "No answer came; found by looking it up."
_UNSHOWN = "Apollo's answer did not show it; found by looking it up."


@dataclass(frozen=True)
class Written:
    """One reply, read against what was sent."""

    operation: Operation
    route: Route
    chunk: Chunk
    keep: Keep

    def verdicts(self, data: Any) -> list[Verdict]:
        """Say of every item what became of it."""
        made, there = self._records(data)
        records = [*made, *there]
        if self.route.pairing is Pairing.NONE:
            return [self._as_a_whole(item, data) for item in self.chunk.items]
        if self.route.pairing is Pairing.SOUGHT:
            hidden = unshown(data, records, self.route.fixed.get("per_page"))
            return [self._sought(item, records, hidden) for item in self.chunk.items]
        places = self._places(made, there)
        return [
            self._verdict(item, records, place, len(made))
            for item, place in zip(self.chunk.items, places, strict=True)
        ]

    def _as_a_whole(self, item: ChunkItem, data: Mapping[str, Any]) -> Verdict:
        """Say of an item what a reply says of all of them ("Add Records to Lists" page)."""
        if isinstance(data.get(self.route.results_at), list):
            return self._done(item, {})
        note = f"Apollo says: {data['message']}." if isinstance(data.get("message"), str) else ""
        return Verdict(item.id, Status.FAILED, "no_record", note)

    def _records(self, data: Any) -> tuple[Sequence[Any], Sequence[Any]]:
        found = data.get(self.route.results_at)
        there = data.get(self.route.existing_at) if self.route.existing_at else None
        listed = [found] if isinstance(found, dict) else found
        return (
            listed if isinstance(listed, list) else [],
            there if isinstance(there, list) else [],
        )

    def _places(self, made: Sequence[Any], there: Sequence[Any]) -> Pairs:
        asked = [item.params for item in self.chunk.items]
        if self.route.existing_at is not None:
            return match(self.operation, self.route, asked, made, there)
        return pair(self.operation, self.route.pairing, asked, made)

    def _verdict(
        self, item: ChunkItem, records: Sequence[Any], place: int | Lost, made: int
    ) -> Verdict:
        if isinstance(place, Lost):
            return self._lost(item, place)
        record = records[place]
        if self._is_anothers(item, record) or (self._makes and not self._is_shown(item, record)):
            return self._lost(item, Lost.UNPAIRED)
        if record.get("deleted"):
            return Verdict(item.id, Status.FAILED, "no_record")
        if item.course and item.course[0].old:
            return as_left(self.operation, item, record)
        if self.operation.act is Act.CREATE and place >= made:
            return self._there(item, record)
        return self._done(item, record)

    def _is_anothers(self, item: ChunkItem, record: Mapping[str, Any]) -> bool:
        """Whether a record is shown not to be the one that was named, or asked for."""
        named = self.route.needs & self.operation.identity.keys()
        return contradicts(self.operation, item.params, record) or any(
            shows(self.operation, name, record)
            and not same_value(self.operation, name, item.params[name], record)
            for name in named
        )

    @property
    def _makes(self) -> bool:
        """Whether the request makes something, which is lost where its answer does not show it."""
        return self.operation.act is Act.CREATE and not self.route.only_after

    def _is_shown(self, item: ChunkItem, record: Mapping[str, Any]) -> bool:
        """Whether an answer tells whose a record is; bulk creation's two lists are tied before."""
        if _id(record) is None:
            return False
        return self.route.existing_at is not None or proves(self.operation, item.params, record)

    def _sought(self, item: ChunkItem, records: Sequence[Any], hidden: str) -> Verdict:
        """Say of an item whose request was lost whether its record is there."""
        found = sought(self.operation, item, records)
        if isinstance(found, Verdict):
            return found
        ways = [
            *(self._there_after_all(item, record) for record in found),
            self._none(item, hidden),
        ]
        return replace(ways[0], instead=ways[1:])

    def _none(self, item: ChunkItem, hidden: str) -> Verdict:
        """Say of an item what is next where none of the records that a search shows is its."""
        harmless = self._is_harmless_again(item)
        resends = item.untold == 0 or (harmless and item.untold == 1)
        if hidden and not (harmless and resends):
            note = f"Apollo has {hidden} more records, which it did not show: it may be there."
            return Verdict(item.id, Status.IN_DOUBT, "effect_unknown", note)
        verdict = not_there(item, resends=resends)
        if verdict.looks == LOOKS and item.untold and self._names_who_is_there(item):
            return Verdict(item.id, Status.FAILED, "no_record")
        return verdict

    def _names_who_is_there(self, item: ChunkItem) -> bool:
        """Whether the answer that came leaves out only records that are not there at all."""
        rest = item.course[1:]
        return bool(rest) and bool(self.operation.route(rest[0].route).needs)

    def _there_after_all(self, item: ChunkItem, found: Mapping[str, Any]) -> Verdict:
        name, number = self.operation.id_param, str(found["id"])
        return Verdict(
            item.id,
            Status.SUCCEEDED,
            self.operation.done,
            _UNSHOWN if item.untold else _LOST,
            kept=kept(found, self.keep),
            found=number,
            made=True,
            then=item.course[2:],
            adds={name: number} if name else {},
        )

    def _is_harmless_again(self, item: ChunkItem) -> bool:
        """Whether Apollo itself would find what is there already, were the request sent again."""
        rest = item.course[1:]
        return bool(rest) and self.operation.route(rest[0].route).fixed.get("run_dedupe") is True

    def _lost(self, item: ChunkItem, place: Lost) -> Verdict:
        if self._makes:
            return self._untold(item, _TWO_FIT if place is Lost.UNPAIRED else _UNTOLD)
        if place is Lost.UNPAIRED:
            return Verdict(item.id, Status.IN_DOUBT, "unconfirmed", _TWO_FIT)
        return Verdict(item.id, Status.FAILED, "no_record")

    def _untold(self, item: ChunkItem, note: str) -> Verdict:
        """Have a row looked for of which an answer shows nothing that is surely its own."""
        seek = self.operation.seek
        by = [name for name, _ in seek.sought_by] if seek else []
        if seek is None or (by and not any(item.params.get(name) for name in by)):
            return Verdict(item.id, Status.IN_DOUBT, "unconfirmed", note)
        course = (Leg(seek.name), *item.course)
        return Verdict(item.id, Status.SUCCEEDED, "", note, then=course, looks=0, untold=True)

    def _there(self, item: ChunkItem, record: Mapping[str, Any]) -> Verdict:
        """Say what becomes of a row whose record Apollo had before."""
        if made_since(record, item.since):
            # An earlier request of ours made it, and was lost; or that of another row.
            return replace(self._done(item, record), instead=[self._before(item, record)])
        return self._before(item, record)

    def _before(self, item: ChunkItem, record: Mapping[str, Any]) -> Verdict:
        number = _id(record)
        if self.route.mode is Mode.UPSERT and number:
            # What the record says already need not be said again, one row a request maybe.
            changed = {n: value for n, value in item.params.items() if record.get(n) != value}
            if not changed:
                return self._goes_on(item, record, (), "already_there")
            fields = frozenset(path[0].key for path in self.keep.values())
            course = afresh(self.operation, changed, kept=fields, keep_old=False)
            return self._goes_on(item, record, course, "updated")
        return Verdict(
            item.id,
            Status.SKIPPED,
            "already_exists",
            f"Its id is {number}." if number else "",
            kept=kept(record, self.keep),
            found=number,
        )

    def _done(self, item: ChunkItem, record: Mapping[str, Any]) -> Verdict:
        if item.expects and (left := not_put_back(self.operation, item, record)):
            note = f"Apollo took the request, and still shows what was written: {', '.join(left)}."
            return Verdict(item.id, Status.FAILED, "not_put_back", note)
        return self._goes_on(item, record, item.course[1:], self.operation.done)

    def _goes_on(
        self, item: ChunkItem, record: Mapping[str, Any], course: Course, reason: str
    ) -> Verdict:
        number = _id(record)
        creates = self.operation.act is Act.CREATE
        name = self.operation.id_param
        return Verdict(
            item.id,
            Status.SUCCEEDED,
            reason,
            kept=kept(record, self.keep),
            found=number,
            # An effect is made by the request that creates, whatever is written to it after.
            made=creates and not self.route.only_after and reason == self.operation.done,
            then=course,
            adds={name: number} if creates and course and name and number else {},
        )


def _id(record: Mapping[str, Any]) -> str | None:
    found = record.get("id")
    return found if isinstance(found, str) and found else None
