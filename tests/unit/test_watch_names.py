"""Names of dropped files: which are people's spreadsheets, what they are called from here on, whose copies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollo_batch.runner.dropped import copy_of, is_for_us, locks_of, owner_in, safe_name

TAKEN = """leads.xlsx LEADS.XLSX leads.xlsm leads.xls leads.xlsb leads.ods leads.csv leads.tsv
leads.xltx leads.xltm leads.annotated.xlsx a.b.c.csv leads~1.xlsx leads.part.xlsx CON.xlsx
-rf.xlsx leads..xlsx 2026-11-27.csv leads.xlsx. tmp.csv 名簿.xlsx""".split()
TAKEN += [
    "my leads.xlsx",
    "leads (1).xlsx",
    "leads 🎉.xlsx",
    "leads.xlsx ",
    "x" * 240 + ".xlsx",
    "a;b.csv",
]
LEFT = """~$leads.xlsx ~$ads.xlsx .~lock.leads.xlsx# .leads.xlsx .hidden.csv leads.xlsx.tmp leads.tmp
leads.xlsx.part leads.xlsx.partial leads.xlsx.crdownload leads.xlsx.filepart leads.xlsx.download
leads.xlsx~ $leads.xlsx $RECYCLE.BIN leads.xlsx# leads leads. leads.pdf leads.docx leads.txt
leads.zip leads.numbers READ-ME-FIRST.txt STATUS.txt leads.xlsx.status.txt leads.xlsx.status.json
leads.xlsx.plan.json leads.report.html Thumbs.db desktop.ini .DS_Store ._leads.xlsx .csv .xlsx
~WRL0001.tmp leads.xlsx.lnk""".split()


@pytest.mark.parametrize("name", TAKEN)
def test_a_spreadsheet_that_a_person_dropped_is_taken(name):
    assert is_for_us(name)


@pytest.mark.parametrize("name", LEFT)
def test_what_programs_leave_about_and_what_is_no_spreadsheet_is_not_taken(name):
    assert not is_for_us(name)


def test_the_table_of_names_is_long_enough():
    assert len(TAKEN) + len(LEFT) >= 60


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("leads.xlsx", "leads.xlsx"),
        ("Müller & Söhne (1).XLSX", "Müller & Söhne (1).xlsx"),
        ("名簿.xlsx", "名簿.xlsx"),
        ("leads 🎉.xlsx", "leads _.xlsx"),
        ("CON.xlsx", "_CON.xlsx"),
        ("lpt1.csv", "_lpt1.csv"),
        ("com3.backup.csv", "_com3.backup.csv"),
        ("console.csv", "console.csv"),
        ("-rf.xlsx", "rf.xlsx"),
        ("..xlsx", "spreadsheet.xlsx"),
        ("leads..xlsx", "leads.xlsx"),
        ("leads.xlsx. ", "leads.xlsx"),
        ("a;rm -r $HOME`x`|b.csv", "a_rm -r _HOME_x__b.csv"),
        ("=cmd.csv", "_cmd.csv"),
        ("a\nb\r::error::.csv", "a_b___error__.csv"),
        ("a\udcffb.csv", "a_b.csv"),
        ("\u202exslx.csv", "_xslx.csv"),
    ],
)
def test_a_name_means_nothing_else_than_the_file(name, safe):
    assert safe_name(name) == safe


@given(st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=300))
def test_no_name_leads_outside_its_folder_or_is_too_long_for_what_is_written_beside_it(name):
    safe = safe_name(name + ".xlsx")

    assert not set(safe) & set('/\\\0\n\r:*?"<>|$`;')
    assert not safe.startswith((".", "-", "~", " "))
    assert len(safe.encode()) <= 150
    assert safe_name(safe) == safe
    assert is_for_us(safe)


@pytest.mark.parametrize(
    ("name", "original"),
    [
        ("leads (1).xlsx", "leads.xlsx"),
        ("leads(12).xlsx", "leads.xlsx"),
        ("leads - Copy.xlsx", "leads.xlsx"),
        ("leads - Copy (2).xlsx", "leads.xlsx"),
        ("leads - Kopie.csv", "leads.csv"),
        ("leads - copia.csv", "leads.csv"),
        ("leads - Copie.csv", "leads.csv"),
        ("Copy of leads.xlsx", "leads.xlsx"),
        ("Kopie von leads.xlsx", "leads.xlsx"),
        ("leads (Anna's conflicted copy 2026-11-03).xlsx", "leads.xlsx"),
        ("leads (conflicted copy 2026-11-03 101112).xlsx", "leads.xlsx"),
        ("leads (Anna's conflicting copy).xlsx", "leads.xlsx"),
        ("leads (Conflict).xlsx", "leads.xlsx"),
        ("leads.sync-conflict-20261103-101112-ABCDEF7.xlsx", "leads.xlsx"),
        ("leads-DESKTOP-AB12CD3.xlsx", "leads.xlsx"),
        ("leads-LAPTOP-X1Y2Z3.xlsx", "leads.xlsx"),
        ("leads-DESKTOP-AB12CD3-2.xlsx", "leads.xlsx"),
        ("leads-ANNA-PC.xlsx", "leads.xlsx"),
        ("leads.xlsx", None),
        ("leads-2.xlsx", None),
        ("leads 2026 (Munich).xlsx", None),
        ("copy.xlsx", None),
        ("leads-desktop.xlsx", None),
        ("(1).xlsx", None),
        ("leads.annotated-2.xlsx", None),
    ],
)
def test_a_copy_of_a_file_service_is_known_by_its_name(name, original):
    assert copy_of(name) == original


@pytest.mark.parametrize(
    ("lock", "owner"),
    [
        (
            bytes([11]) + b"Anna Sample" + b" " * 43 + "\x0bAnna Sample".encode("utf-16-le"),
            "Anna Sample",
        ),
        (bytes([12]) + b"Sample, Anna" + b" " * 42 + b"\0\0", "Sample, Anna"),
        (b",anna,desk-7,27.11.2026 10:11,file:///C:/Users/anna;", "anna"),
        (b"Anna Sample,anna,desk-7,27.11.2026 10:11,file:///x;", "Anna Sample"),
        (b"", ""),
        (bytes([255]) + b"\x1b[31mRed\n", "[31mRed"),
    ],
)
def test_who_has_a_file_open_is_read_from_the_file_beside_it(lock, owner):
    assert owner_in(lock) == owner


@given(st.binary(max_size=200))
def test_whatever_is_in_such_a_file_a_short_printable_name_comes_out(lock):
    assert len(owner_in(lock)) <= 60
    assert owner_in(lock).isprintable()


def test_files_that_programs_lay_beside_an_open_one_have_these_names():
    assert set(locks_of("leads.xlsx")) == {"~$leads.xlsx", "~$ads.xlsx", ".~lock.leads.xlsx#"}
