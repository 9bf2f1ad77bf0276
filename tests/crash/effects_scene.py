"""A scene of writing: rows that create, update or enroll, a job, a state, a sandbox next door."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crash_launcher import KILLED, Point, Process
from crash_scene import CANARY, Log, Scene
from makers import WORLD, save_csv, save_job

from apollo_batch.sandbox import seeds_enrollable

READY = [WORLD.id_of("enrollable", n) for n in seeds_enrollable.numbers_of("ready")]
"""Contacts whom nothing keeps out of a sequence."""
SEQUENCE = WORLD.id_of("sequence", 1)
MAILBOX = WORLD.id_of("mailbox", 1)
USER = WORLD.id_of("user", 1)
KEPT = [WORLD.company(number) for number in WORLD.saved("account")]
ENDS = {0, 3, 8}
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Writing:
    """One operation that writes, rows for it, and where the ledger shows what they did."""

    operation: str
    header: Cells
    rows: tuple[Cells, ...]
    table: str
    route: str
    """The request that has the effect."""
    kind: str = "created"
    key: int | None = 0
    """The column that the ledger's subject is told by; None: by the id that the row names."""
    again: bool = False
    """Whether doing it once more changes nothing."""
    job: dict[str, Any] = field(default_factory=dict)
    words: tuple[object, ...] = ()

    def __str__(self) -> str:
        return self.operation


def _people(count: int, start: int = 0) -> tuple[Cells, ...]:
    return tuple(
        (
            f"n{n}@comers-{n}.example",
            f"New{n}",
            f"Comer{n}",
            f"Comers {n}",
            f"+1 202 555 01{n:02d}" if n % 4 == 1 else "",
        )
        for n in range(start, start + count)
    )


def people(count: int, start: int = 0) -> Writing:
    """Save so many people whom nobody knows; one in four has a phone, which takes a second call."""
    header = ("email", "first_name", "last_name", "organization_name", "mobile_phone")
    return Writing(
        "contacts.create",
        header,
        _people(count, start),
        "contacts",
        "POST /contacts/bulk_create",
        job={"keep": {"Id": "id"}},
    )


WRITINGS = (
    people(9),
    Writing(
        "contacts.update",
        ("contact_id", "title", "mobile_phone"),
        tuple(
            (number, f"Buyer {n}", "+1 202 555 0107" if n == 1 else "")
            for n, number in enumerate(READY[:5])
        ),
        "contacts",
        "POST /contacts/bulk_update",
        kind="updated",
        key=None,
        again=True,
    ),
    Writing(
        "accounts.create",
        ("domain", "name", "phone"),
        (
            *((f"firm-{n}.example", f"Firm {n}", "+1 202 555 0108") for n in range(5)),
            *((firm.domain, f"{firm.name} of old", "+1 202 555 0109") for firm in KEPT[:2]),
        ),
        "accounts",
        "POST /accounts/bulk_create",
        job={"mode": "upsert", "keep": {"Id": "id"}},
    ),
    Writing(
        "sequences.enroll",
        ("contact_id",),
        tuple((number,) for number in READY[:6]),
        "contacts",
        "POST /emailer_campaigns/{sequence_id}/add_contact_ids",
        kind="enrolled",
        key=None,
        job={
            "options": {"sequence_id": SEQUENCE, "send_email_from_email_account_id": MAILBOX},
            "limits": {"max_enroll": 50},
        },
        words=("--max-enroll", 50),
    ),
    Writing(
        "deals.create",
        ("name", "amount"),
        tuple((f"Deal {n}", str(100 + n)) for n in range(4)),
        "deals",
        "POST /opportunities",
        job={"keep": {"Id": "id"}},
    ),
    Writing(
        "tasks.create",
        ("contact_id", "note"),
        tuple((number, "Ask.") for number in READY[:4]),
        "tasks",
        "POST /tasks/bulk_create",
        job={
            "options": {
                "user_id": USER,
                "type": "call",
                "status": "scheduled",
                "due_at": "2026-12-01T09:00:00Z",
            },
            "keep": {"Id": "id"},
        },
    ),
    Writing(
        "lists.create",
        ("name", "modality"),
        tuple((f"List {n}", "contacts") for n in range(4)),
        "labels",
        "POST /labels",
        job={"keep": {"Id": "id"}},
    ),
    Writing(
        "lists.add",
        ("entity_id",),
        tuple((number,) for number in READY[:5]),
        "contacts",
        "POST /labels/add_entity_ids_to_label_names",
        kind="labelled",
        key=None,
        again=True,
        job={"options": {"modality": "contacts", "label_names": ["Autumn"]}},
    ),
)
BY_NAME = {writing.operation: writing for writing in WRITINGS}


@dataclass(frozen=True)
class Task:
    """A sheet of rows to be written, and the one command typed again and again."""

    scene: Scene
    writing: Writing
    job: Path
    path: Path
    content: bytes

    def run(self, *more: object, crash: Point | None = None) -> Process:
        words = ("run", self.job, self.path, "--yes", "--json", "--threads", self.scene.threads)
        return self.scene.start(*words, *self.writing.words, *more, crash=crash)

    def finish(self, *more: object) -> Process:
        """Run it to its end."""
        process = self.run(*more)
        code = process.end()
        assert "Traceback" not in process.said()
        assert code in ENDS, (code, process.said())
        return process

    def crash(self, point: Point) -> bool:
        """Run it to a point at which it kills itself; False where it never came there."""
        process = self.run(crash=point)
        code = process.end()
        assert code in ENDS | {KILLED}, (code, process.said())
        return code == KILLED


def lay(scene: Scene, writing: Writing, name: str = "rows") -> Task:
    """Put a sheet and the job for it into the folder."""
    job = save_job(
        scene.folder / f"{name}.yaml",
        operation=writing.operation,
        map={column: column for column in writing.header},
        **{"keep": None} | writing.job,
    )
    rows = [(*cells, CANARY) for cells in writing.rows]
    path = save_csv(scene.folder / f"{name}.csv", rows, (*writing.header, "Memo"))
    return Task(scene, writing, job, path, path.read_bytes())


def effects(books: dict[str, Any], writing: Writing) -> Sequence[dict[str, Any]]:
    """What requests did that the ledger holds against these rows."""
    return [e for e in books["effects"] if (e["table"], e["kind"]) == (writing.table, writing.kind)]


def wrote(log: Log) -> int:
    """How many requests of a log may have changed something."""
    return sum(entry["route"] in {writing.route for writing in WRITINGS} for entry in log)
