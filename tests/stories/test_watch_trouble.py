"""A watched folder in trouble: shares that go away, poison, restarts, clocks that jump, jobs that break."""

import os
import shutil

import pytest
from makers import lead, leads, save_csv, save_job, save_xlsx
from watch_maker import MARK, lying, words

from apollo_batch.entrypoints.apart import Died
from apollo_batch.runner.claim import claims_of, take
from apollo_batch.runner.inbox import Inbox


def consumed(apollo):
    return apollo.books()["credits"]["consumed"]


def test_a_folder_that_is_away_is_waited_for_and_told_of_once(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(2))
    watched.turn()
    away = watched.folder.with_name("away")
    watched.folder.rename(away)

    watched.turn(5)
    said = [line for line in watched.said if "not there" in line]
    away.rename(watched.folder)
    watched.settle()

    assert len(said) == 1
    assert any(line.startswith("Over: ") for line in watched.said)
    assert "2 succeeded" in words(inbox / "done/leads.xlsx")


def test_a_result_that_cannot_be_written_is_delivered_later_and_once(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(4))

    def goes_away(work):
        if "gather" not in repr(work):
            watched.carrier.spoil = lambda _: None
            (inbox / "done").rename(inbox / "kept")
            (inbox / "done").write_text("in the way")

    watched.carrier.spoil = goes_away
    watched.settle()
    assert len(lying(inbox, "working")) == 1
    (inbox / "done").unlink()
    (inbox / "kept").rename(inbox / "done")
    watched.turn(12)

    assert lying(inbox, "done") == ["leads.annotated.xlsx", "leads.report.html", "leads.xlsx"]
    assert "4 succeeded" in words(inbox / "done/leads.xlsx")
    assert consumed(apollo) == 4


def test_a_restart_goes_on_with_what_was_claimed_and_buys_nothing_twice(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(4))
    take(Inbox(inbox, watched.jobs / "look-up.yaml"), inbox / "leads.xlsx", watched.mark)

    watched.begin_anew()
    watched.settle()

    assert "4 succeeded" in words(inbox / "done/leads.xlsx")
    assert lying(inbox, "working") == []


def test_what_another_machine_has_claimed_is_left_to_it(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(4))
    take(Inbox(inbox, watched.jobs / "look-up.yaml"), inbox / "leads.xlsx", "ffffffff")

    watched.settle()

    (theirs,) = lying(inbox, "working")
    assert "ffffffff" in theirs
    assert consumed(apollo) == 0


def test_a_claim_whose_record_is_lost_is_still_somebodys_spreadsheet(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(1))
    claim = take(Inbox(inbox, watched.jobs / "look-up.yaml"), inbox / "leads.xlsx", watched.mark)
    (claim.folder / "claim.json").write_text('{"name": "../../../escaped.xlsx"}')

    watched.settle()

    assert "1 succeeded" in words(inbox / "done/leads.xlsx")


def test_losing_the_race_for_a_file_is_silent(watched):
    inbox = watched.job()
    box = Inbox(inbox, watched.jobs / "look-up.yaml")
    save_xlsx(inbox / "leads.xlsx", leads(1))

    first = take(box, inbox / "leads.xlsx", watched.mark)
    second = take(box, inbox / "leads.xlsx", "ffffffff")

    assert first is not None
    assert second is None
    assert [c.name for c in claims_of(box, watched.mark)] == ["leads.xlsx"]
    assert list(claims_of(box, "ffffffff")) == []


def test_a_file_that_kills_its_reader_three_times_is_failed_and_others_go_on(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "poison.xlsx", leads(1, start=400))
    save_xlsx(inbox / "zz.xlsx", leads(2))
    watched.carrier.spoil = lambda work: (
        Died("It was ended by signal 9.") if "poison" in repr(work) else None
    )

    watched.turn(20)

    assert "begun with 3 times" in words(inbox / "failed/poison.xlsx")
    assert "2 succeeded" in words(inbox / "done/zz.xlsx")
    assert consumed(apollo) == 2


def test_a_start_that_somebody_ended_is_not_held_against_the_file(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(2))
    ends = [Died("signal 15", by_request=True)] * 3

    def spoil(work):
        return ends.pop() if ends and "gather" not in repr(work) else None

    watched.carrier.spoil = spoil
    watched.turn(60)

    assert not ends
    assert "2 succeeded" in words(inbox / "done/leads.xlsx")


