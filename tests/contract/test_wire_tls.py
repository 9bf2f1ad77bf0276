"""The key leaves only for a far end that shows who it is: no certificate is taken on trust."""

import contextlib
import ssl
import threading
from socket import SHUT_RDWR, create_server

import pytest
from certificates import Certificates
from far_end import ANSWER, FarEnd
from leakscan import KEY, leaks

from apollo_batch.apollo.client import CallError, Client, Request
from apollo_batch.model import Arrival
from apollo_batch.settings import Credential, Secret

ASKING = Request("POST", "/api/v1/people/bulk_match", (), {"details": [{"name": "Ada"}]})
SAYS = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@contextlib.contextmanager
def far_end_of(context):
    """Serve whoever accepts the face that is shown, and note every byte that is said."""
    with create_server(("127.0.0.1", 0)) as listener:
        end = FarEnd(f"https://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=_serve, args=(listener, context, end), daemon=True).start()
        try:
            yield end
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(SHUT_RDWR)


def _serve(listener, context, end):
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        with (
            plain,
            contextlib.suppress(OSError),
            context.wrap_socket(plain, server_side=True) as line,
        ):
            end.heard.append(line.recv(65536))
            while not end.heard[-1].endswith(b"}]}"):
                end.heard[-1] += line.recv(65536)
            line.sendall(SAYS % (len(ANSWER), ANSWER))


def call(origin, **environ):
    return Client(origin, Credential(Secret(KEY), "a test"), environ, total=10).call(ASKING)


def expired(made):
    return made.expired


def of_another_host(made):
    return made.of_another


def of_its_own(made):
    return made.of_its_own


def of_an_old_protocol(made):
    context = made.face()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("face", [expired, of_another_host, of_its_own, of_an_old_protocol])
def test_a_far_end_that_does_not_show_who_it_is_never_hears_of_the_key(certificates, face):
    with far_end_of(face(certificates)) as end:
        with pytest.raises(CallError) as caught:
            call(end.origin, SSL_CERT_FILE=str(certificates.authority))

        assert end.heard == []
    assert caught.value.arrival is Arrival.NOT_SENT
    assert not leaks(str(caught.value).encode())


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"SSL_CERT_FILE": ""},
        {"REQUESTS_CA_BUNDLE": ""},
        {"CURL_CA_BUNDLE": ""},
        {"PYTHONHTTPSVERIFY": "0"},
        {"SSL_VERIFY": "false", "REQUESTS_VERIFY": "0", "NODE_TLS_REJECT_UNAUTHORIZED": "0"},
    ],
    ids=lambda environ: next(iter(environ), "nothing"),
)
def test_nothing_in_the_environment_has_an_unknown_authority_believed(
    certificates, environ, monkeypatch
):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with far_end_of(certificates.good) as end:
        with pytest.raises(CallError) as caught:
            call(end.origin, **environ)

        assert end.heard == []
    assert caught.value.arrival is Arrival.NOT_SENT


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_a_companys_own_authority_is_believed_once_it_is_named(certificates, name):
    with far_end_of(certificates.good) as end:
        reply = call(end.origin, **{name: str(certificates.authority)})

        assert len(end.heard) == 1
    assert reply.status == 200
