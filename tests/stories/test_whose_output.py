"""Where an output goes and whose it is: beside the file as it was named, never over another's."""

import openpyxl
import pytest
from makers import cells_of, facts_of, hit, leads, save_csv, save_job, save_xlsx, story

from apollo_batch.errors import Exit


def test_two_inputs_of_one_name_in_one_folder_get_an_output_each(desk, apollo):
    job = save_job(desk.folder / "job.yaml")
    book = save_xlsx(desk.folder / "leads.xlsx", leads(2))
    text = save_csv(desk.folder / "leads.csv", leads(3))

    outputs = [desk.run(job, sheet).document["output"] for sheet in (book, text, book, text)]

    first, second = (str(desk.folder / f"leads.annotated{end}.xlsx") for end in ("", "-2"))
    assert outputs == [first, second, first, second]
    assert len(cells_of(desk.folder / "leads.annotated.xlsx")) == 2
    assert len(cells_of(desk.folder / "leads.annotated-2.xlsx")) == 3


@pytest.mark.parametrize("rows", [leads(3), leads(2)], ids=["other cells", "the same cells"])
def test_an_output_named_for_two_inputs_keeps_what_was_written_for_the_first(desk, apollo, rows):
    job = save_job(desk.folder / "job.yaml")
    one = save_csv(desk.folder / "one.csv", leads(2))
    two = save_csv(desk.folder / "two.csv", rows)
    target = desk.folder / "out.xlsx"

    desk.run(job, one, "--output", target)
    before = target.read_bytes()
    ended = desk.run(job, two, "--output", target)

    assert ended.document["output"] == str(desk.folder / "out-2.xlsx")
    assert "out.xlsx is there already and was not written for this input" in ended.err
    assert target.read_bytes() == before


def test_the_output_of_a_link_is_beside_the_link_and_so_is_what_export_writes(desk, apollo):
    (desk.folder / "elsewhere").mkdir()
    real = save_csv(desk.folder / "elsewhere" / "real.csv", leads(2))
    link = desk.folder / "leads.csv"
    link.symlink_to(real)
    job = save_job(desk.folder / "job.yaml")

    first = desk.run(job, link)
    again = desk.run(job, link)
    export = desk.call("export", first.document["run"])

    beside = desk.folder / "leads.annotated.xlsx"
    assert first.document["output"] == again.document["output"] == str(beside)
    assert export.out == f"Written to {beside}\n"
    assert [path.name for path in real.parent.iterdir()] == ["real.csv"]
    assert facts_of(beside)["Input"] == "leads.csv"


def test_a_folder_reached_by_a_link_is_the_same_folder(desk, apollo):
    told = story(desk, apollo, 2)
    (desk.folder / "way").symlink_to(desk.folder)

    outputs = {
        desk.run(told.job, sheet).document["output"] for sheet in (told.sheet, "way/leads.csv")
    }

    assert {path.rpartition("/")[2] for path in outputs} == {"leads.annotated.xlsx"}


def test_where_a_workbook_has_no_room_the_command_that_is_printed_writes_the_csv(desk, apollo):
    sheet = save_xlsx(desk.folder / "leads.xlsx", leads(2))
    book = openpyxl.load_workbook(sheet)
    book.worksheets[0]["XFD2"] = "far out"
    book.save(sheet)

    ended = desk.run(save_job(desk.folder / "job.yaml"), sheet)
    export = desk.call(*ended.following)

    assert ended.code == Exit.NOT_WRITTEN
    assert "Use --format csv" in ended.err
    assert ended.following[-2:] == ["--format", "csv"]
    assert export.code == 0, export.err
    assert [row["Apollo Status"] for row in cells_of(desk.folder / "leads.annotated.csv")] == [
        "Succeeded"
    ] * 2


def test_how_it_ended_says_what_more_may_have_been_charged_and_what_is_held(desk, apollo):
    apollo.plot(hit("503_after"))
    phones = {"reveal_phone_number": True, "webhook_url": "https://hooks.acme.example/a"}
    doubtful = story(desk, apollo, 2)
    in_doubt = desk.call("run", doubtful.job, doubtful.sheet, "--yes")
    job = save_job(desk.folder / "phones.yaml", options=phones)
    pending = desk.call("run", job, save_csv(desk.folder / "more.csv", leads(1, 300)), "--yes")

    assert "2 in doubt. 0 credits charged, up to 2 more may have been." in in_doubt.out
    assert "1 pending. 1 credit charged, 8 held for results to come." in pending.out
