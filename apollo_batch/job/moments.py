"""A date and a time as a cell has them come in; the same with its offset, as Apollo wants it, goes out."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apollo_batch.catalogue.kinds import BadCellError, Kind, clean

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Clock:
    """What a cell leaves unsaid of a moment."""

    zone: tzinfo = UTC
    time: str | None = None
    """The time of day for a date without one; None: such a cell is refused."""

    def moment(self, text: str) -> str:
        """Read a date and a time, "" where there is none; BadCellError where it is neither."""
        if self.time is not None and _DATE.fullmatch(text.strip()):
            text = f"{text.strip()} {self.time}"
        tidy = clean(Kind.MOMENT, text)
        if not tidy:
            return ""
        read = datetime.fromisoformat(tidy)
        try:
            whole = read if read.tzinfo is not None else read.replace(tzinfo=self.zone)
            offset = whole.utcoffset()
        except (ValueError, OverflowError):
            raise BadCellError("bad_moment") from None
        # Before clocks were set by zones, offsets had seconds, which no date of Apollo's can hold.
        if offset is None or offset % timedelta(minutes=1):
            raise BadCellError("bad_moment")
        return whole.isoformat()


def zone(name: str) -> tzinfo:
    """Find a time zone by its name; ValueError where there is none."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(name) from None
