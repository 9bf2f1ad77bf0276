"""What `usage` prints: the account's limits, balances and budgets, or what one run cost."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from apollo_batch.apollo.wire import Balance
from apollo_batch.codes import Code
from apollo_batch.entrypoints import console
from apollo_batch.entrypoints.opening import open_journal, place_for
from apollo_batch.errors import UsageError


def print_usage(state: str | None, *, sandbox: bool, as_json: bool) -> None:
    """Show limits, use and rest per route, the balances by kind of credit, and your own budgets."""
    from apollo_batch.runner.balances import budgets

    with place_for(state, sandbox=sandbox) as (place, _):
        limits, balances = place.wire.limits(), place.wire.balances()
        own = budgets(place)
    if as_json:
        document = {
            "schema": 1,
            "limits": {r: {s: _parts(b) for s, b in spans.items()} for r, spans in limits.items()},
            "credits": _all(balances),
            "budgets": _all(own),
        }
        console.document(document)
        return
    if not limits and not balances:
        console.say("Apollo tells this key neither limits nor balances; a master key may ask.")
    console.result(_columns("Credits", "limit", "used", "left"))
    for kind, balance in balances.items():
        console.result(_line(kind, balance))
    console.result("\n" + _columns("Your own budgets (UTC)", "limit", "used", "left"))
    for name, balance in own.items():
        console.result(_line(name, balance))
    console.result("\n" + _columns("Requests per route and window", "limit", "used", "left"))
    for line in _windows(limits):
        console.result(line)


def print_cost(
    run: str, state: str | None, *, sandbox: bool, as_json: bool, output: Path | None
) -> None:
    """Say what a run cost by everybody who says so; write it for Apollo's support, if asked."""
    from apollo_batch.runner import reckoning, statement
    from apollo_batch.runner.report import figures

    if output is not None and (output.suffix.lower() != ".xlsx" or output.is_dir()):
        raise UsageError(
            Code.OUTPUT_NAME,
            f"--output {output} is no name for a workbook.",
            fix="End it in .xlsx.",
        )
    with open_journal(state, sandbox=sandbox) as store:
        told = reckoning.reckon(store, figures(store, run))
    if as_json:
        console.document(reckoning.as_json(told))
    else:
        for line in statement.lines(told):
            console.result(line)
    if output is not None:
        console.say(f"Written to {statement.write(told, output)}")


def _windows(limits: Mapping[str, Mapping[str, Balance]]) -> Iterator[str]:
    """Show the windows of routes that were used: Apollo has a hundred routes, and three of each."""
    used = {route: spans for route, spans in limits.items() if any(b.used for b in spans.values())}
    for route, spans in sorted(used.items()):
        for span in ("minute", "hour", "day"):
            if span in spans:
                yield _line(f"{route} {span}", spans[span])
    others = len(limits) - len(used)
    if others:
        yield f"Not used: {others} {'route' if others == 1 else 'routes'}; --json shows them too."


def _all(balances: Mapping[str, Balance]) -> dict[str, Any]:
    return {name: _parts(balance) for name, balance in balances.items()}


def _parts(balance: Balance) -> dict[str, str | None]:
    parts = {"limit": balance.limit, "used": balance.used, "left": balance.left}
    return {name: None if value is None else str(value) for name, value in parts.items()}


def _line(name: str, balance: Balance) -> str:
    def cell(value: Decimal | None) -> str:
        return "no limit" if value is None else f"{value:,}"

    return _columns(name, *(cell(v) for v in (balance.limit, balance.used, balance.left)))


def _columns(name: str, *numbers: str) -> str:
    return f"{name:<44} " + " ".join(f"{number:>13}" for number in numbers)
