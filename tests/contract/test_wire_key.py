"""The key goes to the one origin that was set, and into nothing that is kept or shown."""

import base64
import json
import logging
import re
import traceback
from pathlib import Path
from urllib.parse import quote

import makers
import pytest
from far_end import ANSWER, chunk, client, far_end, saying, send
from leakscan import KEY, leaking_files, leaks

from apollo_batch.apollo.client import CallError, Client, Request
from apollo_batch.entrypoints.crash import report_crash
from apollo_batch.errors import AccessError, UsageError
from apollo_batch.model import Arrival
from apollo_batch.sandbox.serve import Setup, running
from apollo_batch.settings import APOLLO, Credential, Secret, read_settings

ASKING = Request("POST", "/api/v1/people/bulk_match", (), {"details": [{"name": "Ada"}]})


# Where it goes.

TRICKS = [
    "http://api.apollo.io",
    "https://api.apollo.io:80",
    "https://api.apollo.io:8443",
    "https://api.apollo.io.evil.example",
    "https://api.apollo.io@evil.example",
    "https://api.apollo.io:443@evil.example",
    "https://api.apollo.io%2eevil.example",
    "https://api.apollo.io%00.evil.example",
    "https://api.apollo.io\\.evil.example",
    "https://api.apollo.io\\@evil.example",
    "https://api.apollo.io#@evil.example",
    "https://api.apollo.io?@evil.example",
    "https://api.apollo.io/@evil.example",
    "https://api.apollo.io/api/v1",
    "https://api.apollo.io/?next=evil.example",
    "https://api.apollo.io.",
    "https://api.apollo.io./",
    "https://apollo.io",
    "https://xapi.apollo.io",
    "https://api-apollo.io",
    "https://api.apollo.io.",
    "https://аpi.apollo.io",  # a Cyrillic letter  # noqa: RUF001
    "https://api。apollo。io",  # ideographic dots
    "https://api.apollo.ⅰo",  # noqa: RUF001
    "https://xn--pi-6kc.apollo.io",
    "//api.apollo.io",
    "///api.apollo.io",
    "api.apollo.io",
    "https:api.apollo.io",
    "https:/api.apollo.io",
    "https:///api.apollo.io",
    "ftp://api.apollo.io",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "unix:///run/apollo.sock",
    "",
    " ",
    "https://",
    "https://:443",
    "http://evil.example",
    "https://evil.example",
    "https://evil.example#127.0.0.1",
    "http://127.0.0.1@evil.example",
    "http://127.0.0.1:80@evil.example",
    "http://user:word@127.0.0.1",
    "http://localhost@evil.example",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://127.0.0.1\\@evil.example",
    "http://127.0.0.1\n.evil.example",
    "http://127.0.0.1\t.evil.example",
    "http://127.0.0.1\x00.evil.example",
    "http://127.0.0.1,evil.example",
    "http://127.0.0.1;evil.example",
    "http://127.0.0.1 evil.example",
    "http://127.0.0.1%20evil.example",
    "http://127.1",
    "http://2130706433",
    "http://0x7f000001",
    "http://0177.0.0.1",
    "http://0.0.0.0",
    "http://127.0.0.2",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:10.0.0.1]",
    "http://[::]",
    "http://[::1",
    "http://[fe80::1%25eth0]",
    "http://127.0.0.1:99999",
    "http://127.0.0.1:-1",
    "http://127.0.0.1:http",
    "http://127.0.0.1/x",
    "http://127.0.0.1/?x=y",
    "http://127.0.0.1/#x",
    "http://10.0.0.1",
    "http://169.254.169.254",
    "https://api.apollo.io:443:443",
    "https://api.apollo.io:0",
    "https://api.apollo.io;evil.example",
    "https://[::ffff:93.184.216.34]",
    "HTTPS://API.APOLLO.IO.EVIL.EXAMPLE",
    "https://api%2eapollo%2eio",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_an_address_that_is_not_exactly_apollo_or_this_machine_gets_no_key(trick, tmp_path):
    environ = {"APOLLO_API_KEY": KEY, "APOLLO_BASE_URL": trick, "HOME": str(tmp_path)}

    with pytest.raises(UsageError, match="the key goes nowhere else") as caught:
        read_settings(environ)

    assert not leaks(str(caught.value).encode())


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        (None, APOLLO),
        ("https://api.apollo.io", APOLLO),
        ("https://api.apollo.io/", APOLLO),
        ("HTTPS://API.APOLLO.IO", APOLLO),
        (" https://api.apollo.io ", APOLLO),
        ("https://api.apollo.io:443", APOLLO),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://LOCALHOST:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_apollo_and_this_machine_are_known_however_they_are_written(given, origin):
    environ = {"APOLLO_API_KEY": KEY} | ({"APOLLO_BASE_URL": given} if given else {})

    assert read_settings(environ).origin == origin


