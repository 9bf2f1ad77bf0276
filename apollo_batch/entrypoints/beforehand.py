"""The words a person types before a run: is the job right, what is on offer, what does it need."""

import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from apollo_batch.entrypoints import completing
from apollo_batch.entrypoints.words import LISTED, SANDBOX, SHEET, STATE, sandbox_flags


@click.command()
@click.argument(
    "jobs",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    shell_complete=completing.jobs,
)
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


@click.command()
def schema() -> None:
    """Print the JSON Schema of job files, for editors.

    \b
    Example:
      apollo-batch schema > job.schema.json
    """
    from apollo_batch.entrypoints.telling import print_schema

    print_schema()


@click.command()
@click.argument("name", required=False, shell_complete=completing.operations)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def operations(name: str | None, as_json: bool) -> None:
    """List what a job can ask for, or all about one operation.

    \b
    Examples:
      apollo-batch operations
      apollo-batch operations people.enrich
    """
    from apollo_batch.entrypoints.offering import print_operations

    print_operations(name, as_json=as_json)


@click.command("list")
@click.argument("kind", metavar="KIND", type=click.Choice(LISTED))
@STATE
@SANDBOX
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def list_kind(kind: str, state: str | None, sandbox: bool, as_json: bool) -> None:
    """List what your Apollo has, with ids. They are free to ask for, and to paste into jobs.

    KIND is users, mailboxes, sequences, stages, fields, lists or schedules.

    \b
    Example:
      apollo-batch list sequences
    """
    from apollo_batch.entrypoints.listing import print_list

    print_list(kind, state, sandbox=sandbox, as_json=as_json)


@click.command()
@click.argument(
    "job", required=False, type=click.Path(path_type=Path), shell_complete=completing.jobs
)
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


@click.command()
@sandbox_flags
def sandbox(**flags: Any) -> None:
    """Run a stand-in for Apollo on this machine. Made-up people, the real rules, no cost.

    \b
    Examples:
      apollo-batch sandbox
      apollo-batch sandbox --port 8899 --time-scale 60

    Put the two lines it prints into another terminal, each after `export`; Ctrl-C ends it.
    """
    from apollo_batch.entrypoints.telling import serve_sandbox

    serve_sandbox(**flags)


COMMANDS = (check, schema, operations, list_kind, doctor, sandbox)
