"""`yurai sign --timestamp`, `--oms`, and what `yurai verify` says of both, as a user calls them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tsa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from run_helpers import Said

    Yurai = Callable[..., Said]

BLOCK = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {name!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Block())
"""


def without(name: str, folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """A call where the package `name` is not installed."""
    site = folder / f"site-{name}"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(BLOCK.format(name=name))
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, "-m", "yurai", *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Where an authority answers, and the PEM of its root."""
    made = tsa.Authority(tmp_path / "tsa")
    with tsa.served({"/": lambda handler, query: tsa.reply(handler, made.answer(query))}) as url:
        yield f"{url}/", made.roots


@pytest.fixture
def out(small_tree: Path, tmp_path: Path, yurai: Yurai) -> Path:
    yurai("sign", "--new-key", tmp_path / "me.key")
    return Path(shutil.copytree(small_tree, tmp_path / "out"))


@tsa.needs_openssl
def test_a_stamp_from_authority_to_verdict(out: Path, authority: tuple[str, Path], yurai: Yurai) -> None:
    (url, roots), me = authority, out.parent / "me.key"
    place = url.replace("http://", "http://user:swordfish@") + "?token=opensesame"
    said = yurai("sign", out, "--key", me, "--timestamp", place, "--tsa-certificates", roots)
    assert (said.code, said.err) == (0, "")
    assert "by CN=Stamps Authority" in said.out
    said = yurai("verify", out, "--key", f"{me}.pub", "--tsa-certificates", roots, "--no-rows")
    assert said.code == 0, said.out
    assert "by the clock of CN=Stamps Authority\n" in said.out
    assert said.out.splitlines()[-1] == "verified"
    assert "anyone can write that: --tsa-certificates PEM" in yurai("verify", out, "--no-rows").out
    written = b"".join(path.read_bytes() for path in (*out.glob("signatures/*"), *out.glob("*.json")))
    assert not [secret for secret in (b"swordfish", b"opensesame", b"127.0.0.1") if secret in written]


@tsa.needs_openssl
def test_nothing_of_the_time_is_in_a_digest(out: Path, authority: tuple[str, Path], yurai: Yurai) -> None:
    before = yurai("digest", out).out, (out / "run.json").read_bytes()
    assert yurai("sign", out, "--key", out.parent / "me.key", "--timestamp", authority[0]).code == 0
    assert (yurai("digest", out).out, (out / "run.json").read_bytes()) == before


@tsa.needs_openssl
def test_a_stamp_where_its_library_is_missing(out: Path, authority: tuple[str, Path], yurai: Yurai) -> None:
    me, (url, roots) = out.parent / "me.key", authority
    ended = without("rfc3161_client", out.parent, "sign", out, "--key", me, "--timestamp", url)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "pip install 'yurai[timestamp]'" in ended.stderr
    assert not (out / "signatures").exists()
    assert yurai("sign", out, "--key", me, "--timestamp", url).code == 0
    ended = without("rfc3161_client", out.parent, "verify", out, "--no-rows")
    assert ended.returncode == 0
    assert "warning timestamp" in ended.stdout
    assert "yurai[timestamp]" in ended.stdout
    ended = without("rfc3161_client", out.parent, "verify", out, "--no-rows", "--tsa-certificates", roots)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "pip install 'yurai[timestamp]'" in ended.stderr


def test_an_authority_that_is_not_there_is_one_line_and_nothing_is_written(out: Path, yurai: Yurai) -> None:
    said = yurai("sign", out, "--key", out.parent / "me.key", "--timestamp", "http://me:word@127.0.0.1:9/x?key=secret")
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert "no time stamp from http://127.0.0.1:9/x: cannot connect" in said.err
    assert "word" not in said.err
    assert not (out / "signatures").exists()


def test_certificates_that_nothing_bears_are_an_error(out: Path, tmp_path: Path, yurai: Yurai) -> None:
    (tmp_path / "roots.pem").write_bytes(tsa.issued("Root").pem)
    yurai("sign", out, "--key", out.parent / "me.key")
    said = yurai("verify", out, "--no-rows", "--tsa-certificates", tmp_path / "roots.pem")
    assert said.code == 1
    assert "no signature that is trusted bears a time stamp" in said.out


@pytest.mark.skipif(find_spec("model_signing") is None, reason="the extra yurai[oms] is not installed")
def test_a_bundle_from_key_to_verdict(out: Path, tmp_path: Path, yurai: Yurai) -> None:
    said = yurai("sign", "--oms", "--new-key", tmp_path / "oms.key", out)
    assert (said.code, said.err) == (0, "")
    assert "OpenSSF Model Signing" in said.out
    said = yurai("verify", out, "--no-rows", "--key", tmp_path / "oms.key.pub")
    assert said.code == 0, said.out
    assert said.out.splitlines()[-1] == "verified"
    said = yurai("verify", out, "--no-rows")
    assert said.code == 0
    assert said.out.splitlines()[-1] == "whole, but by whom it is signed was not checked"
    # of a bundle by key, verifying needs no library but Yurai's own
    ended = without("model_signing", tmp_path, "verify", out, "--no-rows", "--key", tmp_path / "oms.key.pub")
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("name", ["model_signing", "OpenSSL"])
def test_a_bundle_where_its_library_is_missing(out: Path, tmp_path: Path, yurai: Yurai, name: str) -> None:
    yurai("sign", "--oms", "--new-key", tmp_path / "oms.key")
    for words in (
        ("sign", out, "--oms", "--key", tmp_path / "oms.key"),
        ("verify", out, "--identity", "me@a.example", "--oidc-issuer", "https://issuer.example"),
    ):
        ended = without(name, tmp_path, *words)
        assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr
        assert "pip install 'yurai[oms]'" in ended.stderr
    assert not (out / "signatures").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("sign", "OUT", "--oms"),
        ("sign", "OUT", "--keyless"),
        ("sign", "OUT", "--oms", "--keyless", "--key", "me.key"),
        ("sign", "OUT", "--key", "me.key", "--identity-token", "token"),
        ("sign", "OUT", "--key", "me.key", "--oidc-issuer", "https://a.example"),
        ("sign", "OUT", "--oms", "--key", "me.key", "--trust-config", "trust.json"),
        ("sign", "OUT", "--key", "me.key", "--tsa-certificates", "roots.pem"),
        ("verify", "OUT", "--identity", "me"),
        ("verify", "OUT", "--oidc-issuer", "https://a.example"),
        ("verify", "OUT", "--trust-config", "trust.json"),
    ],
)
def test_options_that_do_not_go_together_are_said_to_be_so(words: tuple[str, ...], yurai: Yurai) -> None:
    said = yurai(*words)
    assert said.code == 2
    assert "Traceback" not in said.err


def test_options_of_a_tree_do_not_go_with_a_proof(tmp_path: Path, yurai: Yurai) -> None:
    (tmp_path / "proof.json").write_text("{}")
    said = yurai("verify", tmp_path / "proof.json", "--tsa-certificates", tmp_path / "roots.pem")
    assert (said.code, "go with a tree" in " ".join(said.err.split())) == (2, True)


def test_an_ed25519_key_signs_no_bundle(out: Path, yurai: Yurai) -> None:
    said = yurai("sign", out, "--oms", "--key", out.parent / "me.key")
    assert said.code == 2
    assert "`yurai sign --oms --new-key FILE` makes one" in said.err
