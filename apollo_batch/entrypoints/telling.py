"""Commands that only tell: jobs checked, operations, runs; and the sandbox as a server."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apollo_batch.clock import SystemClock
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.annotating import of_error
from apollo_batch.entrypoints.manner import Manner
from apollo_batch.entrypoints.opening import open_journal
from apollo_batch.entrypoints.trouble import words_of
from apollo_batch.errors import Exit, InvalidError


def check_jobs(jobs: Sequence[Path], sheet: Path | None, encoding: str | None) -> Exit:
    """Say of every job file whether it is sound, and all that is wrong where it is not."""
    from apollo_batch.entrypoints.keys import see_that_no_key_is_in
    from apollo_batch.runner.invocation import Wish, read
    from apollo_batch.runner.reading import read_job

    code = Exit.OK
    for path in jobs:
        try:
            see_that_no_key_is_in(path, keyring=False)
            job = read_job(path) if sheet is None else read(Wish(path, sheet, encoding), sheet)[0]
        except InvalidError as problem:
            code = Exit.INVALID
            problem.job_file = path
            console.say(words_of(problem))
            console.annotate(of_error(problem, os.environ))
            continue
        does = " ".join(dict.fromkeys(step.operation.does for step in job.steps))
        console.result(f"{path}: sound. {does}")
        for note in job.notices:
            console.say(f"  {note}")
    return code


def print_schema() -> None:
    """Print the JSON Schema of job files."""
    from apollo_batch.job.shape import schema

    console.document(schema())


def print_runs(state: str | None, *, sandbox: bool) -> None:
    """List the journal's runs."""
    from apollo_batch.entrypoints.collecting import warn
    from apollo_batch.entrypoints.following import where
    from apollo_batch.journal import tell
    from apollo_batch.runner import report
    from apollo_batch.runner.summarise import verdict

    flags = where(Manner(state=state, sandbox=sandbox))
    with open_journal(state, sandbox=sandbox) as store:
        now = SystemClock(store.ahead()).now()
        records = tell.all_runs(store)
        if not records:
            hint = "" if sandbox else " For the sandbox's runs add --sandbox."
            console.say(f"No run yet.{hint}")
        for record in records:
            found = report.figures(store, record["id"])
            name = Path(record["input_path"] or record["job_path"]).name
            console.result(f"{record['id']}  {record['job_name']}, {name}: {verdict(found)}")
            warn(found, now, flags)


def print_run(run: str, state: str | None, *, sandbox: bool, as_json: bool) -> None:
    """Say what became of one run."""
    from apollo_batch.entrypoints.collecting import warn
    from apollo_batch.entrypoints.following import where
    from apollo_batch.runner import report
    from apollo_batch.runner.document import document_of
    from apollo_batch.runner.summarise import summarise

    with open_journal(state, sandbox=sandbox) as store:
        found = report.figures(store, run)
        path = found.output
        flags = where(Manner(state=state, sandbox=sandbox))
        warn(found, SystemClock(store.ahead()).now(), flags)
        if as_json:
            document = document_of(found, exit_code=found.exit_code, output=path, next_step=None)
            console.document(document)
            return
        summary = summarise(found, None)
    console.result(f"{summary.title}")
    console.result(f"  {summary.verdict}")
    for label, value in summary.facts:
        console.result(f"  {label}: {value}")
    for table in summary.tables:
        console.result(f"{table.title}")
        for name, said in table.rows:
            # Counts stand in a column; what is no count follows its name.
            console.result(f"  {name}: {said}" if isinstance(said, str) else f"  {said:>7}  {name}")
    if path is not None:
        console.result(f"Written to {path}")


def export_run(
    run: str, state: str | None, *, sandbox: bool, target: Path | None, as_csv: bool
) -> None:
    """Write a run's output again; no call is made."""
    from apollo_batch.runner import output, report
    from apollo_batch.runner.editions import wanted_again

    with open_journal(state, sandbox=sandbox) as store:
        found = report.figures(store, run)
        wanted, ended = (
            wanted_again(store, found, target=target, as_csv=as_csv),
            found.record["updated"],
        )
        delivered = output.deliver(store, found, wanted, now=ended, next_step=None)
    for notice in delivered.notices:
        console.say(notice)
    console.result(f"Written to {delivered.path}")


def report_run(run: str, state: str | None, *, sandbox: bool, target: Path | None) -> None:
    """Write a run's report; no call is made."""
    from apollo_batch.runner.publish import publish

    with open_journal(state, sandbox=sandbox) as store:
        published = publish(store, run, target)
    for notice in published.notices:
        console.say(notice)
    console.result(f"Written to {published.path}")


def serve_sandbox(**flags: Any) -> None:
    """Serve the sandbox until Ctrl-C; two lines on stdout say where it is and which key it takes."""
    from apollo_batch.sandbox.serve import Setup, forever

    setup = Setup(
        port=flags["port"],
        seed=flags["seed"],
        strict=flags["strict"],
        latency_ms=flags["latency"],
        time_scale=flags["time_scale"],
        profile=flags["plan_profile"],
        faults=flags["faults"],
        persist=flags["persist"],
        legacy_auth=flags["legacy_auth"],
        results_after=flags["results_after"],
        index_lag=flags["index_lag"],
        **({"key": flags["key"]} if flags["key"] else {}),
    )

    def announce(base_url: str, key: str) -> None:
        console.result(f"APOLLO_BASE_URL={base_url}")
        console.result(f"APOLLO_API_KEY={key}")

    forever(setup, announce)
