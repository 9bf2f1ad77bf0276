"""What a run came to in; one page to read, print and pass on, which asks nothing of anybody, out."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from apollo_batch.runner.charts import Count, bars
from apollo_batch.runner.element import Markup, element
from apollo_batch.runner.masking import masked
from apollo_batch.runner.problems import Problems
from apollo_batch.runner.report import plain
from apollo_batch.sheets.summary import Summary, Table, Value

# No script, no frame, no request: the page is all there is.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = Markup("""
:root { color-scheme: light dark; --ink: #1f2933; --paper: #fff; --pale: #e8eef4; --line: #c3ccd5;
  --accent: #2f5d8a; --quiet: #52606d }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7eb; --paper: #16191d; --pale: #232a31;
  --line: #3e4c59; --accent: #7fb2e5; --quiet: #9aa5b1 } }
body { color: var(--ink); background: var(--paper); font: 16px/1.5 system-ui, sans-serif;
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere }
h1, h2 { line-height: 1.25; color: var(--accent) } h1 { margin-bottom: 0 }
.verdict { font-size: 1.2rem; font-weight: 600 } .quiet { color: var(--quiet) }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem }
caption { text-align: left; color: var(--quiet) }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem;
  border-bottom: 1px solid var(--line) }
thead th { background: var(--pale) } .rows td:nth-child(2) { white-space: nowrap } .number { text-align: right; white-space: nowrap }
.drawn { display: flex; gap: 2rem; align-items: flex-start; flex-wrap: wrap }
.drawn > * { flex: 1 1 24rem; width: auto; min-width: 0 } svg { height: auto; margin: .5rem 0 }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif; dominant-baseline: central }
.bar { fill: var(--accent) }
@page { margin: 14mm }
@media print { body { max-width: none; margin: 0; padding: 0; font-size: 10px }
  th, td { padding: .1rem .4rem } h2 { margin: .6rem 0 .2rem; break-after: avoid }
  table { margin: .2rem 0 .6rem } .drawn, tr { break-inside: avoid }
  .drawn > * { flex-basis: 0 } }
""")


def page(run: str, summary: Summary, problems: Problems, generator: str) -> str:
    """Write the whole page."""
    title = masked(f"{summary.title}: run {run}")
    head = element(
        "head",
        element("meta", attributes={"charset": "utf-8"}),
        element("meta", attributes={"http-equiv": "Content-Security-Policy", "content": POLICY}),
        element("meta", attributes={"name": "generator", "content": generator}),
        element("meta", attributes={"name": "viewport", "content": "width=device-width"}),
        element("link", attributes={"rel": "icon", "href": "data:,"}),
        element("title", title),
        element("style", _STYLE),
    )
    told = [table for table in summary.tables if table.rows]
    counts = [table for table in told if _numeric(table.rows, 1)]
    body = element(
        "body",
        element("h1", masked(summary.title)),
        element("p", masked(summary.verdict), attributes={"class": "verdict"}),
        _section(Table("The run", ("Fact", "Value"), summary.facts)),
        map(_section, counts),
        _rows(problems),
        map(_section, (table for table in told if table not in counts)),
    )
    return f"<!doctype html>\n{element('html', head, body, attributes={'lang': 'en'})}\n"


def _section(table: Table) -> Markup:
    told = _table(table.header, table.rows)
    if not table.chart:
        return element("section", element("h2", table.title), told)
    drawing = bars(table.title, list(_counts(table.rows)))
    drawn = element("div", drawing, told, attributes={"class": "drawn"})
    return element("section", element("h2", table.title), drawn)


def _counts(rows: Iterable[Sequence[Value]]) -> Iterator[tuple[str, Count]]:
    for label, count in rows:
        if not isinstance(count, str):
            yield masked(str(label)), count


def _rows(problems: Problems) -> Markup:
    if not problems.count:
        return Markup("")
    shown = len(problems.rows)
    some = (
        f"The first {shown} of {problems.count:,}, the worst kinds first. "
        if (shown < problems.count)
        else ""
    )
    hidden = "Values are masked; the workbook has them in full, under the same row numbers."
    rows = [(r.where or r.row, r.status.words, r.reason, r.note) for r in problems.rows]
    return element(
        "section",
        element("h2", "Rows that came to nothing"),
        element("p", some + hidden, attributes={"class": "quiet"}),
        _table(("Row", "Status", "Reason", "Note"), rows),
        attributes={"class": "rows"},
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[Value]]) -> Markup:
    numeric = [_numeric(rows, column) for column in range(len(header))]
    named = [_cell("th", *cell) for cell in zip(header, numeric, strict=True)]
    lines = [
        element("tr", [_cell("td", *cell) for cell in zip(row, numeric, strict=True)])
        for row in rows
    ]
    return element("table", element("thead", element("tr", named)), element("tbody", lines))


def _numeric(rows: Sequence[Sequence[Value]], column: int) -> bool:
    return all(not isinstance(row[column], str) for row in rows)


def _cell(name: str, value: Value, numeric: bool) -> Markup:
    text = masked(value) if isinstance(value, str) else f"{Decimal(plain(Decimal(value)) or 0):,}"
    return element(name, text, attributes={"class": "number"} if numeric else None)
