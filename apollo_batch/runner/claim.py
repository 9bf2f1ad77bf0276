"""A spreadsheet that this watcher has taken out of an inbox; what is known of it survives any crash."""

import contextlib
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apollo_batch.files import PRIVATE_FOLDER
from apollo_batch.runner.dropped import is_for_us, printable, safe_name
from apollo_batch.runner.inbox import STATUS_JSON, Inbox, move, reserve, sample_of, write_text
from apollo_batch.runner.steady import Sample

_RECORD = "claim.json"
_PLAN = "approved-plan.json"
_NAME_LETTERS = 40


@dataclass
class Claim:
    """A spreadsheet in a folder of its own below `working`, and what is known of it."""

    inbox: Inbox
    folder: Path
    known: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the spreadsheet is called from here on."""
        return str(self.known["name"])

    @property
    def file(self) -> Path:
        return self.folder / self.name

    @property
    def plan(self) -> Path | None:
        """The plan that a person has approved; None: nobody has."""
        path = self.folder / _PLAN
        return path if is_no_link(path) else None

    @property
    def starts(self) -> int:
        """How often it was begun with and came to a bad end that nobody asked for."""
        return int(self.known.get("starts", 0))

    def read_again(self) -> None:
        """See what another process has written down meanwhile."""
        self.known = _known(self.folder)

    def note(self, **more: Any) -> None:
        """Write down what becomes known."""
        self.known |= more
        write_text(self.folder / _RECORD, json.dumps(self.known, ensure_ascii=False))

    def name_in(self, folder: Path) -> str:
        """The name that it has, or will have, in a folder: the same one after a crash."""
        names = self.known.setdefault("names", {})
        if folder.name not in names:
            self.note(names=names | {folder.name: reserve(folder, self.name)})
        return str(self.known["names"][folder.name])

    def put(self, folder: Path) -> Path:
        """Move the spreadsheet into a folder, under its name there; it is claimed no more."""
        target = folder / self.name_in(folder)
        while not move(self.file, target):
            self.known["names"].pop(folder.name)
            target = folder / self.name_in(folder)
        return target

    def let_go(self, folder: Path) -> None:
        """Give a name in a folder back that nothing was written to."""
        name = self.known.get("names", {}).get(folder.name)
        reserved = folder / f"{name}{STATUS_JSON}"
        with contextlib.suppress(OSError):
            if name and not reserved.stat().st_size:
                reserved.unlink()

    def close(self) -> None:
        """Take away what is left of the claim, and never a spreadsheet."""
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                if not is_for_us(path.name):
                    path.unlink()
            self.folder.rmdir()


def take(inbox: Inbox, source: Path, mark: str, sample: Sample | None = None) -> Claim | None:
    """Claim a spreadsheet by moving it; None where another was quicker, or somebody writes in it.

    `sample`: as it was when it was found whole.
    """
    name = safe_name(source.name)
    letters = Path(name).stem[:_NAME_LETTERS].rstrip()
    folder = inbox.working / f"{letters} {mark}-{secrets.token_hex(3)}"
    folder.mkdir(mode=PRIVATE_FOLDER)  # what is written down there is believed
    claim = Claim(inbox, folder)
    claim.note(name=name, dropped=printable(source.name))
    try:
        source.rename(claim.file)
    except FileNotFoundError:
        claim.close()
        return None
    except OSError:
        claim.close()
        raise
    if sample is not None and sample_of(claim.file) != sample and move(claim.file, source):
        claim.close()
        return None
    return claim


def take_with_plan(inbox: Inbox, sheet: Path, plan: Path, mark: str) -> Claim | None:
    """Claim a spreadsheet together with the plan that somebody has approved for it."""
    claim = take(inbox, sheet, mark)
    if claim is not None:
        with contextlib.suppress(FileNotFoundError):
            plan.rename(claim.folder / _PLAN)
    return claim


def claims_of(inbox: Inbox, mark: str) -> Iterator[Claim]:
    """Find what this watcher has claimed, and what is left of a claim that came to nothing."""
    ours = re.compile(rf".* {mark}-[0-9a-f]{{6}}")
    for folder in sorted(inbox.working.iterdir()):
        if folder.is_dir() and not folder.is_symlink() and ours.fullmatch(folder.name):
            with contextlib.suppress(FileNotFoundError):  # it has just come to its end
                yield Claim(inbox, folder, _known(folder))


def _known(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if isinstance(found, dict) and _is_sound(found):
        return found
    # A record may be lost, and the spreadsheet is still somebody's.
    names = (p.name for p in folder.iterdir() if is_no_link(p) and is_for_us(p.name))
    return {"name": next((n for n in names if n == safe_name(n)), "nothing.csv")}


def is_no_link(path: Path) -> bool:
    """Whether a file is there itself, and does not lead to one that nobody dropped."""
    return path.is_file() and not path.is_symlink()


def _is_sound(record: dict[str, Any]) -> bool:
    """Whether the names in a record lead nowhere else."""
    names = record.get("names", {})
    every = [record.get("name"), *(names.values() if isinstance(names, dict) else [None])]
    return all(isinstance(name, str) and name == safe_name(name) for name in every)
