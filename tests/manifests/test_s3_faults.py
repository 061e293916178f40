"""An S3 server that loses answers, ignores ranges or cuts bodies short."""

from __future__ import annotations

import io
import sys
import traceback
from typing import TYPE_CHECKING

import aiohttp
import fsspec
import pytest

from s3_faults import Faulty, s3_behind, s3_store
from yurai_manifests.errors import RecipeError, ShardError
from yurai_manifests.faults import faults_of
from yurai_manifests.lease import held
from yurai_manifests.remote_file import RemoteFile
from yurai_manifests.store import open_store, probe

if TYPE_CHECKING:
    from pathlib import Path

LARGE = 101 << 20
"""Bytes from which s3fs uploads in parts."""


def test_a_lost_answer_to_a_conditional_put_does_not_shut_the_writer_out(
    s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = Faulty("lost reply", lambda *_: False)
    faulty.strikes = lambda method, _path: method == "PUT" and not faulty.struck
    with s3_behind(faulty) as address, s3_store(address, monkeypatch) as store:
        probe(store)
        faulty.struck = 0
        with held(store):
            assert faulty.struck == 1


def test_a_lost_answer_to_the_end_of_an_upload_in_parts(
    s3_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(LARGE)
    faulty = Faulty("lost reply", lambda *_: False)
    faulty.strikes = lambda method, path: method == "POST" and "uploadId" in path and not faulty.struck
    with s3_behind(faulty) as address, s3_store(address, monkeypatch) as store:
        store.put_file(large, "data/large")
        assert faulty.struck == 1
        assert store.size("data/large") == LARGE
    assert not large.exists()


def test_ranges_that_are_ignored_are_refused(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with s3_behind(Faulty("ignores ranges", lambda *_: True)) as address, s3_store(address, monkeypatch) as store:
        store.put("a", b"12345")
        with pytest.raises(
            ShardError, match=r"cannot read s3://corpus/\w+/a: asked for 2 bytes, sent 5: .*ranges; check"
        ):
            store.read_range("a", 1, 3)


class Broken(io.RawIOBase):
    """A body that ends too early, as aiohttp says it."""

    def read(self, _size: int = -1, /) -> bytes:
        raise aiohttp.ClientPayloadError("cut: https://user:PlantedWord@host/a?Signature=Planted")


def test_an_open_file_whose_body_is_cut_raises_an_oserror_without_secrets() -> None:
    opened = RemoteFile(Broken(), "s3://corpus/a", faults_of(fsspec.filesystem("s3")))
    with pytest.raises(OSError, match="cut: https://host/a") as told:
        opened.read(3)
    assert "Planted" not in "".join(traceback.format_exception(told.value))


def test_a_client_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for scheme, module in (("gs", "gcsfs"), ("hf", "huggingface_hub")):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(RecipeError, match=rf"cannot open {scheme}://.*install") as told:
            open_store(f"{scheme}://user:PlantedWord@bucket/tree")
        assert "PlantedWord" not in str(told.value)
