"""Bulk creation's two lists are tied to rows by what tells them apart, whatever their order."""

from hypothesis import given
from hypothesis import strategies as st

from apollo_batch.apollo.matching import match
from apollo_batch.apollo.pairing import Lost
from apollo_batch.catalogue.operations import OPERATIONS

CONTACTS, ACCOUNTS = OPERATIONS["contacts.create"], OPERATIONS["accounts.create"]
SHOWN = ("first_name", "last_name", "email", "title", "organization_name")


def person(number, **more):
    return {
        "first_name": f"New{number}",
        "last_name": f"Comer{number}",
        "email": f"new{number}@comers.example",
        "organization_name": f"Comers {number}",
    } | more


def record(number, row):
    """A row as Apollo's short records show it."""
    return {"id": f"{number:024x}", **{name: row.get(name) for name in SHOWN}}


def test_rows_are_known_by_their_addresses_in_whatever_order_records_come():
    rows = [person(number) for number in range(5)]
    made = [record(number, rows[number]) for number in (3, 0, 4)]
    there = [record(number, rows[number]) for number in (2, 1)]

    assert match(CONTACTS, CONTACTS.routes[0], rows, made, there) == [1, 4, 3, 0, 2]


@given(st.permutations(range(6)), st.integers(0, 6), st.data())
def test_no_row_is_ever_given_the_record_of_another(order, split, data):
    known = st.sampled_from(["email", "linkedin_url"])
    rows = []
    for number in range(6):
        row = person(number, linkedin_url=f"linkedin.com/in/new-{number}")
        row.pop(data.draw(known))
        rows.append(row)
    records = [record(number, rows[number]) for number in order]

    places = match(CONTACTS, CONTACTS.routes[0], rows, records[:split], records[split:])

    assert [order[place] for place in places] == list(range(6))


def test_a_row_in_neither_list_has_no_record():
    rows = [person(1), person(2)]

    assert match(CONTACTS, CONTACTS.routes[0], rows, [record(2, rows[1])], []) == [Lost.ABSENT, 0]


def test_two_rows_that_fit_one_record_get_neither():
    rows = [person(1, email=""), person(1, email="", linkedin_url="linkedin.com/in/other")]

    assert (
        match(CONTACTS, CONTACTS.routes[0], rows, [record(1, rows[0])], []) == [Lost.UNPAIRED] * 2
    )


def test_a_row_by_profile_alone_is_known_by_all_that_the_record_shows():
    rows = [{"linkedin_url": "linkedin.com/in/ada", "first_name": "Ada"}, person(2)]
    made = [record(2, rows[1]), record(1, rows[0])]

    assert match(CONTACTS, CONTACTS.routes[0], rows, made, []) == [1, 0]


def test_what_is_left_of_both_belongs_together_unless_something_speaks_against_it():
    rows = [person(1), {"linkedin_url": "linkedin.com/in/ada"}]
    blank, stranger = record(9, {}), record(9, person(9))

    assert match(CONTACTS, CONTACTS.routes[0], rows, [record(1, rows[0]), blank], []) == [0, 1]
    assert match(
        CONTACTS, CONTACTS.routes[0], [rows[0], person(3)], [record(1, rows[0]), stranger], []
    ) == [
        0,
        Lost.UNPAIRED,
    ]


def test_a_row_that_met_what_another_row_of_the_request_made_is_told_so():
    rows = [person(1), person(1, email="")]
    made = [record(1, rows[0])]

    assert match(CONTACTS, CONTACTS.routes[0], rows, made, made) == [0, 1]


def test_several_rows_may_have_met_the_same_record():
    rows = [person(1), person(1, email="other@comers.example"), person(1, email="")]
    there = [record(1, rows[0])]

    assert match(CONTACTS, CONTACTS.routes[0], rows, [], there) == [0, Lost.UNPAIRED, 0]


def test_companies_are_known_by_domain_or_else_by_name():
    rows = [{"name": "Acme", "domain": "acme.example"}, {"name": "Apex"}]
    made = [
        {"id": "2", "name": "Apex", "domain": None},
        {"id": "1", "name": "Acme Inc", "domain": "acme.example"},
    ]

    assert match(ACCOUNTS, ACCOUNTS.routes[0], rows, made, []) == [1, 0]
