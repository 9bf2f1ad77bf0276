"""An address in one line comes in, the place Apollo takes it for goes out."""

_ZONES = {
    "germany": "Europe/Berlin",
    "france": "Europe/Paris",
    "united kingdom": "Europe/London",
    "ireland": "Europe/Dublin",
    "spain": "Europe/Madrid",
    "poland": "Europe/Warsaw",
    "sweden": "Europe/Stockholm",
    "norway": "Europe/Oslo",
    "netherlands": "Europe/Amsterdam",
    "austria": "Europe/Vienna",
    "switzerland": "Europe/Zurich",
    "united states": "America/New_York",
    "canada": "America/Toronto",
    "australia": "Australia/Sydney",
    "japan": "Asia/Tokyo",
    "singapore": "Asia/Singapore",
}


def parsed(raw: str) -> dict[str, str | None]:
    """Read `city, state, country`; a single word is a country where it is known as one."""
    parts = [part.strip() for part in raw.split(",") if part.strip()]
    country = parts.pop() if len(parts) > 1 or raw.strip().lower() in _ZONES else None
    return {
        "city": parts[0] if parts else None,
        "state": parts[-1] if len(parts) > 1 else None,
        "country": country,
        "time_zone": _ZONES.get((country or "").lower()),
    }