@pytest.mark.parametrize("jump", [3_600.0, -3_600.0, 10 * 365 * 86_400.0])
def test_a_clock_that_jumps_neither_blocks_nor_runs_anything_again(watched, apollo, jump):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(2))
    watched.turn()
    watched.clock.set_by = jump
    ahead = 2**31 + 10 * 365 * 86_400
    os.utime(inbox / "leads.xlsx", (ahead, ahead))

    watched.settle()
    watched.settle()

    assert "2 succeeded" in words(inbox / "done/leads.xlsx")
    assert len(lying(inbox, "done")) == 3
    assert consumed(apollo) == 2


def test_a_job_that_breaks_stops_its_own_folder_only_and_its_folder_says_why(watched, apollo):
    broken, sound = watched.job("broken"), watched.job("sound")
    (watched.jobs / "broken.yaml").write_text("version: 1\noperation: people.enrihc\n")
    save_xlsx(broken / "leads.xlsx", leads(2, start=200))
    save_xlsx(sound / "leads.xlsx", leads(2))

    watched.turn(20)

    assert "2 succeeded" in words(sound / "done/leads.xlsx")
    assert (broken / "leads.xlsx").exists()
    said = (broken / "STATUS.txt").read_text()
    assert "the job file broken.yaml cannot be used" in said
    assert "people.enrihc" in said
    assert "waits until the job file is mended" in words(broken / "leads.xlsx")
    assert sum("people.enrihc" in line for line in watched.said) == 1

    save_job(watched.jobs / "broken.yaml")
    watched.settle()

    assert "2 succeeded" in words(broken / "done/leads.xlsx")


def test_a_job_that_breaks_while_its_spreadsheet_is_claimed_does_not_fail_the_spreadsheet(
    watched, apollo
):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(2))
    sound = (watched.jobs / "look-up.yaml").read_text()

    def breaks(work):
        if "gather" not in repr(work):
            (watched.jobs / "look-up.yaml").write_text("version: 1\noperation: nothing\n")
        return

    watched.carrier.spoil = breaks
    watched.settle()
    assert len(lying(inbox, "working")) == 1
    watched.carrier.spoil = lambda _: None
    (watched.jobs / "look-up.yaml").write_text(sound)
    watched.turn(60)

    assert "2 succeeded" in words(inbox / "done/leads.xlsx")


def test_a_conflicting_copy_asks_what_it_is_and_an_equal_one_is_explained(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(2))
    watched.settle()
    shutil.copy(inbox / "done/leads.xlsx", inbox / "leads - Copy.xlsx")
    save_xlsx(inbox / "leads (Anna's conflicted copy 2026-11-03).xlsx", leads(3))

    watched.settle()

    assert "to the last byte" in words(inbox / "done/leads - Copy.xlsx")
    name = "leads (Anna's conflicted copy 2026-11-03).xlsx"
    assert "looks like a copy of leads.xlsx" in words(inbox / "review" / name)
    assert consumed(apollo) == 2

    plan = inbox / f"review/{name}.plan.json"
    plan.rename(inbox / "approved" / plan.name)
    watched.settle()

    assert "3 succeeded" in words(inbox / "done" / name)


def test_a_spreadsheet_taken_out_of_review_takes_its_plan_along(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(101))
    watched.settle()

    (inbox / "review/leads.xlsx").unlink()
    watched.turn(12)

    assert list((inbox / "review").iterdir()) == []
    assert consumed(apollo) == 0


HOSTILE = [
    "CON.xlsx",
    "leads 🎉.xlsx",
    "x" * 245 + ".xlsx",
    "ü" * 120 + ".xlsx",
    "-rf.xlsx",
    "a;touch pwned.xlsx",
    "x$(touch pwned).xlsx",
    "a\nb.xlsx",
    "'; DROP TABLE runs; --.xlsx",
    "=HYPERLINK(0).xlsx",
    "<img src=x onerror=alert(1)>.xlsx",
    "leads.xlsx.",
    "x..xlsx.xlsx",
    "name\udcff.xlsx",
]


def test_no_name_stops_the_watcher_or_leads_anywhere(watched, apollo):
    inbox = watched.job()
    one = save_xlsx(watched.desk.folder / "one.xlsx", leads(1))
    for name in HOSTILE:
        shutil.copy(one, inbox / name)
    before = {path for path in watched.desk.folder.rglob("*") if not path.is_relative_to(inbox)}

    watched.turn(14)

    assert len([n for n in lying(inbox, "done") if n.endswith(".xlsx")]) == len(HOSTILE) + 1
    assert lying(inbox, "working") == lying(inbox, "failed") == []
    after = {path for path in watched.desk.folder.rglob("*") if not path.is_relative_to(inbox)}
    grown = {p for p in after - before if not p.is_relative_to(watched.desk.state)}
    assert grown == set()
    assert consumed(apollo) == 1


