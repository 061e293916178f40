"""Time stamps of RFC 3161, by a real authority: what holds, what does not, and servers that misbehave."""

from __future__ import annotations

import shutil
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

import tsa
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.run import RUN
from yurai_manifests.signing.authority import stamped
from yurai_manifests.signing.der import in_order
from yurai_manifests.signing.files import STAMP_BYTES
from yurai_manifests.signing.keys import load_public, load_secret, new_key
from yurai_manifests.signing.statement import sign_tree
from yurai_manifests.signing.timestamp import check_stamp, load_authorities
from yurai_manifests.store import open_store
from yurai_manifests.verify.signatures import Signatures, Trust

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from yurai_manifests.findings import Finding

pytestmark = tsa.needs_openssl
SIGNATURE = b"what was signed"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    return tsa.Authority(tmp_path_factory.mktemp("tsa") / "here")


@pytest.fixture(scope="module")
def url(authority: tsa.Authority) -> Iterator[str]:
    def other(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        tsa.reply(handler, token(authority, b"another thing"))

    def hang(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        ended.wait()
        handler.close_connection = True

    def drip(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", tsa.REPLY)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"0")
        ended.wait()

    def cut(handler: BaseHTTPRequestHandler, query: bytes) -> None:
        tsa.reply(handler, authority.answer(query)[:500])

    ended = threading.Event()
    answers = {
        "/": lambda handler, query: tsa.reply(handler, authority.answer(query)),
        "/reject": lambda handler, query: tsa.reply(handler, authority.answer(query, digests="sha512")),
        "/other": other,
        "/html": lambda handler, _: tsa.reply(handler, b"<html>", **{"Content-Type": "text/html"}),
        "/empty": lambda handler, _: tsa.reply(handler, b""),
        "/noise": lambda handler, _: tsa.reply(handler, bytes(range(256))),
        "/cut": cut,
        "/huge": lambda handler, _: tsa.reply(handler, b"0" * (STAMP_BYTES + 1)),
        "/denied": lambda handler, _: tsa.reply(handler, b"", 403),
        "/broken": lambda handler, _: tsa.reply(handler, b"", 503),
        "/moved": lambda handler, _: tsa.reply(handler, b"", 307, Location="https://user:word@b.example/x?key=1"),
        "/gone": lambda handler, _: handler.wfile.write(b""),
        "/no-http": lambda handler, _: handler.wfile.write(b"220 mail.example ESMTP\r\n"),
        "/hang": hang,
        "/drip": drip,
    }
    with tsa.served(answers) as place:
        yield place
        ended.set()


def token(authority: tsa.Authority, data: bytes) -> bytes:
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    return authority.answer(request.as_bytes())


def test_a_stamp_says_when_and_who(authority: tsa.Authority, url: str) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    answer = stamped(f"{url}/", SIGNATURE)
    held = check_stamp(answer, SIGNATURE, load_authorities(authority.roots))
    assert before <= held.time <= datetime.now(UTC)
    assert (held.authority, held.held) == ("CN=Stamps Authority", True)
    loose = check_stamp(answer, SIGNATURE)
    assert (loose.time, loose.held) == (held.time, False)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("reject", "did not grant a time stamp: rejection"),
        ("other", "nonce differs"),
        ("html", "answers text/html"),
        ("empty", "no time stamp of RFC 3161"),
        ("noise", "no time stamp of RFC 3161"),
        ("cut", "no time stamp of RFC 3161"),
        ("huge", "longer than"),
        ("denied", "403"),
        ("broken", "503"),
        ("moved", "redirects to https://b.example/x;"),
        ("gone", "connection broke"),
        ("no-http", "no HTTP"),
        ("hang", "no whole answer in 0.5 seconds"),
        ("drip", "no whole answer in 0.5 seconds"),
    ],
)
def test_a_server_that_gives_none_is_one_clear_line(url: str, path: str, words: str) -> None:
    seconds = 0.5 if path in ("hang", "drip") else 60
    place = url.replace("http://", "http://me:word@")
    with pytest.raises(RecipeError, match=r"no time stamp from http://127\.0\.0\.1") as found:
        stamped(f"{place}/{path}?key=secret", SIGNATURE, seconds=seconds)
    said = str(found.value)
    assert words in said
    assert "nothing was written" in said
    assert "\n" not in said
    assert not {"word", "secret", "me:", "user"} & set(said.replace("@", " ").replace("=", " ").split())
    assert "word" not in said
    assert "secret" not in said


@pytest.mark.parametrize(
    "place", ["ftp://a.example/", "nowhere", "http://127.0.0.1:1/", "https://", "http://a b/", "http://[::1/"]
)
def test_what_is_no_place_is_one_clear_line(place: str) -> None:
    with pytest.raises(RecipeError) as found:
        stamped(place, SIGNATURE)
    assert "\n" not in str(found.value)


def test_the_authority_learns_a_hash_alone(authority: tsa.Authority) -> None:
    seen = []

    def look(handler: BaseHTTPRequestHandler, query: bytes) -> None:
        seen.append((query, handler.headers["Content-Type"], handler.headers["Authorization"]))
        tsa.reply(handler, authority.answer(query))

    with tsa.served({"/": look}) as place:
        stamped(place.replace("http://", "http://me:word@"), SIGNATURE)
    ((query, kind, user),) = seen
    assert SIGNATURE not in query
    assert len(query) < 100
    assert kind == "application/timestamp-query"
    assert user == "Basic bWU6d29yZA=="


def test_another_thing_was_stamped(authority: tsa.Authority) -> None:
    answer = token(authority, SIGNATURE)
    for roots in ([], load_authorities(authority.roots)):
        with pytest.raises(AuditError, match="of other bytes"):
            check_stamp(answer, SIGNATURE + b"!", roots)


def test_a_foreign_authority_does_not_hold(authority: tsa.Authority, tmp_path: Path) -> None:
    """Even where the other one calls itself the same."""
    other = tsa.Authority(tmp_path / "other")
    with pytest.raises(AuditError, match="does not lead to a certificate that was given"):
        check_stamp(token(other, SIGNATURE), SIGNATURE, load_authorities(authority.roots))


@pytest.mark.parametrize("days", [(-800, -400), (400, 800)], ids=["over", "not yet"])
def test_a_chain_that_was_not_valid_then_does_not_hold(tmp_path: Path, days: tuple[int, int]) -> None:
    other = tsa.Authority(tmp_path / "other", days=days)
    with pytest.raises(AuditError, match=r"expired|not yet valid"):
        check_stamp(token(other, SIGNATURE), SIGNATURE, load_authorities(other.roots))


def test_the_chain_may_stand_in_the_file_too(authority: tsa.Authority, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(authority.between + authority.roots.read_bytes())
    assert check_stamp(token(authority, SIGNATURE), SIGNATURE, load_authorities(both)).held


@pytest.mark.parametrize(
    "data", [b"", b"none", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", None]
)
def test_what_holds_no_root_is_refused(authority: tsa.Authority, tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "roots.pem"
    path.write_bytes(authority.between if data is None else data)
    with pytest.raises(RecipeError, match=r"roots\.pem"):
        load_authorities(path)
    with pytest.raises(RecipeError, match="cannot read certificates"):
        load_authorities(tmp_path / "gone.pem")


def test_a_byte_of_a_stamp_that_is_changed_is_named_or_changes_nothing(authority: tsa.Authority) -> None:
    """What no signature is over (spare certificates, words of the status) may differ; time and authority may not."""
    answer, roots = token(authority, SIGNATURE), load_authorities(authority.roots)
    whole = check_stamp(answer, SIGNATURE, roots)
    named = 0
    for place in range(len(answer)):
        damaged = bytearray(answer)
        damaged[place] ^= 1 << place % 8
        try:
            found = check_stamp(bytes(damaged), SIGNATURE, roots)
        except AuditError:
            named += 1
        else:
            assert found == whole
    assert named > 0.9 * len(answer)


@pytest.mark.parametrize("cut", [0, 1, 2, 10, 100, 500, -1])
def test_what_is_no_answer_is_named(authority: tsa.Authority, cut: int) -> None:
    answer = token(authority, SIGNATURE)
    for data in (answer[:cut], answer[:cut] + b"\xff" * 50, answer + b"more"):
        with pytest.raises(AuditError):
            check_stamp(data, SIGNATURE, load_authorities(authority.roots))


def test_certificates_are_put_in_the_order_of_der(authority: tsa.Authority) -> None:
    """OpenSSL writes them as they come, so one of a few authorities has them out of order."""
    from rfc3161_client import decode_timestamp_response

    answer = token(authority, SIGNATURE)
    ordered = in_order(answer)
    assert sorted(ordered) == sorted(answer)
    assert in_order(ordered) == ordered
    decode_timestamp_response(ordered)
    for data in (b"", b"\x30", b"\x30\x84", b"\x30\x85" + b"\xff" * 9, b"\x30\x80\x00\x00", b"\xff" * 1000):
        assert in_order(data) == data


@pytest.fixture
def out(small_tree: Path, tmp_path: Path, url: str) -> Path:
    """What a signature needs of a tree, signed and stamped."""
    out = tmp_path / "out"
    out.mkdir()
    shutil.copy(small_tree / RUN, out / RUN)
    new_key(tmp_path / "me.key")
    sign_tree(open_store(str(out)), load_secret(tmp_path / "me.key"), lambda data: stamped(f"{url}/", data))
    return out


def checked(out: Path, trust: Trust) -> tuple[Signatures, list[Finding]]:
    from yurai_manifests.run import load_run

    store = open_store(str(out))
    signatures = Signatures(store, load_run(store), trust)
    return signatures, list(signatures.check())


def stamp_of(out: Path) -> Path:
    (path,) = (out / "signatures").glob("*.tsr")
    return path


def test_a_signed_tree_bears_its_stamp(out: Path, authority: tsa.Authority, tmp_path: Path) -> None:
    key, roots = load_public(tmp_path / "me.key.pub"), load_authorities(authority.roots)
    for trust in (Trust(), Trust(key), Trust(authorities=roots), Trust(key, roots)):
        signatures, found = checked(out, trust)
        assert found == []
        ((name, stamp),) = signatures.stamps.items()
        assert (name, stamp.held) == (f"signatures/{key.id}.json", bool(trust.authorities))


def test_signing_again_without_a_stamp_removes_the_old_one(out: Path, tmp_path: Path) -> None:
    sign_tree(open_store(str(out)), load_secret(tmp_path / "me.key"))
    assert not list((out / "signatures").glob("*.tsr"))


def test_nothing_is_written_where_no_stamp_is_given(out: Path, tmp_path: Path, url: str) -> None:
    before = {path.name: path.read_bytes() for path in (out / "signatures").iterdir()}
    with pytest.raises(RecipeError):
        sign_tree(open_store(str(out)), load_secret(tmp_path / "me.key"), lambda data: stamped(f"{url}/reject", data))
    assert {path.name: path.read_bytes() for path in (out / "signatures").iterdir()} == before


def test_what_is_wrong_with_a_stamp_is_named(out: Path, authority: tsa.Authority, tmp_path: Path) -> None:
    trust, path = Trust(authorities=load_authorities(authority.roots)), stamp_of(out)
    whole, signature = path.read_bytes(), path.with_name(path.name.removesuffix(".tsr"))
    foreign = tsa.Authority(tmp_path / "other")
    for data in (b"", whole[:-1], token(authority, b"else"), token(foreign, signature.read_bytes())):
        path.write_bytes(data)
        names = {(one.check, one.where) for one in checked(out, trust)[1]}
        assert names == {("timestamp", f"signatures/{path.name}"), ("timestamp", RUN)}
    path.unlink()
    assert [one.where for one in checked(out, trust)[1]] == [RUN]
    path.write_bytes(whole)
    assert checked(out, trust)[1] == []
    signature.unlink()
    assert "not there" in checked(out, Trust())[1][0].message


def test_a_stamp_of_anothers_signature_does_not_serve(out: Path, authority: tsa.Authority, tmp_path: Path) -> None:
    """The pinned key must be the stamped one."""
    other = new_key(tmp_path / "other.key")
    sign_tree(open_store(str(out)), load_secret(tmp_path / "other.key"))
    roots = load_authorities(authority.roots)
    assert checked(out, Trust(load_public(tmp_path / "me.key.pub"), roots))[1] == []
    (finding,) = checked(out, Trust(other, roots))[1]
    assert (finding.check, finding.where) == ("timestamp", RUN)


def test_openssl_verifies_what_is_stored(out: Path, authority: tsa.Authority) -> None:
    import subprocess

    path = stamp_of(out)
    words = [
        "ts",
        "-verify",
        "-in",
        str(path),
        "-data",
        str(path).removesuffix(".tsr"),
        "-CAfile",
        str(authority.roots),
    ]
    ended = subprocess.run([str(tsa.OPENSSL), *words], capture_output=True, text=True, check=False)
    assert "Verification: OK" in ended.stdout, ended.stderr
