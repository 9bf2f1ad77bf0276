"""The words a person types to have a spreadsheet asked, or to hear beforehand what that would do."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from apollo_batch.entrypoints.ci import in_ci
from apollo_batch.entrypoints.words import (
    FORMAT,
    JOB,
    PATIENCE,
    SHEET,
    WAIT,
    credits_flag,
    rows_flag,
    run_flags,
    settled,
    wants_csv,
    zone_in_force,
)


@click.command()
@JOB
@SHEET
@run_flags
@click.option("--yes", is_flag=True, help="Agree beforehand to what the plan may spend.")
@click.option(
    "--plan",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Agree to what this saved plan says, and to no more; nothing is asked.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    metavar="N",
    default=settled("threads", "8"),
    show_default="as the settings say, else 8",
    help="Calls at once.",
)
@PATIENCE
@click.option("--output", type=click.Path(path_type=Path), help="Where the result goes.")
@FORMAT
@click.option(
    "--resend-in-doubt", is_flag=True, help="Ask rows in doubt once more; may be charged again."
)
@click.option("--fresh", is_flag=True, help="A new run; with --sandbox a new sandbox too.")
@click.option("--ci", is_flag=True, help="Ask nobody anything. Also on where CI=true.")
@WAIT
@click.option("--debug", is_flag=True, help="Write a masked log of every request.")
def run(job: Path, sheet: Path | None, **flags: Any) -> NoReturn:
    """Ask Apollo about every row of SHEET, as JOB says. The annotated workbook is written beside it.

    \b
    Examples:
      apollo-batch run jobs/enrich-people.yaml leads.xlsx --first 20
      apollo-batch run jobs/enrich-people.yaml leads.xlsx --yes --max-credits 500
    """
    from apollo_batch.entrypoints.manner import Manner
    from apollo_batch.entrypoints.running import run_job, typed_words

    manner = Manner(
        yes=flags["yes"],
        ci=flags["ci"] or in_ci(os.environ),
        output=flags["output"],
        as_csv=wants_csv(flags["form"], flags["output"]),
        debug=flags["debug"],
        plan=flags["plan"],
        wait=flags["wait"],
        **_manner(flags),
    )
    more = ("fresh", "resend_in_doubt", "threads", "patience")
    wish = _wish(job, sheet, flags, *more)
    sys.exit(run_job(wish, typed_words(manner)))


@click.command()
@JOB
@SHEET
@run_flags
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Save the plan, for `run --plan FILE` within 24 hours.",
)
def plan(job: Path, sheet: Path | None, **flags: Any) -> NoReturn:
    """Say what a run would ask, skip and cost. Nothing is paid, nothing written.

    \b
    Examples:
      apollo-batch plan jobs/enrich-people.yaml leads.xlsx
      apollo-batch plan jobs/enrich-people.yaml leads.xlsx -o plan.json
    """
    from apollo_batch.entrypoints.manner import Manner
    from apollo_batch.entrypoints.planning import plan_job

    manner = Manner(plan=flags["output"], **_manner(flags))
    sys.exit(plan_job(_wish(job, sheet, flags), manner))


def _wish(job: Path, sheet: Path | None, flags: dict[str, Any], *more: str) -> Any:
    from apollo_batch.entrypoints.keys import see_that_no_key_is_in
    from apollo_batch.runner.invocation import Wish

    see_that_no_key_is_in(job, keyring=not flags["sandbox"])
    return Wish(
        job=job,
        input=sheet,
        encoding=flags["encoding"],
        rows=rows_flag(flags["rows"]),
        first=flags["first"],
        period=flags["period"],
        max_credits=credits_flag(flags["max_credits"]),
        max_enroll=flags["max_enroll"],
        zone=zone_in_force(),
        **{name: flags[name] for name in more},
    )


def _manner(flags: dict[str, Any]) -> dict[str, Any]:
    same = ("state", "sandbox", "as_json", "artifacts")
    return {name: flags[name] for name in same}


COMMANDS = (run, plan)