def test_names_that_wait_for_long_are_told_of_and_stop_nothing(watched, apollo):
    inbox = watched.job()
    for name in ("name\udcff.xlsx", "a\nb.xlsx", "x" * 240 + ".xlsx"):
        save_xlsx(inbox / name, leads(1))
        (inbox / f"~${name}").write_bytes(b"\x04Anna")

    watched.turn(30)

    said = (inbox / "STATUS.txt").read_text()
    assert "name_.xlsx: It is open in a spreadsheet program by Anna." in said
    assert "a_b.xlsx: It is open" in said
    assert "x" * 240 in said
    assert not [line for line in watched.said if "cannot" in line]


def test_a_spreadsheet_that_is_renamed_while_it_waits_leaves_no_words_behind(watched, apollo):
    inbox = watched.job()
    save_xlsx(inbox / "old.xlsx", leads(1))
    (inbox / "~$old.xlsx").write_bytes(b"\x04Anna")
    watched.turn(20)
    assert (inbox / "old.xlsx.status.txt").exists()

    (inbox / "~$old.xlsx").unlink()
    (inbox / "old.xlsx").rename(inbox / "new.xlsx")
    watched.settle()

    assert not list(inbox.glob("old*"))
    assert "1 succeeded" in words(inbox / "done/new.xlsx")


def test_links_folders_and_pipes_are_left_alone(watched, apollo):
    inbox = watched.job()
    secret = save_xlsx(watched.desk.folder / "secret.xlsx", leads(1))
    (inbox / "link.xlsx").symlink_to(secret)
    (inbox / "folder.xlsx").mkdir()
    os.mkfifo(inbox / "pipe.xlsx")
    (inbox / "empty.xlsx").touch()

    watched.settle()

    assert lying(inbox, "done") == lying(inbox, "working") == lying(inbox, "failed") == []
    assert secret.exists()


def test_nothing_that_was_laid_into_working_leads_to_another_file(watched, apollo):
    inbox = watched.job()
    elsewhere = watched.desk.folder / "elsewhere"
    elsewhere.mkdir()
    secret = save_xlsx(elsewhere / "secret.xlsx", leads(1))
    (inbox / f"working/a folder {MARK}-aaaaaa").symlink_to(elsewhere)
    claim = inbox / f"working/a file {MARK}-bbbbbb"
    claim.mkdir()
    (claim / "secret.xlsx").symlink_to(secret)

    watched.settle()

    assert consumed(apollo) == 0
    assert lying(inbox, "done") == lying(inbox, "failed") == []
    assert [path.name for path in elsewhere.iterdir()] == ["secret.xlsx"]


def test_a_folder_that_is_a_link_to_somewhere_else_is_not_written_to(watched, apollo):
    inbox = watched.job()
    elsewhere = watched.desk.folder / "elsewhere"
    elsewhere.mkdir()
    (inbox / "done").rmdir()
    (inbox / "done").symlink_to(elsewhere)
    save_xlsx(inbox / "leads.xlsx", leads(1))

    watched.settle()

    assert list(elsewhere.iterdir()) == []
    assert any("link to somewhere else" in line for line in watched.said)


def test_nothing_of_a_row_is_in_what_lies_beside_a_spreadsheet(watched, apollo):
    inbox = watched.job()
    canary = "canary-of-a-cell"
    rows = [lead(100, Notes=canary), lead(101, Email=f"{canary}(at)acme.example")]
    save_xlsx(inbox / "good.xlsx", rows)
    save_csv(
        inbox / "bad.csv", [[canary, f"{canary}@acme.example"]], header=["A", f"x@{canary}.example"]
    )
    save_csv(inbox / "none.csv", [[canary]], header=[f"{canary}@acme.example"])

    watched.settle()

    beside = [p for p in inbox.rglob("*") if p.name.endswith((".txt", ".json", ".html"))]
    assert len(beside) > 6
    assert [p.name for p in beside if canary in p.read_text()] == []


def test_what_is_written_is_as_open_as_the_folder_and_private_without_one(watched, apollo):
    watched.folder.chmod(0o2770)
    inbox = watched.job()
    save_xlsx(inbox / "leads.xlsx", leads(2))
    watched.settle()

    modes = {
        p.name: p.stat().st_mode & 0o777
        for p in (inbox / "done").iterdir()
        if p.name != "leads.xlsx"
    }
    assert set(modes.values()) == {0o660}
    assert (inbox / "done").stat().st_mode & 0o7777 == 0o2770
    assert (inbox / "READ-ME-FIRST.txt").stat().st_mode & 0o777 == 0o660
