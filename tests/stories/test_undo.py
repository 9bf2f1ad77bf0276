"""Runs are taken back: only what they did, only where nobody has changed it since, and it is told."""

import json

import pytest
import requests
from crm_makers import KEPT as ACCOUNTS
from crm_makers import (
    NOBODY,
    SAVED,
    STAGE,
    USER,
    account,
    annotated,
    contact,
    effects,
    lay,
    newcomer,
    requests_of,
    told_by,
)
from enroll_maker import answering, contacts, enrolling
from enroll_maker import contact as special
from makers import WORLD, cells_of, hit, story
from stand_in import Said, passed_on, standing_in
from terminal import at_a_terminal

from apollo_batch.errors import Exit
from apollo_batch.files import lock

SPRING = WORLD.id_of("sequence", 1)
REMOVE = "POST /emailer_campaigns/remove_or_stop_contact_ids"
IDS = [who.contact_id for who in SAVED]


def say(apollo, path, body, method="POST"):
    """Do something at Apollo's past the program, as a colleague would."""
    with requests.Session() as session:
        session.trust_env = False
        asked = {"headers": {"x-api-key": apollo.key}, "json": body, "timeout": 10}
        reply = session.request(method, f"{apollo.base_url}/api/v1{path}", **asked)
    assert reply.status_code == 200, reply.text
    return reply.json()


def leave(apollo, number):
    body = {"emailer_campaign_ids": [SPRING], "contact_ids": [number], "mode": "remove"}
    say(apollo, "/emailer_campaigns/remove_or_stop_contact_ids", body)


def undo(told, run, *words, **more):
    """Take a run back, agreed to beforehand."""
    return told.desk.call("undo", run, "--yes", "--json", *words, **more)


def undone(told):
    """Status, reason and note of every row of the workbook that an undo ends with."""
    rows = cells_of(told.sheet.with_name(f"{told.sheet.stem}.undone.xlsx"))
    return [(r["Apollo Status"], r["Apollo Reason"], r["Apollo Note"]) for r in rows]


def reasons(told):
    return [(status, reason) for status, reason, _ in undone(told)]


def enrolled(desk, apollo, ids, **more):
    told = enrolling(desk, apollo, ids, **more)
    return told, told.run("--max-enroll", len(ids)).document["run"]


def removed(apollo):
    return sorted(e["id"] for e in effects(apollo, "contacts", "removed"))


# Enrollments.


def test_whom_a_run_has_enrolled_leave_the_sequence_and_nobody_else(desk, apollo):
    mine, already = contacts(3), special("already_there")
    told, run = enrolled(desk, apollo, [*mine, already, NOBODY, mine[0]])

    ended = undo(told, run)

    figures = told.judged(ended)
    assert ended.code == 0, ended.err
    assert figures["reasons"] == {"taken_back": 4, "not_done": 2}
    assert figures["requests"] == {"GET /contacts/{contact_id}": 3, REMOVE: 1}
    assert removed(apollo) == sorted(mine)
    assert contact(apollo, mine[0])["emailer_campaign_ids"] == []
    codes = "taken_back taken_back taken_back not_done not_done taken_back"
    assert reasons(told) == [told_by(code) for code in codes.split()]
    assert undone(told)[-1][2] == "Same as row 2."


def test_a_run_and_the_one_that_took_it_back_both_agree_with_themselves(desk, apollo):
    told, run = enrolled(desk, apollo, contacts(3))
    back = undo(told, run).document["run"]

    for one in (run, back):
        assert desk.call("verify", one).out == f"Run {one}: all agrees.\n"
        assert "These agree with each other." in desk.call("usage", one).out
    assert "remove_or_stop_contact_ids" in desk.call("why", back, 2).out


