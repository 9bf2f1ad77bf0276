"""The words a person types, and the one place where an error becomes a message and a code."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from apollo_batch import __version__
from apollo_batch.entrypoints import afterwards
from apollo_batch.entrypoints.words import (
    FORMAT,
    JOB,
    LISTED,
    PATIENCE,
    SANDBOX,
    SHEET,
    STATE,
    WAIT,
    Suggesting,
    credits_flag,
    rows_flag,
    run_flags,
    sandbox_flags,
    wants_csv,
)
from apollo_batch.errors import BatchError, Exit, InvalidError

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=Suggesting, context_settings=_CONTEXT)
@click.version_option(__version__, prog_name="apollo-batch")
def cli() -> None:
    """Spreadsheets in, Apollo.io asked, the same spreadsheets back with the answers.

    \b
    Try it without a key, without cost:
      apollo-batch run jobs/enrich-people.yaml samples/leads.xlsx --sandbox --yes
    """


@cli.command()
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
    "--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Calls at once."
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
        ci=flags["ci"] or os.environ.get("CI", "").lower() in {"true", "1"},
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


@cli.command()
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
    Example:
      apollo-batch plan jobs/enrich-people.yaml leads.xlsx
      apollo-batch plan jobs/enrich-people.yaml leads.xlsx -o plan.json
    """
    from apollo_batch.entrypoints.manner import Manner
    from apollo_batch.entrypoints.planning import plan_job

    manner = Manner(plan=flags["output"], **_manner(flags))
    sys.exit(plan_job(_wish(job, sheet, flags), manner))


def _wish(job: Path, sheet: Path | None, flags: dict[str, Any], *more: str) -> Any:
    from apollo_batch.runner.invocation import Wish

    return Wish(
        job=job,
        input=sheet,
        encoding=flags["encoding"],
        rows=rows_flag(flags["rows"]),
        first=flags["first"],
        period=flags["period"],
        max_credits=credits_flag(flags["max_credits"]),
        max_enroll=flags["max_enroll"],
        **{name: flags[name] for name in more},
    )


def _manner(flags: dict[str, Any]) -> dict[str, Any]:
    return {"state": flags["state"], "sandbox": flags["sandbox"], "as_json": flags["as_json"]}


@cli.command()
@click.argument("jobs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--sheet", type=click.Path(path_type=Path), help="See that the columns are there too."
)
@click.option("--encoding", help="How a CSV file is encoded.")
def check(jobs: tuple[Path, ...], sheet: Path | None, encoding: str | None) -> NoReturn:
    """Say what is wrong with JOB files. It needs no key and no network.

    \b
    Example:
      apollo-batch check jobs/enrich-people.yaml --sheet leads.xlsx
    """
    from apollo_batch.entrypoints.telling import check_jobs

    sys.exit(check_jobs(jobs, sheet, encoding))


@cli.command()
def schema() -> None:
    """Print the JSON Schema of job files, for editors."""
    from apollo_batch.entrypoints.telling import print_schema

    print_schema()


@cli.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def operations(name: str | None, as_json: bool) -> None:
    """List what a job can ask for, or all about one operation."""
    from apollo_batch.entrypoints.offering import print_operations

    print_operations(name, as_json=as_json)


@cli.command("list")
@click.argument("kind", type=click.Choice(LISTED))
@STATE
@SANDBOX
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def list_kind(kind: str, state: str | None, sandbox: bool, as_json: bool) -> None:
    """List what your Apollo has, with ids. They are free to ask for, and to paste into jobs.

    \b
    Example:
      apollo-batch list sequences
    """
    from apollo_batch.entrypoints.listing import print_list

    print_list(kind, state, sandbox=sandbox, as_json=as_json)


@cli.command()
@click.argument("job", required=False, type=click.Path(path_type=Path))
@SHEET
@click.option("--drift", is_flag=True, help="Hold Apollo's free answers against the catalogue too.")
@STATE
@SANDBOX
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def doctor(job: Path | None, sheet: Path | None, **flags: Any) -> NoReturn:
    """Examine what a run needs: this machine, the files, the way to Apollo, the key. It is free.

    Ends with 0 where nothing failed, else with 5 for the key, 7 for the way to Apollo and for
    answers that have changed, 3 for anything else.

    \b
    Examples:
      apollo-batch doctor
      apollo-batch doctor jobs/enrich-people.yaml leads.xlsx
      apollo-batch doctor --drift
    """
    from apollo_batch.entrypoints.doctor import Patient, examine

    patient = Patient(job, sheet, flags["state"], sandbox=flags["sandbox"], drift=flags["drift"])
    sys.exit(examine(patient, as_json=flags["as_json"]))


@cli.command()
@sandbox_flags
def sandbox(**flags: Any) -> None:
    """Run a stand-in for Apollo on this machine. Made-up people, the real rules, no cost.

    \b
    Put the two lines it prints into another terminal, each after `export`; Ctrl-C ends it.
    """
    from apollo_batch.entrypoints.telling import serve_sandbox

    serve_sandbox(**flags)


for _command in afterwards.COMMANDS:
    cli.add_command(_command)


def main() -> NoReturn:
    """Run the command line; whatever goes wrong becomes a sentence and an exit code."""
    try:
        cli.main(standalone_mode=False)
        code: int = Exit.OK
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else Exit.OK
    except click.exceptions.Exit as end:
        code = end.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = _told(
            "Interrupted; nothing more was sent. The same command goes on.", Exit.INTERRUPTED
        )
    except click.ClickException as problem:
        problem.show()
        code = Exit.USAGE
    except BatchError as problem:
        code = _told(_words(problem), problem.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.OK
    except Exception as problem:  # noqa: BLE001 - the last door: a bug becomes a report
        code = _told(_reported(problem), Exit.BUG)
    sys.exit(int(code))


def _told(text: str, code: int) -> int:
    sys.stderr.write(text.rstrip() + "\n")
    return code


def _words(problem: BatchError) -> str:
    if isinstance(problem, InvalidError) and problem.job_file is not None:
        from apollo_batch.job.load import explain, text_of

        return explain(problem, text_of(problem.job_file), str(problem.job_file))
    return str(problem)


def _reported(problem: Exception) -> str:
    from apollo_batch.entrypoints.crash import report_crash

    return report_crash(problem)
