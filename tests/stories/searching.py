"""What stories about searches share: jobs that search, what they found, what it has to be."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import requests
from makers import STATUSES, Ended, Served, save_job
from stand_in import PROFILE, Asked, Said, standing_in

PEOPLE = "POST /mixed_people/api_search"
COMPANIES = "POST /mixed_companies/search"
ID = {"Id": "id"}
BUYERS = {"person_titles": ["head of purchasing"], "include_similar_titles": False}
"""A search for people that fills more than two pages."""
BIG = {"organization_num_employees_ranges": ["2001,5000"]}
"""A search for companies that fills more than two pages."""


def searching(desk: Any, operation: str, most: int | None = None, **changes: Any) -> Path:
    """Lay a job on the desk that starts from a search."""
    options = changes.pop("options", None)
    source: dict[str, Any] = {"operation": operation}
    source |= {"options": options} if options else {}
    source |= {"max_records": most} if most else {}
    changes = {"keep": ID} | changes
    return save_job(desk.folder / "job.yaml", operation=None, map=None, source=source, **changes)


def searched(desk: Any, job: Path, *words: object, **more: str) -> Ended:
    """Run a job that starts from a search, agreed to, its figures as JSON."""
    ended: Ended = desk.call("run", job, "--yes", "--json", *words, **more)
    return ended


def found_in(path: Path, sheet: str = "Apollo Found") -> list[dict[str, Any]]:
    """The records on the sheet, or in the file, that a search has made."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    book = openpyxl.load_workbook(path)
    head, *lines = book[sheet].values
    book.close()
    return [dict(zip(head, line, strict=True)) for line in lines]


def all_there_is(apollo: Served, path: str, at: str, **asked: Any) -> list[str]:
    """Every id that the sandbox has for a search, asked for page by page without the product."""
    ids: list[str] = []
    page = 0
    while len(ids) == page * 100:
        page += 1
        reply = requests.post(
            f"{apollo.base_url}/api/v1{path}",
            json=asked | {"page": page, "per_page": 100},
            headers={"x-api-key": apollo.key},
            timeout=10,
        ).json()
        lists = [reply[at], reply.get("accounts", []) if at == "organizations" else []]
        ids += [r.get("organization_id", r["id"]) for found in lists for r in found]
    return ids


def asked_of(apollo: Served, route: str) -> int:
    """How many requests to a route have come in."""
    return sum(entry["route"] == route for entry in apollo.books()["log"])


def judge_search(ended: Ended, apollo: Served, *, before: float = 0) -> dict[str, Any]:
    """See that workbook, JSON and books tell one story; give the JSON document."""
    told = ended.document
    rows = told["rows"]
    assert told["exit_code"] == ended.code
    assert rows["total"] == sum(rows[status] for status in STATUSES)
    consumed = Decimal(str(apollo.books()["credits"]["consumed"] - before))
    charged = Decimal(told["credits"]["reported"]) + Decimal(told["credits"]["derived"])
    assert charged == consumed or rows["in_doubt"]
    assert len(found_in(Path(told["output"]))) == told["sheets"]["Apollo Found"]["total"]
    return told


@contextmanager
def answering(answers: Mapping[str, Any]) -> Iterator[str]:
    """Serve, in place of Apollo, these bodies at these paths, whatever is asked."""

    def answer(asked: Asked) -> Said:
        path = asked.path.removeprefix("/api/v1").partition("?")[0]
        return Said(PROFILE.body | answers.get(path, {}))

    with standing_in(answer) as address:
        yield address
