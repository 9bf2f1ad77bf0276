"""The sandbox's people and companies: worked out from a number, found by what identifies them."""

import hashlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apollo_batch.sandbox.world import COMPANIES, PEOPLE, World

WORLD = World(42)
numbers = st.integers(min_value=0, max_value=PEOPLE - 1)


@settings(deadline=None)  # the first look-up by hash goes through everyone
@given(numbers)
def test_everyone_is_found_by_whatever_identifies_them(number):
    person = WORLD.person(number)

    assert WORLD.person_by_id(person.id) == person
    assert WORLD.person_by_linkedin(person.linkedin_url) == person
    if person.email:
        assert WORLD.person_by_email(person.email.upper()) == person
        digest = hashlib.sha256(person.email.encode()).hexdigest()
        assert WORLD.person_by_hash(digest) == person


@given(numbers)
def test_everyone_is_found_by_name_at_every_employer_they_have_had(number):
    person = WORLD.person(number)

    for employer in filter(None, (person.company, person.past)):
        namesake = WORLD.person_at(employer, person.name)
        assert namesake.name == person.name
        assert employer in (namesake.company, namesake.past)


@given(st.integers(min_value=0, max_value=COMPANIES - 1))
def test_every_company_is_found_by_whatever_identifies_it(number):
    company = WORLD.company(number)

    assert WORLD.company_by_domain(company.domain) == company
    assert WORLD.company_by_name(company.name.upper()) == company
    assert WORLD.company_by_linkedin(company.linkedin_url) == company


@given(st.text(max_size=30))
def test_nonsense_finds_nobody_and_breaks_nothing(text):
    assert WORLD.person_by_linkedin(text) is None
    assert WORLD.person_by_email(text) is None
    assert WORLD.company_by_linkedin(text) is None


@given(numbers, st.integers(min_value=0, max_value=2**32))
def test_a_person_depends_on_number_and_seed_alone(number, seed):
    assert World(seed).person(number) == World(seed).person(number)


def test_the_world_is_as_varied_as_life():
    people = list(WORLD.people())
    addresses = [person.email for person in people if person.email]
    share = 1 / len(people)

    assert len(set(addresses)) == len(addresses)
    assert 0.03 < share * sum(person.email is None for person in people) < 0.05
    assert 0.05 < share * sum(p.email_status == "extrapolated" for p in people) < 0.12
    assert 0.15 < share * sum(person.place.gdpr for person in people) < 0.25
    assert 0.05 < share * sum(person.contact_id is not None for person in people) < 0.15
    assert all(re.fullmatch(r"[0-9a-f]{24}", person.id) for person in people)


def test_nobody_is_real():
    assert all(p.email is None or p.email.endswith(".example") for p in WORLD.people())
    assert all(WORLD.company(n).domain.endswith(".example") for n in range(COMPANIES))


def test_ids_of_different_kinds_of_things_never_meet():
    spaces = ("person", "organization", "contact", "account")

    ids = {WORLD.id_of(space, number) for space in spaces for number in range(500)}

    assert len(ids) == 4 * 500


def test_there_is_nobody_beyond_the_last():
    with pytest.raises(IndexError):
        WORLD.person(PEOPLE)
