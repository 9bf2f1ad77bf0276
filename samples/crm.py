"""Makes rows out of what the sandbox's team has saved: contacts to enroll, deals, tasks."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from apollo_batch.sandbox.crm import Crm, Record
from apollo_batch.sandbox.diary import Diary
from apollo_batch.sandbox.seeds import fill as fill_contacts
from apollo_batch.sandbox.seeds_enrollable import numbers_of
from apollo_batch.sandbox.seeds_sequences import fill as fill_sequences
from apollo_batch.sandbox.world import World

WORLD = World(42)
# A group of contacts, which of them, and what somebody has noted about them.
_TO_ENROLL = (
    ("ready", 0, "Wants the price list"),
    ("ready", 1, ""),
    ("without_email", 0, "Gave no address"),
    ("unverified", 0, ""),
    ("typed_unverified", 0, "Address from a business card"),
    ("new_job", 0, "Moved on, says LinkedIn"),
    ("owned_elsewhere", 0, "Belongs to the other team"),
    ("queued", 0, ""),
    ("active_elsewhere", 0, "Met at the fair"),
    ("finished_elsewhere", 0, "Met at the fair last year"),
    ("colleague_inside", 0, ""),
    ("colleague", 0, "Works with the one above"),
    ("ready", 2, "Ask for Carla, too"),
)
_IN_SEQUENCE = (
    ("active_elsewhere", 0, "stop", "On holiday"),
    ("active_elsewhere", 1, "remove", "Asked to be left alone"),
    ("paused_elsewhere", 0, "mark_as_finished", "Has bought"),
    ("finished_elsewhere", 0, "remove", ""),
)


def _team() -> Crm:
    crm = Crm(WORLD, Diary(None), lambda: 0.0, lag=0)
    fill_contacts(crm, "")
    fill_sequences(crm, "")
    return crm


_TEAM = _team()


def contact(kind: str, index: int) -> Record:
    """One of the contacts of a group."""
    number = WORLD.id_of("enrollable", numbers_of(kind)[index])
    return next(record for record in _TEAM.contacts if record["id"] == number)


def contacts_to_enroll() -> list[list[Any]]:
    """Contacts as they are called up for a sequence, whatever speaks against some of them."""
    rows = [_named(contact(kind, index), remark) for kind, index, remark in _TO_ENROLL]
    person = WORLD.person(0)
    stranger = [person.name, person.company.name, person.id, "Id copied from a search for people"]
    return [["Name", "Company", "Contact Id", "Remark"], *rows, stranger]


def contacts_in_sequences() -> list[list[Any]]:
    """Contacts of a sequence, and what shall become of them."""
    rows = []
    for kind, index, how, remark in _IN_SEQUENCE:
        name, _, number, _ = _named(contact(kind, index), "")
        rows.append([name, number, how, remark])
    return [["Name", "Contact Id", "How", "Why"], *rows, ["Nobody yet", "", "stop", "Look up"]]


def deals_to_create() -> list[list[Any]]:
    """Deals as salespeople list them."""
    header = ["Deal", "Account Id", "Owner", "Amount", "Stage", "Closes On"]
    accounts = [WORLD.id_of("account of enrollable", number) for number in (1, 2, 3)]
    owner = "alex.carver@example.com"
    return [
        header,
        ["Second line", accounts[0], owner, 24000, "Qualify", date(2026, 12, 18)],
        [
            "Paper, third year",
            accounts[1],
            "Jamie Stone",
            51500.5,
            "Negotiation",
            date(2027, 1, 29),
        ],
        ["Return freight", accounts[2], owner, "€ 18.000", "Qualify", date(2026, 12, 11)],
        ["Spare parts, again", accounts[0], "", "", "", ""],
        ["Service contract", accounts[1], owner, 7200, "Qualify", 46387],
        ["Cold storage", accounts[2], owner, 90000, "Proposal", date(2027, 2, 26)],
        ["Warehouse doors", accounts[2], owner, 12500, "Signed", ""],
    ]


def deals_to_update() -> list[list[Any]]:
    """Deals that are there already, with what is new."""
    deals = list(_TEAM.deals)
    news = (
        (15000, "Negotiation", "2026-12-18"),
        ("", "Closed", "2026-12-15"),
        (152000, "", ""),
        (950, "Qualify", "2026-11-30"),
    )
    rows = [[d["name"], d["id"], *new] for d, new in zip(deals, news, strict=False)]
    return [["Deal", "Deal Id", "Amount", "Stage", "Closes On"], *rows]


def tasks_to_create() -> list[list[Any]]:
    """Who is to be called after the fair; for some it has a name of its own."""
    header = ["Name", "Contact Id", "Title", "Due"]
    rows = [[*_named(contact("ready", n), "")[::2], "", ""] for n in range(6)]
    rows[1][2] = "Send the catalogue"
    rows[3][3] = "2026-12-04 14:30"
    rows[4][3] = "next week"
    return [header, *rows]


def tasks_to_end() -> list[list[Any]]:
    """Tasks, and what came of them."""
    tasks = list(_TEAM.tasks)
    notes = ("Reached, sends an order", "", "", "Nobody there")
    rows = [
        [t["title"], t["id"], note] for t, note in zip([*tasks[:3], tasks[4]], notes, strict=True)
    ]
    return [["Task", "Task Id", "Outcome"], *rows]


def sheets() -> Iterator[tuple[str, list[list[Any]]]]:
    """Every text file and its rows."""
    yield "contacts-in-sequences.csv", contacts_in_sequences()
    yield "deals-to-update.csv", deals_to_update()
    yield "tasks-to-create.csv", tasks_to_create()
    yield "tasks-to-end.csv", tasks_to_end()


def _named(record: Record, remark: str) -> list[Any]:
    return [record["name"], record["organization_name"], record["id"], remark]