def test_who_has_been_mailed_stays_and_the_plan_says_so_before_it_asks(desk, apollo):
    mine = contacts(3)
    told, run = enrolled(desk, apollo, mine)

    def mailed(reply):
        record = reply["contact"]
        if record["id"] == mine[1]:
            record["contact_campaign_statuses"][0]["current_step_position"] = 2
        return reply

    with answering(apollo, "/contacts/", mailed) as (address, _):
        desk.environ["APOLLO_BASE_URL"] = address
        code, shown = at_a_terminal(desk, "y\n", "undo", run)

    assert code == 0, shown
    plan, answer, _ = shown.partition("[y/N]")
    assert "To take out of the sequence: 2 rows." in plan
    assert "1  mailed: An e-mail has left already, or may have" in plan
    assert "Take back 2 rows?" in plan
    assert answer
    assert removed(apollo) == sorted([mine[0], mine[2]])
    assert undone(told)[1] == (*told_by("mailed"), "It stands as active at step 2.")


def test_who_was_taken_out_and_enrolled_anew_by_somebody_else_stays(desk, apollo):
    mine = contacts(3)
    told, run = enrolled(desk, apollo, mine)
    leave(apollo, mine[0])
    leave(apollo, mine[1])
    body = {
        "emailer_campaign_id": SPRING,
        "contact_ids": [mine[1]],
        "send_email_from_email_account_id": WORLD.id_of("mailbox", 1),
    }
    say(apollo, f"/emailer_campaigns/{SPRING}/add_contact_ids", body)

    ended = undo(told, run)

    assert ended.document["reasons"] == {"already_there": 1, "changed_since": 1, "taken_back": 1}
    assert undone(told)[1][2] == "It was taken out and enrolled anew."
    assert contact(apollo, mine[1])["emailer_campaign_ids"] == [SPRING]


def test_undoing_twice_does_nothing_and_says_so(desk, apollo):
    told, run = enrolled(desk, apollo, contacts(2))
    first = undo(told, run)
    written = len(effects(apollo))

    again = undo(told, run)

    assert again.code == 0
    assert f"Run {run} was undone already; nothing is sent" in again.err
    assert again.document["run"] == first.document["run"]
    assert again.document["reasons"] == {"taken_back": 2}
    assert len(effects(apollo)) == written


def test_whoever_was_taken_back_can_be_enrolled_again_on_purpose_and_only_then(desk, apollo):
    ids = contacts(2)
    told, run = enrolled(desk, apollo, ids)
    by = undo(told, run).document["run"]

    same = told.run("--max-enroll", 2)
    anew = told.run("--max-enroll", 2, "--fresh")
    back = undo(told, anew.document["run"])

    assert f"Run {by} has undone it; add --fresh to do it once more." in same.err
    assert same.document["run"] == run
    assert anew.document["reasons"] == {"enrolled": 2}
    assert back.document["reasons"] == {"taken_back": 2}
    assert len(effects(apollo, "contacts", "enrolled")) == 4
    assert removed(apollo) == sorted(ids * 2)


def test_what_an_earlier_run_enrolled_is_not_taken_back_by_undoing_a_later_one(desk, apollo):
    ids = contacts(2)
    _first, run = enrolled(desk, apollo, ids)
    told, later = enrolled(desk, apollo, [*ids, *contacts(1, 2)], name="later")

    ended = undo(told, later)
    early = undo(told, run)

    assert ended.document["reasons"] == {"not_done": 2, "taken_back": 1}
    assert early.document["reasons"] == {"taken_back": 2}


def test_a_run_that_went_on_after_its_undo_is_taken_back_as_far_as_it_went(desk, apollo):
    ids = contacts(4)
    told = enrolling(desk, apollo, ids)
    run = told.run("--max-enroll", 2).document["run"]
    first = undo(told, run)
    told.run("--max-enroll", 4)

    again = undo(told, run)

    assert first.document["reasons"] == {"taken_back": 2, "not_done": 2}
    assert again.document["reasons"] == {"taken_back": 4}
    assert removed(apollo) == sorted(ids)


