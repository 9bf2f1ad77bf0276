"""Input that cannot be used: exit code 4, nothing sent, and one message that says what and where."""

import re
import zipfile

import openpyxl
import pytest
from makers import HEADER, cells_of, lead, leads, save_csv, save_job, save_xlsx, story

from apollo_batch.errors import Exit

SOUND = """\
version: 1
operation: people.enrich
map:
  email: Email
  first_name: First Name
  last_name: Last Name
  domain: Website
"""


def assert_plain(said):
    """What is wrong with its code, one thing to do, where there is more; no word of the machine."""
    *_, fix, more = said.rstrip().splitlines()
    first = re.search(r"\[(AB[12]\d{3})\]$", said, flags=re.MULTILINE)
    assert first, said
    assert re.match(r"  \S", fix)
    assert re.match(
        rf"  More: apollo-batch explain {first[1]}(, or another code in brackets)?$", more
    )
    assert re.search(r"NoneType|[a-z]Error\b|[Tt]raceback|\bstack\b|\bNaN\b|\bnull\b", said) is None


def refused(desk, apollo, job, sheet, *words):
    """Run what cannot be run, see that nothing left and nothing was written, give the message."""
    before = sorted(desk.folder.iterdir())
    ended = desk.run(job, sheet, *words)

    assert ended.code == Exit.INVALID, ended.err
    assert ended.out == ""
    assert_plain(ended.err)
    assert apollo.paid_calls() == 0
    assert {path.name for path in desk.folder.iterdir()} - {p.name for p in before} <= {"state"}
    return ended.err.removeprefix(f"Reading {sheet.name} …\n")


JOBS = {
    "no such column, nearly": (
        {"map": {"email": "E-Mial"}},
        ["job.yaml:5:10", "no column `E-Mial`", "Did you mean `Email`?", "^^^^^^"],
    ),
    "no such column at all": (
        {"map": {"email": "Fax"}},
        ["no column `Fax`", "It has `First Name`"],
    ),
    "no such sheet": ({"input": {"sheet": "Leeds"}}, ["Leeds", "Leads"]),
    "a header row that is blank": ({"input": {"header_row": 9}}, ["Row 9", "header_row"]),
    "unknown operation": (
        {"operation": "people.enrichment"},
        ["people.enrichment", "Did you mean `people.enrich`?"],
    ),
    "unknown parameter": (
        {"map": {"e_mail": "Email"}},
        ["people.enrich takes no parameter `e_mail`", "Did you mean `email`?"],
    ),
    "an option among the columns": (
        {"map": {"email": "Email", "webhook_url": "Notes"}},
        ["webhook_url", "below `options:`"],
    ),
    "a column named by a rule": (
        {"skip": [{"column": "Status", "blank": True}]},
        ["no column `Status`"],
    ),
}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_does_not_fit_is_told_where_and_how_to_mend_it(desk, apollo, name):
    changes, words = JOBS[name]
    sheet = save_xlsx(desk.folder / "leads.xlsx", leads(2))
    job = save_job(desk.folder / "job.yaml", **changes)

    said = refused(desk, apollo, job, sheet)

    for word in words:
        assert word in said


