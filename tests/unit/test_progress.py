"""Where no terminal is, a run says in plain lines how it gets on, and never in a flood."""

import itertools

import pytest

from apollo_batch.entrypoints.progress import Progress
from apollo_batch.runner.engine import Watch


class Passing:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


def lines_of(capsys, moments, rows):
    """What is said while so many rows are settled at each of these moments."""
    now = Passing()
    watch = Watch()
    with Progress(rows, budget="9", now=now) as progress:
        for seconds, settled in moments:
            now.seconds, watch.settled_rows = seconds, settled
            progress(watch)
    return capsys.readouterr().err


@pytest.mark.parametrize("rows", [10, 600, 100_000])
def test_ten_minutes_take_no_more_than_35_lines_without_a_cursor_that_moves(capsys, rows):
    moments = [(tick / 10, rows * tick // 6_000) for tick in range(6_001)]

    said = lines_of(capsys, moments, rows)

    assert 10 <= said.count("\n") <= 35
    assert "\r" not in said
    assert "\x1b" not in said


def test_nothing_new_is_said_again_every_half_minute(capsys):
    moments = [(second, 0) for second in range(300)]

    said = lines_of(capsys, moments, 100)

    assert said.splitlines() == ["0 of 100 rows, 0 credits."] * 9


def test_what_goes_fast_says_nothing_in_between(capsys):
    moments = list(itertools.pairwise(range(100)))

    assert lines_of(capsys, [(n / 200, settled) for n, settled in moments], 100) == ""
