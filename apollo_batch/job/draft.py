"""What a new job is to do comes in; its file, with a line of comment for each key, goes out."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from apollo_batch.catalogue.entry import Act, Operation
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.param import Param
from apollo_batch.job import keeping_old, starters
from apollo_batch.job.guess import Chosen
from apollo_batch.job.headers import normal, tidy
from apollo_batch.job.left_out import Rule
from apollo_batch.job.spelling import meant, usual_name

SCHEMA = "job.schema.json"
_MOST_HINTS, _MOST_UNUSED, _LONGEST = 6, 30, 40
_BARE_KINDS = {Kind.FLAG, Kind.WHOLE}


@dataclass(frozen=True)
class Draft:
    """A job that is not written yet."""

    operation: Operation
    name: str
    made_from: str
    """The spreadsheet's file name."""
    columns: Sequence[str]
    rows: int
    chosen: Mapping[str, Chosen]
    options: Mapping[str, str] = field(default_factory=dict)
    """Parameter, as it was spelt, to what it is for every row."""
    skips: Sequence[Rule] = ()
    sheet: str | None = None
    header_row: int | None = None


def scalar(text: str) -> str:
    """Write a text so that YAML gives it back as it stands, wherever it is put in a line."""
    plain = text.isprintable() and not text.startswith("\ufeff")
    written = yaml.safe_dump(
        [text],
        allow_unicode=True,
        default_flow_style=True,
        width=float("inf"),
        default_style=None if plain else '"',
    )
    return str(written).strip()[1:-1]


def shown(text: str) -> str:
    """Write a text into a comment: on one line, and not too long."""
    line = "".join(sign if sign.isprintable() else " " for sign in tidy(text))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def write(draft: Draft) -> str:
    """Write the file of a job."""
    return "\n".join(_lines(draft)) + "\n"


def _lines(draft: Draft) -> Iterator[str]:
    operation = draft.operation
    yield f"# yaml-language-server: $schema=./{SCHEMA}"
    yield f"# Made from {shown(draft.made_from)} by `apollo-batch init`; change what you like."
    yield "version: 1"
    yield "# What you call this job; it changes nothing."
    yield f"name: {scalar(draft.name)}"
    yield from _input(draft)
    yield f"# {operation.does}"
    yield f"operation: {operation.name}"
    yield from _map(draft)
    yield from _options(draft)
    yield from _skip(draft)
    yield from _keep(draft)
    yield from _beside(operation)
    yield from _limits(draft)
    yield from _unused(draft)


def _input(draft: Draft) -> Iterator[str]:
    parts = [] if draft.sheet is None else [f"sheet: {scalar(draft.sheet)}"]
    parts += [] if draft.header_row is None else [f"header_row: {draft.header_row}"]
    if parts:
        yield "# Where in the workbook the rows are."
        yield f"input: {{{', '.join(parts)}}}"


def _map(draft: Draft) -> Iterator[str]:
    yield "# Apollo's parameter: the column that its value comes from. Empty cells are left out."
    yield "map:"
    for name, chosen in draft.chosen.items():
        param = draft.operation.param(name)
        key = usual_name(draft.operation, param) if param else name
        column = scalar(chosen.column.name)
        value = f"{{column: {column}, clean: {chosen.clean}}}" if chosen.clean else column
        yield f"  {key}: {value}"
    open_ = [p for p in draft.operation.params if p.in_map and p.name not in _said(draft)]
    for param in open_[:_MOST_HINTS]:
        column = "{FIELD: COLUMN}" if param.kind is Kind.FIELDS else "COLUMN"
        yield f"  #{param.name}: {column}  # {param.does}"
    if len(open_) > _MOST_HINTS:
        yield f"  # and more: apollo-batch operations {draft.operation.name}"


def _said(draft: Draft) -> set[str]:
    """The parameters that are filled, from a column or for every row."""
    found = (meant(draft.operation, key) for key in draft.options)
    return draft.chosen.keys() | {each.param.name for each in found if each is not None}


