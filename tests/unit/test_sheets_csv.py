"""CSV files in, rows out."""

import codecs

import pytest

from apollo_batch.errors import InvalidError
from apollo_batch.sheets.read import open_sheet


def opened(tmp_path, content, **how):
    path = tmp_path / "leads.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_sheet(path, **how)


def cells(sheet):
    return [(row.number, *row.cells) for row in sheet.rows()]


TEXT = "Name;Stadt\r\nJürgen Groß;Köln\r\nZoë;Málaga\r\n"


@pytest.mark.parametrize(
    ("content", "encoding", "told"),
    [
        (TEXT.encode(), "utf-8", False),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig", False),
        (TEXT.encode("utf-16"), "utf-16", False),
        (TEXT.encode("utf-16-le"), "utf-16-le", False),
        (TEXT.encode("utf-16-be"), "utf-16-be", False),
        (TEXT.encode("cp1252"), "cp1252", True),
    ],
)
def test_the_encoding_is_recognised_and_a_guess_is_told(tmp_path, content, encoding, told):
    sheet = opened(tmp_path, content)

    assert cells(sheet) == [(2, "Jürgen Groß", "Köln"), (3, "Zoë", "Málaga")]
    assert sheet.dialect.encoding == encoding
    assert bool(sheet.notices) is told


def test_a_letter_cut_by_the_reading_window_is_still_utf8(tmp_path):
    padding = "x" * ((1 << 20) - len("Name\n") - 1)

    sheet = opened(tmp_path, f"Name\n{padding}ü\n")

    assert sheet.dialect.encoding == "utf-8"


def test_a_named_encoding_wins(tmp_path):
    sheet = opened(tmp_path, "名前,都市\n花子,東京\n".encode("cp932"), encoding="shift_jis")

    assert cells(sheet) == [(2, "花子", "東京")]


@pytest.mark.parametrize("encoding", ["utf-8", "klingon"])
def test_an_encoding_that_does_not_fit_is_refused(tmp_path, encoding):
    with pytest.raises(InvalidError, match=r"cannot be read as utf-8|no encoding called 'klingon'"):
        opened(tmp_path, TEXT.encode("cp1252"), encoding=encoding)


def test_what_is_neither_utf8_nor_windows_text_asks_for_the_encoding(tmp_path):
    with pytest.raises(InvalidError, match="UTF-8 or Windows text"):
        opened(tmp_path, b"Name\nA\nB\x81C\n")


@pytest.mark.parametrize(
    ("content", "first"),
    [
        ("a,b\n1,x\n", ("1", "x")),
        ("a;b\n1,5;2,5\n", ("1,5", "2,5")),
        ("a\tb\n1, 2\tx; y\n", ("1, 2", "x; y")),
        ("a|b\n1|x,y\n", ("1", "x,y")),
        ("sep=;\na;b\n1,2;x\n", ("1,2", "x")),
        ('Company\n"Acme, Inc."\nBeta\n', ("Acme, Inc.",)),
        ("email\na@x.example\nb@x.example\n", ("a@x.example",)),
        ('"a","b"\n"1, 2","x"\n', ("1, 2", "x")),
    ],
)
def test_the_delimiter_is_the_one_that_makes_even_rows(tmp_path, content, first):
    assert cells(opened(tmp_path, content))[0] == (2, *first)


def test_a_record_with_line_breaks_counts_once_and_a_blank_line_counts(tmp_path):
    sheet = opened(tmp_path, 'Name,Note\r\nAda,"one\r\ntwo"\r\n\r\nBob,three\r\n')

    assert cells(sheet) == [(2, "Ada", "one\r\ntwo"), (4, "Bob", "three")]


def test_a_title_above_the_header_is_skipped(tmp_path):
    sheet = opened(tmp_path, "Export of Monday\n\nName,Email,City\nAda,a@x.example,Rome\n")

    assert (sheet.header_row, cells(sheet)) == (3, [(4, "Ada", "a@x.example", "Rome")])


def test_short_and_long_records_are_brought_to_the_headers_width(tmp_path):
    sheet = opened(tmp_path, "a,b,c\n1\n1,2,3,4\n")

    assert cells(sheet) == [(2, "1", "", ""), (3, "1", "2", "3")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('a,b\n1,2\n"3,4\n5,6\n', r"line 3: a quotation mark \(\"\) is opened and never closed"),
        ("a,b\n1,\0\n", "line 2: holds a NUL"),
        ('a,b\n1,"' + "x" * 1_100_000 + '"\n', "line 2: field larger than"),
        ("", "is empty"),
        ("\n\n", "is empty"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tmp_path, content, message):
    with pytest.raises(InvalidError, match=message):
        list(opened(tmp_path, content).rows())


def test_quotation_marks_inside_a_word_are_text(tmp_path):
    assert cells(opened(tmp_path, 'Name,Size\nAda "A" L,5" pipe\n')) == [
        (2, 'Ada "A" L', '5" pipe')
    ]
