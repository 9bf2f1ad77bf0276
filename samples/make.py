"""Makes the sample spreadsheets beside it out of the sandbox's people; nobody in them is real.

Run `python samples/make.py` after a change here; the same code always makes the same bytes.
They are kept in the repository so that everyone can try a job without running this first.
"""

import csv
import os
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

# Where lxml is installed, openpyxl would write the same XML with other bytes.
os.environ["OPENPYXL_LXML"] = "False"

import crm
import saved
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from apollo_batch.sandbox.inhabitants import Company, Person
from apollo_batch.sandbox.world import World

HERE = Path(__file__).parent
WORLD = World(42)
MADE = datetime(2026, 11, 3, 9, 0)  # noqa: DTZ001 - a workbook's dates know no zone
LEADS = (
    "First Name",
    "Last Name",
    "Company",
    "Website",
    "Email",
    "LinkedIn",
    "Phone",
    "Zip",
    "Email Status",
    "Notes",
)
WIDTHS = (14, 18, 32, 30, 40, 44, 18, 9, 14, 36)


def lead(person: Person, *known: str, **cells: str) -> list[str]:
    """A row that knows these columns of a person, and what else is given."""
    facts = {
        "First Name": person.first_name,
        "Last Name": person.last_name,
        "Company": person.company.name,
        "Website": person.domain,
        "Email": person.email or "",
        "LinkedIn": person.linkedin_url,
        "Phone": f"0{300 + person.number} 555 01{person.number % 100:02d}",
        "Zip": f"0{1000 + person.number * 37 % 9000}",
    }
    named = {name: facts[name] for name in ("First Name", "Last Name", "Phone", "Zip", *known)}
    named |= {key.replace("_", " "): value for key, value in cells.items()}
    return [named.get(name, "") for name in LEADS]


def leads() -> list[list[str]]:
    """The leads with the mess of real life in them."""
    who = WORLD.person
    twice = lead(who(9), "Company", "Email", Notes="Met at the keynote")
    return [
        lead(who(0), "Company", "Website", Notes="Wants a call in January"),
        lead(who(1), "Company", "Email", Email_Status="valid"),
        lead(who(2), "Company", "Website"),
        twice,
        lead(who(10), "Company", "Website", Notes="Same company as the row above"),
        lead(who(12), "Company", Website="https://www.saint-clair-conseil.example/equipe"),
        lead(who(13), "Company", "LinkedIn"),
        lead(who(15), "Company", LinkedIn="https://se.linkedin.com/in/asa-lindstroem/?trk=people"),
        lead(who(16), Email="Göran Öberg <goeran.oeberg@angstrom-instruments.example>"),
        lead(who(18), "Company", "Website"),
        lead(who(20), "Email", Company="n/a", Website="n/a"),
        lead(who(22), "Company", "Email", Email_Status="bounced", Notes="Mail came back in May"),
        lead(who(24), "Company", Email="PRIYA.RAGHAVAN@KESTRELROBOTICS.EXAMPLE"),
        lead(who(25), "Company", "Website", Notes="Double name"),
        lead(who(27), "Company", "Website"),
        [""] * len(LEADS),
        lead(who(30), "Company", "Website"),
        lead(who(33), "Company", "Website"),
        twice,
        lead(who(36), "Company", "Email"),
        lead(who(37), "Company", Email="vroni.gschwandtner(at)alpengluehen.example"),
        lead(who(39), "Company", Website="gmail.com", Notes="Wrote from a private address"),
        lead(who(42), "Company", LinkedIn="linkedin.com/company/twelveoaks"),
        lead(who(45), "Company", "Email", Website="#REF!"),
        lead(who(48), "Company", "Website"),
        lead(who(49), "Company", "Website", Email="-"),
        lead(who(51), "Company", "LinkedIn"),
        lead(who(54), "Company", "Website"),
        lead(who(57), "Company", "Email"),
        lead(who(40), "Company", Last_Name="", Notes="Only a first name on the badge"),
        lead(who(41), First_Name="", Last_Name="", Notes="Card unreadable"),
        lead(
            who(3),
            "Company",
            First_Name="Femke",
            Last_Name="Pieters",
            Website="nordlicht-e.example",
        ),
        lead(who(4), "Company", "Website", First_Name="Sonja", Notes="New there?"),
        lead(who(100), "Company", "Email"),
        lead(who(101), "Company", "Website", Notes="Prefers phone"),
        lead(who(102), "Company", "LinkedIn"),
        lead(who(103), "Company", "Email", Email_Status="Bounced"),
        lead(who(104), "Company", Website="none of your business"),
        lead(who(105), "Company", "Website", "Email"),
        lead(who(58), "Company", "Website", Notes="= ask for Mei, too"),
    ]


