"""A plan to agree to beforehand, as a file: what it binds a run to goes in, and comes back out."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError, OutputError, UsageError
from apollo_batch.files import PRIVATE_FILE, whole

LIFE_SECONDS = 86_400.0
"""A plan that is older than a day is none any more."""
_MOST_BYTES = 1_000_000

BOUND = {
    "version": "the version of apollo-batch",
    "catalogue": "what this version knows of Apollo's operations",
    "team": "the team whose key it is",
    "job": "what the job file asks for or allows, or what a name in it stands for",
    "input": "the spreadsheet",
    "rows": "which rows are taken up, or how they are read (--rows, --first, --period, --encoding)",
    "run": "the run that it goes on with",
}
"""What a plan binds a run to, and how a person calls it."""
_TELLING = {"version", "team", "run"}
"""What says something to a person as it stands; all else is a hash."""


class Saved(BaseModel):
    """A plan that was saved: hashes and numbers, nothing of a cell, no key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    kind: Literal["apollo-batch plan"] = "apollo-batch plan"
    job: str
    """The job file's name, for people."""
    input: str | None
    made: AwareDatetime
    expires: AwareDatetime
    bound: dict[str, str]
    most_credits: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
    """The most that the run may cost, with what it has cost before."""
    most_enrolled: Annotated[int, Field(ge=0)] | None
    """How many contacts it may enroll, with those before; None: it enrolls nobody."""
    writes: dict[str, int]
    """How many rows it may create, change or enroll, by act."""
    plan: dict[str, Any]
    """The figures as `plan --json` gives them, for whoever reads the file."""

    def refuse_if_changed(
        self, bound: Mapping[str, str], writes: Mapping[str, int], now: float, *, again: str
    ) -> None:
        """InvalidError where it is not the plan of what would be done now, naming all that changed.

        `again` is the command that makes a new one.
        """
        changes = [*self._over(now), *self._changed(bound), *self._more(writes)]
        if changes:
            said = "\n  - ".join(changes)
            raise InvalidError(
                Code.PLAN_CHANGED,
                "The saved plan is not the plan of this run; nothing was sent. "
                f"What has changed:\n  - {said}",
                fix=f"Make a new one: {again}",
            )

    def _over(self, now: float) -> Iterator[str]:
        ends = min(self.expires.timestamp(), self.made.timestamp() + LIFE_SECONDS)
        if now >= ends:
            yield f"its life: it held for 24 hours, until {moment(ends):%d %b %Y %H:%M} UTC"

    def _changed(self, bound: Mapping[str, str]) -> Iterator[str]:
        for name, words in BOUND.items():
            then, now = self.bound.get(name, ""), bound[name]
            if then == now or (name == "run" and not then):
                continue  # a run that was none yet may have begun by this very plan
            yield f"{words}: {then or '?'} then, {now or '?'} now" if name in _TELLING else words

    def _more(self, writes: Mapping[str, int]) -> Iterator[str]:
        """What would be written besides costs nothing, so no budget would stop it."""
        for act, count in writes.items():
            planned = self.writes.get(act, 0)
            if count > planned:
                yield f"how many rows it would {act}: {planned} then, {count} now"


def read(path: Path) -> Saved:
    """Read a plan that was saved; InvalidError where it is none."""
    return parsed(content_of(path), path)


def content_of(path: Path) -> bytes:
    """Read what may be a plan, once: what is parsed is then what was looked at."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as problem:
        raise InvalidError(
            Code.PLAN_UNREADABLE,
            f"The plan {path} cannot be read: {problem.strerror}.",
            fix="Make one with `apollo-batch plan JOB SHEET -o plan.json`.",
        ) from None


def parsed(content: bytes, path: Path) -> Saved:
    """Make a plan of what a file holds; InvalidError where it is none."""
    try:
        return Saved.model_validate_json(content)
    except ValidationError:
        raise InvalidError(
            Code.PLAN_UNREADABLE,
            f"{path} is not a plan that this version of apollo-batch has saved.",
            fix="Make one with `apollo-batch plan JOB SHEET -o plan.json`.",
        ) from None


def content_for(plan: Saved) -> bytes:
    """Say a plan as its file does."""
    document = json.loads(plan.model_dump_json())
    return f"{json.dumps(document, indent=2, ensure_ascii=False)}\n".encode()


def save(path: Path, plan: Saved) -> None:
    """Write a plan whole; nothing but an earlier plan is ever replaced."""
    if path.exists():
        try:
            read(path)
        except InvalidError:
            raise UsageError(
                Code.PLAN_IN_THE_WAY,
                f"{path} is there already, and is not a saved plan.",
                fix="Give -o the name of a new file, such as plan.json.",
            ) from None
    try:
        with whole(path) as draft:
            draft.write_bytes(content_for(plan))
            draft.chmod(PRIVATE_FILE)
    except OSError as problem:
        raise OutputError(
            Code.OUTPUT_NOT_WRITTEN,
            f"The plan could not be written to {path}: {problem.strerror}.",
            fix="Name a file in a folder that is there, with -o.",
        ) from None


def moment(at: float) -> datetime:
    """Say a moment as a saved plan does: to the second, by UTC."""
    return datetime.fromtimestamp(int(at), UTC)
