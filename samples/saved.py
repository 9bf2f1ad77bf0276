"""Makes rows about contacts, accounts and lists: new ones, and those that the team has saved."""

from collections.abc import Iterator
from typing import Any

from apollo_batch.sandbox.inhabitants import Company, Person
from apollo_batch.sandbox.world import World

WORLD = World(42)
PEOPLE = [WORLD.person(number) for number in WORLD.saved("contact")]
"""People of the world whom the team has saved."""
COMPANIES = [WORLD.company(number) for number in WORLD.saved("account")]
"""Companies of the world that the team has saved."""
_NEW_PEOPLE = (
    (
        "Ines",
        "Muster",
        "ines.muster@musterbau.example",
        "Musterbau GmbH",
        "Buyer",
        "+49 30 555 0110",
    ),
    ("Paul", "Probe", "Paul Probe <paul@probe-logistik.example>", "Probe Logistik", "Planner", ""),
    ("Ida", "Exempel", "", "Exempel AB", "Owner", "+46 8 555 0111"),
)
_LISTS = ("Spring fair 2027", "Newsletter", "Spring fair 2027", "Partners, north")


def contacts_to_create() -> list[list[Any]]:
    """People from a fair: new ones, one twice, one who is saved already, one without an address."""
    header = ["First Name", "Last Name", "Email", "Company", "Title", "Mobile", "Owner"]
    new = [[*who, "alex.carver@example.com"] for who in _NEW_PEOPLE]
    there = PEOPLE[0]
    return [
        header,
        *new,
        [there.first_name, there.last_name, there.email, there.company.name, "", "", ""],
        [*_NEW_PEOPLE[0][:4], "Head of Buying", "", ""],
        ["Otto", "", "", "", "Caretaker", "", ""],
        ["Gerda", "Irgend", "gerda(at)irgend.example", "Irgend KG", "", "", ""],
    ]


def contacts_to_update() -> list[list[Any]]:
    """Saved contacts, with what is new of them."""
    header = ["Name", "Contact Id", "Title", "Stage", "Owner"]
    news = (
        ("Head of Analytics", "Interested", "Jamie Stone"),
        ("", "Do Not Contact", ""),
        ("Partner", "", ""),
        ("", "Interested", "Jamie Stone"),
    )
    rows = [[*_person(who), *new] for who, new in zip(PEOPLE, news, strict=False)]
    return [header, *rows, ["Typed in", "12345", "Buyer", "", ""]]


def accounts_to_create() -> list[list[Any]]:
    """Companies to be saved: new ones, and one that is saved already."""
    header = ["Company", "Website", "Phone", "Owner"]
    return [
        header,
        [
            "Musterbau GmbH",
            "https://www.musterbau.example/kontakt",
            "+49 30 555 0112",
            "Alex Carver",
        ],
        ["Probe Logistik", "probe-logistik.example", "", ""],
        [COMPANIES[0].name, COMPANIES[0].domain, "", "Alex Carver"],
        ["Private", "web.de", "", ""],
    ]


def accounts_to_update() -> list[list[Any]]:
    """Saved accounts, with what is new of them."""
    header = ["Company", "Account Id", "Stage", "Owner"]
    news = (("Current Client", "Jamie Stone"), ("Lead", ""), ("", "Jamie Stone"))
    rows = [[*_company(one), *new] for one, new in zip(COMPANIES, news, strict=False)]
    return [header, *rows, ["Not saved yet", "", "Lead", "Jamie Stone"]]


def lists_to_create() -> list[list[Any]]:
    """Lists, one of which is there, and one of which is named twice."""
    return [["List"], *([name] for name in _LISTS)]


def list_members() -> list[list[Any]]:
    """Saved contacts, and the lists they belong on."""
    names = ("Newsletter", "Newsletter", "Newsletter; Trade fair 2026", "")
    rows = [[*_person(who), name] for who, name in zip(PEOPLE, names, strict=False)]
    return [["Name", "Contact Id", "Lists"], *rows]


def sheets() -> Iterator[tuple[str, list[list[Any]]]]:
    """Every text file and its rows."""
    yield "contacts-to-create.csv", contacts_to_create()
    yield "contacts-to-update.csv", contacts_to_update()
    yield "accounts-to-create.csv", accounts_to_create()
    yield "accounts-to-update.csv", accounts_to_update()
    yield "lists-to-create.csv", lists_to_create()
    yield "list-members.csv", list_members()


def _person(who: Person) -> list[Any]:
    return [who.name, who.contact_id]


def _company(one: Company) -> list[Any]:
    return [one.name, one.account_id]
