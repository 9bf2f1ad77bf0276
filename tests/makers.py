"""Makes what tests need: spreadsheets, jobs, a desk to run the program at, a judge of its totals."""

import csv
import json
import os
import shlex
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import openpyxl
import requests
import yaml
from leakscan import KEY, leaked

from apollo_batch.sandbox.world import World

WORLD = World(42)
HEADER = ("First Name", "Last Name", "Website", "Email", "Notes")
BULK = "POST /people/bulk_match"
PAID = frozenset(
    {
        BULK,
        "POST /people/match",
        "GET /organizations/enrich",
        "POST /organizations/bulk_enrich",
    }
)
STATUSES = ("succeeded", "no_match", "skipped", "failed", "in_doubt", "pending", "not_run")
_REPOSITORY = Path(__file__).parents[1]
JOBS = _REPOSITORY / "jobs"
SAMPLES = _REPOSITORY / "samples"


def lead(number: int, **cells: str) -> list[str]:
    """A row that finds this person of the sandbox's world, but for the cells given."""
    who = WORLD.person(number)
    facts = {"First Name": who.first_name, "Last Name": who.last_name, "Website": who.domain}
    facts |= {key.replace("_", " "): value for key, value in cells.items()}
    return [facts.get(name, "") for name in HEADER]


def leads(count: int, start: int = 100) -> list[list[str]]:
    """So many rows, each of which finds a person of its own."""
    return [lead(number) for number in range(start, start + count)]


def nobodies(count: int, start: int = 300) -> list[list[str]]:
    """So many rows of people whom Apollo does not know."""
    return [lead(n, Last_Name=f"Nobody{n}") for n in range(start, start + count)]


