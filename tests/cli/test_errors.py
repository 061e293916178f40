"""Trouble is one line that says what, where and what to do, with exit code 2, and leaves nothing that looks complete."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from run_helpers import SMALL, assert_whole, finish, run, start
from sample_expectations import SAMPLE
from yurai_manifests.errors import ShardError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from run_helpers import Said

READ = '[[stage]]\nuse = "read"\n[[stage]]\nuse = "extract"\n'
NAMED = f'name = "mine"\n{READ}'


def refused(said: Said, kind: str, *words: str) -> None:
    assert said.code == 2, said
    lines = [line for line in said.err.splitlines() if not line.startswith("note: ")]
    assert len(lines) == 1, said.err
    assert lines[0].startswith(f"{kind}: "), said.err
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ("name =", ["mine.toml is not TOML"]),
        (READ, ['needs name = "..."']),
        ('name = "mine"', ["at least one [[stage]]"]),
        (f'nam = "mine"\n{READ}', ["unknown key 'nam'", "did you mean 'name'?"]),
        (f'name = "mine"\n[deliver]\ntext_byte = 1\n{READ}', ["unknown key 'text_byte'", "did you mean 'text_bytes'?"]),
        (f'name = "mine"\n[deliver]\ntext_bytes = 0\n{READ}', ["text_bytes must be a positive integer, not 0"]),
        (f'{NAMED}[[stage]]\nuse = "langauge"', ["not 'langauge'", "did you mean 'language'?"]),
        (f"{NAMED}[[stage]]\n", ["needs use = one of read, extract"]),
        (
            f'{NAMED}mod = "fast"',
            ["stage extract has no setting 'mod'", "did you mean 'mode'?", "allowed: extractor, format"],
        ),
        (f'{NAMED}mode = "quick"', ["setting mode must be one of 'fast', 'balanced'", "not 'quick'"]),
        (f'{NAMED}cpu_seconds = "60"', ["setting cpu_seconds must be an integer, not '60'"]),
        (f'{NAMED}[[stage]]\nuse = "filter"\nrules = [{{ use = "lenght" }}]', ["'lenght'", "did you mean 'length'?"]),
        (f'{NAMED}[[stage]]\nuse = "filter"\nrules = ["length"]', ["rules must be a list of tables"]),
        (
            f'{NAMED}[[stage]]\nuse = "filter"\nrules = [{{ use = "length", min_character = 5 }}]',
            ["filter length has no setting 'min_character'", "did you mean 'min_characters'?"],
        ),
        (
            f'{NAMED}[[stage]]\nuse = "filter"\nrules = [{{ use = "length", min_characters = true }}]',
            ["filter length: setting min_characters must be an integer, not True"],
        ),
        (
            f'{NAMED}[[stage]]\nuse = "language"\n[[stage]]\nuse = "measure"\ntaggers = ["wrods"]',
            ["no tagger is called 'wrods'", "did you mean 'words'?"],
        ),
        (f'{NAMED}[[stage]]\nuse = "tokenize"\n[[stage]]\nuse = "filter"', ["filter cannot follow tokenize"]),
        (f'{NAMED}[[stage]]\nuse = "measure"\n[[stage]]\nuse = "language"', ["put language before it"]),
        (
            f'{NAMED}[[stage]]\nuse = "language"\n[[stage]]\nuse = "language"',
            ["two stages language would write column lang", "give all but one a name"],
        ),
        ('name = "mine"\n[[stage]]\nuse = "extract"', ["read and extract go together"]),
        ('name = "mine"\n[[stage]]\nuse = "dedup"', ["the first stages must be read and extract, found dedup"]),
        (f'{NAMED}[[stage]]\nuse = "language"\nmodel = "my.bin"', ["model my.bin has no sha256"]),
        (f'{NAMED}[[stage]]\nuse = "language"\nmodel = "my.bin"\nsha256 = "{"0" * 64}"', ["my.bin does not exist"]),
        (f'{NAMED}[[stage]]\nuse = "language"\nsha256 = "{"0" * 64}"', ["has sha256 8f34", "not 0000"]),
        (f'{NAMED}[[stage]]\nuse = "tokenize"\ntokenizer = "my.json"', ["my.json"]),
    ],
)
def test_a_wrong_recipe(recipe: str, words: list[str], yurai: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(recipe)
    out = tmp_path / "out"
    said = yurai("run", tmp_path / "mine.toml", "--input", SMALL[1], "--output", out, "--runner", "local")
    refused(said, "RecipeError", *words)
    assert not out.exists()


def test_no_such_recipe(yurai: Callable[..., Said], tmp_path: Path) -> None:
    said = yurai("run", "finewebb", "--input", SAMPLE, "--output", tmp_path / "out", "--runner", "local")
    refused(said, "RecipeError", "no recipe 'finewebb'", "demo, fineweb, fineweb2-jpn")


def test_input_without_a_candidate(yurai: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/empty.warc.gz").write_bytes(b"")
    (tmp_path / "in/noise.warc").write_bytes(os.urandom(5000))
    said = yurai("run", "demo", "--input", tmp_path / "in", "--output", tmp_path / "out", "--runner", "local")
    refused(
        said.__class__(said.code, said.out, said.err.splitlines(keepends=True)[-1]),
        "RecipeError",
        "none of 2 inputs",
        "check --input",
    )
    assert not (tmp_path / "out/run.json").exists()
    assert yurai("audit", tmp_path / "out").code == 2


def test_a_list_under_another_name_is_told_how_lists_are_called(yurai: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "inputs.txt").write_text(f"{SAMPLE}\n")
    said = yurai("run", "demo", "--input", tmp_path / "inputs.txt", "--output", tmp_path / "out", "--runner", "local")
    refused(said.__class__(said.code, "", said.err.splitlines(keepends=True)[-1]), "RecipeError", "ends in .paths")


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_output_that_cannot_be_written(place: str, yurai: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    said = yurai("run", "demo", "--input", SAMPLE, "--output", tmp_path / place, "--runner", "local")
    refused(said, "ShardError", str(tmp_path / place), "choose another --output")
    assert (tmp_path / "file").read_text() == "not a folder"


@pytest.fixture
def small_disk() -> Iterator[Callable[[str], Path]]:
    """`small_disk(size)` mounts or enlarges a file system of that size."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    folder = Path(tempfile.mkdtemp(prefix="small-disk-"))  # not below tmp_path: pytest could not clear a busy mount

    def sized(size: str) -> Path:
        options = f"size={size}" if not os.path.ismount(folder) else f"remount,size={size}"
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip(f"cannot mount: {done.stderr.decode().strip()}")
        return folder

    yield sized
    if os.path.ismount(folder):
        subprocess.run(["umount", "--lazy", folder], check=True)  # a traceback may hold a file of it
    folder.rmdir()


