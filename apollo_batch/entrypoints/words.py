"""Arguments and flags that several commands share, read the same way everywhere."""

import os
import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import click

from apollo_batch.clock import seconds_of
from apollo_batch.codes import Code
from apollo_batch.entrypoints import completing
from apollo_batch.errors import UsageError
from apollo_batch.runner.period import AUTO

_MOST_CREDITS = 10**12
_PERIOD = re.compile(r"\d{4}-(?:\d\d|\d\d-\d\d|W\d\d)", re.ASCII)
_LIKE_A_PERIOD = re.compile(r"\d{4}-(?:\d{1,2}|\d{1,2}-\d{1,2}|w-?\d{1,2})", re.IGNORECASE)
_WORKBOOKS = (".xlsx", ".xlsm")

F = TypeVar("F", bound=Callable[..., Any])


def settled(name: str, otherwise: str | None = None) -> Callable[[], str | None]:
    """Ask the settings for what a flag does not say, when the command is typed without it."""

    def ask() -> str | None:
        from apollo_batch.settings import habit

        return habit(name, os.environ) or otherwise

    return ask


def zone_in_force() -> str:
    """The time zone that a job takes which names none."""
    return settled("zone")() or "UTC"


SHEET = click.argument("sheet", required=False, type=click.Path(path_type=Path))
JOB = click.argument("job", type=click.Path(path_type=Path), shell_complete=completing.jobs)
RUN = click.argument("run_id", metavar="RUN", shell_complete=completing.runs)
STATE = click.option("--state", metavar="DIR|FILE.db|URL", help="Where the journal is kept.")
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["xlsx", "csv"]),
    help="What to write.  [default: as --output ends, else as the settings say, else xlsx]",
)
LISTED = ("users", "mailboxes", "sequences", "stages", "fields", "lists", "schedules")
"""What `apollo-batch list` knows."""
PATIENCE = click.option(
    "--patience",
    metavar="D",
    default=settled("patience"),
    callback=lambda _context, _option, text: duration("--patience", text),
    help="End with code 7 rather than wait for Apollo for longer: 30s, 10m, 2h.  [default: 10m where "
    "it is out of reach, as long as it takes where a limit is used up]",
)
WAIT = click.option(
    "--wait",
    metavar="D",
    callback=lambda _context, _option, text: duration("--wait", text) or 0.0,
    help="Wait so long for phones and waterfalls: 90s, 15m, 2h.",
)
SANDBOX = click.option("--sandbox", is_flag=True, help="The embedded sandbox: no key, no cost.")


def sandbox_flags(command: F) -> F:
    """Give a command the flags by which a sandbox is set up."""
    options = (
        click.option(
            "--port",
            type=click.IntRange(0, 65535),
            metavar="N",
            default=0,
            help="0: any that is free.",
        ),
        click.option(
            "--seed",
            type=int,
            metavar="N",
            default=42,
            show_default=True,
            help="The same seed, the same people.",
        ),
        click.option("--key", default=None, help="The master key it accepts."),
        click.option("--strict", is_flag=True, help="Refuse parameters Apollo would ignore."),
        click.option(
            "--latency", type=float, default=0, metavar="MS", help="Wait before each answer."
        ),
    )
    return _with(command, (*options, *_world_flags()))


def _world_flags() -> tuple[Callable[[F], F], ...]:
    return (
        click.option(
            "--time-scale",
            type=click.FloatRange(1),
            metavar="X",
            default=1.0,
            help="How much faster its clock runs.",
        ),
        click.option(
            "--plan-profile", default="professional", show_default=True, help="Whose limits it has."
        ),
        click.option(
            "--faults", type=click.Path(path_type=Path, exists=True), help="A script of trouble."
        ),
        click.option(
            "--persist", type=click.Path(path_type=Path), help="Keep its state in this file."
        ),
        click.option(
            "--results-after",
            type=click.FloatRange(0),
            metavar="S",
            help="When phones and waterfalls come.  [default: after 30 to 210 s of its clock]",
        ),
        click.option("--legacy-auth", is_flag=True, help="Hear a key in query or body too."),
        click.option(
            "--index-lag",
            type=click.FloatRange(min=0),
            default=0,
            metavar="S",
            help="Seconds of its clock until a search shows what was made or changed.",
        ),
    )