def test_rows_in_doubt_are_left_alone_until_somebody_says_what_became_of_them(desk, apollo):
    ids = contacts(2)
    told = enrolling(desk, apollo, ids)

    def silent_about_one(asked):
        said = passed_on(apollo, asked)
        if asked.path.endswith(f"/contacts/{ids[1]}"):
            return Said({"contact": {"id": NOBODY}})
        if "add_contact_ids" not in asked.path:
            return said
        reply = json.loads(said.body)
        shown = [one for one in reply["contacts"] if one["id"] != ids[1]]
        return Said(reply | {"contacts": shown})

    with standing_in(silent_about_one) as address:
        run = told.run("--max-enroll", 2, APOLLO_BASE_URL=address).document["run"]
    left = undo(told, run)
    desk.call("resolve", run, "--rows", 3, "--done")
    taken = undo(told, run)

    assert left.document["reasons"] == {"not_known": 1, "taken_back": 1}
    assert taken.document["reasons"] == {"taken_back": 2}
    assert removed(apollo) == sorted(ids)


@pytest.mark.parametrize("fault", ["500_after", "reset_after", "503_before"])
def test_a_lost_answer_takes_nobody_out_twice(desk, hurried, fault):
    told, run = enrolled(desk, hurried, contacts(2))
    hurried.plot(hit(fault) | {"route": REMOVE})

    ended = undo(told, run)

    assert ended.code == 0, ended.err
    assert removed(hurried) == sorted(contacts(2))
    assert told.judged(ended)["rows"]["succeeded"] == 2


def test_a_key_that_may_not_take_out_is_told_and_the_same_command_goes_on(desk, apollo):
    told, run = enrolled(desk, apollo, contacts(2))

    def forbidden(asked):
        if "remove_or_stop" in asked.path:
            return Said({"error": "api/v1/… is not accessible with this api_key"}, 403)
        return passed_on(apollo, asked)

    with standing_in(forbidden) as address:
        refused = undo(told, run, APOLLO_BASE_URL=address)
    ended = desk.call(*refused.following)

    assert refused.code == Exit.ACCESS
    assert refused.following == ["undo", run, "--yes", "--json"]
    assert ended.document["reasons"] == {"taken_back": 2}


def test_a_key_that_is_not_known_to_be_the_teams_undoes_nothing(desk, apollo):
    told, run = enrolled(desk, apollo, contacts(1))

    refused = undo(told, run, APOLLO_API_KEY="sandbox-key-people")

    assert refused.code == Exit.USAGE
    assert "with the key of another team" in refused.err
    assert removed(apollo) == []


# Values that were changed.


def changed(desk, apollo, header, rows, operation="contacts.update", **job):
    job = {"keep_old": True} | job
    told = lay(desk, apollo, operation, ("contact_id", *header), rows, **job)
    return told, told.run().document["run"]


def test_old_values_are_put_back_and_what_was_empty_is_empty_again(desk, apollo):
    say(apollo, f"/contacts/{IDS[1]}", {"title": ""}, "PATCH")
    was = [contact(apollo, number) for number in IDS[:4]]
    header = ["title", "first_name", "contact_stage_id", "owner_id", "mobile_phone"]
    rows = [
        (IDS[0], "Buyer", "Anna", STAGE[2], USER[3], ""),
        (IDS[1], "Buyer", "", "", "", ""),
        (IDS[2], "", "", STAGE[3], "", ""),
        (IDS[3], "Buyer", "", "", "", "+1 202 555 0102"),
    ]
    told, run = changed(desk, apollo, header, rows)

    ended = undo(told, run)
    now = [contact(apollo, number) for number in IDS[:4]]

    assert told.judged(ended)["reasons"] == {"taken_back": 4}
    fields = ("title", "first_name", "name", "contact_stage_id", "owner_id")
    for before, after in zip(was, now, strict=True):
        assert {name: after[name] for name in fields} == {name: before[name] for name in fields}
    assert was[1]["title"] is None
    assert undone(told)[3][2].endswith("mobile_phone.")
    assert now[3]["sanitized_phone"] == "+12025550102"


def test_the_lists_of_a_contact_are_put_back_but_nobody_is_taken_off_the_last_one(desk, apollo):
    say(apollo, f"/contacts/{IDS[0]}", {"label_names": ["Newsletter", "Key accounts"]}, "PATCH")
    was = contact(apollo, IDS[0])
    told, run = changed(desk, apollo, ["label_names"], [(IDS[0], "Spring"), (IDS[1], "Spring")])

    ended = undo(told, run)

    assert contact(apollo, IDS[0])["label_ids"] == was["label_ids"]
    assert [status for status, _ in reasons(told)] == ["Succeeded", "Skipped"]
    assert ended.document["reasons"] == {"taken_back": 1, "no_way_back": 1}


