"""Did it arrive? Every way a call can end, made to happen on a real socket."""

import gzip
import subprocess
import sys
import textwrap
import threading
import time
import zlib
from decimal import Decimal
from pathlib import Path

import pytest
from far_end import ANSWER, KEEP, chunk, client, far_end, resetting, saying, send
from makers import unused_port

from apollo_batch.apollo.client import BODY_BYTES, CallError, Request
from apollo_batch.apollo.wire import Wire
from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.model import Arrival, Status

PAGE = b"<!DOCTYPE html><html><title>Sign in to this network</title></html>"


def dripping(head, drop, stop):
    """A far end that sends a little at a time, without end, until the test is over."""

    def handle(connection, _):
        connection.sendall(head)
        while not stop.wait(0.05):
            connection.sendall(drop)

    return handle


def test_an_answer_that_reads_as_apollos_is_done_and_says_what_it_cost():
    with far_end(saying(x_request_id="r-1")) as end:
        settlement = send(end.origin)

    assert settlement.arrival is Arrival.DONE
    assert settlement.reported == 1
    assert settlement.http == 200
    assert zlib.decompress(settlement.body) == ANSWER
    assert settlement.headers["x-request-id"] == "r-1"
    assert settlement.verdicts[0].status is Status.SUCCEEDED
    assert settlement.verdicts[0].kept == {"Title": "CTO"}


def test_a_refused_connection_was_not_sent_and_is_tried_once_the_journal_says_when_again():
    tries = []

    class Counted:
        loopback = True

        def call(self, request):
            tries.append(request)
            return client(f"http://127.0.0.1:{unused_port()}").call(request)

    naps = []
    wire = Wire(Counted(), naps.append)
    settlement = wire.send(ENRICH_PEOPLE, ENRICH_PEOPLE.route("bulk"), chunk(), KEEP)

    assert settlement.arrival is Arrival.NOT_SENT
    assert "nothing was sent" in settlement.message
    assert (len(tries), naps) == (1, [])


def test_apollo_answers_where_it_says_anything_of_its_own_be_it_no():
    def answers(reply):
        with far_end(reply) as end:
            return Wire(client(end.origin), lambda _: None).answers()

    assert answers(saying(b'{"team_id": "t"}'))
    assert answers(saying(b"{}", status="403 Forbidden"))
    assert answers(saying(b"{}", status="429 Too Many Requests"))
    assert not answers(saying(b"{}", status="503 Service Unavailable"))
    assert not answers(saying(PAGE))
    nobody = client(f"http://127.0.0.1:{unused_port()}")
    assert not Wire(nobody, lambda _: None).answers()


def test_a_name_that_leads_nowhere_was_not_sent():
    settlement = send("http://apollo.invalid:8080")

    assert settlement.arrival is Arrival.NOT_SENT


def test_a_far_end_that_speaks_no_tls_was_not_sent():
    with far_end(saying()) as end:
        settlement = send(end.origin.replace("http://", "https://"))

    assert settlement.arrival is Arrival.NOT_SENT


def nested(depth):
    """A whole answer in which lists stand in lists, this deep in all."""
    lists = b"[" * (depth - 1) + b"]" * (depth - 1)
    return ANSWER[:-1] + b', "more": ' + lists + b"}"


