"""What the team has, read out of the shapes in which Apollo tells it."""

import pytest

from apollo_batch.apollo import lookups
from apollo_batch.catalogue.param import Target
from apollo_batch.entrypoints.listing import KINDS, table
from apollo_batch.entrypoints.words import LISTED
from apollo_batch.job.load import loads
from apollo_batch.runner.directory import directory_for, looked_up


def number(letter):
    return letter * 24


class Recorded:
    """Answers as Apollo did; an address that is not there is one it does not tell this key."""

    def __init__(self, **answers):
        self.answers = {name.replace("__", "."): answer for name, answer in answers.items()}
        self.asked = []

    def ask(self, address, query=None, body=None):
        said = query or body or {}
        self.asked.append((address.name, said))
        answer = self.answers.get(address.name)
        if isinstance(answer, list) and answer and isinstance(answer[0], tuple):
            return answer[int(said["page"]) - 1][0]
        return answer


def user(letter, **more):
    return {"id": number(letter), "first_name": "Jane", "last_name": "Doe", "deleted": False} | more


def campaign(letter, **more):
    return {"id": number(letter), "name": "Q4", "active": True, "archived": False} | more


def test_users_are_asked_page_by_page_until_one_is_short():
    full = {"users": [user("a")] * 100, "pagination": {"page": "1", "total_pages": "2"}}
    rest = {"users": [user("b", deleted=True, credit_limit=500)]}
    apollo = Recorded(users__search=[(full,), (rest,)])

    found = lookups.users(apollo)

    assert [said["page"] for _, said in apollo.asked] == ["1", "2"]
    assert len(found) == 101
    assert (found[-1].name, found[-1].gone) == ("Jane Doe", "deleted")
    assert found[-1].facts["credit limit"] == "500"


def test_a_user_without_a_name_goes_by_the_address():
    apollo = Recorded(users__search={"users": [{"id": number("a"), "email": "a@acme.example"}]})

    (found,) = lookups.users(apollo)

    assert found.name == "a@acme.example"


@pytest.mark.parametrize(
    ("more", "gone"),
    [
        ({"active": True, "revoked_at": None}, ""),
        ({"active": True, "revoked_at": "2026-01-02T00:00:00Z"}, "revoked"),
        ({"active": False, "inactive_reason": "password changed"}, "not active password changed"),
    ],
)
def test_a_mailbox_that_cannot_send_is_told_from_one_that_can(more, gone):
    record = {"id": number("a"), "email": "ops@acme.example", "aliases": ["hi@acme.example"]} | more
    apollo = Recorded(email_accounts__list={"email_accounts": [record]})

    (found,) = lookups.mailboxes(apollo)

    assert (found.name, found.others, found.gone) == (
        "ops@acme.example",
        ("hi@acme.example",),
        gone,
    )


def test_a_sequence_is_archived_asleep_or_ready():
    records = [campaign("a"), campaign("b", active=False), campaign("c", archived=True)]
    apollo = Recorded(sequences__search={"emailer_campaigns": records})

    found = lookups.sequences(apollo)

    assert [(each.gone, bool(each.idle)) for each in found] == [
        ("", False),
        ("", True),
        ("archived", False),
    ]
    assert apollo.asked == [("sequences.search", {"page": "1", "per_page": "100"})]


def test_stages_lists_and_schedules_are_read():
    stage = {"id": number("a"), "name": "Won", "opportunity_pipeline_id": number("b")}
    label = {"id": number("c"), "name": "Fair", "modality": "contacts", "cached_count": 7}
    schedule = {"id": number("d"), "name": "Usual", "time_zone": "Europe/Berlin", "default": True}
    apollo = Recorded(
        deal_stages__list={"opportunity_stages": [stage]},
        labels__list=[label],
        schedules__list={"emailer_schedules": [schedule]},
    )

    (deals,) = lookups.deal_stages(apollo)
    (fair,) = lookups.lists(apollo)
    (usual,) = lookups.schedules(apollo)

    assert (deals.group, deals.of) == (number("b"), "opportunity")
    assert (fair.of, fair.facts["records"]) == ("contact", "7")
    assert usual.facts == {"time zone": "Europe/Berlin", "default": "yes"}


