"""A cell comes in; what it puts among a row's parameters goes out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from apollo_batch.catalogue import damage
from apollo_batch.catalogue.entry import Act, Operation
from apollo_batch.catalogue.kinds import BadCellError, Kind, clean
from apollo_batch.catalogue.param import Param
from apollo_batch.job import fields, moments, values
from apollo_batch.job.cleaners import CLEANERS
from apollo_batch.job.names import Directory, Entry
from apollo_batch.job.spelling import FIELDS
from apollo_batch.job.wanted import Job, Source, Step, Value
from apollo_batch.model import Params


@dataclass(frozen=True)
class Reading:
    """What reading a cell needs to know beside the cell."""

    clock: moments.Clock
    directory: Directory

    @staticmethod
    def of(job: Job, directory: Directory) -> "Reading":
        """Take from a job what its cells leave unsaid."""
        return Reading(moments.Clock(moments.zone(job.zone), job.time), directory)


@dataclass(frozen=True, slots=True)
class Filling:
    """How one parameter, or one custom field, is filled from a row."""

    name: str
    """As a note calls it."""
    param: str
    """The parameter it fills, or fills a part of."""
    part: str
    """The custom field; "" for a parameter as a whole."""
    index: int
    kind: Kind
    read: Callable[[str], Value]
    """Reads one value; "" where the text says nothing."""
    cleaners: tuple[Callable[[str], str], ...]
    many: bool
    most: int
    split: str
    default: Value = ""
    """Already clean; empty where there is none."""
    default_tells: bool = False
    """Whether the default helps to identify anybody: "Unknown" does not."""

    def value(self, cell: str) -> Value:
        """Clean a cell; BadCellError where it cannot be used."""
        return self._whole(cell, self._one) if self.many else self._one(cell)

    def with_default(self, text: str) -> "Filling":
        """Take a text where a cell says nothing; it must have passed the checks."""
        return replace(self, default=self._whole(text, self.read), default_tells=_tells(text))

    def put(self, params: dict[str, Any], value: Value) -> None:
        """Put a value where it belongs."""
        if self.part:
            params.setdefault(self.param, {})[self.part] = value
        else:
            params[self.param] = value

    def _one(self, cell: str) -> Value:
        damage.check(self.kind, cell)
        for cleaner in self.cleaners:
            cell = cleaner(cell)
        return self.read(cell)

    def _whole(self, text: str, read: Callable[[str], Value]) -> Value:
        if not self.many:
            return read(text)
        found: list[Value] = []
        for part in text.split(self.split) if self.split else [text]:
            value = read(part)
            if not empty(value) and value not in found:
                found.append(value)
        if self.most and len(found) > self.most:
            raise BadCellError("too_many")
        return found


def from_column(
    operation: Operation, name: str, index: int, source: Source, reading: Reading
) -> Filling:
    """Make ready to fill a parameter, or `typed_custom_fields.ID`, from a column."""
    param_name, _, part = name.partition(".")
    param = operation.param(param_name)
    if param is None:
        raise KeyError(name)
    way = _field(param, part, reading) if part else _plain(param, reading)
    called, kind, many, read = way
    made = Filling(
        name=called,
        param=param_name,
        part=part,
        index=index,
        kind=kind,
        read=read,
        cleaners=tuple(CLEANERS[cleaner] for cleaner in source.cleaners),
        many=many,
        most=param.most,
        split=source.split,
    )
    return made.with_default(source.default) if source.default else made


_Way = tuple[str, Kind, bool, Callable[[str], Value]]


def _plain(param: Param, reading: Reading) -> _Way:
    if values.by_name(param):
        return param.name, Kind.TEXT, param.many, partial(_named, param, reading)
    return param.name, param.kind, param.many, values.reader(param, reading.clock)


def _named(param: Param, reading: Reading, text: str) -> Value:
    tidy = clean(Kind.TEXT, text)
    if not tidy or param.target is None:
        return tidy
    return reading.directory.cell(param.target, tidy)


def _field(param: Param, part: str, reading: Reading) -> _Way:
    found = reading.directory.find(param.target, part) if param.target else []
    entry = found[0] if len(found) == 1 else Entry(part, part)
    read = fields.reader(entry, reading.clock)
    return entry.name, fields.kind(entry), fields.many(entry), read


def whole_question(step: Step) -> Params:
    """Gather what is the same for every row; a search is one question with all it asks."""
    if step.operation.act is Act.SEARCH:
        return {**step.options, **step.constants}
    return dict(step.constants)


def merged(constants: Params, params: Params) -> Params:
    """Put a row's own over what is the same for every row, custom field by custom field."""
    whole = {**constants, **params}
    if FIELDS in constants and FIELDS in params:
        whole[FIELDS] = {**constants[FIELDS], **params[FIELDS]}
    return whole


def empty(value: Value) -> bool:
    """Whether a value says nothing."""
    return value in ("", [])


def _tells(default: str) -> bool:
    # What the stricter kinds take for "nothing", such as Unknown, finds nobody under any name.
    try:
        return clean(Kind.URL, default) != ""
    except BadCellError:
        return True
