"""Names in a job stand for one thing each in the team's Apollo, or the plan stops with why not."""

import pytest

from apollo_batch.catalogue.param import Target
from apollo_batch.errors import InvalidError
from apollo_batch.job.load import loads
from apollo_batch.job.names import Directory, Entry
from apollo_batch.job.resolve import needed, resolved
from apollo_batch.job.tie import bind_to
from apollo_batch.model import Item, Row, RowNumber


def number(letter: str) -> str:
    return letter * 24


SEQUENCES = (
    Entry(number("a"), "Q4 Outbound"),
    Entry(number("b"), "Winback", idle="inactive: contacts wait until it is switched on"),
    Entry(number("c"), "Q1 Outbound", gone="archived"),
    Entry(number("d"), "Twins", apart="made 2026-01-02"),
    Entry(number("e"), "Twins", apart="made 2026-03-04"),
    Entry("0" * 24, "Winback", gone="archived"),
)
MAILBOXES = (
    Entry(number("1"), "ops@acme.example", ("hello@acme.example",)),
    Entry(number("2"), "old@acme.example", gone="revoked"),
)
USERS = (
    Entry(number("3"), "Jane Doe", ("jane@acme.example",)),
    Entry(number("4"), "Sam Roe", ("sam@acme.example",), gone="deleted"),
)
DEAL_STAGES = (
    Entry(number("5"), "Won", group="Sales", apart="pipeline Sales"),
    Entry(number("6"), "Won", group="Partners", apart="pipeline Partners"),
)
FIELDS = (
    Entry("f1", "Region", type="picklist", choices=(("o1", "EMEA"), ("o2", "North America"))),
    Entry("f2", "Budget", type="number"),
    Entry("f3", "Renewal", type="date"),
    Entry("f4", "Tags", type="multipicklist", choices=(("t1", "Hot"), ("t2", "Fair"))),
    Entry("f5", "Opted In", type="boolean"),
    Entry("f6", "Next Call", type="datetime"),
    Entry("f7", "Synced", type="string", gone="read-only: it comes from the CRM"),
)
OURS = Directory(
    {
        Target.SEQUENCE: SEQUENCES,
        Target.MAILBOX: MAILBOXES,
        Target.USER: USERS,
        Target.DEAL_STAGE: DEAL_STAGES,
        Target.CONTACT_STAGE: (Entry(number("7"), "Cold"), Entry(number("8"), "Approaching")),
        Target.CONTACT_LIST: (Entry(number("9"), "Fair 2026"),),
        Target.CONTACT_FIELD: FIELDS,
    }
)
ENROLL = """\
version: 1
operation: sequences.enroll
map: {contact_id: Contact}
options:
  sequence: %s
  mailbox: %s
"""
UPDATE = "version: 1\noperation: contacts.update\nmap: {contact_id: Id%s}\n"


def test_only_what_a_job_names_is_looked_up():
    assert needed(loads(ENROLL % ("Q4 Outbound", "ops@acme.example"), "a.yaml")) == {
        Target.SEQUENCE,
        Target.MAILBOX,
    }
    assert (
        needed(loads("version: 1\noperation: people.enrich\nmap: {email: E}\n", "a.yaml")) == set()
    )
    assert needed(loads(UPDATE % ", stage: Stage, typed_custom_fields: {Region: R}", "a.yaml")) == {
        Target.CONTACT_STAGE,
        Target.CONTACT_FIELD,
    }


@pytest.mark.parametrize(
    ("sequence", "mailbox"),
    [
        ("Q4 Outbound", "ops@acme.example"),
        ("q4 outbound", "HELLO@acme.example"),
        (number("a"), number("1")),
        (number("A"), "[ops@acme.example, hello@acme.example]"),
    ],
)
def test_a_name_an_address_or_an_id_stands_for_the_id(sequence, mailbox):
    job = resolved(loads(ENROLL % (sequence, mailbox), "a.yaml"), OURS)

    assert job.steps[0].constants == {
        "sequence_id": number("a"),
        "send_email_from_email_account_id": [number("1")],
    }
    assert job.notices == ()