@pytest.mark.parametrize(
    ("listed", "given", "origin"),
    [
        ("proxy.acme.example", "https://proxy.acme.example", "https://proxy.acme.example"),
        (
            "Proxy.Acme.Example",
            "https://proxy.acme.example:8443",
            "https://proxy.acme.example:8443",
        ),
        ("proxy.acme.example", "http://proxy.acme.example", None),
        ("proxy.acme.example", "https://evil.proxy.acme.example", None),
        ("proxy.acme.example", "https://proxy.acme.example.evil.example", None),
        ("proxy.acme.example", "https://proxy.acme.example@evil.example", None),
    ],
)
def test_another_host_is_trusted_only_where_the_users_own_settings_name_it(
    tmp_path, listed, given, origin
):
    settings = tmp_path / "settings.toml"
    settings.write_text(f'trusted_hosts = ["{listed}"]', encoding="utf-8")
    environ = {"APOLLO_BASE_URL": given, "APOLLO_BATCH_SETTINGS": str(settings)}

    if origin is None:
        with pytest.raises(UsageError):
            read_settings(environ)
    else:
        assert read_settings(environ).origin == origin


@pytest.mark.parametrize("status", ["300", "301", "302", "303", "304", "305", "306", "307", "308"])
def test_a_redirect_is_not_followed_and_the_other_host_never_hears_of_us(status):
    with far_end(saying()) as other:
        turned = saying(b"", status=f"{status} Elsewhere", location=f"{other.origin}/api/v1/x")
        with far_end(turned) as end:
            settlement = send(end.origin)

        assert settlement.arrival is Arrival.UNKNOWN
        assert "sent the request elsewhere" in settlement.message
        assert len(end.heard) == 1
        assert other.heard == []


