"""Deals are made, changed, read and listed; no row's slip costs another row, no deal is made twice."""

from datetime import date

import pytest
from crm_makers import NOBODY, annotated, effects, lay, most_effects, told_by
from makers import JOBS, SAMPLES, WORLD, cells_of, hit, save_xlsx
from openpyxl import load_workbook

from apollo_batch.errors import Exit

CREATE = "POST /opportunities"
UPDATE = "PATCH /opportunities/{opportunity_id}"
ACCOUNT = [WORLD.id_of("account of enrollable", number) for number in (1, 2, 3)]
DEAL = [WORLD.id_of("seeded deal", number) for number in range(1, 6)]
PIPELINE = [WORLD.id_of("pipeline", number) for number in (1, 2)]
STAGE = [WORLD.id_of("deal_stage", number) for number in range(8)]
KEEP = {"keep": {"Deal Id": "id", "Stage Id": "opportunity_stage_id", "Sum": "amount"}}
DEALS = ("name", "account_id", "amount", "stage", "closed_date")


def deals(desk, apollo, rows, header=DEALS, **job):
    return lay(desk, apollo, "deals.create", header, rows, **(KEEP | job))


def ends(told):
    return [(row["Apollo Status"], row["Apollo Reason"]) for row in annotated(told)]


def listed(desk, **options):
    """The deals that Apollo has, by name, as a job lists them."""
    job = desk.folder / "list.yaml"
    keep = "keep: {Deal: name, Amount: amount, Account Id: account_id, Stage: opportunity_stage_id}"
    lines = ["version: 1", "source:", "  operation: deals.list", f"  options: {options}", keep]
    job.write_text("\n".join(lines))
    ended = desk.call("run", job, "--yes", "--output", desk.folder / "list.xlsx", "--fresh")
    assert ended.code == 0, ended.err
    header, *rows = load_workbook(desk.folder / "list.xlsx")["Apollo Found"].values
    return {row[0]: dict(zip(header, row, strict=True)) for row in rows}


def test_deals_are_made_with_account_amount_stage_and_date(desk, apollo):
    told = deals(desk, apollo, [["Pumps", ACCOUNT[0], "1200.50", "Qualify", "2026-12-31"]])

    figures = told.judged(told.run())
    (row,) = annotated(told)
    (deal,) = (each for name, each in listed(desk).items() if name == "Pumps")

    assert figures["reasons"] == {"created": 1}
    assert row["Deal Id"] == effects(apollo, "deals")[0]["id"]
    assert deal | {"Amount": "1200.5", "Account Id": ACCOUNT[0], "Stage": STAGE[0]} == deal


def test_what_a_spreadsheet_gets_wrong_skips_its_row_alone_with_the_reason(desk, apollo):
    rows = [
        ["Sign", "", "€ 18.000", "", ""],
        ["Comma", "", "18,000", "", ""],
        ["Date", "", "", "", "46387"],
        ["Order", "", "", "", "31.12.2026"],
        ["Unknown", "", "", "Signed", ""],
        ["Twice", "", "", "Proposal", ""],
        ["Pipeline", "", "", f"{PIPELINE[1]} / Proposal", ""],
        ["Once", "", "", "renewed", ""],
        ["Contact", "x", "", "", ""],
        ["", ACCOUNT[0], "10", "", ""],
        ["Sound", "", "", "", ""],
    ]
    told = deals(desk, apollo, rows)
    codes = (
        "bad_amount bad_amount date_as_number bad_date unknown_name ambiguous_name "
        "created created bad_id weak_identity created"
    )

    figures = told.judged(told.run())
    found = annotated(told)

    assert ends(told) == [told_by(code) for code in codes.split()]
    assert figures["exit_code"] == 0
    assert [row["Stage Id"] for row in found[6:8]] == [STAGE[5], STAGE[6]]
    assert "pipeline / stage" in found[5]["Apollo Reason"]
    assert len(effects(apollo, "deals")) == 3


