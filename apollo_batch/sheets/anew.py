"""Values, found records and a summary in; a workbook that is all new out."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from apollo_batch import files
from apollo_batch.codes import Code
from apollo_batch.errors import OutputError
from apollo_batch.sheets import drafting, grow, surgery
from apollo_batch.sheets.blank import blank
from apollo_batch.sheets.found import Counted, Found, counted
from apollo_batch.sheets.markup import UnsupportedError
from apollo_batch.sheets.mismatch import MismatchError
from apollo_batch.sheets.rebuild import Rebuild
from apollo_batch.sheets.refusals import told_plainly
from apollo_batch.sheets.styles import Styles
from apollo_batch.sheets.summary import Summary
from apollo_batch.sheets.verify import Written
from apollo_batch.sheets.workbook import Workbook


def write_found(
    target: Path,
    found: Sequence[Found],
    summary: Summary,
    *,
    ready: Callable[[Path], None] | None = None,
    wait: files.Wait = time.sleep,
) -> tuple[str, ...]:
    """Write a workbook of found records, at least one `Found`, whole or not at all.

    Their sheets come first and the summary behind them. Says what the person should know.
    """
    with told_plainly(target), files.whole(target, ready, wait) as draft, _told_why():
        return notices(_write_records(counted(found), summary, draft))


def write_values(
    new: Rebuild, found: Sequence[Counted], summary: Summary, draft: Path
) -> tuple[str, ...]:
    """Write the values of a sheet with the new cells, and what was found, into a new workbook."""
    orders = new.orders()

    def work(workbook: Workbook, styles: Styles) -> Iterator[Written]:
        for order in orders:
            yield surgery.operate(workbook, styles, order)
        yield from grow.grow(workbook, styles, found)

    count = new.extent.rows * (new.extent.columns + len(new.names)) + sum(f.cells for f in found)
    with _told_why():
        written = drafting.write(blank(orders), work, summary, draft, cells=count)
    told = notices(written)
    if len(orders) > 1:
        return (f"The rows are on {len(orders)} sheets: Excel shows about a million on one.", *told)
    return told


def notices(written: Sequence[Written]) -> tuple[str, ...]:
    """What the person should know about the sheets."""
    return tuple(notice for one in written for notice in one.notices)


def _write_records(found: Sequence[Counted], summary: Summary, draft: Path) -> list[Written]:
    taken: set[str] = set()
    pages = [each.pages({}, taken) for each in found]

    def work(workbook: Workbook, styles: Styles) -> Iterator[Written]:
        for each, some in zip(found, pages, strict=True):
            yield from grow.fill(workbook, styles, each, some)

    template = blank(page.order for some in pages for page in some)
    return drafting.write(template, work, summary, draft, cells=sum(one.cells for one in found))


@contextmanager
def _told_why() -> Iterator[None]:
    try:
        yield
    except (UnsupportedError, MismatchError) as why:
        raise OutputError(
            Code.NOT_ANNOTATED,
            f"The workbook could not be written, because {why}.",
            fix="Use --format csv; the results are safe.",
            remedy=("--format", "csv"),
        ) from why
