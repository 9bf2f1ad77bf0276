"""Whether a dropped file is whole: by what is seen of it from scan to scan, and by how it ends."""

import random
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import leads, save_csv, save_xlsx

from apollo_batch.runner.steady import SLOW_SECONDS, Call, Sample, Sighting, Sightings, called_for
from apollo_batch.sheets.complete import Ending, ending_of

WINDOW = 5.0
ONE = Sample(100, 1, 7)


@pytest.mark.parametrize(
    ("still", "ending", "is_open", "call"),
    [
        (0.0, None, False, Call.WAIT),
        (4.9, None, False, Call.WAIT),
        (5.0, None, False, Call.LOOK_INSIDE),
        (5.0, None, True, Call.WAIT),
        (5.0, Ending.WHOLE, False, Call.TAKE),
        (5.0, Ending.WHOLE, True, Call.WAIT),
        (5.0, Ending.UNSURE, False, Call.WAIT),
        (14.9, Ending.UNSURE, False, Call.WAIT),
        (15.0, Ending.UNSURE, False, Call.TAKE),
        (15.0, Ending.CUT, False, Call.WAIT),
        (SLOW_SECONDS, Ending.CUT, False, Call.TAKE),
        (SLOW_SECONDS, Ending.CUT, True, Call.WAIT),
    ],
)
def test_what_a_file_calls_for(still, ending, is_open, call):
    seen = Sighting(ONE, first=0.0, since=100.0, ending=ending)

    assert called_for(seen, 100.0 + still, WINDOW, is_open=is_open) is call


@pytest.mark.parametrize(
    "other", [Sample(101, 1, 7), Sample(100, 2, 7), Sample(100, 1, 8), Sample(99, -5, 7)]
)
def test_any_change_begins_the_window_anew_and_forgets_how_it_ended(other):
    sightings = Sightings()
    sightings.see("a", ONE, 0.0).ending = Ending.WHOLE

    changed = sightings.see("a", other, 4.0)

    assert changed.since == 4.0
    assert changed.ending is None
    assert sightings.see("a", other, 9.0).since == 4.0


def test_a_time_stamp_years_ahead_is_as_good_as_any():
    sightings = Sightings()
    ahead = Sample(100, 2**62, 7)

    sightings.see("a", ahead, 0.0)

    assert (
        called_for(sightings.see("a", ahead, 5.0), 5.0, WINDOW, is_open=False) is Call.LOOK_INSIDE
    )


def test_a_file_that_went_and_came_is_a_new_one():
    sightings = Sightings()
    sightings.see("a", ONE, 0.0)
    sightings.keep_only(())

    assert sightings.see("a", ONE, 50.0).first == 50.0


def test_a_workbook_is_whole_with_its_last_byte_and_not_one_before(tmp_path):
    whole = save_xlsx(tmp_path / "leads.xlsx", leads(20)).read_bytes()
    cut = tmp_path / "cut.xlsx"

    for length in [4, *range(5, len(whole), 97), len(whole) - 1]:
        cut.write_bytes(whole[:length])
        assert ending_of(cut) is Ending.CUT, length
    assert ending_of(tmp_path / "leads.xlsx") is Ending.WHOLE


def test_a_workbook_with_a_hole_in_it_is_not_whole(tmp_path):
    path = save_xlsx(tmp_path / "leads.xlsx", leads(200))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as parts:
        part = max(parts.infolist(), key=lambda info: info.compress_size)
    start = part.header_offset + 80
    content[start : start + 400] = bytes(400)
    path.write_bytes(content)

    assert ending_of(path) is Ending.CUT


def test_room_that_was_made_for_what_is_to_come_is_no_whole_file(tmp_path):
    path = tmp_path / "leads.xlsx"
    path.write_bytes(bytes(5_000))

    assert ending_of(path) is Ending.CUT


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("a,b\n1,2\n", Ending.WHOLE),
        ("a,b\r\n1,2\r\n", Ending.WHOLE),
        ("a,b\n1,2", Ending.UNSURE),
        ("a,b\n1", Ending.CUT),
        ("a,b\n1,2\n3", Ending.CUT),
        ('a,b\n1,"2', Ending.CUT),
        ('a,b\n1,"2\n', Ending.CUT),
        ('a,b\n1,"2\n3"\n', Ending.WHOLE),
        ("a\n1\n2", Ending.UNSURE),
        ("a;b\n1;2\n", Ending.WHOLE),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_how_a_text_file_ends(tmp_path, text, ending, encoding):
    path = tmp_path / "leads.csv"
    path.write_bytes(text.encode(encoding))

    assert ending_of(path) is ending


def test_what_is_no_spreadsheet_is_whole_and_refused_by_whoever_reads_it(tmp_path):
    for name, content in {
        "a.xlsx": b"%PDF-1.7 ...",
        "b.csv": b"\x89PNG\r\n",
        "c.xlsx": b"hello",
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        assert ending_of(path) is Ending.WHOLE


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), as_workbook=st.booleans())
def test_a_file_written_in_slices_is_never_taken_in_part(tmp_path_factory, seed, as_workbook):
    """A workbook shows by its end that it is whole, whatever the pauses; a text file only by a window."""
    chance = random.Random(seed)
    folder = tmp_path_factory.mktemp("slices")
    make, longest = (save_xlsx, 20) if as_workbook else (save_csv, 2)
    whole = make(folder / "whole", leads(chance.randint(1, 12))).read_bytes()
    path, sightings, now, written = folder / "leads", Sightings(), 0.0, 0
    call = Call.WAIT

    while call is not Call.TAKE:
        written += chance.randint(1, max(1, len(whole) // 2))
        path.write_bytes(whole[:written])
        for _ in range(chance.randint(1, longest)):
            now += 2.0
            about = path.stat()
            sample = Sample(about.st_size, min(written, len(whole)), about.st_ino)
            seen = sightings.see("leads", sample, now)
            call = called_for(seen, now, WINDOW, is_open=False)
            if call is Call.LOOK_INSIDE:
                seen.ending = ending_of(path)
                call = called_for(seen, now, WINDOW, is_open=False)
            if call is Call.TAKE:
                break

    assert path.read_bytes() == whole
