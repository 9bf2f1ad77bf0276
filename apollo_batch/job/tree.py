"""The text of a job file comes in; plain values, and the place of each word, go out."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError, Problem
from apollo_batch.job import syntax
from apollo_batch.job.places import EACH, Loc, Place, Places

MOST_CHARACTERS = 256 * 1024
MOST_DEPTH = 20
MOST_NODES = 5_000

_QUOTED_KEY = "Put it in quotes if it begins with [, { or *."


class Word(str):
    """A value written without quotes: the schema decides what it is, not how it looks."""

    __slots__ = ()


@dataclass(frozen=True)
class Tree:
    """A job file as nested dicts and lists of text, each with its place."""

    values: Any
    """None where the file is empty."""
    places: Places


def read(text: str) -> Tree:
    """Take a job file apart; InvalidError where it is not the plain YAML that jobs are."""
    if len(text) > MOST_CHARACTERS:
        raise _refused(
            Place().problem(
                Code.JOB_TOO_LARGE, "The file is over 256 KB.", "A job is a page or two."
            )
        )
    try:
        reading = _Reading(yaml.SafeLoader(text))
    except yaml.YAMLError as trouble:
        raise _refused(syntax.explain(trouble, text)) from None
    try:
        values = reading.document()
    except yaml.YAMLError as trouble:
        raise _refused(*reading.problems, syntax.explain(trouble, text)) from None
    except (ValueError, OverflowError):
        # PyYAML turns escapes such as "\UFFFFFFFF" into characters without asking if they exist.
        place = syntax.place(reading.loader.get_mark())
        raise _refused(_no_such_character(place)) from None
    if reading.problems:
        raise _refused(*reading.problems)
    return Tree(values, Places(reading.keys, reading.values))


def _no_such_character(place: Place) -> Problem:
    return place.problem(Code.BAD_CHARACTER, "There is no such character.", "Type the text anew.")


def _refused(*problems: Problem) -> InvalidError:
    return InvalidError(Code.JOB_UNSOUND, "The file cannot be read.", fix=EACH, problems=problems)


@dataclass
class _Reading:
    """One walk over the events of a file; no object is ever made from a tag."""

    loader: yaml.SafeLoader
    problems: list[Problem] = field(default_factory=list)
    keys: dict[Loc, Place] = field(default_factory=dict)
    values: dict[Loc, Place] = field(default_factory=dict)
    nodes: int = 0

    def document(self) -> Any:
        self._next()  # the stream
        if isinstance(self._peek(), yaml.StreamEndEvent):
            return None
        self._next()  # the document
        value = self._node(())
        self._next()
        after = self._peek()
        if not isinstance(after, yaml.StreamEndEvent):
            place = syntax.place(after.start_mark)
            fix = "Keep one job per file; take out the line `---`."
            self.problems.append(
                place.problem(Code.SEVERAL_DOCUMENTS, "A second document begins here.", fix)
            )
        return value

    def _peek(self) -> yaml.Event:
        event: yaml.Event = self.loader.peek_event()  # type: ignore[no-untyped-call]
        return event

    def _next(self) -> yaml.Event:
        event: yaml.Event = self.loader.get_event()  # type: ignore[no-untyped-call]
        return event

    def _node(self, loc: Loc) -> Any:
        event = self._next()
        place = syntax.place(event.start_mark, event.end_mark)
        self._count(loc, place)
        self.values[loc] = place
        self._refuse_extras(event, place)
        match event:
            case yaml.ScalarEvent():
                return self._scalar(event, place)
            case yaml.SequenceStartEvent():
                return self._sequence(loc)
            case yaml.MappingStartEvent():
                return self._mapping(loc)
        return Word()  # an alias; its problem is noted

    def _count(self, loc: Loc, place: Place) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise _refused(
                place.problem(
                    Code.JOB_TOO_LARGE, "The file has over 5,000 values.", "Split the job."
                )
            )
        if len(loc) > MOST_DEPTH:
            raise _refused(
                place.problem(
                    Code.JOB_TOO_LARGE, "This is nested over 20 levels deep.", "Flatten it."
                )
            )

    def _refuse_extras(self, event: yaml.Event, place: Place) -> None:
        if isinstance(event, yaml.AliasEvent):
            fix = "Write the value itself; put a text that begins with * in quotes."
            self.problems.append(
                place.problem(Code.YAML_EXTRAS, "Aliases (`*name`) have no place in a job.", fix)
            )
        elif getattr(event, "anchor", None) is not None:
            fix = "Take it out; put a text that begins with & in quotes."
            self.problems.append(
                place.problem(Code.YAML_EXTRAS, "Anchors (`&name`) have no place in a job.", fix)
            )
        if getattr(event, "tag", None) is not None:
            fix = "Take it out; put a text that begins with ! in quotes."
            self.problems.append(
                place.problem(Code.YAML_EXTRAS, "Tags (`!name`) have no place in a job.", fix)
            )

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> str:
        if any("\ud800" <= character <= "\udfff" for character in event.value):
            self.problems.append(_no_such_character(place))
            return ""
        return Word(event.value) if event.style is None else str(event.value)

    def _sequence(self, loc: Loc) -> list[Any]:
        elements: list[Any] = []
        while not isinstance(self._peek(), yaml.SequenceEndEvent):
            elements.append(self._node((*loc, len(elements))))
        self._next()
        return elements

    def _mapping(self, loc: Loc) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        while not isinstance(self._peek(), yaml.MappingEndEvent):
            key, place = self._key(loc)
            first = self.keys.get((*loc, key))
            value = self._node((*loc, key))
            if first is not None:
                self._refuse_double(key, place, first)
                continue
            self.keys[(*loc, key)] = place
            if value == "" and isinstance(value, Word):
                self.values[(*loc, key)] = place  # nothing is written there to point at
            pairs[key] = value
        self._next()
        return pairs

    def _key(self, loc: Loc) -> tuple[str, Place]:
        event = self._peek()
        place = syntax.place(event.start_mark, event.end_mark)
        if not isinstance(event, yaml.ScalarEvent):
            self.problems.append(
                place.problem(Code.KEY_IS_NO_WORD, "A key must be a word or a text.", _QUOTED_KEY)
            )
            self._node((*loc, "?"))
            return "?", place
        self._next()
        self._count(loc, place)
        self._refuse_extras(event, place)
        key = self._scalar(event, place)
        if key == "<<" and isinstance(key, Word):
            fix = "Write the keys themselves."
            self.problems.append(
                place.problem(Code.YAML_EXTRAS, "Merging (`<<`) has no place in a job.", fix)
            )
        return key, place

    def _refuse_double(self, key: str, second: Place, first: Place) -> None:
        message = (
            f"{syntax.shown(key)} stands here a second time; "
            f"the first is in line {first.line}, column {first.column}."
        )
        self.problems.append(second.problem(Code.KEY_TWICE, message, "Keep one of the two."))