@pytest.mark.parametrize(
    ("what", "handle"),
    [
        ("a reset instead of an answer", resetting),
        ("an orderly end instead of an answer", lambda *_: None),
        ("half a status line", lambda connection, _: connection.sendall(b"HTTP/1.1 2")),
        ("another protocol", lambda connection, _: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")),
        ("half a body", saying(length=len(ANSWER) + 50)),
        ("half a JSON document", saying(ANSWER[:40])),
        ("nothing in the body", saying(b"")),
        ("no content", saying(b"", status="204 No Content")),
        ("a list", saying(b"[]")),
        ("null", saying(b"null")),
        ("an object without results", saying(b'{"status": "success"}')),
        ("results that are no list", saying(b'{"matches": {}}')),
        ("NaN", saying(b'{"credits_consumed": NaN, "matches": []}')),
        ("infinity", saying(b'{"credits_consumed": -Infinity, "matches": []}')),
        ("bytes that are no UTF-8", saying(b'{"matches": ["\xff\xfe"]}')),
        ("a key that stands twice", saying(b'{"matches": [], "matches": [null]}')),
        ("depth without end", saying(b'{"matches": ' + b"[" * 200_000 + b"]" * 200_000 + b"}")),
        ("more depth than Apollo has", saying(nested(65))),
        ("a number without end", saying(b'{"matches": [' + b"9" * 10_000 + b"]}")),
        ("two documents", saying(ANSWER + ANSWER)),
        ("a sign-in page", saying(PAGE, content_type="text/html")),
        ("a page that says it is JSON", saying(PAGE)),
        ("compressed bytes that are not", saying(b"no gzip", content_encoding="gzip")),
        ("half of compressed bytes", saying(gzip.compress(ANSWER)[:30], content_encoding="gzip")),
        ("a request timeout", saying(b"", status="408 Request Timeout")),
        ("an internal error", saying(b'{"error": "oops"}', status="500 Internal Server Error")),
        ("a bad gateway", saying(PAGE, status="502 Bad Gateway", content_type="text/html")),
        ("unavailable", saying(PAGE, status="503 Service Unavailable")),
        ("a gateway's timeout", saying(PAGE, status="504 Gateway Timeout")),
        ("an unknown failure", saying(b"", status="599 Strange")),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_whatever_may_have_been_carried_out_is_unknown_and_not_sent_again(what, handle):
    with far_end(handle) as end:
        settlement = send(end.origin)

    assert settlement.arrival is Arrival.UNKNOWN, what
    assert settlement.verdicts == ()
    assert settlement.reported is None
    assert settlement.message
    assert len(end.heard) == 1


def test_a_page_of_somebody_in_between_is_called_that():
    with far_end(saying(PAGE, content_type="text/html")) as end:
        settlement = send(end.origin)

    assert "Something between you and Apollo answered with a web page" in settlement.message
    assert zlib.decompress(settlement.body) == PAGE


@pytest.mark.parametrize(
    "handle",
    [
        saying(b"\xef\xbb\xbf" + ANSWER),
        saying(content_type="text/plain"),
        saying(content_type="text/html; charset=latin-1"),
        saying(gzip.compress(ANSWER), content_encoding="gzip"),
        saying(zlib.compress(ANSWER), content_encoding="deflate"),
        saying(b" \n" + ANSWER + b"\n "),
    ],
    ids=["byte order mark", "called text", "called a page", "gzip", "deflate", "white space"],
)
def test_an_answer_is_read_whatever_it_is_wrapped_in(handle):
    with far_end(handle) as end:
        assert send(end.origin).arrival is Arrival.DONE


@pytest.mark.parametrize(
    "body", [nested(64), b"\xef\xbb\xbf" + ANSWER], ids=["deep", "with a byte order mark"]
)
def test_an_answer_that_is_odd_and_whole_is_read(body):
    with far_end(saying(body)) as end:
        assert send(end.origin).arrival is Arrival.DONE


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PAGE, "application/json"),
        (b"\xef\xbb\xbf\n" + PAGE, "application/json"),
        (b"<div>Please sign in.</div>", "text/html; charset=utf-8"),
        (b"Please sign in.", "text/html"),
        (b'{"portal": "sign in"}', "text/html"),
    ],
)
def test_a_page_in_place_of_an_answer_says_that_something_else_answered(body, kind):
    with far_end(saying(body, content_type=kind)) as end:
        settlement = send(end.origin)

    assert settlement.arrival is Arrival.UNKNOWN
    assert settlement.message.startswith("Something between you and Apollo answered")
    assert settlement.missing == ""


def test_numbers_in_an_answer_are_exact():
    body = b'{"credits_consumed": 1.10, "request_id": -9223372036854775807, "matches": [null]}'
    with far_end(saying(body)) as end:
        settlement = send(end.origin)

    assert settlement.reported == Decimal("1.10")
    assert str(settlement.reported) == "1.10"


@pytest.mark.parametrize("number", ["-1", "1e400", "9" * 30, "null"])
def test_a_bill_that_cannot_be_one_counts_as_none_stated(number):
    body = ANSWER.replace(b'"credits_consumed": 1', b'"credits_consumed": ' + number.encode())
    with far_end(saying(body)) as end:
        settlement = send(end.origin)

    assert settlement.arrival is Arrival.DONE
    assert settlement.reported is None
    assert settlement.derived == 1


@pytest.mark.parametrize("bill", ["true", '"5"', "[1]", "{}"])
def test_a_bill_that_is_no_number_is_not_guessed_and_its_rows_are_kept(bill):
    body = ANSWER.replace(b'"credits_consumed": 1', b'"credits_consumed": ' + bill.encode())
    with far_end(saying(body)) as end:
        settlement = send(end.origin)

    assert settlement.arrival is Arrival.DONE
    assert settlement.verdicts[0].kept == {"Title": "CTO"}
    assert (settlement.reported, settlement.derived) == (None, None)
    assert settlement.missing == "credits_consumed is no number"


