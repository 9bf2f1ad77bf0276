"""Pairing: however an answer is maimed, no row ever gets another row's data.

The oracle makes the truth first: each row asks for one person, each record belongs to one person and
carries a mark that only the oracle reads. Then the answer is spoilt and read by the product.
"""

import hashlib
import json
import random
from decimal import Decimal

import pytest
import tally

from apollo_batch.apollo.decode import decode
from apollo_batch.apollo.pairing import same_value
from apollo_batch.catalogue.kinds import Kind, clean
from apollo_batch.catalogue.organizations import ENRICH_ORGANIZATIONS
from apollo_batch.catalogue.paths import parse
from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.model import Arrival, Chunk, ChunkItem, Status

KEEP = {"Mark": parse("headline"), "Snippet": parse("short_description")}
SEEDS = range(25)
ROUNDS = 100
# Few of each, so that names meet, contain each other, and belong to several.
FIRST = ["Ann", "Anna", "Joanna", "Jo", "Müller", "Mueller", "Lee", "Li", "John", "Johnny"]
LAST = ["Lee", "Leeson", "Smith", "Smithers", "von der Heide", "Heide", "Ng", "Wong", "Müller"]
FIRMS = ["Acme", "Acme GmbH", "Apple", "Applebees", "Pineapple", "Beta", "Alphabeta", "Ox"]


def dashes(text):
    return text.lower().replace(" ", "-")


def person(dice, number, name=None):
    """Somebody; the number makes them who they are, the names may be anybody's."""
    first, last = name or (dice.choice(FIRST), dice.choice(LAST))
    slug = f"{dashes(first)}-{dashes(last)}-{number:04x}"
    email = f"{slug}@{dashes(dice.choice(FIRMS))}.example"
    return {
        "id": f"{number:024x}",
        "first_name": first,
        "last_name": last,
        "name": f"{first} {last}",
        "email": email,
        "linkedin_url": f"http://www.linkedin.com/in/{slug}",
        "title": "CTO",
        "headline": f"mark-{number}",
    }


def full_name(who):
    return who["name"].replace("ue", "ü")


def ask_person(dice, who, others=()):
    """What a row knows of somebody; where another has the same name, more than a name."""
    hashed = hashlib.sha256(who["email"].encode()).hexdigest()
    names = {name: who[name] for name in ("first_name", "last_name")}
    ways = [
        {"id": who["id"]},
        {"email": who["email"]},
        {"linkedin_url": who["linkedin_url"]},
        names | {"email": who["email"]},
        names | {"linkedin_url": who["linkedin_url"]},
        names | {"domain": who["email"].partition("@")[2]},
        names | {"organization_name": "Acme"},
        names | {"hashed_email": hashed},
        {"name": who["name"], "domain": who["email"].partition("@")[2]},
    ]
    namesakes = [other for other in others if full_name(other) == full_name(who)]
    return dice.choice(ways if len(namesakes) < 2 else ways[:5])


def company(dice, number, name=None):
    name = name or dice.choice(FIRMS)
    host = f"{dashes(name)}-{number:04x}.example"
    return {
        "id": f"{number:024x}",
        "name": name,
        "primary_domain": host,
        "website_url": f"http://www.{host}",
        "linkedin_url": f"http://www.linkedin.com/company/{dashes(name)}-{number:04x}",
        "short_description": f"mark-{number}",
    }


def ask_company(dice, who):
    ways = [
        {"domain": who["primary_domain"]},
        {"website": f"https://{who['primary_domain']}/about"},
        {"linkedin_url": who["linkedin_url"]},
        {"domain": who["primary_domain"], "name": who["name"]},
        {"name": f"{who['name']} {who['id'][-4:]}"},
    ]
    return dice.choice(ways)


def spoil(dice, records, stranger):
    """Maim an answer, perhaps several times over; positions no longer mean anything then."""
    spoilt = list(records)
    for _ in range(dice.randint(1, 3)):
        match dice.choice(["drop", "shuffle", "double", "null", "foreign", "cut", "swap", "junk"]):
            case "drop" if spoilt:
                spoilt.pop(dice.randrange(len(spoilt)))
            case "shuffle":
                dice.shuffle(spoilt)
            case "double" if spoilt:
                spoilt.insert(dice.randint(0, len(spoilt)), dice.choice(spoilt))
            case "null" if spoilt:
                spoilt[dice.randrange(len(spoilt))] = None
            case "foreign":
                spoilt.insert(dice.randint(0, len(spoilt)), stranger)
            case "cut":
                spoilt = spoilt[: dice.randint(0, len(spoilt))]
            case "swap" if len(spoilt) > 1:
                one, two = dice.sample(range(len(spoilt)), 2)
                spoilt[one], spoilt[two] = spoilt[two], spoilt[one]
            case "junk":
                spoilt.insert(dice.randint(0, len(spoilt)), dice.choice(["", 0, [], "x", True]))
    return spoilt