def _options(draft: Draft) -> Iterator[str]:
    if draft.options:
        yield "# The same for every row."
        yield "options:"
        for key, text in draft.options.items():
            yield f"  {scalar(key)}: {_option(meant(draft.operation, key), text)}"
    elif hints := [*_hints(draft.operation)]:
        yield "# The same for every row; take the # away for what you want."
        yield "#options:"
        yield from hints


def _hints(operation: Operation) -> Iterator[str]:
    """Name what a look-up may be asked for besides, where nothing else has to be said for it."""
    for param in operation.params:
        alone = (
            param.name not in operation.exclusive and param.name not in operation.price.unbounded
        )
        if operation.act is Act.LOOK_UP and param.kind is Kind.FLAG and alone:
            yield f"#  {param.name}: true  # {param.does}"


def _option(found: object, text: str) -> str:
    param = getattr(found, "param", None)
    bare = isinstance(param, Param) and param.kind in _BARE_KINDS
    return text if bare and text.isalnum() else scalar(text)


def _skip(draft: Draft) -> Iterator[str]:
    if not draft.skips:
        return
    yield "# Rows that are left out before anything is sent, and what the workbook says of them."
    yield "skip:"
    for rule in draft.skips:
        column, pattern = scalar(rule.column), scalar(rule.matches)
        yield f"  - {{column: {column}, matches: {pattern}, reason: {rule.reason}}}"


def _keep(draft: Draft) -> Iterator[str]:
    there = {normal(column) for column in draft.columns}
    kept = starters.kept_of(draft.operation)
    if not kept:
        return
    yield "# New column: the field of the answer that fills it."
    yield "keep:"
    for name, path in kept.items():
        yield f"  {name if normal(name) not in there else starters.apart(name)}: {path}"
    yield f"  # all fields: apollo-batch operations {draft.operation.name}"


def _beside(operation: Operation) -> Iterator[str]:
    if operation.modes:
        yield "# Who is there already is left as they are; upsert updates them."
        yield f"mode: {operation.modes[0]}"
    if keeping_old.possible(operation):
        yield "# Old values are read first, so that `undo` can put them back: a free request a row."
        yield "keep_old: true"
    if operation.act is Act.SEARCH:
        yield "# The most records that a search may bring for one row."
        yield f"per_row: {starters.PER_ROW}"
    if operation.act is Act.ENROLL:
        yield "# Take the # away, and the first e-mail waits so long after the enrolling."
        yield "#cooling_off: 30m"


def cost_of(draft: Draft) -> str:
    """Say what a run of the job may cost."""
    price, rows = draft.operation.price, max(draft.rows, 1)
    if not price.base:
        return "It costs no credits."
    found = "" if price.per == "page" else " found"
    each = f"{price.base} a {price.per}{found}"
    return f"It costs {price.base * rows:,} credits at the most: {each}, {_rows(rows)}."


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _limits(draft: Draft) -> Iterator[str]:
    rows, price = max(draft.rows, 1), draft.operation.price
    if draft.operation.act is Act.ENROLL:
        yield f"# The {_rows(rows)} there are; how many it is to be you say with --max-enroll."
        yield f"limits: {{max_enroll: {rows}}}"
        return
    yield f"# {cost_of(draft)}"
    most = price.base * rows
    if most > starters.FIRST_BUDGET:
        yield "# The budget below ends it sooner: raise it once the first rows came out well."
    if most:
        yield f"limits: {{max_credits: {min(most, starters.FIRST_BUDGET)}}}"


def unused(draft: Draft) -> list[str]:
    """Name the columns that the job says nothing of."""
    used = {each.column.index for each in draft.chosen.values()}
    left_out = {rule.column for rule in draft.skips}
    return [
        shown(name)
        for index, name in enumerate(draft.columns)
        if name.strip() and index not in used and name not in left_out
    ]


def _unused(draft: Draft) -> Iterator[str]:
    names = unused(draft)
    if names:
        more = f" and {len(names) - _MOST_UNUSED} more" if len(names) > _MOST_UNUSED else ""
        yield "# Not used, and not sent to Apollo; name one under `map` if Apollo should know it:"
        listed = f"{', '.join(names[:_MOST_UNUSED])}{more}"
        yield from textwrap.wrap(listed, 96, initial_indent="#   ", subsequent_indent="#   ")