def test_what_somebody_has_changed_since_stays_as_it_is_now(desk, apollo):
    told, run = changed(
        desk,
        apollo,
        ["title", "contact_stage_id"],
        [(number, "Buyer", STAGE[2]) for number in IDS[:3]],
    )
    say(apollo, f"/contacts/{IDS[1]}", {"title": "Chief"}, "PATCH")

    ended = undo(told, run)
    now = contact(apollo, IDS[1])

    assert ended.document["reasons"] == {"taken_back": 2, "changed_since": 1}
    assert (now["title"], now["contact_stage_id"]) == ("Chief", STAGE[2])
    assert undone(told)[1] == (*told_by("changed_since"), "Changed since: title.")
    assert contact(apollo, IDS[0])["title"] == SAVED[0].title


def test_rows_of_one_record_go_back_the_last_one_first(desk, apollo):
    was = contact(apollo, IDS[0])
    rows = [(IDS[0], "First", STAGE[1]), (IDS[0], "Second", ""), (IDS[0], "Third", STAGE[4])]
    told, run = changed(desk, apollo, ["title", "contact_stage_id"], rows)

    ended = undo(told, run)
    now = contact(apollo, IDS[0])

    assert ended.document["reasons"] == {"taken_back": 3}
    assert (now["title"], now["contact_stage_id"]) == (was["title"], was["contact_stage_id"])


@pytest.mark.parametrize(
    ("operation", "column", "value"),
    [
        ("contacts.set_stage", "contact_stage_id", STAGE[1]),
        ("contacts.set_owner", "owner_id", USER[2]),
    ],
)
def test_stages_and_owners_alone_are_put_back_too(desk, apollo, operation, column, value):
    was = contact(apollo, IDS[0])[column]
    told, run = changed(desk, apollo, [column], [(IDS[0], value)], operation)

    ended = undo(told, run)

    assert ended.document["reasons"] == {"taken_back": 1}
    assert contact(apollo, IDS[0])[column] == was


def test_accounts_and_deals_are_put_back_as_they_were(desk, apollo):
    firm, deal = ACCOUNTS[0].account_id, WORLD.id_of("seeded deal", 1)
    was = account(apollo, firm), say(apollo, f"/opportunities/{deal}", None, "GET")
    of_firm = lay(
        desk,
        apollo,
        "accounts.update",
        ("account_id", "name", "phone"),
        [(firm, "Another name", "+1 202 555 0110")],
        file="firms",
        keep_old=True,
    )
    of_deal = lay(
        desk,
        apollo,
        "deals.update",
        ("opportunity_id", "amount", "closed_date"),
        [(deal, "777", "2027-01-31")],
        file="deals",
        keep_old=True,
        keep={"Amount": "amount"},
    )
    runs = [each.run().document["run"] for each in (of_firm, of_deal)]

    ended = [undo(each, run) for each, run in zip((of_firm, of_deal), runs, strict=True)]

    assert [each.document["reasons"] for each in ended] == [{"taken_back": 1}] * 2
    now = account(apollo, firm), say(apollo, f"/opportunities/{deal}", None, "GET")
    assert [now[0][name] for name in ("name", "phone")] == [was[0][n] for n in ("name", "phone")]
    for name in ("amount", "closed_date"):
        assert now[1]["opportunity"][name] == was[1]["opportunity"][name]
    assert len(effects(apollo, "deals")) == 2


def test_a_change_that_apollo_does_not_take_back_is_no_success(desk, apollo):
    told, run = changed(desk, apollo, ["title"], [(IDS[0], "Buyer")])

    def deaf(reply):
        reply["contacts"][0]["title"] = "Buyer"
        return reply

    with answering(apollo, "bulk_update", deaf) as (address, _):
        ended = undo(told, run, APOLLO_BASE_URL=address)

    assert ended.code == Exit.ROWS_FAILED
    assert reasons(told) == [told_by("not_put_back")]


