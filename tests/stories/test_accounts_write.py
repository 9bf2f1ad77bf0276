"""Companies become accounts, and accounts are changed, by their domains, names and ids."""

import pytest
from crm_makers import (
    ACCOUNT_STAGE,
    KEPT,
    NOBODY,
    USER,
    account,
    annotated,
    effects,
    ends,
    lay,
    most_effects,
    requests_of,
    told_by,
)
from makers import hit

from apollo_batch.errors import Exit

BULK_CREATE = "POST /accounts/bulk_create"
BULK_UPDATE = "POST /accounts/bulk_update"
OWNERS = "POST /accounts/update_owners"
PATCH = "PATCH /accounts/{account_id}"
GET = "GET /accounts/{id}"
LISTS = "POST /labels/add_entity_ids_to_label_names"
COMPANY = ("name", "domain")
IDS = [company.account_id for company in KEPT]


def newcomer(number):
    return (f"New Works {number}", f"new-works-{number}.example")


def known(number=0):
    return (KEPT[number].name, KEPT[number].domain)


def companies(desk, apollo, rows, header=COMPANY, **job):
    job = {"keep": {"Account Id": "id"}} | job
    return lay(desk, apollo, "accounts.create", header, rows, **job)


def changes(desk, apollo, header, rows, operation="accounts.update", **job):
    return lay(desk, apollo, operation, ("account_id", *header), rows, **job)


def test_new_companies_are_made_and_those_that_are_there_are_left_alone(desk, apollo):
    before = account(apollo, IDS[0])
    told = companies(desk, apollo, [newcomer(1), known(), newcomer(2)])

    ended = told.run()
    rows = annotated(told)

    assert told.judged(ended)["reasons"] == {"created": 2, "already_exists": 1}
    assert {e["subject"]: e["id"] for e in effects(apollo, "accounts")} == {
        row["domain"]: row["Account Id"] for row in (rows[0], rows[2])
    }
    assert rows[1]["Account Id"] == IDS[0]
    assert account(apollo, IDS[0]) == before


def test_two_hundred_and_fifty_companies_are_three_requests(desk, apollo):
    told = companies(desk, apollo, [newcomer(number) for number in range(250)])

    assert told.judged(told.run())["requests"] == {BULK_CREATE: 3}
    assert len(effects(apollo, "accounts", "created")) == 250


def test_upsert_writes_to_what_is_there_and_puts_it_on_lists_besides(desk, apollo):
    header = (*COMPANY, "phone", "account_stage_id", "owner_id", "label_names")
    more = ("+1 202 555 0104", ACCOUNT_STAGE[3], USER[2], "Key accounts")
    rows = [(*known(), *more), (*newcomer(1), *more), (*known(1), "", ACCOUNT_STAGE[4], "", "")]
    told = companies(desk, apollo, rows, header, mode="upsert")

    ended = told.run()
    now = [account(apollo, row["Account Id"]) for row in annotated(told)]

    assert told.judged(ended)["reasons"] == {"updated": 2, "created": 1}
    for one in now[:2]:
        assert (one["account_stage_id"], one["owner_id"]) == (ACCOUNT_STAGE[3], USER[2])
        assert one["sanitized_phone"] == "+12025550104"
        assert len(one["label_ids"]) == 1
    assert now[2]["account_stage_id"] == ACCOUNT_STAGE[4]
    assert requests_of(apollo)[BULK_UPDATE] == requests_of(apollo)[PATCH] == 1
    assert most_effects(apollo, "accounts") == 1


def test_create_makes_a_second_account_of_what_is_there(desk, apollo):
    told = companies(desk, apollo, [known()], mode="create")

    assert told.judged(told.run())["reasons"] == {"created": 1}
    assert annotated(told)[0]["Account Id"] != IDS[0]


def test_again_makes_nothing_and_another_file_names_the_earlier_id(desk, apollo):
    first = companies(desk, apollo, [newcomer(1), newcomer(2)])
    first.run()
    second = companies(desk, apollo, [newcomer(2), newcomer(3)], file="second")

    again, other = first.run(), second.run()

    assert again.document["reasons"] == {"created": 2}
    assert second.judged(other)["reasons"] == {"made_before": 1, "created": 1}
    assert annotated(second)[0]["Account Id"] == annotated(first)[1]["Account Id"]
    assert most_effects(apollo, "accounts") == 1