def save_csv(path: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
    """Write rows as a text file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def save_xlsx(path: Path, rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> Path:
    """Write rows as a workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Leads"
    for line in (header, *rows):
        sheet.append([cell or None for cell in line])
    book.save(path)
    return path


def save_job(path: Path, **changes: Any) -> Path:
    """Write a job that looks people up; what is given replaces its keys, None takes one out."""
    job = {
        "version": 1,
        "name": "A story",
        "operation": "people.enrich",
        "map": {
            "email": "Email",
            "first_name": "First Name",
            "last_name": "Last Name",
            "domain": {"column": "Website", "clean": "domain"},
        },
        "keep": {"Work Email": "email", "Title": "title"},
    }
    job = {key: value for key, value in (job | changes).items() if value is not None}
    path.write_text(yaml.safe_dump(job, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def following(self) -> list[str]:
        """The words of the command it says to go on with, without the program's name."""
        program, *words = shlex.split(self.document["next"])
        assert program == "apollo-batch"
        return words


class Started(subprocess.Popen[str]):
    """A command that runs; what it says to its end holds no secret."""

    def communicate(self, *args: Any, **how: Any) -> tuple[str, str]:
        said = super().communicate(*args, **how)
        assert not leaked("".join(filter(None, said)).encode()), "a secret was shown"
        return said


class Launches(Protocol):
    """Whoever runs a command in a process of its own."""

    def run(
        self, words: Sequence[str], folder: Path, environ: Mapping[str, str], stdin: str
    ) -> tuple[int, bytes, bytes]: ...


@dataclass
class Desk:
    """A person's desk: a folder to work in, an environment of its own, the program."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    launcher: Launches | None = field(default=None, repr=False)
    """Starts the program sooner than the interpreter would; None: nobody does."""

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def call(self, *words: object, stdin: str = "", **more: str) -> Ended:
        """Run the program to its end, with nobody at the keyboard."""
        environ = self._environ(more)
        # What only a start of the interpreter heeds is given to one.
        if self.launcher is None or any(name.startswith("PYTHON") for name in more):
            code, out, err = self._started(words, environ, stdin)
        else:
            typed = [str(word) for word in words]
            code, out, err = self.launcher.run(typed, self.folder, environ, stdin)
        assert b"Traceback" not in out + err, err.decode()
        assert not leaked(out + err), "a secret was shown"
        return Ended(code, out.decode(), err.decode())

    def _started(
        self, words: Sequence[object], environ: Mapping[str, str], stdin: str
    ) -> tuple[int, bytes, bytes]:
        done = subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=environ,
            input=stdin.encode(),
            capture_output=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def run(self, job: Path, sheet: Path, *words: object, **more: str) -> Ended:
        """Run a job over a sheet, agreed to beforehand, its figures as JSON."""
        return self.call("run", job, sheet, "--yes", "--json", *words, **more)

    @contextmanager
    def started(self, *words: object, **how: Any) -> Iterator[subprocess.Popen[str]]:
        """Start the program in a process group of its own; it is ended with the block."""
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
        with Started(
            self.command(*words),
            cwd=self.folder,
            env=self._environ(how.pop("more", {})),
            start_new_session=True,
            text=True,
            **how,
        ) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    @staticmethod
    def command(*words: object) -> list[str]:
        return [sys.executable, "-m", "apollo_batch", *map(str, words)]

    def _environ(self, more: Mapping[str, str]) -> dict[str, str]:
        passed = {
            k: v
            for k, v in os.environ.items()
            if k in {"PATH", "LANG", "PYTHONPATH"} or "COVERAGE" in k
        }
        return {
            **passed,
            "HOME": str(self.folder),
            "TMPDIR": str(Path.home()),  # of the test: what is left there is looked through too
            "PYTHONWARNINGS": "error",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "APOLLO_BATCH_STATE": str(self.state),
            **self.environ,
            **more,
        }


@dataclass
class Served:
    """A sandbox in a process of its own."""

    base_url: str
    key: str
    process: subprocess.Popen[str]
    _session: requests.Session

    @property
    def environ(self) -> dict[str, str]:
        return {"APOLLO_BASE_URL": self.base_url, "APOLLO_API_KEY": self.key}

    def books(self) -> dict[str, Any]:
        found: dict[str, Any] = self._session.get(
            f"{self.base_url}/sandbox/books", timeout=10
        ).json()
        return found

    def reset(self, **wishes: int) -> None:
        """Begin a new world, with these credits if they are named."""
        self._session.post(f"{self.base_url}/sandbox/reset", json=wishes, timeout=10)

    def plot(self, *faults: Mapping[str, Any]) -> None:
        """Replace the script of faults."""
        reply = self._session.post(f"{self.base_url}/sandbox/faults", json=faults, timeout=10)
        assert reply.json() == {"faults": len(faults)}

    def paid_calls(self) -> int:
        """How many calls have come in that may cost something."""
        return sum(entry["route"] in PAID for entry in self.books()["log"])


@contextmanager
def serving(desk: Desk, *words: object) -> Iterator[Served]:
    """Run `apollo-batch sandbox` for as long as the block lasts."""
    with desk.started("sandbox", "--key", KEY, *words) as process, requests.Session() as session:
        session.trust_env = False
        lines = [process.stdout.readline().strip() for _ in range(2)]  # type: ignore[union-attr]
        known = dict(line.split("=", 1) for line in lines)
        yield Served(known["APOLLO_BASE_URL"], known["APOLLO_API_KEY"], process, session)
        process.terminate()
        process.communicate(timeout=10)


def until(claim: Callable[[], bool], seconds: float = 20.0) -> None:
    """Look until a claim holds; AssertionError where it does not in time."""
    ends = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < ends, "it did not happen in time"
        threading.Event().wait(0.02)  # whoever is looked at needs the processor too


def cells_of(path: Path) -> list[dict[str, Any]]:
    """The rows of an annotated file, by column, as they are typed."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
    else:
        book = openpyxl.load_workbook(path)
        lines = [[*line] for sheet in book for line in sheet.values if sheet is book.worksheets[0]]
        book.close()
    top = next(number for number, line in enumerate(lines) if "Apollo Status" in line)
    rows = [dict(zip(lines[top], line, strict=False)) for line in lines[top + 1 :]]
    return [row for row in rows if row["Apollo Status"]]


def facts_of(path: Path) -> dict[str, Any]:
    """What the summary sheet of a workbook says, by its labels."""
    book = openpyxl.load_workbook(path)
    lines = list(book["Apollo Summary"].values)
    book.close()
    return {line[0]: line[1] for line in lines if line[0] is not None and line[1] is not None}


def judge(ended: Ended, state: Path, books: Mapping[str, Any]) -> dict[str, Any]:
    """See that workbook, JSON, journal and books tell one story; give the JSON document."""
    told = ended.document
    credits = {k: Decimal(v) for k, v in told["credits"].items() if isinstance(v, str)}
    charged = credits["reported"] + credits["derived"]
    assert told["schema"] == 1
    assert told["exit_code"] == ended.code
    assert told["rows"]["total"] == sum(told["rows"][status] for status in STATUSES)
    _judge_journal(told, credits, state, books)
    if told["output"] is not None:
        _judge_output(Path(told["output"]), told, charged)
    return told


def _judge_journal(
    told: Mapping[str, Any],
    credits: Mapping[str, Decimal],
    state: Path,
    books: Mapping[str, Any],
) -> None:
    ticks = 10_000
    with sqlite3.connect(f"file:{state / 'journal.db'}?mode=ro", uri=True) as journal:
        rows = journal.execute("select count(*) from rows where run = ?", [told["run"]])
        assert rows.fetchone()[0] == told["rows"]["total"]
        sums = "select sum(reported), sum(derived), sum(held), sum(spent) from attempts"
        mine = journal.execute(f"{sums} where run = ?", [told["run"]]).fetchone()
        whole = journal.execute(sums).fetchone()
        counted = journal.execute(
            "select held, spent, cap from budgets where scope = ?", [f"run:{told['run']}"]
        ).fetchone()
        unknown = journal.execute(
            "select count(*) from attempts where outcome in ('unknown', 'lost')"
        ).fetchone()[0]
    journal.close()
    for name, found in zip(("reported", "derived", "held"), mine, strict=False):
        assert credits[name] == Decimal(found or 0) / ticks
    assert counted[:2] == (mine[2] or 0, mine[3] or 0), "the counters are not their sums"
    consumed = Decimal(str(books["credits"]["consumed"]))
    bill = Decimal((whole[0] or 0) + (whole[1] or 0)) / ticks
    assert bill <= consumed <= Decimal(whole[3] or 0) / ticks
    assert unknown or consumed == bill
    if counted[2] is not None:
        assert mine[2] or mine[3] is None or mine[3] <= counted[2], "spent above the budget"


def _judge_output(path: Path, told: Mapping[str, Any], charged: Decimal) -> None:
    rows = cells_of(path)
    statuses = Counter(row["Apollo Status"].lower().replace(" ", "_") for row in rows)
    # What a search found stands on a sheet of its own.
    own = next(iter(told["sheets"].values()), told["rows"])
    assert statuses == Counter({s: n for s in STATUSES if (n := own[s])})
    by_row = sum((Decimal(str(row["Apollo Credits"] or 0)) for row in rows), Decimal(0))
    if path.suffix == ".csv":
        assert by_row <= charged
        return
    facts = facts_of(path)
    without_row = Decimal(str(facts.get("Credits that belong to no single row", 0)))
    assert by_row + without_row == charged
    said = ("Credits charged, as Apollo said", "Credits charged, price times found")
    assert sum(Decimal(str(facts.get(name, 0))) for name in said) == charged


@dataclass(frozen=True)
class Story:
    """A desk, a sandbox, a job and a spreadsheet: what most stories begin with."""

    desk: Desk
    apollo: Served
    job: Path
    sheet: Path

    def run(self, *words: object, **more: str) -> Ended:
        """Run the job over the sheet, agreed to, its figures as JSON."""
        return self.desk.run(self.job, self.sheet, *words, **more)

    def judged(self, ended: Ended) -> dict[str, Any]:
        """See that the totals agree everywhere; give the JSON document."""
        return judge(ended, self.desk.state, self.apollo.books())


def story(desk: Desk, apollo: Served, rows: int | Sequence[Sequence[str]] = 3, **job: Any) -> Story:
    """Lay a job and a text file of so many leads on the desk."""
    lines = leads(rows) if isinstance(rows, int) else rows
    sheet = save_csv(desk.folder / "leads.csv", lines)
    return Story(desk, apollo, save_job(desk.folder / "job.yaml", **job), sheet)


def hit(fault: str, *calls: int, seconds: float | None = None) -> dict[str, Any]:
    """Script a fault of paid calls: the first one, or those with these numbers."""
    line: dict[str, Any] = {"route": BULK, "on": list(calls or (1,)), "fault": fault}
    return line if seconds is None else line | {"seconds": seconds}


def unused_port() -> int:
    """A port of this machine where nobody answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
