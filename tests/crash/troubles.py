"""Every kind of trouble there is between this program and Apollo, and what each of them means.

Troubles of the network, of statuses and of payloads, each as it looks on the line. What one means is
told for all operations at once; `ends` in test_every_fault.py says what then becomes of rows.
"""

import gzip
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Any

from crash_scene import NUMBER_FOR_AN_ID
from faulty_line import Act, Reply, Struck, reset

PAGE = b"<!DOCTYPE html><html><title>Sign in to this network</title></html>"
LISTS = ("matches", "people", "created_contacts", "contacts")
OF_APOLLO = (("x-rate-limit-minute", ""), ("x-sandbox-time-scale", "1000"))
"""What every answer of the sandbox says besides, its clock among it."""
MANY = ("look up", "search", "create many", "update", "enroll")
"""Kinds of operation whose answers hold a list of records."""
ALL = (*MANY, "create one")
Record = dict[str, Any]


class Means(StrEnum):
    """What can be known of a request that has met trouble."""

    FINE = "fine"
    """It is answered all the same."""
    NOT_SENT = "not sent"
    """It has not left; it is tried again at once, or later."""
    UNKNOWN = "unknown"
    REFUSED = "refused"
    """It has done nothing, for a reason of its own."""
    NO_ACCESS = "no access"
    NO_CREDITS = "no credits"
    BUG = "bug"
    """Apollo does not take such a request."""


@dataclass(frozen=True)
class Trouble:
    """One way in which a request can fare."""

    name: str
    means: Means
    act: Act
    follows: bool = False
    """It strikes the request that follows on the same connection."""
    always: bool = False
    """It strikes every request to the route, not one."""
    spoils: bool = False
    """The answer says something else than what was carried out."""
    kinds: tuple[str, ...] = ALL
    """The kinds of operation in whose answers it means anything."""

    def __str__(self) -> str:
        return self.name


# The network.


def _answered_in(pieces: Callable[[Struck, bytes], Iterator[bytes]]) -> Act:
    """Carry it out, and let the answer come in pieces of this making."""

    def act(struck: Struck) -> bool:
        for piece in pieces(struck, struck.carry_out().raw):
            struck.say(piece)
        return True

    return act


def _sliced(_: Struck, raw: bytes) -> Iterator[bytes]:
    chance = random.Random(len(raw))
    while raw:
        size = chance.randint(1, 7) if len(raw) < 300 else chance.randint(1, 300)
        yield raw[:size]
        raw = raw[size:]


