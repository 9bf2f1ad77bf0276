"""An inbox's job and what lies there in; the two texts that people find there, out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from apollo_batch.runner.dropped import SPREADSHEETS, printable
from apollo_batch.runner.homes import FREE_CREDITS
from apollo_batch.runner.job_files import JobFile

_MOST_NAMES = 20


@dataclass(frozen=True)
class Waits:
    """What waits in an inbox."""

    received: Mapping[str, str] = field(default_factory=dict)
    """Spreadsheets that were dropped, and how far they have come."""
    slow: Mapping[str, str] = field(default_factory=dict)
    """Those of them that have waited for so long that something is said beside them."""
    to_approve: Sequence[str] = ()
    others: Sequence[str] = ()


def read_me(file: JobFile, window: float) -> str:
    """Say to whoever finds an inbox what it is for."""
    name = file.job.name if file.job else file.path.stem
    kinds = ", ".join(sorted(ending.removeprefix(".") for ending in SPREADSHEETS))
    return f"""{name}

{file.does}

1. Save and close your spreadsheet ({kinds}), then copy it into this folder.
2. About {window + 3:.0f} seconds later it moves to the folder "working". STATUS.txt here says how far it is.
3. When it is done, the folder "done" holds your spreadsheet, the result (its name ends in .annotated),
   a report, and a file .status.txt that says in words what became of it.
4. If it cannot be used, it is in the folder "failed", with the reason in words.
5. If it may cost more than {FREE_CREDITS} credits, or sends e-mail, it waits in the folder "review" together
   with its plan (.plan.json). Nothing has been sent then. Read the .status.txt there. To agree, move the
   plan into the folder "approved". To refuse, delete the spreadsheet.

The same spreadsheet again is not run again. A new one may have the name of an old one.
Please leave the folder "working" alone.
"""


def overview(file: JobFile, waits: Waits, working: Mapping[str, str]) -> str:
    """Say in one place what lies in an inbox and how far it has come."""
    return "\n".join(_lines(file, waits, working)) + "\n"


def _lines(file: JobFile, waits: Waits, working: Mapping[str, str]) -> Iterator[str]:
    yield file.job.name if file.job else file.path.stem
    if file.trouble:
        yield ""
        yield f"Nothing is taken at the moment: the job file {file.path.name} cannot be used."
        yield file.trouble
    sections = (
        ("Received", [f"{name}: {words}" for name, words in waits.received.items()]),
        ("Working", [f"{name}: {words}" for name, words in working.items()]),
        ("Needs approval (in the folder review)", list(waits.to_approve)),
        ("No spreadsheets, so nothing happens with them", list(waits.others)),
    )
    for title, lines in sections:
        if lines:
            yield ""
            yield f"{title}: {len(lines):,}"
            yield from (f"  {printable(line)}" for line in lines[:_MOST_NAMES])
    if not any(lines for _, lines in sections):
        yield ""
        yield "Nothing is waiting."
