"""What went wrong, or how a run ended, comes in; the annotations that GitHub shows of it go out."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from apollo_batch.entrypoints.trouble import words_of
from apollo_batch.entrypoints.workflow import command
from apollo_batch.errors import EXIT_MEANINGS, BatchError, Exit, InvalidError, Problem

MOST = 10
"""GitHub shows so many of a kind and step; whatever is above stands in the log alone."""


def of_error(problem: BatchError, environ: Mapping[str, str]) -> Iterator[str]:
    """Annotate an error: each mistake in a job file at its place, anything else once."""
    if not isinstance(problem, InvalidError) or not problem.problems:
        yield command("error", words_of(problem), title=_title(problem.exit_code))
        return
    file = _in_repository(problem.job_file, environ)
    yield from first("error", (_mistake(each, file) for each in problem.problems))


def _mistake(problem: Problem, file: str | None) -> str:
    return command(
        "error",
        " ".join(filter(None, [problem.message, problem.fix])),
        file=file,
        line=problem.line if file else None,
        col=problem.column if file else None,
        endColumn=problem.column + problem.width if file else None,
        title=f"Job file, {problem.code}",
    )


def of_end(code: Exit, said: str, reasons: Mapping[str, int]) -> Iterator[str]:
    """Annotate the end of a run: how it ended, and why rows failed or are in doubt, in numbers."""
    kind = "notice" if code is Exit.OK else "error"
    yield command(kind, said, title=_title(code))
    told = (f"{n:,} {'row' if n == 1 else 'rows'}: {why}" for why, n in reasons.items())
    yield from first("warning", (command("warning", each) for each in told))


def first(kind: str, commands: Iterable[str]) -> Iterator[str]:
    """Give the first ten, and say how many more there are."""
    more = 0
    for number, each in enumerate(commands):
        if number < MOST:
            yield each
        else:
            more += 1
    if more:
        yield command("notice", f"and {more} more {kind}s: the log has them all.")


def _title(code: Exit) -> str:
    return (
        "apollo-batch" if code is Exit.OK else f"apollo-batch, code {int(code)}: {_meaning(code)}"
    )


def _meaning(code: Exit) -> str:
    return EXIT_MEANINGS[code].partition(";")[0]


def _in_repository(path: Path | None, environ: Mapping[str, str]) -> str | None:
    """Name a file as the repository does, where GitHub shows annotations."""
    if path is None:
        return None
    root, whole = environ.get("GITHUB_WORKSPACE"), path.resolve()
    inside = root and whole.is_relative_to(Path(root).resolve())
    return str(whole.relative_to(Path(root or "").resolve())) if inside else str(path)
