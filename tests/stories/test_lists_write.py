"""Lists are made, filled and emptied, by name."""

import pytest
from crm_makers import (
    KEPT,
    NOBODY,
    SAVED,
    account,
    annotated,
    contact,
    effects,
    ends,
    lay,
    requests_of,
    told_by,
)
from makers import hit

from apollo_batch.errors import Exit

CREATE = "POST /labels"
ADD = "POST /labels/add_entity_ids_to_label_names"
REMOVE = "POST /labels/remove_entity_ids_from_label_names"
IDS = [who.contact_id for who in SAVED]


def lists(desk, apollo, verb, header, rows, modality="contacts", **job):
    job = {"options": {"modality": modality} | job.pop("options", {})} | job
    return lay(desk, apollo, f"lists.{verb}", header, rows, **job)


def test_lists_are_made_once_and_what_is_there_is_left_alone(desk, apollo):
    rows = [("Spring fair",), ("Newsletter",), ("Spring fair",)]
    told = lists(desk, apollo, "create", ["name"], rows, keep={"List Id": "id"})

    ended = told.run()
    again = told.run()

    assert told.judged(ended)["reasons"] == {"created": 2, "already_exists": 1}
    assert annotated(told)[0]["List Id"]
    assert again.document["reasons"] == ended.document["reasons"]
    assert [e["subject"] for e in effects(apollo, "labels")] == ["Spring fair"]


def test_a_hundred_ids_share_a_request_and_each_list_has_its_own(desk, apollo):
    rows = [(IDS[n], "Newsletter" if n < 150 else "Spring; Autumn") for n in range(160)]
    told = lay(
        desk,
        apollo,
        "lists.add",
        ["entity_id"],
        rows,
        map={"entity_id": "entity_id", "label_names": {"column": "label_names", "split": ";"}},
        options={"modality": "contacts"},
    )
    told.sheet.write_text(
        "entity_id,label_names\n" + "".join(f"{a},{b}\n" for a, b in rows), encoding="utf-8"
    )

    ended = told.run()

    assert told.judged(ended)["requests"] == {ADD: 3}
    assert len(contact(apollo, IDS[0])["label_ids"]) == 1
    assert len(contact(apollo, IDS[155])["label_ids"]) == 2


def test_accounts_go_on_lists_of_accounts_and_off_again(desk, apollo):
    number = KEPT[0].account_id
    rows = [(number, "Key accounts"), (number, "Trade fair 2026")]
    header = ["entity_id", "label_names"]
    told = lists(desk, apollo, "add", header, rows, "accounts", file="on")
    gone = lists(desk, apollo, "remove", header, rows[:1], "accounts", file="off")

    assert told.judged(told.run())["reasons"] == {"asked_for": 2}
    assert len(account(apollo, number)["label_ids"]) == 2
    assert gone.judged(gone.run())["requests"] == {REMOVE: 1}
    assert len(account(apollo, number)["label_ids"]) == 1


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_every_reason_a_row_can_have(desk, apollo, verb):
    rows = [
        (IDS[0], "Newsletter"),
        (NOBODY, "Newsletter"),
        (NOBODY, "Trade fair 2026"),
        ("a1", "Newsletter"),
        (IDS[1], ""),
        ("", "Newsletter"),
        (IDS[0], "Newsletter"),
    ]
    told = lists(desk, apollo, verb, ["entity_id", "label_names"], rows)

    ended = told.run()

    # Apollo does not say which ids it knew, unless it knew none of them.
    codes = ("asked_for asked_for no_record bad_id weak_identity weak_identity asked_for").split()
    assert ends(told) == [told_by(code) for code in codes]
    assert ended.code == Exit.ROWS_FAILED
    assert requests_of(apollo)[ADD if verb == "add" else REMOVE] == 2


@pytest.mark.parametrize("fault", ["500_after", "reset_after"])
def test_a_list_that_may_have_been_made_is_looked_for_and_made_once(desk, apollo, fault):
    apollo.plot(hit(fault) | {"route": CREATE})
    told = lists(desk, apollo, "create", ["name"], [("Spring",)], keep={"List Id": "id"})

    ended = told.run()

    assert told.judged(ended)["reasons"] == {"created": 1}
    assert requests_of(apollo)[CREATE] == 1
    (made,) = effects(apollo, "labels", "created")
    assert annotated(told)[0]["List Id"] == made["id"]


def test_a_list_is_filled_once_however_often_it_is_asked(desk, apollo):
    apollo.plot(hit("500_after") | {"route": ADD})
    told = lists(desk, apollo, "add", ["entity_id"], [(IDS[0],)], options={"label_names": ["New"]})

    ended = told.run()

    assert told.judged(ended)["reasons"] == {"asked_for": 1}
    assert requests_of(apollo)[ADD] == 2
    assert len(contact(apollo, IDS[0])["label_ids"]) == 1
    assert len(effects(apollo, "labels", "created")) == 1
