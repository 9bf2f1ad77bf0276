"""One operation of each kind, laid out so that a request of its own can meet trouble."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from crash_launcher import Process
from crash_scene import Scene, people
from effects_scene import BY_NAME, READY, SEQUENCE, Task, Writing, lay
from makers import WORLD, Served, save_job

MAILBOXES = [WORLD.id_of("mailbox", number) for number in (1, 2)]
MOST = 150
BUYERS = {"person_titles": ["head of purchasing"], "include_similar_titles": False}


@dataclass(frozen=True)
class Search:
    """A job that starts from a search, and the one command typed again and again."""

    scene: Scene
    job: Path
    output: Path

    def run(self, *more: object) -> Process:
        words = ("run", self.job, "--yes", "--json", "--threads", 1, "--output", self.output)
        return self.scene.start(*words, *more)


@dataclass(frozen=True)
class Kind:
    """An operation, the request of it that meets trouble, and the one that follows on its line."""

    name: str
    route: str
    lay: Callable[[Scene], Any]
    follows: tuple[str, int]

    def __str__(self) -> str:
        return self.name


def _look_up(scene: Scene) -> Any:
    return scene.sheet("leads", people(12))


def _search(scene: Scene) -> Search:
    source = {"operation": "people.search", "options": BUYERS, "max_records": MOST}
    job = save_job(
        scene.folder / "search.yaml", operation=None, map=None, source=source, keep={"Id": "id"}
    )
    return Search(scene, job, scene.folder / "found.xlsx")


def _writing(writing: Writing) -> Callable[[Scene], Task]:
    return lambda scene: lay(scene, writing)


def _enrolling() -> Writing:
    """From two mailboxes, which takes two requests."""
    sender = "send_email_from_email_account_id"
    rows = tuple((number, MAILBOXES[n % 2]) for n, number in enumerate(READY[:6]))
    known = BY_NAME["sequences.enroll"]
    job = known.job | {"options": {"sequence_id": SEQUENCE}}
    return dataclasses.replace(known, header=("contact_id", sender), rows=rows, job=job)


def _kind(name: str, writing: Writing, follows: tuple[str, int] | None = None) -> Kind:
    return Kind(name, writing.route, _writing(writing), follows or (writing.route, 2))


PATCH = ("PATCH /contacts/{contact_id}", 1)
BULK = "POST /people/bulk_match"
PAGES = "POST /mixed_people/api_search"
KINDS = (
    Kind("look up", BULK, _look_up, (BULK, 2)),
    Kind("search", PAGES, _search, (PAGES, 2)),
    _kind("create many", BY_NAME["contacts.create"], PATCH),
    _kind("create one", BY_NAME["deals.create"]),
    _kind("update", BY_NAME["contacts.update"], PATCH),
    _kind("enroll", _enrolling()),
)


def known_to(served: Served) -> set[str]:
    """Every id that the search can find, asked for without the product."""
    ids: set[str] = set()
    for page in (1, 2, 3, 4, 5, 6):
        reply = requests.post(
            f"{served.base_url}/api/v1/mixed_people/api_search",
            json=BUYERS | {"page": page, "per_page": 100},
            headers={"x-api-key": served.key},
            timeout=10,
        )
        ids |= {person["id"] for person in reply.json()["people"]}
    return ids