def test_whoever_is_on_the_do_not_contact_list_is_not_written_to_and_still_leaves_sequences(
    desk, apollo
):
    told, run = changed(desk, apollo, ["title"], [(IDS[0], "Buyer"), (IDS[1], "Buyer")])
    mine = contacts(1, 40)
    mailing, mailed = enrolled(desk, apollo, mine)
    (desk.folder / "settings.toml").write_text('do_not_contact = "list.txt"\n')
    (desk.folder / "list.txt").write_text(f"{IDS[0]}\n{mine[0]}\n")
    listed = {"APOLLO_BATCH_SETTINGS": str(desk.folder / "settings.toml")}

    ended, left = undo(told, run, **listed), undo(mailing, mailed, **listed)

    assert ended.document["reasons"] == {"suppressed": 1, "taken_back": 1}
    assert contact(apollo, IDS[0])["title"] == "Buyer"
    assert left.document["reasons"] == {"taken_back": 1}


# Lists.


def on_lists(desk, apollo, verb, rows, modality="contacts", **job):
    job = {"options": {"modality": modality}, "keep_old": True} | job
    header = ["entity_id", "label_names"]
    told = lay(desk, apollo, f"lists.{verb}", header, rows, file=verb, **job)
    return told, told.run().document["run"]


def test_who_was_put_on_a_list_is_taken_off_but_not_who_was_on_it_before(desk, apollo):
    say(apollo, f"/contacts/{IDS[0]}", {"label_names": ["Newsletter"]}, "PATCH")
    was = [contact(apollo, number)["label_ids"] for number in IDS[:2]]
    rows = [(IDS[0], "Newsletter"), (IDS[1], "Newsletter"), (IDS[1], "Spring"), (NOBODY, "Spring")]
    told, run = on_lists(desk, apollo, "add", rows)

    ended = undo(told, run)
    figures = told.judged(ended)

    assert figures["reasons"] == {"taken_back": 2, "not_done": 2}
    assert [contact(apollo, number)["label_ids"] for number in IDS[:2]] == was
    assert [e["id"] for e in effects(apollo, "contacts", "unlabelled")] == [IDS[1]] * 2
    assert undone(told)[0] == (*told_by("not_done"), "It was so before.")


def test_who_was_taken_off_a_list_is_put_on_it_again(desk, apollo):
    firm = ACCOUNTS[0].account_id
    on_lists(desk, apollo, "add", [(firm, "Key accounts")], "accounts")
    was = account(apollo, firm)["label_ids"]
    rows = [(firm, "Key accounts"), (ACCOUNTS[1].account_id, "Key accounts")]
    told, run = on_lists(desk, apollo, "remove", rows, "accounts")

    ended = undo(told, run)

    assert ended.document["reasons"] == {"taken_back": 1, "not_done": 1}
    assert account(apollo, firm)["label_ids"] == was != []
    assert account(apollo, ACCOUNTS[1].account_id)["label_ids"] == []


def test_nobody_is_taken_off_a_list_where_nobody_looked_who_was_on_it(desk, apollo):
    told, run = on_lists(desk, apollo, "add", [(IDS[0], "Newsletter")], keep_old=False)

    ended = undo(told, run)

    assert ended.document["reasons"] == {"old_not_kept": 1}
    assert len(contact(apollo, IDS[0])["label_ids"]) == 1


# What cannot be taken back.


def test_what_was_created_is_listed_with_its_ids_and_stays(desk, apollo):
    people = [newcomer(n) for n in range(12)]
    header = ("first_name", "last_name", "email", "organization_name")
    told = lay(desk, apollo, "contacts.create", header, people, keep={"Id": "id"})
    run = told.run().document["run"]
    ids = [row["Id"] for row in annotated(told)]
    written = len(effects(apollo))

    ended = desk.call("undo", run)

    assert ended.code == 0, ended.err
    assert "Nothing of it can be taken back." in ended.err
    assert f"Created and still there: {', '.join(ids[:10])} and 2 more" in ended.err
    assert [note for _, _, note in undone(told)] == [f"Its id is {number}." for number in ids]
    assert len(effects(apollo)) == written


