"""What a run cost, by everybody who says so: where they differ, it names the requests and rows."""

import re
from decimal import Decimal

import openpyxl
import pytest
from makers import hit, leads, save_csv, story
from stand_in import PROFILE, Said, standing_in

from apollo_batch.errors import Exit


def sheets_of(path):
    book = openpyxl.load_workbook(path)
    found = {sheet.title: list(sheet.values) for sheet in book}
    types = {cell.data_type for sheet in book for line in sheet for cell in line}
    book.close()
    return found, types


def cost(desk, run, *words):
    ended = desk.call("usage", run, "--json", *words)
    assert ended.code == 0, ended.err
    return ended.document


def test_where_all_agree_it_says_so(desk, apollo):
    run = story(desk, apollo, 12).run().document["run"]

    said = desk.call("usage", run)

    assert said.code == 0, said.err
    for line in (r"Planned at the most +12", r"Reported by Apollo +12", r"balance fell by +12"):
        assert re.search(line, said.out), said.out
    assert "These agree with each other." in said.out


def test_a_lost_answer_stands_behind_what_the_balance_fell_by(desk, apollo):
    apollo.plot(hit("reset_after", 2))
    run = story(desk, apollo, 25).run("--threads", 1).document["run"]

    told = cost(desk, run)
    said = desk.call("usage", run)

    sums = told["credits"]
    assert (sums["reported"], sums["balance_fell"], sums["unpriced_requests"]) == ("15", "25", 1)
    lost, open_ = told["differences"]
    assert "no usable answer" in lost["what"]
    assert (lost["credits"], lost["rows"]) == ("10", list(range(12, 22)))
    assert ("more than was billed" in open_["what"], open_["credits"]) == (True, "10")
    assert "rows 12-21" in said.out


def test_what_others_spent_meanwhile_is_told_from_what_another_run_of_ours_spent(desk, apollo):
    told = story(desk, apollo, 12)
    told.run("--first", 5)
    ours = save_csv(desk.folder / "ours.csv", leads(3, start=300))
    theirs = save_csv(desk.folder / "theirs.csv", leads(4, start=400))
    other = desk.run(told.job, ours).document["run"]
    desk.run(told.job, theirs, "--state", desk.folder / "elsewhere")

    run = told.run().document["run"]
    found = cost(desk, run)

    assert found["credits"]["balance_fell"] == "19"
    planned, *balance = found["differences"]
    assert ("first planned" in planned["what"], planned["credits"]) == (True, "7")
    assert [(one["credits"], other in one["what"]) for one in balance] == [
        ("3", True),
        ("4", False),
    ]


def test_a_bill_that_its_rows_do_not_explain_is_named_with_them(desk, apollo):
    def answer(asked):
        details = asked.json.get("details", ())
        return (
            Said({"matches": [None] * len(details), "credits_consumed": 2}) if details else PROFILE
        )

    with standing_in(answer) as elsewhere:
        run = story(desk, apollo, 3).run(APOLLO_BASE_URL=elsewhere).document["run"]

    (bill,) = cost(desk, run)["differences"]
    assert "higher than what came back explains" in bill["what"]
    assert (bill["credits"], bill["rows"]) == ("2", [2, 3, 4])


def test_what_comes_later_is_held_until_it_is_billed_and_then_all_agree(desk, hurried):
    hook = "https://hooks.acme.example/apollo"
    options = {"reveal_phone_number": True, "webhook_url": hook}
    run = story(desk, hurried, 3, options=options).run().document["run"]
    held = cost(desk, run)
    desk.call("collect", run, "--wait", "5m")
    billed = cost(desk, run)

    (later,) = [one for one in held["differences"] if "results to come" in one["what"]]
    assert (later["credits"], later["rows"]) == (held["credits"]["held"], [2, 3, 4])
    assert billed["credits"]["held"] == "0"
    assert billed["differences"] == []
    assert desk.call("verify", run).code == 0
    assert "GET /webhook_result" in desk.call("why", run, 2).out


def test_the_workbook_for_support_holds_no_personal_data_and_only_typed_text(desk, apollo):
    apollo.plot(hit("reset_after", 2))
    told = story(desk, apollo, 25, name="=Jane Roe's list")
    run = told.run("--threads", 1).document["run"]
    place = desk.folder / "for-apollo.xlsx"

    first = desk.call("usage", run, "--output", place)
    second = desk.call("usage", run, "--output", place)

    assert first.code == second.code == 0, first.err
    assert f"Written to {desk.folder / 'for-apollo-2.xlsx'}" in second.err
    found, types = sheets_of(place)
    assert list(found) == ["Sums", "Requests", "Rows"]
    assert types <= {"s", "n", "inlineStr"}
    assert len(found["Requests"]) == 4
    head = found["Requests"][0]
    lines = [dict(zip(head, line, strict=True)) for line in found["Requests"][1:]]
    assert [line["Rows"] for line in lines] == ["2-11", "12-21", "22-26"]
    assert [line["Credits reported"] for line in lines] == [10, None, 5]
    assert [line["Credits expected"] for line in lines] == [10, None, 5]
    assert len(found["Rows"]) == 11
    everything = str(found)
    for cells in leads(25):
        assert not [cell for cell in cells if len(cell) > 3 and cell in everything]
    assert "Jane" not in everything


@pytest.mark.parametrize("words", [("--output", "x.xlsx"), ("{run}", "--output", "x.csv")])
def test_a_workbook_needs_a_run_and_a_name(desk, apollo, words):
    run = story(desk, apollo, 1).run().document["run"]

    ended = desk.call("usage", *(word.format(run=run) for word in words))

    assert ended.code == Exit.USAGE
    assert "--output" in ended.err


def test_usage_shows_what_is_used_of_the_users_own_budgets(desk, apollo):
    own = desk.folder / "settings.toml"
    own.write_text("max_credits_day = 500\n")
    story(desk, apollo, 12).run(APOLLO_BATCH_SETTINGS=str(own))

    said = desk.call("usage", APOLLO_BATCH_SETTINGS=str(own))
    facts = desk.call("usage", "--json", APOLLO_BATCH_SETTINGS=str(own)).document

    assert re.search(r"max_credits_day +500 +12 +488", said.out)
    assert re.search(r"max_credits_month +no limit +12 +no limit", said.out)
    assert {k: Decimal(v or 0) for k, v in facts["budgets"]["max_credits_day"].items()} == {
        "limit": 500,
        "used": 12,
        "left": 488,
    }


def test_usage_names_the_routes_that_were_used_and_counts_the_others(desk, apollo):
    story(desk, apollo, 12).run()

    said = desk.call("usage").out
    limits = desk.call("usage", "--json").document["limits"]

    named = {line.split()[0] for line in said.splitlines() if "/" in line}
    left_out = int(re.search(r"Not used: (\d+) routes; --json shows them too\.", said)[1])
    assert "api/v1/people/bulk_match" in named
    assert "api/v1/tasks/create" not in named
    assert len(named) + left_out == len(limits)
