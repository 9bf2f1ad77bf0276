"""The path of a job file comes in; a Job, or all that is wrong with the file, goes out."""

from pathlib import Path

from pydantic import ValidationError

from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError, Problem
from apollo_batch.job import (
    assemble,
    caret,
    chain,
    check,
    flow,
    frame,
    keep,
    mistakes,
    syntax,
    tree,
)
from apollo_batch.job.asked import Asked, asked
from apollo_batch.job.places import EACH, Place
from apollo_batch.job.shape import JobShape
from apollo_batch.job.wanted import Job

MOST_PROBLEMS = 20
_SPREADSHEETS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv"}


def load(path: Path, zone: str = "UTC") -> Job:
    """Read a job file; InvalidError names every problem with its place.

    `zone`: what holds where the job names no time zone.
    """
    try:
        content = _content(path)
    except OSError as trouble:
        why = trouble.strerror or "unknown trouble"
        fix = "Check the path, and that you may read the file."
        raise InvalidError(
            Code.JOB_UNREADABLE, f"The job file {path} cannot be read: {why}.", fix=fix
        ) from None
    if path.suffix.lower() in _SPREADSHEETS:
        message = f"{path} is a spreadsheet, and a job file is wanted here."
        raise InvalidError(
            Code.JOB_IS_A_SHEET, message, fix="Name the job first, then the spreadsheet."
        )
    return assemble.with_path(loads(_decoded(content, path.name), path.name, zone), path)


def text_of(path: Path) -> str:
    """Read what can be read of a job file, for `explain`; it never fails."""
    try:
        content = _content(path)
    except OSError:
        return ""
    return "" if _wide(content) else content.decode("utf-8-sig", errors="replace")


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4 * tree.MOST_CHARACTERS + 1)


def _wide(content: bytes) -> bool:
    return content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:64]


def _decoded(content: bytes, name: str) -> str:
    if _wide(content):
        message = "The file is saved as UTF-16, which Windows calls Unicode."
        raise refused(name, Place().problem(Code.JOB_ENCODING, message, "Save it again as UTF-8."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        before = content[: trouble.start].decode("utf-8-sig")
        message = "The file is not saved as UTF-8; an older Windows encoding, perhaps."
        place = syntax.place_of(before, len(before))
        raise refused(
            name, place.problem(Code.JOB_ENCODING, message, "Save it again as UTF-8.")
        ) from None


def loads(text: str, name: str, zone: str = "UTC") -> Job:
    """Read a job from its text; `name` is what messages call the file."""
    try:
        read = tree.read(text.removeprefix("\ufeff"))
    except InvalidError as refusal:
        raise refused(name, *refusal.problems) from None
    if not isinstance(read.values, dict):
        empty = not read.values
        message = "The file is empty." if empty else "A job is made of lines `key: value`."
        fix = "Begin with `version: 1`; `apollo-batch schema` prints every key there is."
        raise refused(name, read.places.value(()).problem(Code.JOB_EMPTY, message, fix))
    read.values.setdefault("zone", tree.Word(zone))
    sound, problems = _checked(read)
    if not sound or problems:
        raise refused(name, *problems)
    job = assemble.job(sound, name, read.places)
    try:
        flow.stages(job)
    except flow.SideBySideError as beside:
        found = " and ".join(beside.sheets)
        message = f"This step takes of what {found} found, each beside the other."
        place = beside.step.places.value(("id",))
        raise refused(
            name, place.problem(Code.STEPS_SIDE_BY_SIDE, message, "Take of one of them only.")
        ) from None
    return job


def _checked(read: tree.Tree) -> tuple[list[Asked], list[Problem]]:
    """Check the shape, then the meaning of all of it that has a sound shape."""
    problems = list(frame.incomplete(read.places))
    values = read.values
    try:
        shape = JobShape.model_validate(values)
    except ValidationError as refusal:
        problems += mistakes.problems(refusal, read.places)
        values = {"version": tree.Word("1")} | mistakes.sound_part(values, refusal)
        try:
            shape = JobShape.model_validate(values)
        except ValidationError:
            return [], problems
    steps = asked(shape, read.places)
    for step in steps:
        problems += frame.problems(step)
        if frame.fits(step):
            problems += check.problems(step)
        problems += keep.problems(step)
    return steps, [*problems, *chain.problems(steps, read.places)]


def refused(name: str, *problems: Problem) -> InvalidError:
    """Gather problems into the error that ends the reading of a job file."""
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: (problem.line, problem.column))
    shown = tuple(ordered[:MOST_PROBLEMS])
    count = f"{len(ordered)} problems" if len(ordered) > 1 else "1 problem"
    more = f"; the first {MOST_PROBLEMS} are named" if len(ordered) > MOST_PROBLEMS else ""
    return InvalidError(Code.JOB_UNSOUND, f"{name} has {count}{more}.", fix=EACH, problems=shown)


def explain(error: InvalidError, text: str, name: str) -> str:
    """Show each problem with its line, a caret under the word, and what to write instead."""
    if not error.problems:
        return str(error)
    lines = syntax.LINE_BREAK.split(text.removeprefix("\ufeff"))
    return "\n\n".join(caret.drawn(problem, lines, name) for problem in error.problems)