@pytest.mark.parametrize("size", ["8k", "64k", "160k", "260k"])
def test_a_full_disk(size: str, small_disk: Callable[[str], Path], small_tree: Path) -> None:
    out = small_disk(size) / "out"
    with pytest.raises(ShardError, match="the disk is full: free space or choose another --output, then run the same"):
        run(out, SMALL)
    assert not (out / "run.json").exists()
    small_disk("32m")
    run(out, SMALL)
    assert_whole(out, load_run(open_store(str(small_tree))).digest)


def test_a_full_disk_on_the_command_line(small_disk: Callable[[str], Path], yurai: Callable[..., Said]) -> None:
    said = yurai("run", "demo", "--input", SMALL[1], "--output", small_disk("64k") / "out", "--runner", "local")
    assert said.code == 2
    assert said.err.splitlines()[-1].startswith("ShardError: ")
    assert "Traceback" not in said.err


@pytest.mark.ray
def test_no_ray_at_the_address(tmp_path: Path) -> None:
    said = finish(start("run", "demo", "--input", SAMPLE, "--output", tmp_path / "out", "--address", "127.0.0.1:1"))
    refused(said, "RecipeError", "cannot reach Ray at 127.0.0.1:1", "check the address")
    assert not (tmp_path / "out").exists()


@pytest.mark.ray
@pytest.mark.parametrize("address", ["10.11.12.13:6379", "ray://head.example:10001", "[2001:db8::1]:6379"])
def test_a_remote_ray_needs_a_token(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from yurai.ray.connect import refuse_open_remote
    from yurai_manifests.errors import RecipeError

    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    with pytest.raises(RecipeError, match="set RAY_AUTH_MODE=token"):
        refuse_open_remote(address)
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    refuse_open_remote(address)


@pytest.mark.ray
@pytest.mark.parametrize("address", ["127.0.0.1:6379", "localhost:6379", "[::1]:6379", "ray://127.0.0.1:10001"])
def test_a_ray_on_this_machine_needs_none(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from yurai.ray.connect import refuse_open_remote

    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    refuse_open_remote(address)


def test_exit_codes_of_audit(yurai: Callable[..., Said], tree: Path, tmp_path: Path) -> None:
    assert yurai("audit", tree).code == 0
    path = tree / "documents/00000.parquet"
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data[:-1] + b"?")
    said = yurai("audit", tree)
    assert (said.code, said.err) == (1, "")
    assert "documents/00000.parquet" in said.out
    refused(yurai("audit", tmp_path / "nowhere"), "RecipeError", "has no run.json", "to resume")
    (tree / "run.json").write_text("{")
    said = yurai("audit", tree)
    assert (said.code, said.out) == (1, "")
    assert "run.json is damaged" in said.err
    assert "restore it or run again" in said.err


@pytest.mark.parametrize("command", ["audit", "digest", "explain"])
def test_a_tree_without_a_run(command: str, yurai: Callable[..., Said], tmp_path: Path) -> None:
    more = ["--token", "00000:0"] if command == "explain" else []
    refused(yurai(command, tmp_path, *more), "RecipeError", "has no run.json", "run the same command again to resume")
