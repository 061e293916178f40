"""An S3 server that loses answers, ignores ranges or cuts bodies short."""

from __future__ import annotations

import errno
import io
import os
import socket
import sys
import traceback
from typing import TYPE_CHECKING

import aiohttp
import fsspec
import pytest
import s3fs

from s3_faults import Faulty, s3_behind, s3_store
from yurai_manifests.errors import RecipeError, ShardError
from yurai_manifests.faults import faults_of, storage_error
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


def test_an_upload_that_nobody_answers_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client asks whether it may send the body, and has no time limit for that answer of its own."""
    impatient = {"read_timeout": 0.1, "connect_timeout": 1.0, "retries": {"total_max_attempts": 1}}
    monkeypatch.setitem(fsspec.config.conf, "s3", {"config_kwargs": impatient, "key": "test", "secret": "test"})
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    with (
        socket.create_server(("127.0.0.1", 0)) as deaf,
        s3_store(f"http://127.0.0.1:{deaf.getsockname()[1]}", monkeypatch) as store,
        pytest.raises(ShardError, match=r"cannot write s3://corpus/\w+/a: Read timeout on .*to resume"),
    ):
        store.put("a", b"1")


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


def test_who_has_no_keys_is_told_to_get_some(s3_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    keyless = "Unable to locate credentials; check keys and role, here and on all nodes"
    with s3_store(os.environ["AWS_ENDPOINT_URL"], monkeypatch) as store, pytest.raises(ShardError, match=keyless):
        store.put("a", b"a")


def test_advice_is_about_what_refused() -> None:
    of_store = storage_error("read", "s3://corpus/a", PermissionError("The provided token has expired."))
    of_folder = storage_error("read", "/corpus/a", PermissionError(errno.EACCES, "Permission denied"))
    assert "expired.; check keys and role, here" in str(of_store)
    assert "Permission denied; not permitted: check the owner and mode" in str(of_folder)