def test_a_stage_of_the_job_that_two_pipelines_have_is_refused_with_both_ways_to_say_it(
    desk, apollo
):
    rows, header = [["Pumps"]], ("name",)
    twice = deals(desk, apollo, rows, header, options={"stage": "Proposal"}).run()
    unknown = deals(desk, apollo, rows, header, options={"stage": "Propsal"}).run()
    one = deals(desk, apollo, rows, header, options={"stage": f"{PIPELINE[0]} / Proposal"})

    assert (twice.code, unknown.code) == (Exit.INVALID, Exit.INVALID)
    assert STAGE[1] in twice.err
    assert STAGE[5] in twice.err
    assert f"`{PIPELINE[0]} / Proposal`" in twice.err
    assert "Proposal" in unknown.err
    assert effects(apollo, "deals") == []
    assert one.run().code == 0
    assert annotated(one)[0]["Stage Id"] == STAGE[1]


def test_dates_and_amounts_of_a_real_workbook_need_no_care(desk, apollo):
    told = deals(desk, apollo, [])
    sheet = save_xlsx(
        desk.folder / "deals.xlsx",
        [["Pumps", ACCOUNT[1], 51500.5, "Qualify", date(2026, 12, 31)]],
        DEALS,
    )

    ended = desk.run(told.job, sheet)

    assert ended.code == 0, ended.err
    assert cells_of(desk.folder / "deals.annotated.xlsx")[0]["Sum"] == "51500.5"


def test_the_account_of_a_deal_may_be_named_by_its_organizations_id(desk, apollo):
    company = WORLD.company(next(iter(WORLD.saved("account"))))
    told = deals(desk, apollo, [["By company", company.id]], ("name", "account_id"))

    told.run()

    assert listed(desk)["By company"]["Account Id"] == company.account_id


@pytest.mark.parametrize("fault", ["500_after", "503_after", "reset_after", "torn"])
def test_a_deal_made_by_a_request_without_an_answer_is_found_and_not_made_again(
    desk, hurried, fault
):
    hurried.plot(hit(fault, 2) | {"route": CREATE})
    rows = [[f"Pumps {number}", ACCOUNT[number % 3]] for number in range(3)]
    told = deals(desk, hurried, rows, ("name", "account_id"))

    ended = told.run("--threads", 1)
    found = annotated(told)

    assert ended.code == 0, ended.err
    assert ended.document["reasons"] == {"created": 3}
    assert found[1]["Apollo Note"] == "No answer came; found by looking it up."
    assert len(effects(hurried, "deals")) == 3
    assert most_effects(hurried, "deals") == 1
    assert ended.document["requests"][CREATE] == 3


@pytest.mark.parametrize("fault", ["500_before", "reset_before"])
def test_a_deal_that_a_lost_request_has_not_made_is_made_once(desk, hurried, fault):
    hurried.plot(hit(fault) | {"route": CREATE})
    told = deals(desk, hurried, [["Pumps", ACCOUNT[0]]], ("name", "account_id"))

    ended = told.run()

    assert ended.code == 0, ended.err
    assert len(effects(hurried, "deals")) == 1


def test_an_older_deal_of_the_name_is_not_taken_for_the_lost_one(desk, hurried):
    told = deals(desk, hurried, [["Pilot line", ACCOUNT[0]]], ("name", "account_id"))
    hurried.plot(hit("500_before") | {"route": CREATE})

    ended = told.run()

    assert ended.code == 0, ended.err
    assert annotated(told)[0]["Deal Id"] not in DEAL
    assert len(effects(hurried, "deals")) == 1


def test_a_deal_of_the_same_name_of_another_account_is_not_taken_for_the_lost_one(desk, hurried):
    hurried.plot(hit("500_before", 2) | {"route": CREATE})
    rows = [["Pumps", ACCOUNT[0]], ["Pumps", ACCOUNT[1]]]
    told = deals(desk, hurried, rows, ("name", "account_id"))

    ended = told.run("--threads", 1)
    ids = [row["Deal Id"] for row in annotated(told)]

    assert ended.code == 0, ended.err
    assert len(set(ids)) == len(effects(hurried, "deals")) == 2