def run_flags(command: F) -> F:
    """Give a command the flags that `plan` and `run` share."""
    options = (
        STATE,
        SANDBOX,
        click.option("--max-credits", metavar="N", help="Never spend more than this on the run."),
        click.option(
            "--max-enroll",
            type=click.IntRange(0),
            metavar="N",
            help="Enroll no more contacts than this; without it an enrollment asks for the number.",
        ),
        click.option("--rows", metavar="2-11", help="Only these rows, as the spreadsheet counts."),
        click.option(
            "--first", type=click.IntRange(1), metavar="N", help="Only the first N rows, for a try."
        ),
        click.option("--encoding", help="How a CSV file is encoded, where it is not seen rightly."),
        click.option(
            "--period",
            default="",
            metavar="WORD",
            callback=lambda _context, _option, text: period_flag(text),
            help="A word that makes each period a run of its own; auto, auto:week and auto:month take "
            "the day, week or month that it is in UTC.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
        click.option(
            "--artifacts",
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="Write there what a build keeps: figures, tests, report; no personal data.",
        ),
    )
    return _with(command, options)


def _with(command: F, options: Sequence[Callable[[F], F]]) -> F:
    # The last one given is the first one that `--help` lists.
    for option in reversed(options):
        command = option(command)
    return command


def rows_flag(text: str | None) -> tuple[tuple[int, int], ...]:
    """Read `2-11,15` as ranges of row numbers; UsageError where it is none."""
    ranges = []
    for part in () if text is None else text.split(","):
        match = re.fullmatch(r"\s*(\d{1,7})(?:\s*-\s*(\d{1,7}))?\s*", part)
        if match is None or int(match[2] or match[1]) < int(match[1]):
            raise UsageError(
                Code.FLAG_VALUE,
                f"--rows {text!r} is no range of rows.",
                fix="Write it like 2-11 or 2-11,15.",
            )
        ranges.append((int(match[1]), int(match[2] or match[1])))
    return tuple(ranges)


def wants_csv(form: str | None, output: Path | None) -> bool:
    """Whether CSV is to be written; UsageError where --output is no file of that kind."""
    if output is not None and output.is_dir():
        raise UsageError(
            Code.OUTPUT_NAME, f"--output {output} is a folder.", fix="Name the file inside it."
        )
    ending = output.suffix.lower() if output is not None else ""
    if form is None and not ending:
        form = settled("format")()
    as_csv = ending == ".csv" if form is None else form == "csv"
    if form is not None and (ending == ".csv") != as_csv and ending in {".csv", *_WORKBOOKS}:
        raise UsageError(
            Code.OUTPUT_NAME,
            f"--output {output} is no name for --format {form}.",
            fix=f"End it in .{form}.",
        )
    if not as_csv and ending not in {"", *_WORKBOOKS}:
        raise UsageError(
            Code.OUTPUT_NAME,
            f"--output {output} is no name for a workbook: Excel would not open it.",
            fix="End it in .xlsx, or in .csv for a text file.",
        )
    return as_csv


def period_flag(text: str) -> str:
    """Read a period; UsageError where nobody can tell which, or where it would be a second one."""
    text = text.strip()
    if text.partition(":")[0].casefold() == "auto" and text not in AUTO:
        raise UsageError(
            Code.FLAG_VALUE,
            f"--period {text!r} is none that can be worked out.",
            fix=f"Write one of {', '.join(AUTO)}, or a word of your own such as 2026-W47.",
        )
    if _LIKE_A_PERIOD.fullmatch(text) and not _PERIOD.fullmatch(text):
        raise UsageError(
            Code.FLAG_VALUE,
            f"--period {text!r} would be another period than the same one written in full.",
            fix="Write it like 2026-11-02, 2026-W07 or 2026-11.",
        )
    return text


def credits_flag(text: str | None) -> Decimal | None:
    """Read a number of credits; UsageError where it is none."""
    if text is None:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number <= _MOST_CREDITS:
        raise UsageError(
            Code.FLAG_VALUE,
            f"--max-credits {text} is no number of credits.",
            fix="Write it like 500.",
        )
    return number


def duration(flag: str, text: str | None) -> float | None:
    """Read a duration as seconds; UsageError where it is none."""
    if text is None:
        return None
    seconds = seconds_of(text)
    if seconds is None:
        raise UsageError(
            Code.FLAG_VALUE, f"{flag} {text!r} is no duration.", fix="Write it like 30s, 10m or 2h."
        )
    return seconds
