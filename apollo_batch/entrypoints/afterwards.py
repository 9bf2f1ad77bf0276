"""The words a person types about a run that is there already: what became of it, and what is next."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from apollo_batch.codes import Code
from apollo_batch.entrypoints import completing
from apollo_batch.entrypoints.ci import in_ci
from apollo_batch.entrypoints.words import (
    FORMAT,
    RUN,
    SANDBOX,
    STATE,
    WAIT,
    rows_flag,
    wants_csv,
)
from apollo_batch.errors import UsageError


@click.command()
@STATE
@SANDBOX
def runs(state: str | None, sandbox: bool) -> None:
    """List the runs the journal knows, newest first.

    \b
    Examples:
      apollo-batch runs
      apollo-batch runs --sandbox
    """
    from apollo_batch.entrypoints.telling import print_runs

    print_runs(state, sandbox=sandbox)


@click.command()
@RUN
@STATE
@SANDBOX
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show(run_id: str, state: str | None, sandbox: bool, as_json: bool) -> None:
    """Say what became of RUN: rows, reasons, credits, requests.

    `apollo-batch runs` lists the runs; the first characters of one are enough.

    \b
    Examples:
      apollo-batch show 261125-040007-f19f
      apollo-batch show 261125-040007-f19f --json
    """
    from apollo_batch.entrypoints.telling import print_run

    print_run(run_id, state, sandbox=sandbox, as_json=as_json)


@click.command()
@RUN
@STATE
@SANDBOX
@click.option("--output", type=click.Path(path_type=Path), help="Where the result goes.")
@FORMAT
def export(
    run_id: str, state: str | None, sandbox: bool, output: Path | None, form: str | None
) -> None:
    """Write the workbook of RUN again, without a call. Everything in it is in the journal.

    \b
    Examples:
      apollo-batch export 261125-040007-f19f
      apollo-batch export 261125-040007-f19f --output again.xlsx
    """
    from apollo_batch.entrypoints.telling import export_run

    export_run(run_id, state, sandbox=sandbox, target=output, as_csv=wants_csv(form, output))


@click.command()
@RUN
@STATE
@SANDBOX
@click.option("--output", type=click.Path(path_type=Path), help="Where the report goes.")
def report(run_id: str, state: str | None, sandbox: bool, output: Path | None) -> None:
    """Write what became of RUN as an HTML file. It is to be passed on, so values are masked.

    \b
    Example:
      apollo-batch report 261125-040007-f19f --output leads.html
    """
    from apollo_batch.entrypoints.telling import report_run

    report_run(run_id, state, sandbox=sandbox, target=output)


@click.command()
@RUN
@click.option("--rows", metavar="2-11", help="The rows meant, as the spreadsheet counts.")
@click.option("--done", is_flag=True, help="They were carried out; nothing is sent again.")
@click.option("--redo", is_flag=True, help="They were not; the next run sends them again.")
@STATE
@SANDBOX
def resolve(run_id: str, rows: str | None, state: str | None, **flags: bool) -> NoReturn:
    """Say of rows of RUN in doubt whether they were carried out. Without a word it lists them.

    \b
    Examples:
      apollo-batch resolve 261125-040007-f19f
      apollo-batch resolve 261125-040007-f19f --rows 2-11 --done
    """
    from apollo_batch.entrypoints.resolve import Word, resolve_run

    word = Word.of(done=flags["done"], redo=flags["redo"])
    sys.exit(resolve_run(run_id, rows_flag(rows), word, state, sandbox=flags["sandbox"]))


@click.command()
@RUN
@click.option("--yes", is_flag=True, help="Agree beforehand to what is taken back.")
@click.option("--output", type=click.Path(path_type=Path), help="Where the result goes.")
@FORMAT
@STATE
@SANDBOX
@click.option("--ci", is_flag=True, help="Ask nobody anything. Also on where CI=true.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def undo(run_id: str, **flags: Any) -> NoReturn:
    """Take back what RUN did, as far as Apollo lets anybody. It asks first, and writes a workbook.

    Contacts it enrolled leave the sequence unless they have been mailed; values it changed are put
    back where keep_old: true kept them and nobody changed them since. What it created stays, with
    its ids in the workbook; credits are spent.

    \b
    Example:
      apollo-batch undo 261125-040007-f19f
    """
    from apollo_batch.entrypoints.manner import Manner
    from apollo_batch.entrypoints.running import typed_words
    from apollo_batch.entrypoints.undo import undo_run

    manner = Manner(
        state=flags["state"],
        sandbox=flags["sandbox"],
        yes=flags["yes"],
        ci=flags["ci"] or in_ci(os.environ),
        output=flags["output"],
        as_csv=wants_csv(flags["form"], flags["output"]),
        as_json=flags["as_json"],
    )
    sys.exit(undo_run(run_id, typed_words(manner)))


@click.command()
@RUN
@click.argument("row", type=click.IntRange(1))
@STATE
@SANDBOX
@click.option("--unmasked", is_flag=True, help="Show the values themselves.")
def why(run_id: str, row: int, state: str | None, sandbox: bool, unmasked: bool) -> None:
    """Tell the story of ROW of RUN, from its cells to Apollo's answer. Values are masked.

    \b
    Example:
      apollo-batch why 261125-040007-f19f 14
    """
    from apollo_batch.entrypoints.looking import tell_why

    tell_why(run_id, row, state, sandbox=sandbox, masks=not unmasked)


@click.command()
@RUN
@STATE
@SANDBOX
def verify(run_id: str, state: str | None, sandbox: bool) -> NoReturn:
    """Count RUN up again: its budget, its rows, its files, its bill. No call is made.

    \b
    Example:
      apollo-batch verify 261125-040007-f19f
    """
    from apollo_batch.entrypoints.looking import verify_run

    sys.exit(verify_run(run_id, state, sandbox=sandbox))


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False, shell_complete=completing.runs)
@WAIT
@STATE
@SANDBOX
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def collect(run_id: str | None, wait: float, state: str | None, **flags: bool) -> NoReturn:
    """Fetch the phones and waterfalls that have come, of RUN or of all. It is free.

    Workbooks that they change are written again. Apollo keeps results for 30 days.

    \b
    Examples:
      apollo-batch collect
      apollo-batch collect 261125-040007-f19f --wait 15m
    """
    from apollo_batch.entrypoints import collecting

    how = {"sandbox": flags["sandbox"], "as_json": flags["as_json"]}
    sys.exit(collecting.collect(run_id, wait, state, **how))


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False, shell_complete=completing.runs)
@STATE
@SANDBOX
@click.option("--output", type=click.Path(path_type=Path), help="A workbook for Apollo's support.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def usage(
    run_id: str | None, state: str | None, sandbox: bool, output: Path | None, as_json: bool
) -> None:
    """Show Apollo's limits and credits and your own budgets; or what RUN cost, by all who say so.

    Of a run: planned, reported, derived, what the balance fell by, and why they differ.

    \b
    Examples:
      apollo-batch usage
      apollo-batch usage 261125-040007-f19f --output for-apollo.xlsx
    """
    from apollo_batch.entrypoints.usage import print_cost, print_usage

    if run_id is not None:
        print_cost(run_id, state, sandbox=sandbox, as_json=as_json, output=output)
    elif output is not None:
        raise UsageError(
            Code.FLAG_NEEDS_ANOTHER,
            "--output needs a RUN to tell of.",
            fix="`apollo-batch runs` lists them.",
        )
    else:
        print_usage(state, sandbox=sandbox, as_json=as_json)


COMMANDS = (runs, show, why, export, report, resolve, undo, collect, verify, usage)
"""Every command of this room."""