@pytest.mark.parametrize(
    "headers",
    [
        {"refresh": "0; url={0}"},
        {"content_location": "{0}"},
        {"link": "<{0}>; rel=canonical"},
        {"alt_svc": 'http/1.1="{0}"'},
        {"location": "{0}"},
        {"set_cookie": "next={0}"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_no_header_of_a_reply_leads_anywhere_else(headers):
    with far_end(saying()) as other:
        told = {name: value.format(other.origin) for name, value in headers.items()}
        with far_end(saying(**told)) as end:
            caller = client(end.origin)
            for _ in range(2):
                assert caller.call(ASKING).status == 200
            assert all(b"cookie" not in heard.lower() for heard in end.heard)

        assert other.heard == []


def test_a_path_that_would_lead_elsewhere_gets_no_key():
    with far_end(saying()) as other:
        host = other.origin.removeprefix("http://")
        caller = client("http://127.0.0.1:9")
        for path in (f"@{host}/api", f".evil.example@{host}/", f":x@{host}/"):
            with pytest.raises(CallError) as caught:
                caller.call(Request("GET", path))
            assert caught.value.arrival is Arrival.NOT_SENT

        assert other.heard == []


def test_the_key_is_sent_once_in_its_header_and_nowhere_else():
    with far_end(saying()) as end:
        client(end.origin).call(ASKING)

    head, _, body = end.heard[0].partition(b"\r\n\r\n")
    assert head.lower().count(b"\r\nx-api-key: ") == 1
    assert end.heard[0].count(KEY.encode()) == 1
    assert b"authorization" not in head.lower()
    assert b"Ada" not in head.splitlines()[0]
    assert json.loads(body) == ASKING.body


def test_a_token_goes_as_a_bearer_and_not_as_a_key():
    with far_end(saying()) as end:
        client(end.origin, bearer=True).call(ASKING)

    head = end.heard[0].partition(b"\r\n\r\n")[0]
    assert f"\r\nAuthorization: Bearer {KEY}".encode() in head
    assert b"x-api-key" not in head.lower()


def test_a_netrc_file_is_not_looked_into(tmp_path):
    netrc = Path.home() / ".netrc"
    netrc.write_text("machine 127.0.0.1 login ada password word", encoding="utf-8")
    netrc.chmod(0o600)

    with far_end(saying()) as end:
        client(end.origin).call(ASKING)

    assert b"authorization" not in end.heard[0].lower()


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine():
    with far_end(saying()) as proxy, far_end(saying()) as end:
        environ = {
            "HTTP_PROXY": proxy.origin,
            "HTTPS_PROXY": proxy.origin,
            "ALL_PROXY": proxy.origin,
        }
        caller = Client(end.origin, Credential(Secret(KEY), "a test"), environ)
        assert caller.call(ASKING).status == 200

    assert proxy.heard == []


def test_a_proxy_sees_a_tunnel_asked_for_and_never_the_key():
    with far_end(saying(b"", status="403 Forbidden")) as proxy:
        environ = {"HTTPS_PROXY": proxy.origin}
        caller = Client(
            "https://proxied.example", Credential(Secret(KEY), "a test"), environ, total=5
        )
        with pytest.raises(CallError) as caught:
            caller.call(ASKING)

    assert caught.value.arrival is Arrival.NOT_SENT
    assert proxy.heard[0].startswith(b"CONNECT proxied.example:443 ")
    assert not any(leaks(heard) for heard in proxy.heard)


# What it is never written into.


ECHOES = [
    KEY.encode(),
    quote(KEY, safe="").encode(),
    quote(KEY).encode(),
    KEY.replace("/", "\\/").encode(),
    base64.b64encode(KEY.encode()),
    base64.urlsafe_b64encode(KEY.encode()),
]


@pytest.mark.parametrize("spelling", ECHOES)
def test_a_reply_that_echoes_the_key_in_any_spelling_is_cut_before_anybody_sees_it(spelling):
    told = ANSWER[:-1] + b', "received": "' + spelling + b'"}'
    with far_end(saying(told, x_request_id=spelling.decode())) as end:
        settlement = send(end.origin)
        reply = client(end.origin).call(ASKING)

    assert settlement.arrival is Arrival.DONE
    assert not leaks(settlement.body)
    assert not leaks(repr(settlement).encode())
    assert not leaks(repr(reply).encode())
    assert not leaks(reply.body)
    assert settlement.headers["x-request-id"].startswith("***")


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "422 No", "500 Oops"])
def test_a_refusal_that_quotes_the_key_is_told_without_it(status):
    body = json.dumps({"error": f"The key {KEY} is not welcome"}).encode()
    with far_end(saying(body, status=status)) as end:
        settlement = send(end.origin)

    assert settlement.message
    assert not leaks(settlement.message.encode())
    assert not leaks(settlement.body)


def test_nothing_that_knows_the_key_shows_it():
    settings = read_settings({"APOLLO_API_KEY": KEY})
    caller = client("http://127.0.0.1:9")
    shown = [settings, settings.credential, settings.key().secret, caller, chunk()]

    assert not any(leaks(f"{thing!r} {thing!s} {thing}".encode()) for thing in shown[:3])
    assert not any(leaks(repr(thing).encode()) for thing in shown[3:])


def test_an_error_of_the_wire_and_its_traceback_say_nothing_of_the_key():
    for origin in ("http://127.0.0.1:9", "http://apollo.invalid"):
        with pytest.raises(CallError) as caught:
            client(origin).call(ASKING)
        told = "".join(traceback.format_exception(caught.value))
        assert not leaks(told.encode())


def test_no_logger_of_any_library_hears_the_key(caplog):
    caplog.set_level(logging.DEBUG)
    with far_end(saying()) as end:
        send(end.origin)
        send("http://127.0.0.1:9")

    assert caplog.records
    assert not any(
        leaks(f"{record.getMessage()} {record.args}".encode()) for record in caplog.records
    )


@pytest.mark.parametrize(
    "held", ["two words", "line\nbreak", "tab\tin", "nul\x00", "smart“quote”", "ключ"]
)
def test_what_is_no_key_is_refused_without_being_repeated(held):
    with pytest.raises(AccessError) as caught:
        read_settings({"APOLLO_API_KEY": held})

    assert held not in str(caught.value)


# The canary: a whole run, and then every byte that it left behind.


@pytest.fixture(scope="module")
def apollo():
    with running(Setup(profile="unlimited", key=KEY)) as sandbox:
        yield sandbox


@pytest.mark.parametrize("fault", ["echo_key", "500_after", "torn", "html_200", None])
def test_a_whole_run_leaves_the_key_in_no_file_no_page_and_no_word(tmp_path, apollo, fault):
    apollo.reset()
    apollo.plot([{"route": makers.BULK, "fault": fault, "on": [1, 2]}] if fault else [])
    temp = tmp_path / "temp"
    temp.mkdir()
    environ = {
        "APOLLO_BASE_URL": apollo.base_url,
        "APOLLO_API_KEY": KEY,
        "TMPDIR": str(temp),
    }
    desk = makers.Desk(tmp_path, environ)
    sheet = makers.save_xlsx(tmp_path / "leads.xlsx", makers.leads(25))
    job = makers.save_job(tmp_path / "job.yaml")

    ended = desk.run(job, sheet, "--debug")
    following = [desk.call("runs"), desk.call("show", ended.document["run"]), desk.call("usage")]

    assert (tmp_path / "leads.annotated.xlsx").exists()
    assert list(desk.state.rglob("*.log"))
    assert leaking_files(tmp_path) == {}
    for told in (ended, *following):
        assert not leaks((told.out + told.err).encode())


def test_a_key_that_apollo_does_not_know_is_not_repeated_to_anybody(tmp_path, apollo):
    wrong = KEY[::-1] + "-wrong"
    environ = {"APOLLO_BASE_URL": apollo.base_url, "APOLLO_API_KEY": wrong}
    desk = makers.Desk(tmp_path, environ)
    sheet = makers.save_csv(tmp_path / "leads.csv", makers.leads(2))

    ended = desk.run(makers.save_job(tmp_path / "job.yaml"), sheet)

    assert ended.code == 5
    assert not leaks((ended.out + ended.err).encode(), wrong)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if leaks(path.read_bytes(), wrong)]


def test_a_crash_report_holds_no_key_though_the_error_quotes_it():
    with pytest.raises(ValueError, match=re.escape(KEY)) as caught:
        int(KEY)

    told = report_crash(caught.value)

    path = Path(told.partition("is in ")[2].partition(";")[0])
    written = path.read_bytes()
    path.unlink()
    assert b"ValueError" in written
    assert not leaks(written + told.encode())
