"""Certificates for this machine, made when a test wants them: a good one and every bad one."""

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = datetime.timedelta(days=1)


class Certificates:
    """An authority that clients are told to trust, and the faces a server may show."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._own = _signed("An authority", self._key, "An authority", self._key, ca=True)
        self.authority = folder / "authority.pem"
        self.authority.write_bytes(self._own.public_bytes(serialization.Encoding.PEM))
        self.good = self.face("good")
        self.expired = self.face("expired", ends=-_DAY)
        self.of_another = self.face("of another", host="apollo.example")
        self.of_its_own = self.face("of its own", by_itself=True)

    def face(
        self,
        name: str = "another good one",
        *,
        host: str = "127.0.0.1",
        ends: datetime.timedelta = _DAY,
        by_itself: bool = False,
    ) -> ssl.SSLContext:
        """Make what a server shows of itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer, by = (host, key) if by_itself else ("An authority", self._key)
        made = _signed(host, key, issuer, by, host=host, ends=ends)
        path = self._folder / f"{name}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def _signed(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    by: ec.EllipticCurvePrivateKey,
    *,
    host: str = "",
    ends: datetime.timedelta = _DAY,
    ca: bool = False,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(subject))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 7 * _DAY)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if host:
        builder = builder.add_extension(x509.SubjectAlternativeName([_host(host)]), critical=False)
    return builder.sign(by, hashes.SHA256())


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
