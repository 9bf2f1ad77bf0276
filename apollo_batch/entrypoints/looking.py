"""What `why` and `verify` print: the story of a row, and what of a run does not agree."""

from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.opening import open_journal
from apollo_batch.errors import Exit


def tell_why(run: str, row: int, state: str | None, *, sandbox: bool, masks: bool) -> None:
    """Say how one row came to its end."""
    from apollo_batch.runner.report import figures
    from apollo_batch.runner.why import why

    with open_journal(state, sandbox=sandbox) as store:
        lines = list(why(store, figures(store, run), row, masks=masks))
    for line in lines:
        console.result(line)


def verify_run(run: str, state: str | None, *, sandbox: bool) -> Exit:
    """Say what of a run's record, files and bill does not agree."""
    from apollo_batch.runner.verify import findings

    with open_journal(state, sandbox=sandbox) as store:
        name, wrong = findings(store, run)
    for line in wrong:
        console.result(line)
    if not wrong:
        console.result(f"Run {name}: all agrees.")
    return Exit.ROWS_FAILED if wrong else Exit.OK