def trade_fair() -> list[list[str]]:
    """Badge scans as a fair hands them out: two lines of its own above the header."""
    people = [WORLD.person(number) for number in (0, 5, 6, 8, 16, 34, 36, 51, 53, 110)]
    return [
        ["Messe Beispielstadt 2026 – Besucherliste"],  # noqa: RUF001 - only Windows text has it
        ["Stand: 03.11.2026"],
        ["Vorname", "Nachname", "Firma", "Webseite", "E-Mail", "PLZ", "Bemerkung"],
        *[
            [
                p.first_name,
                p.last_name,
                p.company.name,
                p.domain,
                p.email or "",
                f"0{p.number}123",
                "",
            ]
            for p in people
        ],
        [
            "Erika",
            "Beispiel",
            "Beispiel & Töchter",
            "beispiel-toechter.example",
            "",
            "01067",
            "€ 5.000",
        ],
    ]


def companies() -> list[list[str]]:
    """Companies as a German spreadsheet exports them."""

    def row(company: Company, website: str | None = None, note: str = "") -> list[str]:
        revenue = f"{company.employees * 1234:,}".replace(",", ".") + ",50"
        site = company.domain if website is None else website
        return [company.name, site, "", company.place.city, revenue, note]

    company = WORLD.company
    return [
        ["Firma", "Webseite", "LinkedIn", "Ort", "Umsatz 2025", "Bemerkung"],
        row(company(0), "www.mueller-soehne.example"),
        row(company(1)),
        row(company(2), note="Tochter von Nordlicht Energie"),
        row(company(4), "https://saint-clair-conseil.example/fr/"),
        row(company(5)),
        [company(8).name, "", company(8).linkedin_url, "Boston", "", "nur LinkedIn"],
        row(company(9)),
        row(company(10), ""),
        row(company(12)),
        row(company(16)),
        row(company(17), "kontakt@zuercher-praezision.example", "Adresse statt Webseite"),
        row(company(1), note="doppelt"),
        ["Gibt Es Nicht GmbH", "gibt-es-nicht.example", "", "Nirgendwo", "", ""],
        ["", "web.de", "", "Berlin", "", "privat"],
        row(company(120)),
    ]


def target_companies() -> list[list[str]]:
    """Companies that somebody wants to sell to, with what is known of them."""

    def row(number: int, **cells: str) -> list[str]:
        company = WORLD.company(number)
        known = {"Company": company.name, "Website": company.domain, "Company Id": company.id}
        return [(known | cells).get(name, "") for name in header]

    header = ["Company", "Website", "Company Id", "Remark"]
    return [
        header,
        row(3),
        row(8, Website="https://www.kestrelrobotics.example/about"),
        row(10, Remark="A customer of long standing"),
        row(16, Website=""),
        row(17, **{"Company Id": WORLD.company(17).id.upper()}),
        row(20, **{"Company Id": ""}),
        row(8, Remark="Twice on the list"),
        ["Gibt Es Nicht GmbH", "gibt-es-nicht.example", "ffffffffffffffffffffffff", ""],
        row(100, **{"Company Id": "id unknown"}),
    ]


def people_found() -> list[list[str]]:
    """People as a search has found them: an id, and not much beside it."""
    people = map(WORLD.person, (0, 5, 9, 24, 56, 100, 101))
    return [
        ["Person Id", "First Name", "Title", "Has E-mail"],
        *[[p.id, p.first_name, p.title, "true" if p.email else "false"] for p in people],
        ["ffffffffffffffffffffffff", "Nobody", "", "true"],
        ["Anna Beispiel", "Anna", "A name where the id belongs", "true"],
    ]


