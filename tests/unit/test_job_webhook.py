"""The address for results that come later is public, https and the user's own, or it is refused."""

import pytest

from apollo_batch.errors import InvalidError
from apollo_batch.job.load import load

JOB = """\
version: 1
name: Phones
operation: people.enrich
map: {{email: Email}}
options:
  reveal_phone_number: true
  webhook_url: {address}
"""
NOT_PUBLIC = """
https://127.0.0.1/a https://localhost/a https://localhost.localdomain/a https://10.0.0.7/a
https://169.254.169.254/latest https://192.0.2.7/a https://1.1.1.1/a https://2130706433/a
https://0x7f000001/a https://0177.0.0.1/a https://127.1/a https://[::1]/a
https://[fd12:3456:789a::1]/a https://[fe80::1%25eth0]/a https://[::ffff:127.0.0.1]/a
https://[2001:db8::1]/a https://hooks.internal/a https://hooks.local/a https://hooks.lan/a
https://hooks.home.arpa/a https://hooks.corp/a https://intranet/a http://hooks.acme.example/a
ftp://hooks.acme.example/a //hooks.acme.example/a hooks.acme.example/a https:// https:///a
https://hooks.acme.example:99999/a https://hooks.acme.example:0/a https://-/a https://.example/a
https://hooks.acme.example@127.0.0.1/a https://1.2.3.4.5/a https://127.0.0.1./a https://localhost./a
https://metadata.google.internal/a https://hooks.internal./a https://017700000001/a
https://[fc00::1]/a https://[::ffff:a9fe:a9fe]/a https://[64:ff9b::7f00:1]/a
""".split()
WITH_USER = ["https://jane:secret@hooks.acme.example/a", "https://jane@hooks.acme.example/a"]
ANYBODYS = ["https://webhook.site/1", "https://abc.webhook.site/a", "https://WEBHOOK.SITE/a"]
ANYBODYS += [
    "https://abc.m.pipedream.net/",
    "https://requestbin.com/r/1",
    "https://x.beeceptor.com/a",
]
OWN = [
    "https://hooks.acme.example",
    "https://hooks.acme.example:8443/apollo?team=1",
    "https://xn--hks-0na.example/a",
]


def loaded(folder, address):
    job = folder / "job.yaml"
    job.write_text(JOB.format(address=f"'{address}'"), encoding="utf-8")
    return load(job)


def refusal(folder, address):
    with pytest.raises(InvalidError) as raised:
        loaded(folder, address)
    (problem,) = raised.value.problems
    return problem.message


@pytest.mark.parametrize("address", [*NOT_PUBLIC, "https://hooks.acme.example\\@evil.example/a"])
def test_an_address_that_is_not_public_is_refused(tmp_path, address):
    assert "public https address" in refusal(tmp_path, address)


@pytest.mark.parametrize("address", WITH_USER)
def test_an_address_with_a_user_is_refused_and_the_password_is_not_repeated(tmp_path, address):
    said = refusal(tmp_path, address)

    assert "names a user" in said
    assert "secret" not in said


@pytest.mark.parametrize("address", ANYBODYS)
def test_a_request_bin_that_anybody_can_read_is_refused_with_the_reason(tmp_path, address):
    assert "could read personal data" in refusal(tmp_path, address)


@pytest.mark.parametrize("address", OWN)
def test_an_address_of_ones_own_is_taken_as_it_is(tmp_path, address):
    assert loaded(tmp_path, address).steps[0].options["webhook_url"] == address
