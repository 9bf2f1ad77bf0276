"""The shape of a setting: what it holds, who may say it, and whose word is in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

Value = Decimal | int | str | frozenset[str] | tuple[Path, ...]


class Kind(StrEnum):
    """What a setting holds."""

    CREDITS = "credits"
    SHARE = "share"
    COUNT = "count"
    HOSTS = "hosts"
    LIST = "list"
    """A file with a list in it."""
    WORD = "word"
    ZONE = "zone"
    DURATION = "duration"
    PLACE = "place"
    """A folder, a file or the address of a server."""


class Rule(StrEnum):
    """Whose word is in force where several say something."""

    LEAST = "the least that anybody says"
    MOST = "the most that anybody says"
    ALL = "what anybody says, together"
    SHARED = "what all say who say anything"
    NEAREST = "the word of the first that says anything"


class Layer(StrEnum):
    """Who says something, the nearest first."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    JOB = "job"
    PROJECT = "project"
    USER = "user"
    POLICY = "policy"


NEAREST_FIRST = tuple(Layer)
TRUSTED = frozenset({Layer.USER, Layer.POLICY})
"""Whose word may let something in; that of the others only keeps something out."""
FILES = TRUSTED | {Layer.PROJECT}


@dataclass(frozen=True)
class Setting:
    """One thing that can be set."""

    name: str
    kind: Kind
    rule: Rule
    does: str
    example: str
    """As a settings file says it."""
    default: str = ""
    """What holds where nobody says anything, in words."""
    choices: tuple[str, ...] = ()
    most: int | None = None
    """The most that a count may be."""
    said_by: frozenset[Layer] = FILES | {Layer.ENVIRONMENT}
    elsewhere: Mapping[Layer, str] = field(default_factory=dict)
    """What it is called where it is no key of a settings file: a flag, a key of a job."""

    @property
    def variable(self) -> str:
        """The variable of the environment that says it."""
        return f"APOLLO_BATCH_{self.name.upper()}"


@dataclass(frozen=True)
class Said:
    """What one place says of a setting."""

    name: str
    value: Value
    layer: Layer
    where: str
    """The file and the line, the variable, or the flag."""