@pytest.mark.parametrize(
    ("sequence", "mailbox", "place", "words"),
    [
        ("Q4 Outbund", "ops@acme.example", (5, 13), "no sequence Did you mean `Q4 Outbound`"),
        (
            "Q4 Outbound",
            "helo@acme.example",
            (6, 12),
            "no mailbox Did you mean `hello@acme.example`",
        ),
        ("Fishing", "ops@acme.example", (5, 13), "no sequence It has Q4 Outbound, Winback"),
        ("Q1 Outbound", "ops@acme.example", (5, 13), "archived Use another"),
        (
            "Twins",
            "ops@acme.example",
            (5, 13),
            f"2 sequences {number('d')} 2026-03-04 Write the id",
        ),
        (number("f"), "ops@acme.example", (5, 13), "with the id apollo-batch list sequences"),
        (number("1"), "ops@acme.example", (5, 13), "It is the id of the mailbox ops@acme.example"),
        ("Q4 Outbound", "old@acme.example", (6, 12), "mailbox revoked"),
        ("Q4 Outbound", "[ops@acme.example, old@acme.example]", (6, 31), "mailbox revoked"),
    ],
)
def test_a_name_that_does_not_stand_for_one_thing_is_told_in_its_place(
    sequence, mailbox, place, words
):
    with pytest.raises(InvalidError) as refusal:
        resolved(loads(ENROLL % (sequence, mailbox), "a.yaml"), OURS)

    (problem,) = refusal.value.problems
    said = f"{problem.message} {problem.fix}"
    assert (problem.line, problem.column) == place
    assert [word for word in words.split() if word.lower() not in said.lower()] == []


def test_all_names_of_a_job_are_told_at_once():
    with pytest.raises(InvalidError, match="2 names") as refusal:
        resolved(loads(ENROLL % ("Fishing", "nobody@acme.example"), "a.yaml"), OURS)

    assert len(refusal.value.problems) == 2


def test_an_inactive_sequence_is_a_notice_and_one_that_can_be_used_wins_over_an_archived_one():
    job = resolved(loads(ENROLL % ("Winback", "ops@acme.example"), "a.yaml"), OURS)

    assert job.steps[0].constants["sequence_id"] == number("b")
    assert "Winback is inactive" in job.notices[0]


def test_what_apollo_does_not_tell_this_key_must_be_named_by_id():
    job = loads(ENROLL % (number("a"), number("1")), "a.yaml")
    assert resolved(job, Directory()).steps[0].constants["sequence_id"] == number("a")

    with pytest.raises(InvalidError) as refusal:
        resolved(loads(ENROLL % ("Q4 Outbound", number("1")), "a.yaml"), Directory())

    assert "does not tell this key its sequences" in refusal.value.problems[0].message


def test_a_deals_stage_repeats_over_pipelines_and_is_picked_by_both():
    top = "version: 1\noperation: deals.update\nmap: {opportunity_id: Id}\noptions: {stage: %s}\n"

    job = resolved(loads(top % "Partners / Won", "a.yaml"), OURS)
    with pytest.raises(InvalidError) as refusal:
        resolved(loads(top % "Won", "a.yaml"), OURS)

    assert job.steps[0].constants == {"opportunity_stage_id": number("6")}
    said = f"{refusal.value.problems[0].message} {refusal.value.problems[0].fix}"
    assert "pipeline Sales" in said
    assert "`Sales / Won`" in said


def test_a_list_goes_by_its_name_and_a_new_one_is_a_notice():
    top = "version: 1\noperation: contacts.create\nmap: {email: E}\noptions: {list: [%s]}\n"

    job = resolved(loads(top % "fair 2026, Fair 2027", "a.yaml"), OURS)

    assert job.steps[0].constants == {"label_names": ["Fair 2026", "Fair 2027"]}
    assert "no contact list `Fair 2027` yet" in job.notices[0]
    assert "Did you mean `Fair 2026`?" in job.notices[0]


def test_a_search_has_lists_by_their_ids_and_knows_no_new_ones():
    top = "version: 1\nkeep: {Id: id}\nsource: {operation: contacts.search, options: {list: %s}}\n"

    job = resolved(loads(top % "Fair 2026", "a.yaml"), OURS)
    assert job.steps[0].options == {"contact_label_ids": [number("9")]}

    with pytest.raises(InvalidError, match="1 name"):
        resolved(loads(top % "Fair 2027", "a.yaml"), OURS)


def test_a_list_to_take_people_off_must_be_there():
    top = (
        "version: 1\noperation: lists.%s\nmap: {entity_id: Id}\n"
        "options: {list: Fair 2027, modality: contacts}\n"
    )

    assert resolved(loads(top % "add", "a.yaml"), OURS).notices
    with pytest.raises(InvalidError):
        resolved(loads(top % "remove", "a.yaml"), OURS)