def test_every_reason_a_row_of_a_creation_can_have(desk, apollo):
    header = (*COMPANY, "account_stage_id", "phone")
    rows = [
        (*newcomer(1), "", ""),
        (*known(), "", ""),
        ("", "gmail.com", "", ""),
        ("", "no domain", "", ""),
        ("", "", "", "+1 202 555 0105"),
        (*newcomer(2), "x1", ""),
        ("New Works 1", "new-works-1.example", "", "+1 202 555 0106"),
        (*newcomer(1), "", ""),
    ]
    told = companies(desk, apollo, rows, header)

    ended = told.run()

    codes = (
        "created already_exists freemail_domain bad_domain weak_identity unknown_name "
        "already_exists created"
    ).split()
    assert ends(told) == [told_by(code) for code in codes]
    assert ended.code == 0
    assert len(effects(apollo, "accounts")) == 1


@pytest.mark.parametrize("fault", ["500_after", "reset_after"])
def test_what_may_have_been_made_is_looked_for_and_nothing_is_made_twice(desk, apollo, fault):
    apollo.plot(hit(fault) | {"route": BULK_CREATE})
    told = companies(desk, apollo, [newcomer(1), newcomer(2)])

    ended = told.run()

    assert told.judged(ended)["reasons"] == {"created": 2}
    assert requests_of(apollo)[BULK_CREATE] == 1
    assert most_effects(apollo, "accounts") == 1
    assert [e["id"] for e in effects(apollo, "accounts")] == [
        row["Account Id"] for row in annotated(told)
    ]


def test_every_kind_of_change_goes_where_apollo_takes_it(desk, apollo):
    header = ["name", "domain", "phone", "raw_address", "account_stage_id", "owner_id"]
    rows = [
        (IDS[0], "New Name", "", "", "", ACCOUNT_STAGE[2], USER[3]),
        (IDS[1], "", "other.example", "+1 202 555 0107", "Boston, MA, United States", "", ""),
    ]
    told = changes(desk, apollo, header, rows)

    ended = told.run()
    one, two = account(apollo, IDS[0]), account(apollo, IDS[1])

    assert told.judged(ended)["requests"] == {BULK_UPDATE: 1, PATCH: 1}
    assert (one["name"], one["account_stage_id"], one["owner_id"], one["domain"]) == (
        "New Name",
        ACCOUNT_STAGE[2],
        USER[3],
        KEPT[0].domain,
    )
    assert (two["domain"], two["sanitized_phone"]) == ("other.example", "+12025550107")


def test_a_hundred_and_fifty_changes_are_two_requests(desk, apollo):
    named = changes(desk, apollo, ["name"], [(n, f"Name {n}") for n in IDS[:150]], file="named")
    owned = changes(
        desk,
        apollo,
        [],
        [(number,) for number in IDS[:150]],
        "accounts.set_owner",
        options={"owner_id": USER[2]},
        file="owned",
    )

    assert named.judged(named.run())["requests"] == {BULK_UPDATE: 2}
    assert owned.judged(owned.run())["requests"] == {OWNERS: 2}


@pytest.mark.parametrize(
    ("operation", "column", "value"),
    [("accounts.update", "name", "New Name"), ("accounts.set_owner", "owner_id", USER[2])],
)
def test_every_reason_a_row_of_a_change_can_have(desk, apollo, operation, column, value):
    rows = [(IDS[0], value), (NOBODY, value), ("a1b2", value), ("", value), (IDS[1], "")]
    told = changes(desk, apollo, [column], rows, operation)

    ended = told.run()

    codes = ["updated", "no_record", "bad_id", "weak_identity", "weak_identity"]
    assert ends(told) == [told_by(code) for code in codes]
    assert ended.code == Exit.ROWS_FAILED
    assert [e["id"] for e in effects(apollo, "accounts")] == [IDS[0]]


def test_old_values_are_read_first(desk, apollo):
    told = changes(desk, apollo, ["name"], [(number, "Name") for number in IDS[:30]], keep_old=True)

    assert told.judged(told.run())["requests"] == {GET: 30, BULK_UPDATE: 1}


def test_accounts_are_read_for_nothing(desk, apollo):
    rows = [(IDS[0],), (NOBODY,), ("12",)]
    told = changes(desk, apollo, [], rows, "accounts.get", keep={"Name": "name"})

    ended = told.run()

    assert ends(told)[1:] == [told_by("no_match"), told_by("bad_id")]
    assert annotated(told)[0]["Name"] == KEPT[0].name
    assert told.judged(ended)["requests"] == {GET: 2}
