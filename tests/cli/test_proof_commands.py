"""`yurai sign`, `yurai verify` and `yurai prove`, as a user calls them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]


@pytest.fixture
def signed(small_tree: Path, tmp_path: Path, yurai: Yurai) -> Path:
    out = Path(shutil.copytree(small_tree, tmp_path / "out"))
    assert yurai("sign", "--new-key", tmp_path / "me.key").code == 0
    said = yurai("sign", out, "--key", tmp_path / "me.key")
    assert said.code == 0
    assert "signed by" in said.out
    return out


def page(out: Path) -> dict[str, str]:
    return pq.read_table(out / "documents/00000.parquet", columns=["url", "doc_id", "text"]).to_pylist()[0]


def test_a_tree_from_key_to_verdict(signed: Path, yurai: Yurai) -> None:
    said = yurai("verify", signed, "--key", signed.parent / "me.key.pub")
    assert said.code == 0
    assert "signed by" in said.out
    assert "not verified: journal/" in said.out
    path = signed / "shards/00000.bin"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    said = yurai("verify", signed)
    assert said.code == 1
    assert "shards/00000.bin" in said.out
    assert "document" in said.out


def test_an_unsigned_tree_is_said_to_be_one(small_tree: Path, yurai: Yurai) -> None:
    said = yurai("verify", small_tree)
    assert said.code == 0
    assert "nobody signed" in said.out
    assert "unsigned" in said.out.splitlines()[-1]


def test_another_key_is_an_error(signed: Path, yurai: Yurai) -> None:
    yurai("sign", "--new-key", signed.parent / "other.key")
    said = yurai("verify", signed, "--key", signed.parent / "other.key.pub")
    assert said.code == 1
    assert "not by the key that was given" in said.out


def test_a_key_is_made_and_used_in_one_call(small_tree: Path, tmp_path: Path, yurai: Yurai) -> None:
    out = Path(shutil.copytree(small_tree, tmp_path / "out"))
    assert yurai("sign", out, "--new-key", tmp_path / "me.key").code == 0
    assert yurai("verify", out, "--key", tmp_path / "me.key.pub").code == 0
    said = yurai("sign", "--new-key", tmp_path / "me.key")
    assert (said.code, "never overwritten" in said.err) == (2, True)


@pytest.mark.parametrize("arguments", [[], ["out"], ["--key", "k"]])
def test_half_a_call_says_what_is_missing(arguments: list[str], yurai: Yurai) -> None:
    said = yurai("sign", *arguments)
    assert said.code == 2
    assert "--key FILE" in said.err


@pytest.mark.parametrize("kind", ["url", "doc_id", "text"])
def test_what_is_in_is_proved_without_the_data(signed: Path, yurai: Yurai, kind: str, tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    assert yurai("prove", signed, "--contains", page(signed)[kind], "--output", proof).code == 0
    shutil.rmtree(signed)
    said = yurai("verify", proof, "--key", tmp_path / "me.key.pub")
    assert said.code == 0
    assert "is in documents/" in said.out


def test_a_thousand_absent_urls_in_one_call(signed: Path, yurai: Yurai, tmp_path: Path) -> None:
    urls = tmp_path / "urls.txt"
    urls.write_text("".join(f"https://absent.example/{number}\n" for number in range(1000)) + "\n", "utf-8")
    said = yurai("prove", signed, "--absent-list", urls)
    assert said.code == 0
    (tmp_path / "proof.json").write_text(said.out, "utf-8")
    verdict = yurai("verify", tmp_path / "proof.json", "--key", tmp_path / "me.key.pub")
    assert verdict.code == 0
    assert verdict.out.count("is not in documents/") == 1000


def test_a_text_is_bound_by_whoever_has_it(signed: Path, yurai: Yurai, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("a text of mine", "utf-8")
    (tmp_path / "other.txt").write_text("another text", "utf-8")
    proof = tmp_path / "proof.json"
    assert yurai("prove", signed, "--absent-text", tmp_path / "mine.txt", "--output", proof).code == 0
    assert "a text of mine" not in proof.read_text("utf-8")
    assert yurai("verify", proof, "--text-file", tmp_path / "mine.txt").code == 0
    assert yurai("verify", proof, "--text-file", tmp_path / "other.txt").code == 1


def test_a_passage_is_no_document(signed: Path, yurai: Yurai) -> None:
    said = yurai("prove", signed, "--contains", page(signed)["text"][5:60])
    assert said.code == 2
    assert "not in documents/" in said.err


def test_an_untrue_claim_is_refused_and_nothing_is_written(signed: Path, yurai: Yurai, tmp_path: Path) -> None:
    said = yurai("prove", signed, "--absent", page(signed)["url"], "--output", tmp_path / "proof.json")
    assert said.code == 2
    assert "--contains proves that" in said.err
    assert not (tmp_path / "proof.json").exists()


def test_a_proof_that_nobody_signed_needs_a_root(small_tree: Path, yurai: Yurai, tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    said = yurai("prove", small_tree, "--absent", "https://absent.example/", "--output", proof)
    assert (said.code, "nobody signed" in said.err) == (0, True)
    root = json.loads(proof.read_text("utf-8"))["root"]
    assert yurai("verify", proof).code == 1
    assert yurai("verify", proof, "--root", "0" * 64).code == 1
    assert yurai("verify", proof, "--root", root).code == 0


def test_a_signature_taken_off_or_of_another_run_is_no_proof(signed: Path, yurai: Yurai, tmp_path: Path) -> None:
    from yurai_manifests.merkle.claims import proof_digest

    proof = tmp_path / "proof.json"
    yurai("prove", signed, "--absent", "https://absent.example/", "--output", proof)
    value = json.loads(proof.read_text("utf-8"))
    statement = value["statement"]
    statement["signatures"][0]["sig"] = f"{'A' * 86}=="
    for forged in (value | {"statement": None}, value | {"statement": {}}, value | {"statement": statement}):
        proof.write_text(json.dumps(forged | {"sha256": proof_digest(forged)}), "utf-8")
        assert yurai("verify", proof).code == 1


def test_options_of_a_proof_do_not_go_with_a_tree(signed: Path, yurai: Yurai) -> None:
    assert yurai("verify", signed, "--root", "0" * 64).code == 2
    assert yurai("prove", signed).code == 2
    assert yurai("verify", signed.parent / "nothing").code == 2


@pytest.mark.parametrize("command", ["sign", "verify", "prove"])
def test_help_has_examples(command: str, yurai: Yurai) -> None:
    assert "Examples: " in yurai(command, "--help").out


def test_no_other_command_loads_the_library_of_signatures() -> None:
    code = "import sys, yurai.cli.app; raise SystemExit(any(name.startswith('cryptography') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