def numbered(asked, operation, route):
    items = tuple(ChunkItem(place, params) for place, params in enumerate(asked))
    return Chunk(1, 1, operation.name, route.name, {}, items)


def read(operation, asked, body):
    route = operation.route("bulk")
    data = json.dumps(body).encode()
    tally.count(tally.MUTATIONS)
    return decode(operation, route, numbered(asked, operation, route), data, KEEP)


def judge(settlement, truth, body):
    """No row has another's mark, every row has one verdict, the credits add up or are unknown."""
    assert settlement.arrival is Arrival.DONE
    assert [verdict.item for verdict in settlement.verdicts] == list(range(len(truth)))
    for verdict, who in zip(settlement.verdicts, truth, strict=True):
        mark = verdict.kept.get("Mark") or verdict.kept.get("Snippet")
        own = who["headline" if "headline" in who else "short_description"]
        assert mark in {None, "", own}, (who, mark)
        if verdict.status is Status.SUCCEEDED:
            assert mark == own
    bill = settlement.reported if settlement.reported is not None else settlement.derived
    costs = [verdict.credits for verdict in settlement.verdicts]
    assert None not in costs or set(costs) == {None}
    assert None in costs or sum(costs, Decimal(0)) == bill
    stated = body.get("credits_consumed")
    assert settlement.reported == (None if stated is None else Decimal(stated))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_person_is_given_to_another_row_however_an_answer_is_maimed(seed):
    dice = random.Random(seed)
    for _ in range(ROUNDS):
        people = [
            person(dice, number) for number in dice.sample(range(1, 4000), dice.randint(2, 10))
        ]
        asked = [ask_person(dice, who, people) for who in people]
        found = [who if dice.random() < 0.8 else None for who in people]
        records = spoil(dice, found, person(dice, 4001, ("Zoe", "Quill")))
        body = {"matches": records}
        if dice.random() < 0.7:
            body["credits_consumed"] = sum(isinstance(record, dict) for record in records)

        judge(read(ENRICH_PEOPLE, asked, body), people, body)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_company_is_given_to_another_row_however_an_answer_is_maimed(seed):
    dice = random.Random(seed)
    for _ in range(ROUNDS):
        firms = [
            company(dice, number) for number in dice.sample(range(1, 4000), dice.randint(2, 10))
        ]
        asked = [ask_company(dice, who) for who in firms]
        found = [who for who in firms if dice.random() < 0.8]
        records = spoil(dice, found, company(dice, 4001, "Zenith"))
        body = {"organizations": records}
        if dice.random() < 0.5:
            body["unique_enriched_records"] = sum(isinstance(record, dict) for record in records)

        judge(read(ENRICH_ORGANIZATIONS, asked, body), firms, body)


@pytest.mark.parametrize("seed", range(5))
def test_an_answer_that_is_whole_gives_everybody_their_own(seed):
    dice = random.Random(seed)
    for _ in range(ROUNDS):
        people = [person(dice, number) for number in dice.sample(range(1, 4000), 10)]
        asked = [ask_person(dice, who) for who in people]
        found = [who if dice.random() < 0.8 else None for who in people]

        settlement = read(ENRICH_PEOPLE, asked, {"matches": found})

        for verdict, who in zip(settlement.verdicts, found, strict=True):
            expected = Status.NO_MATCH if who is None else Status.SUCCEEDED
            assert verdict.status is expected
            assert verdict.credits == (0 if who is None else 1)
        assert settlement.derived == sum(who is not None for who in found)


def test_what_was_asked_by_a_hash_is_checked_against_the_address_that_comes_back():
    dice = random.Random(0)
    people = [person(dice, number) for number in (1, 2)]
    asked = [{"hashed_email": hashlib.md5(who["email"].encode()).hexdigest()} for who in people]

    settlement = read(ENRICH_PEOPLE, asked, {"matches": people[::-1]})

    judge(settlement, people, {})