def test_custom_fields_are_had_from_the_newer_address_where_the_older_is_gone():
    older = {
        "id": number("a"),
        "name": "Region",
        "modality": "contact",
        "type": "picklist",
        "picklist_values": [{"id": number("b"), "name": "EMEA"}],
    }
    newer = {
        "id": f"contact.{number('a')}",
        "label": "Region",
        "modality": "contact",
        "type": "picklist",
    }
    with_options = lookups.fields(
        Recorded(typed_custom_fields__list={"typed_custom_fields": [older]})
    )
    without = lookups.fields(Recorded(fields__list={"fields": [newer]}))

    assert with_options[0].choices == ((number("b"), "EMEA"),)
    assert (without[0].id, without[0].name, without[0].choices) == (number("a"), "Region", ())


@pytest.mark.parametrize("kind", KINDS)
def test_what_apollo_does_not_tell_is_told_from_nothing(kind):
    assert KINDS[kind](Recorded()) is None
    assert (
        KINDS[kind](Recorded(labels__list={"error": "no"}, users__search={"users": None})) is None
    )


def test_odd_records_are_passed_over():
    apollo = Recorded(
        labels__list=[None, "x", {"name": "no id"}, {"id": number("a"), "name": None}]
    )

    assert [each.name for each in lookups.lists(apollo)] == [""]


def test_a_job_is_given_what_it_names_and_nothing_else_is_asked():
    apollo = Recorded(
        sequences__search={"emailer_campaigns": [campaign("a", name="Q4 Outbound")]},
        email_accounts__list={
            "email_accounts": [{"id": number("b"), "email": "ops@acme.example", "active": True}]
        },
    )
    job = loads(
        "version: 1\noperation: sequences.enroll\nmap: {contact_id: Id}\n"
        "options: {sequence: Q4 Outbound, mailbox: ops@acme.example}\n",
        "a.yaml",
    )

    directory = directory_for(job, apollo)

    assert [name for name, _ in apollo.asked] == ["email_accounts.list", "sequences.search"]
    assert set(directory.entries) == {Target.SEQUENCE, Target.MAILBOX}
    assert looked_up(job, apollo)[0].steps[0].constants == {
        "sequence_id": number("a"),
        "send_email_from_email_account_id": [number("b")],
    }


def test_a_job_without_names_asks_nothing_and_stays_as_it_is():
    job = loads("version: 1\noperation: people.enrich\nmap: {email: E}\n", "a.yaml")
    apollo = Recorded()

    assert looked_up(job, apollo)[0].canonical() == job.canonical()
    assert apollo.asked == []


def test_one_address_serves_all_the_kinds_that_it_tells():
    job = loads(
        "version: 1\noperation: contacts.create\nmap: {email: E}\n"
        "options: {list: Fair, owner: jane@acme.example}\n",
        "a.yaml",
    )
    apollo = Recorded(labels__list=[], users__search={"users": []})

    directory = directory_for(job, apollo)

    assert directory.knows(Target.CONTACT_LIST)
    assert not directory.knows(Target.ACCOUNT_LIST)


def test_a_table_has_what_is_there_under_its_head_and_nothing_a_terminal_would_obey():
    rows = [
        {"id": "1", "name": "Q4\x1b[2J", "steps": "", "state": ""},
        {"id": "22", "name": "B", "steps": "", "state": "archived"},
    ]

    assert table(rows) == [
        "id  name    state",
        "1   Q4\ufffd[2J",
        "22  B       archived",
    ]


def test_every_kind_that_can_be_typed_can_be_listed():
    assert sorted(KINDS) == sorted(LISTED)
