"""A person is found and taken out of a journal, in a file or on a server, and of answers shared with others."""

import json

import pytest
from journal_maker import NOON, Journal, found, people

from apollo_batch.errors import HeldError
from apollo_batch.journal import erased, runs
from apollo_batch.journal import erasing as journal_erasing
from apollo_batch.runner import erasing
from apollo_batch.runner.holding import holding
from apollo_batch.runner.subject import Subject, named

RECORDS = [
    {"id": f"0123456789abcdef0123450{n}", "email": f"p{n}@acme.example", "title": "CTO"}
    for n in range(3)
]
OWNED = {"name": "Deal", "owner": {"email": "p1@acme.example"}, "amount": 1.5}
BODY = json.dumps({"credits_consumed": 3, "matches": RECORDS, "deal": OWNED}).encode()


@pytest.fixture
def journal(state):
    journal = Journal(state)
    going = journal.begin(people(3))
    chunk = journal.dispatch(going)
    journal.settle(going, chunk, found(chunk, body=BODY))
    runs.written(journal.store, going.run, "", "", NOON)
    yield journal
    journal.store.close()


def test_only_their_own_row_and_their_own_record_are_emptied(journal):
    others = "select * from items where row in (2, 4) order by id"
    before = journal.query(others)

    with erasing.held(journal.store, named("P1+fair@ACME.example"), NOON) as seen:
        done = erasing.erase(journal.store, seen, NOON)

    (answer,) = journal.query("select id from attempts")
    (left,) = [json.loads(one.body) for one in journal_erasing.answers(journal.store)]
    assert (done.rows, done.answers) == (1, 1)
    assert journal.query(others) == before
    assert journal.query("select params from items where row = 3") == [{"params": "{}"}]
    assert left["matches"] == [RECORDS[0], {}, RECORDS[2]]
    assert left["deal"] == OWNED | {"owner": {}}
    assert left["credits_consumed"] == 3
    assert seen.answers == (answer["id"],)


def test_they_are_known_again_by_address_and_by_the_id_that_their_record_has(journal):
    with erasing.held(journal.store, named("p1@acme.example"), NOON) as seen:
        erasing.erase(journal.store, seen, NOON)

    marks, salt = erased.marks(journal.store), journal.store.salt
    assert erased.mark(salt, erased.By.EMAIL, "p1@acme.example") in marks
    assert erased.mark(salt, erased.By.ID, RECORDS[1]["id"]) in marks
    assert erased.mark(salt, erased.By.EMAIL, "p2@acme.example") not in marks
    assert not any("acme" in mark for mark in marks)


def test_nothing_is_erased_while_another_process_holds_their_run(journal):
    (record,) = journal.query("select account, identity from runs")
    before = journal.query("select * from items")

    with (
        holding(journal.store, record["account"], record["identity"], NOON),
        pytest.raises(HeldError),
        erasing.held(journal.store, named("p1@acme.example"), NOON),
    ):
        pass

    assert journal.query("select * from items") == before
    assert erased.marks(journal.store) == frozenset()


@pytest.mark.parametrize(
    ("word", "text", "names"),
    [
        ("ada@acme.example", "Ada <ADA@ACME.EXAMPLE>, twice", True),
        ("ada@acme.example", "mailto:ada+x@acme.example", True),
        ("ada@acme.example", "bada@acme.example", False),
        ("ada@acme.example", "ada@acme.example.org", False),
        ("0123456789abcdef01234567", "id=0123456789ABCDEF01234567;", True),
        ("0123456789abcdef01234567", "10123456789abcdef01234567", False),
        ("Ada de la Cruz", "met ADA  DE LA CRUZ today", True),
        ("Ada de la Cruz", "Ada de la Cruze", False),
    ],
)
def test_a_text_names_somebody_or_does_not(word, text, names):
    assert named(word).in_text(text) is names


def test_a_record_is_theirs_by_what_is_their_own_and_not_by_whose_it_is():
    ada = Subject(emails=frozenset({"ada@acme.example"}))
    records = [
        {"email": "ada@acme.example"},
        {"contact_emails": [{"email": "ADA+x@acme.example"}]},
        {"personal_emails": ["x@y.example", "ada@acme.example"]},
        {"owner_email": "ada@acme.example", "name": "x"},
    ]

    assert [ada.out_of(record) for record in records] == [
        *({}, {}, {}),
        {"owner_email": "", "name": "x"},
    ]