def test_an_address_that_is_another_one_of_the_same_person_does_not_hold_a_hash_against_them():
    dice = random.Random(0)
    people = [person(dice, number) for number in (1, 2)]
    asked = [
        {"hashed_email": hashlib.md5(f"private-{n}@home.example".encode()).hexdigest()}
        for n in (1, 2)
    ]

    settlement = read(ENRICH_PEOPLE, asked, {"matches": people})

    assert [v.status for v in settlement.verdicts] == [Status.SUCCEEDED] * 2


def test_one_answer_to_one_question_needs_no_proof():
    settlement = read(
        ENRICH_PEOPLE, [{"email": "old@acme.example"}], {"matches": [person(random.Random(1), 7)]}
    )

    assert settlement.verdicts[0].status is Status.SUCCEEDED


def test_a_bill_that_is_absent_is_not_zero():
    who = person(random.Random(1), 7)

    settlement = read(ENRICH_PEOPLE, [{"id": who["id"]}], {"matches": [who]})

    assert settlement.reported is None
    assert settlement.derived == 1


def test_a_bill_of_zero_is_a_bill():
    who = person(random.Random(1), 7)

    settlement = read(ENRICH_PEOPLE, [{"id": who["id"]}], {"matches": [who], "credits_consumed": 0})

    assert (settlement.reported, settlement.derived) == (0, None)
    assert settlement.verdicts[0].credits is None


@pytest.mark.parametrize("bill", [3, "1.01", 0.5])
def test_a_bill_that_no_sum_of_prices_makes_is_told_and_belongs_to_no_row(bill):
    people = [person(random.Random(n), n) for n in (1, 2)]
    asked = [{"id": who["id"]} for who in people]
    text = json.dumps({"matches": people}).replace("{", f'{{"credits_consumed": {bill}, ', 1)
    route = ENRICH_PEOPLE.route("bulk")

    settlement = decode(
        ENRICH_PEOPLE, route, numbered(asked, ENRICH_PEOPLE, route), text.encode(), KEEP
    )

    assert settlement.reported == Decimal(str(bill))
    assert [verdict.credits for verdict in settlement.verdicts] == [None, None]


def test_two_rows_that_ask_for_one_person_share_the_record_and_pay_once():
    who = person(random.Random(1), 7)
    asked = [{"id": who["id"]}, {"email": who["email"]}]

    settlement = read(ENRICH_PEOPLE, asked, {"matches": [who], "credits_consumed": 1})

    assert [v.status for v in settlement.verdicts] == [Status.SUCCEEDED] * 2
    assert [v.credits for v in settlement.verdicts] == [1, 0]


def test_the_locked_address_of_somebody_unrevealed_reaches_no_cell():
    who = person(random.Random(1), 7) | {"headline": "email_not_unlocked@domain.com"}

    settlement = read(ENRICH_PEOPLE, [{"id": who["id"]}], {"matches": [who]})

    assert settlement.verdicts[0].kept["Mark"] == ""


def test_a_hollow_record_is_billed_and_no_match():
    hollow = {"id": f"{7:024x}", "first_name": "Ada", "last_name": None, "email": None}

    settlement = read(
        ENRICH_PEOPLE, [{"id": f"{7:024x}"}], {"matches": [hollow], "credits_consumed": 1}
    )

    assert settlement.verdicts[0].status is Status.NO_MATCH
    assert settlement.verdicts[0].reason == "hollow_match"
    assert settlement.verdicts[0].credits == 1


@pytest.mark.parametrize(
    "shown",
    [
        "http://www.linkedin.com/in/j%C3%BCrgen-m%C3%BCller",
        "http://www.linkedin.com/in/j%c3%bcrgen-m%c3%bcller/",
        "https://de.linkedin.com/in/Jürgen-Müller",
        "http://www.linkedin.com/in/ju\u0308rgen-mu\u0308ller",
    ],
)
def test_an_address_with_umlauts_is_one_however_it_is_written(shown):
    asked = clean(Kind.PERSON_URL, "linkedin.com/in/jürgen-müller")

    assert asked == "http://www.linkedin.com/in/j%C3%BCrgen-m%C3%BCller"
    assert clean(Kind.PERSON_URL, shown) == asked
    assert clean(Kind.PERSON_URL, asked) == asked
    assert same_value(ENRICH_PEOPLE, "linkedin_url", asked, {"linkedin_url": shown})