def workbook_of_leads() -> Workbook:
    """Leads on the first sheet, remarks on the second."""
    book = Workbook()
    sheet = _sheet(book, "Leads")
    _table(sheet, 1, [LEADS, *leads()])
    for letter, width in zip("ABCDEFGHIJ", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    notes = book.create_sheet("Notes")
    notes.append(["How this list came about"])
    notes.append(["Badge scans and business cards of the autumn fair, typed in by several people."])
    notes.append(["Phone numbers and zip codes are text, so that leading zeros stay."])
    notes["A1"].font = Font(bold=True, size=13)
    notes.column_dimensions["A"].width = 80
    return book


def booth_scans() -> Workbook:
    """A title above the header, and a second sheet."""
    book = Workbook()
    sheet = _sheet(book, "Scans")
    sheet["A1"] = "Booth scans, autumn fair 2026"
    sheet["A1"].font = Font(bold=True, size=14)
    rows = [
        [p.first_name, p.last_name, p.company.name, p.email or "", datetime(2026, 10, 7, 9 + n, 15)]  # noqa: DTZ001
        for n, p in enumerate(map(WORLD.person, (21, 23, 26, 28, 44, 46, 50, 55)))
    ]
    _table(sheet, 3, [("First Name", "Last Name", "Company", "Email", "Scanned At"), *rows])
    for letter, width in zip("ABCDE", (14, 18, 32, 40, 18), strict=True):
        sheet.column_dimensions[letter].width = width
    legend = book.create_sheet("Legend")
    legend.append(["Scanned At", "Local time at the booth"])
    return book


def book_of(title: str, rows: Sequence[Sequence[Any]]) -> Workbook:
    """A workbook of one table."""
    book = Workbook()
    sheet = _sheet(book, title)
    _table(sheet, 1, rows)
    for letter, width in zip("ABCDEF", (24, 28, 28, 32, 26, 14), strict=True):
        sheet.column_dimensions[letter].width = width
    return book


def _sheet(book: Workbook, title: str) -> Worksheet:
    sheet = book.worksheets[0]
    sheet.title = title
    return sheet


def _table(sheet: Worksheet, header_row: int, rows: Sequence[Sequence[Any]]) -> None:
    for number, row in enumerate(rows, start=header_row):
        for column, value in enumerate(row, start=1):
            if value != "":
                cell = sheet.cell(number, column, value)
                if isinstance(value, str) and value.startswith("="):
                    cell.data_type = "s"
                if rows[0][column - 1] in {"Phone", "Zip"}:
                    cell.number_format = "@"
    for cell in sheet[header_row]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="2F5597")
        cell.alignment = Alignment(vertical="center")
    sheet.freeze_panes = f"A{header_row + 1}"
    last = sheet.cell(header_row + len(rows) - 1, len(rows[0])).coordinate
    sheet.auto_filter.ref = f"A{header_row}:{last}"


def save_workbook(book: Workbook, path: Path) -> None:
    """Save a workbook without the time of day in it."""
    book.properties.creator = "Robin Sample"
    book.properties.created = MADE
    draft = BytesIO()
    book.save(draft)
    with zipfile.ZipFile(draft) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-11-03T09:00:00Z", content
                )
            part = zipfile.ZipInfo(name, MADE.timetuple()[:6])
            new.writestr(part, content, zipfile.ZIP_DEFLATED)


def save_csv(rows: Sequence[Sequence[Any]], path: Path, encoding: str) -> None:
    """Save rows the way a European Excel does."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)


def main() -> None:
    """Make all of them."""
    save_workbook(workbook_of_leads(), HERE / "leads.xlsx")
    save_workbook(booth_scans(), HERE / "booth-scans.xlsx")
    save_csv(companies(), HERE / "companies.csv", "utf-8-sig")
    save_csv(trade_fair(), HERE / "trade-fair.csv", "cp1252")
    save_csv(target_companies(), HERE / "target-companies.csv", "utf-8-sig")
    save_csv(people_found(), HERE / "people-found.csv", "utf-8-sig")
    for name, rows in (*crm.sheets(), *saved.sheets()):
        save_csv(rows, HERE / name, "utf-8-sig")
    contacts = book_of("Contacts", crm.contacts_to_enroll())
    save_workbook(contacts, HERE / "contacts-to-enroll.xlsx")
    save_workbook(book_of("Deals", crm.deals_to_create()), HERE / "deals-to-create.xlsx")


if __name__ == "__main__":
    main()
