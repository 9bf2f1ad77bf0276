"""A workbook and what is to be done with it in; a draft, checked against what was meant, out."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

from apollo_batch.sheets import surgery, verify, wiring
from apollo_batch.sheets.graft import graft
from apollo_batch.sheets.package import Package
from apollo_batch.sheets.styles import Styles
from apollo_batch.sheets.summary import Summary
from apollo_batch.sheets.verify import Written
from apollo_batch.sheets.workbook import Workbook

Work = Callable[[Workbook, Styles], Iterable[Written]]
"""Prepares the parts of some sheets."""

_HUGE = 10_000_000
"""So many cells may fill 2 GB before they are packed."""


def write(
    source: Path | IO[bytes], work: Work, summary: Summary, draft: Path, *, cells: int
) -> list[Written]:
    """Do the work, add the summary, write it all and read it again; `cells` are the new ones."""
    with Package(source) as package:
        package.huge = cells > _HUGE
        workbook = surgery.open_workbook(package)
        styles_part, styles = surgery.open_styles(workbook)
        written = list(work(workbook, styles))
        graft(workbook, styles, summary)
        wiring.no_template(package)
        package.put(styles_part, styles.xml)
        with draft.open("wb") as file:
            package.write(file)
        verify.check(source, draft, package, written)
    return written