def bound(text, header, *cells):
    job = resolved(loads(text, "a.yaml"), OURS)
    return bind_to(job, header, OURS).bind(Row(RowNumber(2), cells))


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("jane@acme.example", number("3")),
        ("Jane  Doe", number("3")),
        (number("3"), number("3")),
        ("Sam Roe", "unknown_name"),
        ("Nobody", "unknown_name"),
        (number("f"), "unknown_name"),
    ],
)
def test_a_cell_may_hold_a_name_and_one_that_is_not_there_skips_its_row(cell, found):
    outcome = bound(UPDATE % ", owner: Owner", ["Id", "Owner"], number("a"), cell)

    if found.endswith("_name"):
        assert (outcome.reason, outcome.note) == (found, f"owner_id: {cell!r}")
    else:
        assert outcome == Item(RowNumber(2), {"contact_id": number("a"), "owner_id": found})


@pytest.mark.parametrize(
    ("label", "cell", "value"),
    [
        ("Region", "emea", "o1"),
        ("Region", "o2", "o2"),
        ("Budget", "1200", 1200),
        ("Budget", "12.5", 12.5),
        ("Renewal", "2026-12-31", "2026-12-31"),
        ("Next Call", "2026-12-31 09:00", "2026-12-31T09:00:00+00:00"),
        ("Opted In", "No", False),
        ("f1", "EMEA", "o1"),
    ],
)
def test_a_custom_field_gets_a_value_of_its_type(label, cell, value):
    text = UPDATE % f", typed_custom_fields: {{{label}: Field}}"
    field = next(each.id for each in FIELDS if label in {each.id, each.name})

    outcome = bound(text, ["Id", "Field"], number("a"), cell)

    params = {"contact_id": number("a"), "typed_custom_fields": {field: value}}
    assert outcome == Item(RowNumber(2), params)


@pytest.mark.parametrize(
    ("label", "cell", "reason"),
    [
        ("Region", "APAC", "bad_choice"),
        ("Budget", "$1,200", "bad_number"),
        ("Renewal", "46387", "date_as_number"),
        ("Next Call", "2026-12-31", "no_time"),
        ("Opted In", "perhaps", "bad_flag"),
        ("Budget", "#REF!", "error_cell"),
    ],
)
def test_a_cell_of_the_wrong_type_skips_its_row(label, cell, reason):
    text = UPDATE % f", typed_custom_fields: {{{label}: Field}}"

    outcome = bound(text, ["Id", "Field"], number("a"), cell)

    assert (outcome.reason, outcome.note.startswith(f"{label}: ")) == (reason, True)


def test_a_field_of_several_values_is_split_and_joined_with_what_all_rows_have():
    text = UPDATE % ", typed_custom_fields: {Tags: {column: Tags, split: ';'}, Budget: Budget}"
    text += "options: {typed_custom_fields: {Region: EMEA, Budget: 5}}\n"

    full = bound(text, ["Id", "Tags", "Budget"], number("a"), "hot; Fair;", "7")
    bare = bound(text, ["Id", "Tags", "Budget"], number("a"), "hot", "")

    assert full.params["typed_custom_fields"] == {"f4": ["t1", "t2"], "f2": 7, "f1": "o1"}
    assert bare.params["typed_custom_fields"] == {"f4": ["t1"], "f2": 5, "f1": "o1"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{Regoin: EMEA}", "no custom contact field Did you mean `Region`"),
        ("{Region: APAC}", "picklist field Region Use one of EMEA, North America"),
        ("{Budget: a lot}", "number field Budget"),
        ("{Budget: [1, 2]}", "one value only"),
        ("{Renewal: n/a}", "no value"),
        ("{Synced: x}", "read-only"),
        ("{Region: EMEA, f1: EMEA}", "again"),
    ],
)
def test_a_custom_field_that_is_not_there_or_gets_what_does_not_fit_stops_the_plan(line, words):
    text = UPDATE % "" + f"options: {{typed_custom_fields: {line}}}\n"

    with pytest.raises(InvalidError) as refusal:
        resolved(loads(text, "a.yaml"), OURS)

    (problem,) = refusal.value.problems
    said = f"{problem.message} {problem.fix}"
    assert problem.line == 4
    assert [word for word in words.split() if word not in said] == []


def test_a_default_and_a_split_of_a_custom_field_are_held_to_its_type():
    for source in ("{column: C, default: a lot}", "{column: C, split: ';'}"):
        with pytest.raises(InvalidError):
            resolved(loads(UPDATE % f", typed_custom_fields: {{Budget: {source}}}", "a.yaml"), OURS)