BROKEN = {
    "nothing in it": ("", "empty"),
    "no mapping": ("- version: 1\n", ":1:1"),
    "a bracket left open": (SOUND + "limits: {max_credits: 5\n", ":8:"),
    "a tab for a space": (SOUND.replace("  email", "\temail"), ":4:1"),
    "a quote left open": (SOUND + 'name: "Autumn\n', ":8:7"),
    "a key twice": (SOUND + "version: 1\n", ":8:1"),
    "an anchor": (SOUND.replace("email: Email", "email: &a Email"), ":4:10"),
    "a tag": (SOUND.replace("email: Email", "email: !!python/name:os.system x"), ":4:10"),
    "lines pushed out of line": (SOUND.replace("  last_name", "    last_name"), ":6:"),
    "two documents": (SOUND + "---\n" + SOUND, ":8:"),
    "not UTF-8": (SOUND.encode() + b"name: \xff\xfe\n", "UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "job.yaml"),
    "an unknown key": (SOUND + "operaton: people.enrich\n", "Did you mean `operation`?"),
    "a key in it": (SOUND + "api_key: abcdef123456\n", "API keys never live in job files"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_yaml_broken_in_any_way_is_told_with_its_place(desk, apollo, name):
    content, word = BROKEN[name]
    sheet = save_csv(desk.folder / "leads.csv", leads(2))
    job = desk.folder / "job.yaml"
    job.write_bytes(content if isinstance(content, bytes) else content.encode())

    said = refused(desk, apollo, job, sheet)

    assert "job.yaml" in said
    assert word in said
    assert "abcdef123456" not in said


def test_every_problem_of_a_job_is_told_at_once(desk, apollo):
    sheet = save_csv(desk.folder / "leads.csv", leads(2))
    job = save_job(desk.folder / "job.yaml", version=2, operation="people.x", limits={"max": 1})

    said = refused(desk, apollo, job, sheet)

    assert said.count("job.yaml:") >= 3


def test_a_job_that_is_not_there_is_told(desk, apollo):
    sheet = save_csv(desk.folder / "leads.csv", leads(2))

    assert "gone.yaml" in refused(desk, apollo, desk.folder / "gone.yaml", sheet)


def container(*streams):
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 504
        + b"".join(name.encode("utf-16-le") for name in streams)
    )


def bytes_of(path, rows):
    return save_xlsx(path, rows).read_bytes()


FILES = {
    "protected.xlsx": (container("EncryptionInfo", "EncryptedPackage"), "protected by a password"),
    "old.xls": (container("Workbook"), "cannot be read as a workbook"),
    "empty.xlsx": (b"", "has no content"),
    "empty.csv": (b"", "has no content"),
    "report.xlsx": (b"%PDF-1.7\n%...", "a PDF document"),
    "page.xlsx": (b"<html><body><table></table></body></html>", "a web page"),
    "words.xlsx": (b"First Name,Last Name\nAda,Lovelace\n", "no Excel workbook"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n", "a picture"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_spreadsheet_is_told_what_it_is(desk, apollo, name):
    content, word = FILES[name]
    sheet = desk.folder / name
    sheet.write_bytes(content)

    said = refused(desk, apollo, save_job(desk.folder / "job.yaml"), sheet)

    assert name in said
    assert word in said
    assert said.count("\n") == 3, "what is wrong, what to do, where there is more"


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_cut_off_is_told(desk, apollo, part):
    sheet = save_xlsx(desk.folder / "leads.xlsx", leads(50))
    content = sheet.read_bytes()
    sheet.write_bytes(content[: int(len(content) * part)])

    said = refused(desk, apollo, save_job(desk.folder / "job.yaml"), sheet)

    assert "leads.xlsx is damaged or cut off" in said


def test_a_workbook_without_a_workbook_in_it_is_told(desk, apollo):
    sheet = desk.folder / "leads.xlsx"
    with zipfile.ZipFile(sheet, "w") as archive:
        archive.writestr("readme.txt", "nothing here")

    said = refused(desk, apollo, save_job(desk.folder / "job.yaml"), sheet)

    assert "holds no workbook" in said


def test_an_empty_sheet_is_told_and_so_is_one_of_a_header_alone(desk, apollo):
    job = save_job(desk.folder / "job.yaml")
    bare = save_xlsx(desk.folder / "bare.xlsx", [], header=())
    header = save_xlsx(desk.folder / "header.xlsx", [])

    assert "'Leads' of bare.xlsx is empty" in refused(desk, apollo, job, bare)
    assert "column names and no rows" in refused(desk, apollo, job, header)


def test_a_header_twice_is_told_where_the_job_names_it_and_only_there(desk, apollo):
    header = (*HEADER[:4], "Email", "Notes", "Notes")
    rows = [[*lead(n)[:4], "", "a", "b"] for n in (100, 101)]
    sheet = save_xlsx(desk.folder / "leads.xlsx", rows, header=header)
    job = save_job(desk.folder / "job.yaml")

    said = refused(desk, apollo, job, sheet)
    save_job(job, map={"first_name": "First Name", "last_name": "Last Name", "domain": "Website"})
    ended = desk.run(job, sheet)

    assert "`Email` 2 times: in columns D and E" in said
    assert ended.code == 0, ended.err


def test_a_workbook_with_macros_is_read_and_stays_one(desk, apollo):
    book = openpyxl.load_workbook(save_xlsx(desk.folder / "plain.xlsx", leads(2)))
    path = desk.folder / "leads.xlsm"
    book.save(path)
    _claim_macros(path)

    ended = desk.run(save_job(desk.folder / "job.yaml"), path)

    assert ended.code == 0, ended.err
    output = desk.folder / "leads.annotated.xlsm"
    assert ended.document["output"] == str(output)
    assert [row["Apollo Status"] for row in cells_of(output)] == ["Succeeded"] * 2
    with zipfile.ZipFile(output) as archive:
        assert archive.read("xl/vbaProject.bin") == b"never run"


def _claim_macros(path):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    types = parts["[Content_Types].xml"]
    assert plain in types
    macros = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    project = (
        b'<Override PartName="/xl/vbaProject.bin" '
        b'ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    )
    parts["[Content_Types].xml"] = types.replace(plain, macros).replace(b"</Types>", project)
    parts["xl/vbaProject.bin"] = b"never run"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_cell_that_cannot_be_used_skips_its_row_and_no_other(desk, apollo):
    rows = [lead(100), lead(101, Email="nobody at example"), lead(102)]
    told = story(desk, apollo, rows)

    figures = told.judged(told.run())

    assert figures["reasons"] == {"bad_email": 1}
    assert figures["rows"]["succeeded"] == 2


def test_a_wrong_encoding_is_told_and_a_named_one_is_believed(desk, apollo):
    job = save_job(desk.folder / "job.yaml")
    sheet = desk.folder / "leads.csv"
    text = "First Name;Last Name;Website;Email\nJürgen;Müller;mueller-soehne.example;\n"
    sheet.write_bytes(text.encode("cp1252"))

    said = refused(desk, apollo, job, sheet, "--encoding", "no-such-code")
    ended = desk.run(job, sheet, "--encoding", "cp1252")

    assert "no-such-code" in said
    assert ended.document["rows"]["succeeded"] == 1


def test_a_spreadsheet_where_the_job_belongs_is_told_apart(desk, apollo):
    told = story(desk, apollo, 1)

    message = refused(desk, apollo, told.sheet, told.job)

    assert "leads.csv is a spreadsheet, and a job file is wanted here." in message
    assert "Name the job first" in message


def test_a_title_taken_for_the_header_is_named_as_what_it_may_be(desk, apollo):
    sheet = desk.folder / "leads.csv"
    sheet.write_text("Visitors\n\nEmail,Company\nada@brook.example,Brook\n")
    job = save_job(desk.folder / "job.yaml", input={"header_row": 1})

    message = refused(desk, apollo, job, sheet)

    assert "It has `Visitors` only. If that is a title, take header_row out" in message
