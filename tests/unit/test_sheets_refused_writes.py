"""An output that cannot be written: the old one stays, nothing half-written, and a plain reason."""

import os
import resource
import subprocess
from contextlib import contextmanager

import pytest
import sheets_corpus as corpus
from sheets_corpus import COLUMNS, NEW, SUMMARY

from apollo_batch.errors import Exit, OutputError
from apollo_batch.sheets.annotate import annotate
from apollo_batch.sheets.read import open_sheet


def annotated(source, target, **how):
    entries = ((number, NEW) for number in (2, 3))
    return annotate(open_sheet(source), target, COLUMNS, entries, SUMMARY, **how)


@contextmanager
def files_no_larger_than(size):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def mounted(*words):
    if os.geteuid() == 0:
        return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0
    return False


class Held:
    """A target that another program holds for a while: renaming onto it is refused."""

    def __init__(self, target, waits):
        self.target, self.left, self.waited = target, waits, []

    def hold(self, _):
        if os.geteuid() != 0:
            self.target.parent.chmod(0o555)
        elif not mounted("--bind", str(self.target), str(self.target)):
            pytest.skip("needs the right to mount")

    def release(self):
        if os.geteuid() != 0:
            self.target.parent.chmod(0o755)
        else:
            subprocess.run(["umount", self.target], check=True)

    def wait(self, seconds):
        self.waited.append(seconds)
        self.left -= 1
        if self.left == 0:
            self.release()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_a_target_that_is_let_go_in_time_is_replaced(tmp_path, folder):
    source, target = corpus.book(tmp_path / "leads.xlsx"), folder / "out.xlsx"
    target.write_text("old")
    held = Held(target, waits=3)

    annotated(source, target, ready=held.hold, wait=held.wait)

    assert corpus.values(target)[1][4] == "Succeeded"
    assert len(held.waited) == 3
    assert [path.name for path in folder.iterdir()] == ["out.xlsx"]


def test_a_target_that_is_not_let_go_stays_as_it_was_and_it_says_why(tmp_path, folder):
    source, target = corpus.book(tmp_path / "leads.xlsx"), folder / "out.xlsx"
    target.write_text("old")
    held = Held(target, waits=0)

    try:
        with pytest.raises(OutputError, match="you may not write") as refusal:
            annotated(source, target, ready=held.hold, wait=held.wait)
    finally:
        held.release()

    assert 2.4 <= sum(held.waited) <= 2.6
    assert refusal.value.exit_code is Exit.NOT_WRITTEN
    assert "results are safe" in refusal.value.fix
    assert target.read_text() == "old"
    assert [path.name for path in folder.iterdir() if path.suffix != ".part"] == ["out.xlsx"]


def test_however_little_room_there_is_the_old_output_stays_whole(tmp_path, folder):
    source, target = corpus.rich(tmp_path / "leads.xlsx"), folder / "out.xlsx"
    sheet = open_sheet(source)
    annotate(sheet, folder / "whole.xlsx", COLUMNS, [(2, NEW)], SUMMARY)
    needed = (folder / "whole.xlsx").stat().st_size
    target.write_text("old")

    for size in range(0, needed, needed // 60):
        with (
            files_no_larger_than(size),
            pytest.raises(OutputError, match="larger than a file may be"),
        ):
            annotate(sheet, target, COLUMNS, iter([(2, NEW)]), SUMMARY)

    assert target.read_text() == "old"
    assert sorted(path.name for path in folder.iterdir()) == ["out.xlsx", "whole.xlsx"]


@pytest.mark.parametrize("kilobytes", [4, 8, 16])
def test_a_full_disk_is_named_and_leaves_nothing(tmp_path, folder, kilobytes):
    source = corpus.rich(tmp_path / "leads.xlsx")
    if not mounted("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)):
        pytest.skip("needs the right to mount")

    try:
        with pytest.raises(OutputError, match="the disk is full") as refusal:
            annotated(source, folder / "out.xlsx")
        left = list(folder.iterdir())
    finally:
        subprocess.run(["umount", folder], check=True)

    assert "Make room" in refusal.value.fix
    assert left == []


def test_a_folder_that_is_read_only_is_named(tmp_path, folder):
    source = corpus.book(tmp_path / "leads.xlsx")
    if not mounted("-t", "tmpfs", "-o", "size=50k,ro", "tmpfs", str(folder)):
        folder.chmod(0o555)

    try:
        with pytest.raises(OutputError, match=r"disk is read-only|may not write into its folder"):
            annotated(source, folder / "out.xlsx")
    finally:
        subprocess.run(["umount", folder], check=False, capture_output=True)
        folder.chmod(0o755)

    assert list(folder.iterdir()) == []
