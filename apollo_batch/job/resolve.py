"""A job with names in it and all that Apollo has come in; the job with ids in their place goes out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from apollo_batch.catalogue.entry import Act
from apollo_batch.catalogue.kinds import BadCellError
from apollo_batch.catalogue.param import Param, Target
from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError, Problem
from apollo_batch.job import fields, moments, telling
from apollo_batch.job.names import LISTS, Directory, Entry, looks_like_id
from apollo_batch.job.places import EACH, Loc, Place
from apollo_batch.job.spelling import FIELDS, field_way, way
from apollo_batch.job.wanted import Job, Source, Step, Value
from apollo_batch.reasons import sentence

_MODALITIES = {"contacts": Target.CONTACT_LIST, "accounts": Target.ACCOUNT_LIST}


def needed(job: Job) -> frozenset[Target]:
    """Say of which kinds of things all must be known before a row is bound."""
    found = set()
    for step in job.steps:
        named = {name.partition(".")[0] for name in step.sources}
        for param in step.operation.params:
            target = target_of(step, param)
            said = param.name in {*step.options, *step.constants, *named}
            if said and target is not None and target.named:
                found.add(target)
    return frozenset(found)


def in_cells(job: Job) -> frozenset[Target]:
    """Say of which kinds of things cells name some."""
    found = set()
    for step in job.steps:
        for name in {name.partition(".")[0] for name in step.sources}:
            param = step.operation.param(name)
            target = target_of(step, param) if param else None
            if target is not None:
                found.add(target)
    return frozenset(found)


def target_of(step: Step, param: Param) -> Target | None:
    """Say what a parameter points to; of which kind a list is, another parameter may say."""
    if param.target is None and param.name == "label_names":
        return _MODALITIES.get(str(step.constants.get("modality", "")))
    return param.target


def resolved(job: Job, directory: Directory) -> Job:
    """Put ids in the place of names; InvalidError tells of every name that stands for nothing."""
    work = _Resolving(job, directory)
    steps = tuple(work.step(step) for step in job.steps)
    if work.problems:
        count = len(work.problems)
        stand = "1 name does not stand" if count == 1 else f"{count} names do not stand"
        error = InvalidError(
            Code.JOB_UNSOUND,
            f"{stand} for one thing in Apollo.",
            fix=EACH,
            problems=tuple(work.problems),
        )
        error.job_file = job.path
        raise error
    notices = dict.fromkeys((*job.notices, *work.notices))
    return replace(job, steps=steps, notices=tuple(notices))


@dataclass
class _Resolving:
    """One walk over a job; what stands for nothing is noted and left as it is."""

    job: Job
    directory: Directory
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def step(self, step: Step) -> Step:
        """Resolve one step."""
        return replace(
            step,
            options=self._values(step, step.options),
            constants=self._values(step, step.constants),
            sources=dict(self._sources(step)),
        )

    def _values(self, step: Step, values: Mapping[str, Value]) -> dict[str, Value]:
        made = dict(values)
        for name, value in values.items():
            param = step.operation.param(name)
            target = target_of(step, param) if param else None
            if param is None or target is None or not target.named:
                continue
            loc = way(step.places, step.options_at, step.operation, name)
            if isinstance(value, dict):
                made[name] = self._fields(step, target, value, loc)
            elif isinstance(value, list):
                each = [self._one(step, target, v, (*loc, i)) for i, v in enumerate(value)]
                made[name] = list(dict.fromkeys(each))
            else:
                made[name] = self._one(step, target, str(value), loc)
        return made

    def _one(self, step: Step, target: Target, text: str, loc: Loc) -> str:
        place = step.places.value(loc)
        found = self.directory.find(target, text)
        if target in LISTS and len(found) < 2 and not _by_id(step):
            return self._list(step, target, text, found, place)
        if not self.directory.knows(target):
            if not looks_like_id(text):
                self.problems.append(telling.untold(target, text, place))
            return text
        if len(found) != 1 or found[0].gone:
            self.problems.append(telling.unusable(self.directory, target, text, place))
            return text
        if found[0].idle:
            self.notices.append(telling.idle(target, found[0]))
        return found[0].id

    def _list(self, step: Step, target: Target, text: str, found: list[Entry], place: Place) -> str:
        if found:
            return found[0].name
        if not self.directory.knows(target):
            return text
        if looks_like_id(text) or step.operation.name == "lists.remove":
            self.problems.append(telling.unusable(self.directory, target, text, place))
        else:
            self.notices.append(telling.new_list(self.directory, target, text))
        return text

    def _fields(
        self, step: Step, target: Target, values: dict[str, Any], loc: Loc
    ) -> dict[str, Value]:
        made: dict[str, Value] = {}
        for label, written in values.items():
            entry = self._field(target, label, step.places.key((*loc, label)))
            place = step.places.value((*loc, label))
            if entry.id in made:
                self.problems.append(telling.twice(entry, place))
            made[entry.id] = self._field_value(entry, written, place)
        return made

    def _field(self, target: Target, label: str, place: Place) -> Entry:
        found = self.directory.find(target, label)
        if not self.directory.knows(target):
            if not looks_like_id(label):
                self.problems.append(telling.untold(target, label, place))
        elif len(found) != 1 or found[0].gone:
            self.problems.append(telling.unusable(self.directory, target, label, place))
        else:
            return found[0]
        return Entry(label, label)

    def _field_value(self, entry: Entry, written: Any, place: Place) -> Value:
        read = fields.reader(entry, self._clock())
        each = written if isinstance(written, list) else [written]
        try:
            values = [value for value in map(read, each) if value != ""]
        except BadCellError as trouble:
            message = f"This does not fit the {entry.type} field {entry.name}: "
            message += sentence(trouble.reason)
            self.problems.append(place.problem(Code.FIELD_VALUE, message, telling.choices(entry)))
            return ""
        if not values or (len(values) > 1 and not fields.many(entry)):
            does = "takes one value only" if values else "gets no value here"
            message = f"The field {entry.name} {does}."
            self.problems.append(place.problem(Code.FIELD_VALUE, message, "Write one value."))
            return ""
        return values if fields.many(entry) else values[0]

    def _clock(self) -> moments.Clock:
        return moments.Clock(moments.zone(self.job.zone), self.job.time)

    def _sources(self, step: Step) -> Iterator[tuple[str, Source]]:
        param = step.operation.param(FIELDS)
        taken: set[str] = set()
        for name, source in step.sources.items():
            label = name.partition(".")[2]
            if not label or param is None or param.target is None:
                yield name, source
                continue
            loc = field_way(step.places, ("map",), label)
            entry = self._field(param.target, label, step.places.key(loc))
            if entry.id in taken:
                self.problems.append(telling.twice(entry, step.places.key(loc)))
            taken.add(entry.id)
            self._check(step, entry, source, loc)
            yield f"{FIELDS}.{entry.id}", source

    def _check(self, step: Step, entry: Entry, source: Source, loc: Loc) -> None:
        places = step.places
        if source.split and not fields.many(entry):
            message = f"The field {entry.name} takes one value, so there is nothing to split."
            self.problems.append(
                places.key((*loc, "split")).problem(
                    Code.NOTHING_TO_SPLIT, message, "Take `split` out."
                )
            )
        elif source.default:
            parts = source.default.split(source.split) if source.split else [source.default]
            self._field_value(entry, parts, places.value((*loc, "default")))


def _by_id(step: Step) -> bool:
    """Whether lists are said by their ids: searches do, all else has them by name."""
    return step.operation.act is Act.SEARCH
