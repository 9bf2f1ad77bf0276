"""What is no spreadsheet, or a hostile one, is refused by name before it is parsed."""

import zipfile

import openpyxl
import pytest
import sheets_corpus as corpus

from apollo_batch.errors import InvalidError
from apollo_batch.sheets.read import open_sheet

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "a web page"),
        (b"<table><tr>", "a web page"),
        (b"Name,Email\n", "no Excel workbook, whatever its name says"),
        (_OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (_OLE + "WordDocument".encode("utf-16-le"), "an old Office document of another kind"),
        (_OLE + "Workbook".encode("utf-16-le"), "cannot be read as a workbook"),
        (b"PK\x03\x04cut off", "damaged or cut off"),
    ],
)
def test_what_is_no_workbook_is_called_by_its_name(tmp_path, content, message):
    path = tmp_path / "leads.xlsx"
    path.write_bytes(content)

    with pytest.raises(InvalidError, match=message):
        open_sheet(path)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(InvalidError, match="There is no file"):
        open_sheet(tmp_path / "nobody.xlsx")
    with pytest.raises(InvalidError, match="is a folder"):
        open_sheet(tmp_path)


def test_a_workbook_whose_download_broke_off_is_refused(tmp_path):
    path = corpus.book(tmp_path / "leads.xlsx")
    path.write_bytes(path.read_bytes()[:-400])

    with pytest.raises(InvalidError, match="cut off"):
        open_sheet(path)


def test_a_damaged_part_is_refused(tmp_path):
    part = corpus.sheet_part("<row/>").encode()
    path = corpus.by_hand(tmp_path / "a.xlsx", part, compression=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"<row/>", b"<rov/>"))

    with pytest.raises(InvalidError, match="damaged"):
        open_sheet(path)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["word/document.xml"], "a Word document"),
        (["mimetype", "content.xml"], "an OpenDocument file of another kind"),
        (["photo.jpg"], "holds no workbook"),
        (["../evil.xml"], "points outside"),
        (["/etc/evil.xml"], "points outside"),
        (["xl\\workbook.xml"], "points outside"),
        (["A.xml", "a.xml"], "two parts of the same name"),
    ],
)
def test_an_archive_of_another_kind_is_refused(tmp_path, names, message):
    path = tmp_path / "leads.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")

    with pytest.raises(InvalidError, match=message):
        open_sheet(path)


def test_a_bomb_is_refused_unopened(tmp_path):
    path = corpus.by_hand(tmp_path / "a.xlsx", b" " * (64 << 20))

    with pytest.raises(InvalidError, match="unpacks to far more"):
        open_sheet(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_document_type_is_refused(tmp_path, encoding):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + corpus.sheet_part("")
    path = corpus.by_hand(tmp_path / "a.xlsx", bomb.encode(encoding))

    with pytest.raises(InvalidError, match="declares a document type"):
        open_sheet(path)


def test_a_workbook_under_a_text_files_name_is_still_a_workbook(tmp_path):
    path = corpus.book(tmp_path / "leads.csv")

    assert open_sheet(path).kind == "xlsx"


def test_macros_do_not_keep_a_workbook_from_being_read(tmp_path):
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    path = corpus.book(tmp_path / "leads.xlsm")

    assert [row.cells[0] for row in open_sheet(path).rows()] == ["Ada", "Bob", "00123"]
