"""What a watched folder may spend, what it waits for, and what comes later."""

import json

import pytest
from makers import cells_of, leads, nobodies, save_xlsx
from stand_in import refusing
from watch_maker import lying, words

from apollo_batch.errors import Exit

PHONES = {
    "options": {"reveal_phone_number": True, "webhook_url": "https://hooks.acme.example/apollo"},
    "keep": {"Mobile": "phone_numbers[0].sanitized_number"},
}


def settings(watched, monkeypatch, text):
    own = watched.desk.folder / "settings.toml"
    own.write_text(text)
    monkeypatch.setenv("APOLLO_BATCH_SETTINGS", str(own))
    return own


def consumed(apollo):
    return apollo.books()["credits"]["consumed"]


def approve(inbox, name):
    plan = inbox / f"review/{name}.plan.json"
    plan.rename(inbox / "approved" / plan.name)


def test_the_users_own_limit_of_a_run_holds_and_the_words_say_so(watched, apollo, monkeypatch):
    settings(watched, monkeypatch, "max_credits = 10\n")
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(150))

    watched.settle()

    assert "10 succeeded, 140 not run" in words(inbox / "done/leads.xlsx")
    assert consumed(apollo) == 10


def test_a_days_limit_lets_a_spreadsheet_wait_and_then_go_on_by_itself(
    watched, apollo, monkeypatch
):
    own = settings(watched, monkeypatch, "max_credits_day = 10\n")
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(30))

    watched.settle()
    assert consumed(apollo) == 10
    (claim,) = lying(inbox, "working")
    said = words(inbox / "working" / claim / "leads.xlsx")
    assert "leads.xlsx: waiting" in said
    assert "It is tried again in 60 s." in said

    own.write_text("max_credits_day = 100\n")
    watched.turn(40)

    assert "30 succeeded" in words(inbox / "done/leads.xlsx")
    assert consumed(apollo) == 30


def test_an_approval_is_for_so_much_and_no_more(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(120))
    watched.settle()
    approve(inbox, "leads.xlsx")
    # Half of what was agreed to is charged and never answered: what is left costs more than that.
    apollo.plot({"route": "POST /people/bulk_match", "on": [1, 2], "fault": "500_after"})

    watched.turn(12)

    told = json.loads((inbox / "done/leads.xlsx.status.json").read_text())
    assert told["rows"] == {"succeeded": 100, "in_doubt": 20}
    assert "Rows in doubt" in words(inbox / "done/leads.xlsx")
    assert consumed(apollo) == 120


def test_no_key_in_the_middle_waits_and_goes_on_once_there_is_one(watched, apollo, monkeypatch):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(3))
    key = watched.desk.environ["APOLLO_API_KEY"]
    monkeypatch.setenv("APOLLO_API_KEY", "revoked")

    watched.settle()
    assert len(lying(inbox, "working")) == 1
    monkeypatch.setenv("APOLLO_API_KEY", key)
    watched.turn(40)

    assert "3 succeeded" in words(inbox / "done/leads.xlsx")


@pytest.mark.parametrize(
    ("job", "says"),
    [
        ({"stop_if": {"match_rate_below": 0.5}}, "stop_if"),
        ({"limits": {"max_credits": 4}}, "not run"),
        ({"pilot": 10}, "pilot"),
    ],
)
def test_a_run_that_ends_early_by_the_jobs_own_word_is_done_and_says_so(watched, apollo, job, says):
    inbox = watched.job(**job)
    save_xlsx(inbox / "leads.xlsx", [*nobodies(50), *leads(20)])

    watched.settle()
    watched.turn(40)

    assert says in words(inbox / "done/leads.xlsx")
    assert lying(inbox, "working") == lying(inbox, "review") == []
    assert (inbox / "done/leads.annotated.xlsx").exists()


def test_once_ends_with_0_where_only_rows_have_failed(watched, monkeypatch):
    inbox = watched.job()
    rows = leads(11)
    rows[3][3] = "refuse.me@acme.example"
    save_xlsx(inbox / "leads.xlsx", rows)

    with refusing("refuse.me") as url:
        monkeypatch.setenv("APOLLO_BASE_URL", url)
        code = watched.watcher.once()

    assert code is Exit.OK
    assert "failed" in words(inbox / "done/leads.xlsx")


def test_once_ends_with_2_where_somebody_has_to_agree_and_with_0_the_next_time(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(101))

    first = watched.watcher.once()
    watched.begin_anew()
    second = watched.watcher.once()
    approve(inbox, "leads.xlsx")
    watched.begin_anew()
    third = watched.watcher.once()

    assert (first, second, third) == (Exit.USAGE, Exit.OK, Exit.OK)
    assert consumed(apollo) == 101


def test_once_does_not_wait_for_a_file_that_is_still_written(watched):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(3))
    whole = (inbox / "leads.xlsx").read_bytes()
    (inbox / "leads.xlsx").write_bytes(whole[:-10])

    code = watched.watcher.once()

    assert code is Exit.OK
    assert (inbox / "leads.xlsx").exists()
    assert watched.clock.passed < 30


def test_once_takes_up_the_same_content_twice_and_ends_well(watched, apollo):
    inbox = watched.job()
    for name in ("a.xlsx", "b.xlsx"):
        save_xlsx(inbox / name, leads(3))

    assert watched.watcher.once() is Exit.OK
    assert consumed(apollo) == 3


def test_once_leaves_the_overview_as_things_are_at_its_end(watched):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(101))

    watched.watcher.once()

    told = (inbox / "STATUS.txt").read_text()
    assert "Working: 1" not in told
    assert "leads.xlsx.plan.json" in told


def test_phones_that_come_later_are_written_into_the_result(watched, hurried, monkeypatch):
    monkeypatch.setenv("APOLLO_BASE_URL", hurried.base_url)
    inbox = watched.job(**PHONES)
    save_xlsx(inbox / "leads.xlsx", leads(6))
    watched.settle()
    assert "More results are still to come" in words(inbox / "done/leads.xlsx")
    assert "6 pending" in words(inbox / "done/leads.xlsx")

    ends = 60
    while "pending" in words(inbox / "done/leads.xlsx") and ends:
        watched.clock.passed += 300
        watched.turn()
        ends -= 1

    assert "6 succeeded" in words(inbox / "done/leads.xlsx")
    rows = cells_of(inbox / "done/leads.annotated.xlsx")
    assert any(row["Mobile"] for row in rows)
    assert lying(inbox, "done") == ["leads.annotated.xlsx", "leads.report.html", "leads.xlsx"]


def test_where_nothing_is_kept_the_result_is_there_all_the_same(watched, monkeypatch):
    settings(watched, monkeypatch, "retention_days = 0\n")
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(3))
    watched.settle()
    save_xlsx(inbox / "other bytes.xlsx", [[*each[:4], "a note"] for each in leads(3)])

    watched.settle()

    assert "3 succeeded" in words(inbox / "done/leads.xlsx")
    assert len(cells_of(inbox / "done/leads.annotated.xlsx")) == 3
    assert lying(inbox, "working") == []
    assert "3 rows" in words(inbox / "done/other bytes.xlsx")
