"""A webhook address comes in; whether results may go there, and how, goes out."""

import ipaddress
from typing import Any
from urllib.parse import SplitResult, urlsplit

UNDER_WAY, DELIVERED, FAILED = "in_progress", "success", "failed"


def reachable(url: str) -> bool:
    """Whether Apollo would take an address; on this machine http will do, too."""
    parts = _split(url)
    if parts is None or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and on_this_machine(url))


def on_this_machine(url: str) -> bool:
    """Whether an address is a loopback one, by its own words; no name is looked up."""
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"}:
        return False
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def before_delivery(url: str) -> dict[str, Any]:
    """How delivery stands before anything is sent.

    Nothing ever leaves this machine: elsewhere results count as delivered at once, or as failed
    where the name is one of those that lead nowhere.
    """
    if on_this_machine(url):
        return {"webhook_status": UNDER_WAY, "failure_reason": None}
    parts = _split(url)
    if parts and parts.hostname and parts.hostname.endswith(".invalid"):
        return {"webhook_status": FAILED, "failure_reason": "Webhook error: 404"}
    return {"webhook_status": DELIVERED, "failure_reason": None}


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
