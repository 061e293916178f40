"""A real time stamping authority on this machine: `openssl ts` behind a small HTTP server, with certificates of its own."""

from __future__ import annotations

import shutil
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="no openssl here, which is the authority")
CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/between.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
ess_cert_id_alg = sha256
"""
NOW = datetime.now(UTC)
REPLY = "application/timestamp-reply"


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass
class Issuer:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def issued(
    subject: str, by: Issuer | None = None, *, stamps: bool = False, days: tuple[int, int] = (-1, 3650)
) -> Issuer:
    """A certificate valid from and until `days` from now: of an authority that `stamps`, or of one that issues others."""
    key = generate_private_key(SECP256R1())
    issuer = by.certificate.subject if by else name(subject)
    built = (
        x509.CertificateBuilder(issuer, name(subject), key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=not stamps, path_length=None), critical=True)
    )
    if stamps:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return Issuer(built.sign((by.key if by else key), SHA256()), key)


class Authority:
    """A root, one certificate between, and the authority itself; `roots` is the PEM that it publishes."""

    def __init__(self, folder: Path, called: str = "Stamps", days: tuple[int, int] = (-1, 3650)) -> None:
        self.folder = folder
        folder.mkdir()
        root = issued(f"{called} Root")
        between = issued(f"{called} Between", root)
        stamper = issued(f"{called} Authority", between, stamps=True, days=days)
        self.roots = folder / "roots.pem"
        self.roots.write_bytes(root.pem)
        self.between = between.pem
        (folder / "between.pem").write_bytes(between.pem)
        (folder / "tsa.pem").write_bytes(stamper.pem)
        (folder / "tsa.key").write_bytes(stamper.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (folder / "serial").write_text("01\n")

    def answer(self, query: bytes, digests: str = "sha256") -> bytes:
        """What openssl answers; it grants nothing of another hash than `digests`."""
        config, asked, said = (self.folder / one for one in ("config", "query", "answer"))
        config.write_text(CONFIG.format(folder=self.folder, digests=digests))
        asked.write_bytes(query)
        words = [str(OPENSSL), "ts", "-reply", "-config", str(config), "-queryfile", str(asked), "-out", str(said)]
        ended = subprocess.run(words, capture_output=True, text=True, check=False)
        assert said.exists(), ended.stderr
        return said.read_bytes()


@contextmanager
def served(answers: dict[str, Callable[[BaseHTTPRequestHandler, bytes], None]]) -> Iterator[str]:
    """Serve POST by path; yield the URL without a path. What was asked stands in `asked` of the server."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answers[self.path.partition("?")[0]](self, body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for key, value in {"Content-Type": REPLY, "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(key, value)
    handler.end_headers()
    handler.wfile.write(body)
