"""Makes what tests of the team's own records need: jobs, people nobody knows, what was written."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import requests
import yaml
from makers import WORLD, Desk, Served, Story, cells_of, save_csv
from stand_in import Asked, Said, passed_on, standing_in

from apollo_batch.reasons import REASONS
from apollo_batch.sandbox import seeds

SAVED = [WORLD.person(number) for number in WORLD.saved("contact")]
"""People of the world whom the team has saved."""
KEPT = [WORLD.company(number) for number in WORLD.saved("account")]
"""Companies of the world that the team has saved."""
STAGE = [WORLD.id_of("contact_stage", number) for number in range(6)]
ACCOUNT_STAGE = [WORLD.id_of("account_stage", number) for number in range(5)]
USER = {number: WORLD.id_of("user", number) for number in range(1, 6)}
"""Users of the team by number; 4 has left."""
DELETED = seeds.deleted_contact(WORLD)
HIDDEN = seeds.hidden_contact(WORLD)
NOBODY = "0123456789abcdef01234567"
"""An id that nothing has."""

BULK_CREATE = "POST /contacts/bulk_create"
BULK_UPDATE = "POST /contacts/bulk_update"
# What is asked once a run for its names is not among them.
_OF_RECORDS = re.compile(r"\w+ /(?:contacts|accounts|labels)(?<!GET /labels)\b")
PATCH = "PATCH /contacts/{contact_id}"


def newcomer(number: int) -> tuple[str, str, str, str]:
    """First name, last name, address and employer of somebody neither Apollo nor the team knows."""
    return (
        f"New{number}",
        f"Comer{number}",
        f"new{number}@comers-{number}.example",
        f"Comers {number}",
    )


def lay(
    desk: Desk,
    apollo: Served,
    operation: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    **job: Any,
) -> Story:
    """Lay a job of an operation on the desk, every column mapped to the parameter it is named by."""
    name = str(job.pop("file", "rows"))
    asked = {
        "version": 1,
        "name": "A story",
        "operation": operation,
        "map": {column: column for column in header if "." not in column},
    }
    path = desk.folder / f"{name}.yaml"
    text = yaml.safe_dump(asked | job, sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    return Story(desk, apollo, path, save_csv(desk.folder / f"{name}.csv", rows, header))


def annotated(told: Story) -> list[dict[str, Any]]:
    """The rows of the workbook that a story ends with."""
    return cells_of(told.sheet.with_name(f"{told.sheet.stem}.annotated.xlsx"))


def ends(told: Story) -> list[tuple[str, str]]:
    """Status and reason of every row, as the workbook says them."""
    return [(row["Apollo Status"], row["Apollo Reason"]) for row in annotated(told)]


def told_by(code: str) -> tuple[str, str]:
    """Status and reason, as the workbook says a reason code."""
    known = REASONS[code]
    said = () if code == "found" else (known.sentence, known.remedy)
    return known.status.words, " ".join(part for part in said if part)


def effects(
    apollo: Served, table: str = "contacts", kind: str | None = None
) -> list[dict[str, Any]]:
    """What requests did to the records of a table, in order."""
    found: list[dict[str, Any]] = apollo.books()["effects"]
    return [e for e in found if e["table"] == table and kind in {None, e["kind"]}]


def most_effects(apollo: Served, table: str = "contacts", kind: str = "created") -> int:
    """How often the same was done to the subject it was done to most."""
    counted = Counter(e["subject"] for e in effects(apollo, table, kind))
    return max(counted.values(), default=0)


def requests_of(apollo: Served) -> dict[str, int]:
    """How often each route that reads or writes contacts, accounts and lists was called."""
    asked: Mapping[str, Mapping[str, int]] = apollo.books()["requests"]
    return {
        route: sum(counts.values())
        for route, counts in asked.items()
        if _OF_RECORDS.match(route) and not route.endswith("/search")
    }


def stored(apollo: Served, path: str) -> dict[str, Any]:
    """A record as it stands at Apollo's, read past the program."""
    with requests.Session() as session:
        session.trust_env = False
        asked = {"x-api-key": apollo.key}
        reply = session.get(f"{apollo.base_url}/api/v1{path}", headers=asked, timeout=10).json()
    record: dict[str, Any] = next(v for k, v in reply.items() if k in {"contact", "account"})
    return record


def contact(apollo: Served, number: str) -> dict[str, Any]:
    """A contact as it stands at Apollo's."""
    return stored(apollo, f"/contacts/{number}")


def account(apollo: Served, number: str) -> dict[str, Any]:
    """An account as it stands at Apollo's."""
    return stored(apollo, f"/accounts/{number}")


@contextmanager
def fussy(
    apollo: Served, refuses: Callable[[str], str | dict[str, Any] | None]
) -> Iterator[tuple[str, list[int]]]:
    """Stand before the sandbox and answer 422 to what is not to pass, in the words given.

    Gives its address, and the status of every request that writes.
    """
    told: list[int] = []

    def answer(asked: Asked) -> Said:
        if not ("bulk_" in asked.path or "update_" in asked.path or asked.method == "PATCH"):
            return passed_on(apollo, asked)
        words = refuses(f"{asked.path} {asked.content.decode()}")
        error = {"error": words} if isinstance(words, str) else words
        said = Said(error, 422) if error else passed_on(apollo, asked)
        told.append(said.status)
        return said

    with standing_in(answer) as address:
        yield address, told
