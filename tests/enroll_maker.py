"""Makes what tests of sequences, deals and tasks need: contacts the sandbox's team has, jobs, sheets."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any

from makers import WORLD, Desk, Served, Story, save_csv, save_job
from stand_in import Asked, Said, passed_on, standing_in

from apollo_batch.sandbox.seeds_enrollable import numbers_of

SEQUENCES = {
    "spring": "Spring outreach",
    "fair": "Trade fair follow-up",
    "winter": "Winter break",
    "archived": "Newsletter of 2024",
    "company": "One contact per company",
}
MAILBOX = "robin.sample@example.com"
ENROLL = "POST /emailer_campaigns/{sequence_id}/add_contact_ids"
TO_ENROLL = ("Name", "Contact Id")


def contact(kind: str, index: int = 0) -> str:
    """The id of one of a group of contacts, each of which has something special."""
    return WORLD.id_of("enrollable", numbers_of(kind)[index])


def contacts(count: int, start: int = 0) -> list[str]:
    """Ids of so many contacts that nothing keeps out of a sequence."""
    return list(islice(_without_a_flaw(), start, start + count))


def _without_a_flaw() -> Iterator[str]:
    for number in range(20_000):
        person = WORLD.person(number)
        if person.contact_id and person.email and person.email_status == "verified":
            yield person.contact_id


def enrolling(
    desk: Desk, apollo: Served, ids: Sequence[str], *, name: str = "enroll", **options: Any
) -> Story:
    """Lay a job that enrolls on the desk, and a sheet with these ids of contacts."""
    rows = [[f"Row {number}", each] for number, each in enumerate(ids, start=2)]
    sheet = save_csv(desk.folder / f"{name}.csv", rows, TO_ENROLL)
    job = save_job(
        desk.folder / f"{name}.yaml",
        name="Enroll",
        operation="sequences.enroll",
        map={"contact_id": "Contact Id"},
        options={"sequence": SEQUENCES["spring"], "mailbox": MAILBOX} | options,
        keep={"E-mail": "email"},
    )
    return Story(desk, apollo, job, sheet)


def limited(told: Story, **limits: int) -> Story:
    """The same story, with limits in its job."""
    told.job.write_text(told.job.read_text() + f"limits: {limits}\n".replace("'", ""))
    return told


def crm_story(
    desk: Desk, apollo: Served, header: Sequence[str], rows: Sequence[Sequence[str]], **job: Any
) -> Story:
    """Lay any job and a sheet of any columns on the desk."""
    sheet = save_csv(desk.folder / "sheet.csv", rows, header)
    return Story(desk, apollo, save_job(desk.folder / "job.yaml", **({"keep": None} | job)), sheet)


def effects(apollo: Served, kind: str, table: str = "contacts") -> list[str]:
    """Whom or what of a table something was done to, in order."""
    found = apollo.books()["effects"]
    return [each["id"] for each in found if (each["kind"], each["table"]) == (kind, table)]


def requests_to(apollo: Served, route: str) -> dict[str, int]:
    """How many requests to a route were answered, limited and failed."""
    nothing = {"answered": 0, "limited": 0, "failed": 0}
    found: dict[str, int] = apollo.books()["requests"].get(route, nothing)
    return found


@contextmanager
def answering(
    apollo: Served, where: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Stand between the program and the sandbox, and change the answers of one address.

    Gives the address to ask, and what was asked there.
    """
    heard: list[dict[str, Any]] = []

    def answer(asked: Asked) -> Said:
        said = passed_on(apollo, asked)
        if where not in asked.path:
            return said
        heard.append(asked.json)
        return replace(said, body=change(json.loads(said.body))) if said.status < 400 else said

    with standing_in(answer) as address:
        yield address, heard
