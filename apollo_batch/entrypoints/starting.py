"""The words a person types to have a first job: a spreadsheet in, a job file for it out."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click


@click.command()
@click.argument("sheet", type=click.Path(path_type=Path))
@click.option("--operation", metavar="NAME", help="What to do; `operations` lists all there is.")
@click.option("--sheet", "name_of_sheet", metavar="NAME", help="Which sheet of the workbook.")
@click.option(
    "--header-row", type=click.IntRange(1), metavar="N", help="The row that names the columns."
)
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="PARAMETER=COLUMN",
    help="Which column fills a parameter, instead of the guess; `PARAMETER=` for none.",
)
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="PARAMETER=VALUE",
    help="A parameter that is the same for every row, such as sequence=Spring.",
)
@click.option("--name", help="What to call the job.")
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to write the job."
)
@click.option("--encoding", help="How a CSV file is encoded, where it is not seen rightly.")
@click.option("--yes", is_flag=True, help="Ask nothing: take the guess.")
def init(sheet: Path, **flags: Any) -> NoReturn:
    """Write a job file for SHEET: guess what its columns are, ask a few questions, check it.

    It needs no key and no network. A file that exists is never overwritten.

    \b
    Examples:
      apollo-batch init leads.xlsx
      apollo-batch init leads.xlsx --operation contacts.create --output save.yaml
    """
    from apollo_batch.entrypoints import console
    from apollo_batch.entrypoints.init import Asked, init_job
    from apollo_batch.runner.beginning import Wanted, pairs

    unattended = flags["yes"] or os.environ.get("CI", "").lower() in {"true", "1"}
    asked = Asked(
        path=sheet,
        wanted=Wanted(flags["columns"], dict(map(pairs, flags["options"])), flags["name"]),
        operation=flags["operation"],
        sheet=flags["name_of_sheet"],
        header_row=flags["header_row"],
        encoding=flags["encoding"],
        output=flags["output"],
        asks=not unattended and console.can_ask(),
    )
    sys.exit(init_job(asked))


COMMANDS = (init,)