def test_without_old_values_nothing_is_changed(desk, apollo):
    told, run = changed(desk, apollo, ["title"], [(IDS[0], "Buyer")], keep_old=False)
    asked = requests_of(apollo)

    ended = undo(told, run)

    assert ended.document["reasons"] == {"old_not_kept": 1}
    assert requests_of(apollo) == asked


def test_a_run_that_only_asked_has_nothing_to_take_back_and_its_credits_are_spent(desk, apollo):
    told = story(desk, apollo)
    run = told.run().document["run"]

    ended = desk.call("undo", run)
    as_json = desk.call("undo", run, "--json")

    assert ended.code == as_json.code == 0
    assert as_json.document["run"] is None
    assert ended.out == f"Run {run} only asked; there is nothing to take back.\n"
    assert "Spent, and given back by nobody: 3 credits." in ended.err


# Agreeing, and whose run it is.


def test_what_was_only_looked_at_before_a_no_is_still_in_the_ledger(desk, apollo):
    ids = contacts(2)
    told, run = enrolled(desk, apollo, ids)
    leave(apollo, ids[0])

    code, shown = at_a_terminal(desk, "n\n", "undo", run)
    again = told.run("--max-enroll", 2, "--fresh")
    shows = desk.call("show", run)
    ended = undo(told, run)

    assert code == Exit.USAGE, shown
    assert "To take out of the sequence: 1 row." in shown
    assert again.document["reasons"] == {"made_before": 2}, "nobody has agreed to forget them"
    assert "Undone by" not in shows.out
    assert ended.document["reasons"] == {"already_there": 1, "taken_back": 1}


def test_where_nobody_can_be_asked_nothing_is_sent_without_yes(desk, apollo):
    _told, run = enrolled(desk, apollo, contacts(2))
    asked = len(apollo.books()["log"])

    refused = desk.call("undo", run)

    assert refused.code == Exit.USAGE
    assert "To take out of the sequence: up to 2 rows." in refused.err
    assert "This would take back up to 2 rows, and nobody can be asked." in refused.err
    assert removed(apollo) == []
    sent = [entry["route"] for entry in apollo.books()["log"][asked:]]
    assert sent == ["GET /users/api_profile"] or all("contacts" not in route for route in sent)


def test_a_no_at_the_terminal_takes_nothing_back(desk, apollo):
    _told, run = enrolled(desk, apollo, contacts(2))

    code, shown = at_a_terminal(desk, "n\n", "undo", run)

    assert code == Exit.USAGE
    assert "Nothing was taken back." in shown
    assert removed(apollo) == []


def test_a_run_that_is_under_way_is_not_undone(desk, apollo):
    told, run = enrolled(desk, apollo, contacts(1))
    (path,) = (desk.state / "runs").glob("*.lock")
    held = lock(path, "somebody else")

    refused = undo(told, run)
    held.release()

    assert refused.code == Exit.HELD
    assert removed(apollo) == []


def test_an_undo_is_not_undone_and_what_is_no_run_is_told(desk, apollo):
    told, run = enrolled(desk, apollo, contacts(1))
    by = undo(told, run).document["run"]

    again, none = undo(told, by), undo(told, "nothing")

    assert again.code == none.code == Exit.USAGE
    assert f"Run {by} is an undo itself." in again.err
    assert "There is no run nothing here" in none.err


def test_the_workbook_of_an_undo_is_written_again_and_its_run_tells_whom_it_undid(desk, apollo):
    told, run = enrolled(desk, apollo, contacts(2))
    by = undo(told, run).document["run"]
    path = told.sheet.with_name("enroll.undone.xlsx")
    path.unlink()

    written, shown, checked = (desk.call(word, by) for word in ("export", "show", "verify"))
    of_first = desk.call("show", run)

    assert written.code == checked.code == 0
    assert reasons(told) == [told_by("taken_back")] * 2
    assert f"Takes back run: {run}" in shown.out
    assert f"Undone by run: {by}" in of_first.out
