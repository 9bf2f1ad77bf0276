"""Text files as programs write them: encoding, delimiter, quotation marks, line ends."""

import codecs

import pytest

from apollo_batch.sheets.read import open_sheet

NOTE = "says: a, b; c|d"
WANTED = [("Jürgen Groß", "Köln", "1,5"), ("Zoë O'Neil", "Málaga", NOTE)]


def quoted(delimiter, end="\r\n", mark='"', space=""):
    between = f"{mark}{delimiter}{space}{mark}"
    lines = [("Name", "City", "Note"), *WANTED]
    return "".join(f"{mark}{between.join(line)}{mark}{end}" for line in lines)


def bare(delimiter, end="\n"):
    lines = [("Name", "City", "Note"), WANTED[0], (*WANTED[1][:2], "none")]
    return end.join(delimiter.join(line) for line in lines)


FILES = {
    "comma, quoted": quoted(",").encode(),
    "comma, quoted, a space before each": quoted(",", space=" ").encode(),
    "semicolon, quoted": quoted(";").encode(),
    "semicolon, decimal commas": bare(";").encode(),
    "tab, as Excel copies": bare("\t", "\r\n").encode(),
    "tab, UTF-16, as Excel saves Unicode text": bare("\t", "\r\n").encode("utf-16"),
    "tab, UTF-16 without a mark": quoted("\t").encode("utf-16-le"),
    "semicolon, UTF-16 with the high byte first": codecs.BOM_UTF16_BE
    + bare(";").encode("utf-16-be"),
    "bar": bare("|").encode(),
    "UTF-8 with a mark, as Excel saves CSV UTF-8": codecs.BOM_UTF8 + quoted(";").encode(),
    "UTF-32": quoted(",").encode("utf-32"),
    "Windows text, as Excel saves CSV": quoted(";").encode("cp1252"),
    "delimiter declared, as Excel asks for": b"sep=|\r\n" + bare("|", "\r\n").encode(),
    "declared behind a mark": codecs.BOM_UTF8 + b"sep=;\r\n" + bare(";", "\r\n").encode(),
    "line ends of an old Mac": bare(";", "\r").encode(),
    "mixed line ends": bare(";").replace("\n", "\r\n", 1).encode(),
    "blank lines between": bare(";", "\n\n").encode(),
    "a title above": b"Export\n\n" + quoted(",").encode(),
    "a delimiter at the end of each line": bare(";", ";\n").encode(),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_a_file_is_read_whatever_program_wrote_it(tmp_path, content):
    path = tmp_path / "leads.csv"
    path.write_bytes(content)

    sheet = open_sheet(path)
    rows = [row.cells[:3] for row in sheet.rows()]

    assert sheet.columns[:3] == ("Name", "City", "Note")
    assert rows in (WANTED, [WANTED[0], (*WANTED[1][:2], "none")])


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        (r'"Ada \"the first\" L","b","x"', ('Ada "the first" L', "b", "x")),
        ('"Ada ""the first"" L","b","x"', ('Ada "the first" L', "b", "x")),
        ('Ada "the first" L,b,x', ('Ada "the first" L', "b", "x")),
        (r'"C:\dir\","b","x"', ("C:\\dir\\", "b", "x")),
        ("O'Brien,'b',x", ("O'Brien", "'b'", "x")),
    ],
)
def test_quotation_marks_inside_a_cell(tmp_path, line, cells):
    path = tmp_path / "leads.csv"
    path.write_text(f"Name,City,Note\n{line}\n", encoding="utf-8")

    assert [row.cells for row in open_sheet(path).rows()] == [cells]


@pytest.mark.parametrize("cell", ["Ada", "ada@acme.example", "Acme, Inc. and Sons", "1,5"])
def test_a_list_of_one_column_has_one_column(tmp_path, cell):
    path = tmp_path / "leads.csv"
    path.write_text(f"Name of it\nBeta\n{cell}\nGamma\n", encoding="utf-8")

    sheet = open_sheet(path)

    assert sheet.columns == ("Name of it",)
    assert next(sheet.rows()).cells == ("Beta",)
