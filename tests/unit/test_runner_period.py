"""The period that is worked out of the time: one word for all moments in it, on whatever machine."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollo_batch.runner.period import AUTO, period_at

MOMENTS = st.integers(946_684_800, 4_102_444_800).map(
    lambda moment: datetime.fromtimestamp(moment, UTC)
)


@pytest.mark.parametrize(
    ("word", "moment", "period"),
    [
        ("auto", "2026-11-22T23:59:59", "2026-11-22"),
        ("auto", "2026-11-23T00:00:00", "2026-11-23"),
        ("auto:week", "2026-11-22T23:59:59", "2026-W47"),
        ("auto:week", "2026-11-23T00:00:00", "2026-W48"),
        ("auto:week", "2027-01-03T12:00:00", "2026-W53"),  # the year that the week belongs to
        ("auto:month", "2026-12-31T23:59:59", "2026-12"),
        ("2026-W47", "2030-01-01T00:00:00", "2026-W47"),
        ("", "2030-01-01T00:00:00", ""),
    ],
)
def test_a_period_is_named_by_the_moment_in_utc(word, moment, period):
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()

    assert period_at(word, now) == period


@given(MOMENTS, st.sampled_from(sorted(AUTO)))
def test_periods_follow_each_other_without_a_gap_and_never_come_back(moment, word):
    days = [(moment + timedelta(days=n)).timestamp() for n in range(70)]

    named = [period_at(word, day) for day in days]
    assert named == sorted(named)
    longest = {"auto": 1, "auto:week": 7, "auto:month": 31}[word]
    assert all(named.count(period) <= longest for period in named)
