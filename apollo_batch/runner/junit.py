"""A run in; its rows as the test results that builds know how to show, a suite a step, out."""

from collections import defaultdict
from dataclasses import dataclass, field

from apollo_batch.journal.store import Store
from apollo_batch.model import Status
from apollo_batch.runner.asked import steps_of
from apollo_batch.runner.element import Markup, element
from apollo_batch.runner.publicly import REVIEWED, rows_of, said
from apollo_batch.runner.report import Figures

MOST = 1_000
"""So many rows are named; those above are one more failure."""


@dataclass
class _Suite:
    """What became of the rows that came to a step."""

    named: list[Markup] = field(default_factory=list)
    well: int = 0
    above: int = 0


def junit(store: Store, found: Figures) -> str:
    """Write the results: rows that failed or are in doubt are named by their number alone."""
    operations = steps_of(found.record)
    suites: dict[str, _Suite] = defaultdict(_Suite)
    for came in rows_of(store, found.run):
        for step, told in came.told.steps:
            suite = suites[step]
            if told.status not in REVIEWED:
                suite.well += 1
            elif sum(len(each.named) for each in suites.values()) >= MOST:
                suite.above += 1
            else:
                suite.named.append(_failed(operations[step], came.name, told.status, told.reason))
    told_of = [_suite(step, operations[step], suites[step]) for step in operations]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element("testsuites", told_of)}\n'


def _suite(step: str, operation: str, suite: _Suite) -> Markup:
    cases = list(suite.named)
    if suite.above:
        cases.append(
            _case(operation, f"{suite.above} more rows", Status.FAILED, "See the workbook.")
        )
    failures = len(cases)
    if suite.well or not cases:
        cases.append(element("testcase", attributes=_named(operation, f"{suite.well} other rows")))
    counts = {"tests": len(cases), "failures": failures, "errors": 0, "skipped": 0}
    told = {"name": step} | {name: str(count) for name, count in counts.items()}
    return element("testsuite", cases, attributes=told)


def _failed(operation: str, name: str, status: Status, reason: str) -> Markup:
    return _case(operation, name, status, said(reason))


def _case(operation: str, name: str, status: Status, why: str) -> Markup:
    failure = element("failure", attributes={"type": status.value, "message": why})
    return element("testcase", failure, attributes=_named(operation, name))


def _named(operation: str, name: str) -> dict[str, str]:
    return {"classname": operation, "name": name}