def _narrow(struck: Struck, raw: bytes) -> Iterator[bytes]:
    size = max(1, len(raw) // 10)
    for start in range(0, len(raw), size):
        yield raw[start : start + size]
        struck.stopped.wait(0.01)


def _late(struck: Struck, raw: bytes) -> Iterator[bytes]:
    struck.stopped.wait(random.Random(len(raw)).uniform(0.0, 0.2))
    yield raw


def _dripping(of_head: bool) -> Act:
    def act(struck: Struck) -> None:
        reply = struck.carry_out()
        said = reply.raw
        sent = 9 if of_head else len(reply.head) + 9
        struck.say(said[:sent])
        for byte in said[sent:]:
            if struck.stopped.wait(0.1):
                return
            struck.say(bytes([byte]))

    return act


def _reset_after(struck: Struck) -> None:
    struck.carry_out()
    reset(struck.client)


def _closed_after(struck: Struck) -> None:
    struck.carry_out()


def _closed_before(struck: Struck) -> None:
    reset(struck.client)


def _spoken(change: Callable[[Reply], bytes]) -> Act:
    """Carry it out, say this in the answer's place, and hang up."""
    return lambda struck: struck.say(change(struck.carry_out()))


def _chunked(reply: Reply, body: bytes) -> bytes:
    return reply.with_headers(content_length=None, transfer_encoding="chunked").head + body


def _instead(status: str, body: bytes = b"", **headers: str) -> Act:
    """Say this, and carry nothing out."""
    told = {"content-type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    reply = Reply(status, (*told.items(), *OF_APOLLO), body)

    def act(struck: Struck) -> bool:
        struck.say(reply.raw)
        return True

    return act


def _carried_out_but(status: str, body: bytes) -> Act:
    def act(struck: Struck) -> bool:
        struck.carry_out()
        return bool(_instead(status, body)(struck))

    return act


NETWORK = (
    Trouble("a reset once the request is in", Means.UNKNOWN, _reset_after),
    Trouble("an orderly end instead of an answer", Means.UNKNOWN, _closed_after),
    Trouble("a kept connection that is dead", Means.UNKNOWN, _closed_before, follows=True),
    Trouble("a head of one byte a second", Means.UNKNOWN, _dripping(of_head=True)),
    Trouble("a body of one byte a second", Means.UNKNOWN, _dripping(of_head=False)),
    Trouble("a narrow line", Means.FINE, _answered_in(_narrow)),
    Trouble("answers that come late, some later", Means.FINE, _answered_in(_late)),
    Trouble("packets sliced anywhere", Means.FINE, _answered_in(_sliced)),
    Trouble(
        "a body shorter than its length",
        Means.UNKNOWN,
        _spoken(lambda r: r.with_headers(content_length=str(len(r.body) + 50)).head + r.body),
    ),
    Trouble(
        "a chunk that breaks off",
        Means.UNKNOWN,
        _spoken(lambda r: _chunked(r, b"%x\r\n" % len(r.body) + r.body[:-9])),
    ),
    Trouble(
        "a chunk whose length is no number",
        Means.UNKNOWN,
        _spoken(lambda r: _chunked(r, b"zz\r\n" + r.body + b"\r\n0\r\n\r\n")),
    ),
    Trouble("another protocol", Means.UNKNOWN, _spoken(lambda _: b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n")),
    Trouble(
        "a way to another host",
        Means.UNKNOWN,
        _instead("302 Found", location="http://localhost:9/elsewhere"),
    ),
    Trouble("a sign-in page", Means.UNKNOWN, _instead("200 OK", PAGE, content_type="text/html")),
)


# Statuses.


def _error(words: Any) -> bytes:
    return json.dumps(words).encode()


REFUSED = "Something about this request is not to Apollo's liking."
STATUSES = (
    Trouble("400", Means.BUG, _instead("400 Bad Request", _error({"error": "Invalid JSON"}))),
    Trouble(
        "401 in plain text",
        Means.NO_ACCESS,
        _instead("401 Unauthorized", b"Invalid access credentials.", content_type="text/plain"),
    ),
    Trouble(
        "403",
        Means.NO_ACCESS,
        _instead(
            "403 Forbidden",
            _error({"error": "is not accessible", "error_code": "API_INACCESSIBLE"}),
        ),
    ),
    Trouble("404", Means.REFUSED, _instead("404 Not Found", _error({"error": REFUSED}))),
    Trouble("408", Means.UNKNOWN, _instead("408 Request Timeout")),
    Trouble("409", Means.REFUSED, _instead("409 Conflict", _error({"message": REFUSED}))),
    Trouble("413", Means.REFUSED, _instead("413 Payload Too Large", PAGE)),
    Trouble("422 error", Means.REFUSED, _instead("422 Unprocessable", _error({"error": REFUSED}))),
    Trouble(
        "422 details",
        Means.REFUSED,
        _instead("422 Unprocessable", _error({"error_details": {"message": REFUSED}})),
    ),
    Trouble("422 list", Means.REFUSED, _instead("422 Unprocessable", _error([REFUSED]))),
    Trouble(
        "422 no credits",
        Means.NO_CREDITS,
        _instead("422 Unprocessable", _error({"error": "You have insufficient credits."})),
    ),
    *(
        Trouble(
            f"429 {name}",
            Means.NOT_SENT,
            _instead("429 Too Many Requests", _error({"message": "Too many."}), **headers),
        )
        for name, headers in {
            "without a word": {},
            "a second": {"retry_after": "1"},
            "a fraction": {"retry_after": "0.5"},
            "nothing": {"retry_after": "0"},
            "less than nothing": {"retry_after": "-7"},
            "a date gone by": {
                "retry_after": format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
            },
            "nonsense": {"retry_after": "soon"},
        }.items()
    ),
    Trouble("500", Means.UNKNOWN, _carried_out_but("500 Internal Server Error", b"{}")),
    Trouble("502", Means.UNKNOWN, _instead("502 Bad Gateway", PAGE)),
    Trouble("503", Means.UNKNOWN, _instead("503 Service Unavailable", PAGE)),
    Trouble("503 carried out", Means.UNKNOWN, _carried_out_but("503 Unavailable", PAGE)),
    Trouble("504", Means.UNKNOWN, _carried_out_but("504 Gateway Timeout", PAGE)),
    Trouble("a storm of 503", Means.UNKNOWN, _instead("503 Unavailable", PAGE), always=True),
)


# Payloads: it is carried out, and the answer is not as it should be.


def _body(change: Callable[[bytes], bytes], **headers: str) -> Act:
    def act(struck: Struck) -> bool:
        reply = struck.carry_out().with_headers(**headers)
        struck.say(Reply(reply.status, reply.headers, change(reply.body)).raw)
        return True

    return act


def _data(change: Callable[[Record], Any]) -> Act:
    return _body(lambda body: json.dumps(change(json.loads(body))).encode())


def _place(data: Record) -> str:
    """Where an answer keeps its records, or its one record."""
    return next((name for name in LISTS if data.get(name)), "opportunity")


def _records(change: Callable[[list[Any]], Any]) -> Act:
    def changed(data: Record) -> Record:
        place = _place(data)
        many = isinstance(data[place], list)
        records = change(data[place] if many else [data[place]])
        return data | {
            place: records if many or not isinstance(records, list) else next(iter(records), None)
        }

    return _data(changed)


def _says_thrice(record: Record) -> Record:
    texts = [name for name, value in record.items() if isinstance(value, str) and name != "id"]
    odd = {name: f"{record[name]}\ud83d\x07\x1b[2J" for name in texts if name in {"title", "city"}}
    return record | odd


def _spoilt(name: str, means: Means, act: Act, kinds: tuple[str, ...] = ALL) -> Trouble:
    return Trouble(name, means, act, spoils=True, kinds=kinds)


def _deep(body: bytes) -> bytes:
    return body[:-1] + b', "more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


PAYLOADS = (
    Trouble("nothing", Means.UNKNOWN, _body(lambda _: b"")),
    Trouble("half a document", Means.UNKNOWN, _body(lambda body: body[:-20])),
    Trouble("a byte order mark", Means.FINE, _body(lambda body: b"\xef\xbb\xbf" + body)),
    Trouble("not a number", Means.UNKNOWN, _body(lambda b: b[:-1] + b', "credits": NaN}')),
    Trouble("a key twice", Means.UNKNOWN, _body(lambda b: b[:-1] + b', "a": 1, "a": 2}')),
    Trouble("depth without end", Means.UNKNOWN, _body(_deep)),
    Trouble("more than anybody reads", Means.UNKNOWN, _body(lambda b: b" " * (21 << 20) + b)),
    Trouble(
        "a bomb of compressed bytes",
        Means.UNKNOWN,
        _body(lambda b: gzip.compress(b" " * (60 << 20) + b, 1), content_encoding="gzip"),
    ),
    Trouble("another content type", Means.FINE, _body(lambda b: b, content_type="text/html")),
    _spoilt("no results", Means.UNKNOWN, _data(lambda d: _without(d, _place(d)))),
    Trouble("a field more", Means.FINE, _data(lambda d: d | {"brand_new": [1, {"a": None}]})),
    _spoilt("results of another type", Means.UNKNOWN, _records(lambda _: "seven")),
    _spoilt("null for a record", Means.FINE, _records(lambda r: [None, *r[1:]])),
    _spoilt("a record fewer", Means.FINE, _records(lambda r: r[:-1]), MANY),
    _spoilt("a record more", Means.FINE, _records(lambda r: [*r, {**r[-1], "id": "f" * 24}]), MANY),
    _spoilt("records in another order", Means.FINE, _records(lambda r: r[::-1]), MANY),
    _spoilt("one record twice", Means.FINE, _records(lambda r: [*r[:-1], r[0]]), MANY),
    _spoilt("half a credit", Means.FINE, _data(lambda d: d | {"credits_consumed": 10.5})),
    Trouble("no bill", Means.FINE, _data(lambda d: _without(d, "credits_consumed"))),
    _spoilt(
        "a number for an id",
        Means.FINE,
        _records(lambda r: [{**(r[0] or {}), "id": NUMBER_FOR_AN_ID}, *r[1:]]),
        ("look up", "search"),
    ),
    _spoilt("success, and nobody", Means.FINE, _records(lambda _: [])),
    Trouble(
        "text that no file can hold",
        Means.FINE,
        _records(lambda r: [_says_thrice(one) if one else one for one in r]),
    ),
)


def _without(data: Record, name: str) -> Record:
    return {key: value for key, value in data.items() if key != name}