def test_text_that_no_encoding_can_hold_is_mended_not_passed_on():
    body = ANSWER.replace(b'"CTO"', b'"CTO \\ud83d!"')
    with far_end(saying(body)) as end:
        settlement = send(end.origin)

    assert settlement.arrival is Arrival.DONE
    assert settlement.verdicts[0].kept == {"Title": "CTO \ufffd!"}


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nx-a: ", b"a"),
        (b"HTTP/1.1 200 OK\r\n", b"x-more: b\r\n"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b""),
    ],
    ids=["a header", "headers", "a body", "chunks", "go on", "silence"],
)
def test_a_far_end_that_drips_or_is_silent_is_left_at_the_total_deadline(head, drop):
    stop = threading.Event()
    with far_end(dripping(head, drop, stop)) as end:
        began = time.monotonic()
        settlement = send(end.origin, total=0.4)
        took = time.monotonic() - began
        stop.set()

    assert settlement.arrival is Arrival.UNKNOWN
    assert 0.3 <= took < 1.5


def test_a_call_that_ends_in_time_is_not_cut_and_the_next_one_has_its_own_deadline():
    with far_end(saying()) as end:
        caller = client(end.origin, total=0.5)
        for _ in range(4):
            assert caller.call(Request("POST", "/api/v1/x", (), {})).status == 200
            threading.Event().wait(0.2)


def test_a_body_over_the_cap_is_unknown_and_one_at_the_cap_is_read():
    def big(size):
        return saying(b" " * (size - len(ANSWER)) + ANSWER)

    with far_end(big(BODY_BYTES)) as end:
        assert send(end.origin).arrival is Arrival.DONE
    with far_end(big(BODY_BYTES + 1)) as end:
        assert send(end.origin).arrival is Arrival.UNKNOWN


def test_a_bomb_of_compressed_bytes_takes_little_more_memory_than_the_cap(tmp_path):
    # 300 MB of blanks in 300 kB; a process of its own, so that its peak can be measured.
    script = textwrap.dedent("""
        import gzip, resource, sys
        sys.path[:0] = sys.argv[1:]
        from far_end import far_end, saying, send
        deflater = __import__("zlib").compressobj(9, wbits=31)
        bomb = b"".join(deflater.compress(b" " * 1_000_000) for _ in range(300)) + deflater.flush()
        with far_end(saying(b"{}")) as end:
            send(end.origin)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with far_end(saying(bomb, content_encoding="gzip")) as end:
            settlement = send(end.origin)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(settlement.arrival.value, (after - before) // 1024)
    """)
    command = [sys.executable, "-c", script, *map(str, Path(__file__).parents[:2])]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    arrival, megabytes = done.stdout.split()
    assert arrival == "unknown"
    assert int(megabytes) < 110


def test_a_flood_of_headers_is_unknown():
    flood = b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 5000 + b"\r\n"
    with far_end(lambda connection, _: connection.sendall(flood)) as end:
        assert send(end.origin).arrival is Arrival.UNKNOWN
    line = b"HTTP/1.1 200 OK\r\nx-a: " + b"b" * 100_000 + b"\r\n\r\n"
    with far_end(lambda connection, _: connection.sendall(line)) as end:
        assert send(end.origin).arrival is Arrival.UNKNOWN


def test_a_connection_closed_behind_our_back_is_not_taken_for_a_call_that_never_left():
    """A kept connection that dies under a paid request: whether it arrived, nobody can say."""
    served = []

    def once_then_close(connection, request):
        body = b'{"matches": [null], "credits_consumed": 0}'
        head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        connection.sendall(head + body)
        served.append(request)
        connection.recv(65536)
        resetting(connection, b"")

    with far_end(once_then_close) as end:
        caller = client(end.origin)
        assert caller.call(Request("POST", "/api/v1/x", (), {})).status == 200
        with pytest.raises(CallError) as caught:
            caller.call(Request("POST", "/api/v1/x", (), {}))

    assert caught.value.arrival is Arrival.UNKNOWN
    assert len(served) == 1


def test_many_threads_use_one_client_and_each_gets_its_own_answer():
    def echo(connection, request):
        number = request.split(b"number=")[1].split(b" ")[0]
        saying(b'{"number": ' + number + b"}")(connection, request)

    said = {}
    with far_end(echo) as end:
        caller = client(end.origin)

        def ask(number):
            query = (("number", str(number)),)
            said[number] = caller.call(Request("GET", "/api/v1/x", query)).body

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert said == {number: b'{"number": %d}' % number for number in range(24)}


def test_a_paid_get_that_is_cut_off_is_not_sent_again_by_any_library():
    with far_end(resetting) as end:
        with pytest.raises(CallError) as caught:
            client(end.origin).call(Request("GET", "/api/v1/organizations/enrich"))

        assert caught.value.arrival is Arrival.UNKNOWN
        assert len(end.heard) == 1