def test_the_same_job_in_another_run_makes_another_deal(desk, apollo):
    rows, header = [["Pumps"]], ("name",)

    deals(desk, apollo, rows, header).run()
    deals(desk, apollo, rows, header).run()
    same = len(effects(apollo, "deals"))
    deals(desk, apollo, rows, header).run("--period", "next year")

    assert (same, len(effects(apollo, "deals"))) == (1, 2)


def test_deals_are_changed_by_id_and_a_deal_that_is_not_there_fails_alone(desk, apollo):
    header = ("opportunity_id", "amount", "stage", "closed_date")
    rows = [
        [DEAL[0], "15000", "Negotiation", "2026-12-18"],
        [NOBODY, "1", "", ""],
        [DEAL[1], "", "", ""],
        [DEAL[2], "$ 1", "", ""],
        [DEAL[3], "950", "", ""],
    ]
    told = lay(desk, apollo, "deals.update", header, rows, keep={"Won": "is_won"})

    ended = told.run()
    now = listed(desk)

    codes = "updated no_record weak_identity bad_amount updated".split()
    assert ended.code == Exit.ROWS_FAILED
    assert ends(told) == [told_by(code) for code in codes]
    assert now["Pilot line"]["Amount"] == "15000"
    assert now["Pilot line"]["Stage"] == STAGE[2]
    assert now["Paper for two years"]["Amount"] == "48500"
    assert len(effects(apollo, "deals")) == 2


def test_what_a_deal_was_is_read_before_it_is_changed_where_the_job_says_so(desk, apollo):
    rows, header = [[DEAL[0], "15000"]], ("opportunity_id", "amount")
    told = lay(desk, apollo, "deals.update", header, rows, keep_old=True)

    figures = told.judged(told.run())

    assert figures["requests"] == {"GET /opportunities/{opportunity_id}": 1, UPDATE: 1}


def test_deals_are_read_by_id(desk, apollo):
    rows = [[DEAL[0]], [NOBODY], ["not an id"], [DEAL[4]]]
    keep = {"Amount": "amount", "Account": "account.name", "Roles": "num_contacts"}
    told = lay(desk, apollo, "deals.get", ("opportunity_id",), rows, keep=keep)

    figures = told.judged(told.run())
    found = annotated(told)

    assert (found[0]["Amount"], found[0]["Roles"]) == ("12000", "2")
    assert found[0]["Account"] == "Harbour Light Instruments"
    assert [row["Apollo Status"] for row in found[1:3]] == ["No match", "Skipped"]
    assert (found[3]["Apollo Status"], found[3]["Amount"]) == ("Succeeded", None)
    assert figures["credits"]["derived"] == "0"


def test_deals_are_listed_and_sorted_as_apollo_sorts_them(desk, apollo):
    everything = listed(desk, sort_by_field="amount")

    assert list(everything)[:3] == ["Freight frame contract", "Paper for two years", "Pilot line"]
    assert len(everything) == 5
    assert list(listed(desk, q_opportunity_name="paper")) == ["Paper for two years"]


def test_the_deals_of_contacts_stand_on_a_sheet_that_names_their_rows(desk):
    sheet = desk.folder / "contacts.xlsx"
    sheet.write_bytes((SAMPLES / "contacts-to-enroll.xlsx").read_bytes())

    ended = desk.run(JOBS / "contact-deals.yaml", sheet, "--sandbox")
    found = list(load_workbook(desk.folder / "contacts.annotated.xlsx")["Apollo Found"].values)

    assert ended.code == 0, ended.err
    assert found[0] == ("Source Row", "Deal", "Amount", "Closes On")
    assert [row[:2] for row in found[1:]] == [(2, "Pilot line"), (3, "Pilot line")]
