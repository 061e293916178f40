"""What fails half-way leaves no half a file, and what was there before."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from yurai_manifests.errors import AuditError
from yurai_manifests.export import EXPORTS, export
from yurai_manifests.whole_file import FOR_OWNER, whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from run_helpers import Said
    from yurai_manifests.run import RunRecord
    from yurai_manifests.store import Store

    Yurai = Callable[..., Said]


@pytest.fixture
def halting() -> Iterator[str]:
    """The name of an export that raises behind its first part."""

    @export("halting", media_type="text/plain")
    def halting(_: Store, __: RunRecord) -> Iterator[str]:
        """Say a line, and fail."""
        yield "a line\n"
        raise AuditError("the tree is damaged; restore it")

    yield "halting"
    del EXPORTS["halting"]


@pytest.mark.parametrize("before", [None, "as it was"])
def test_an_export_that_fails_half_way(
    halting: str, before: str | None, demo_tree: Path, tmp_path: Path, yurai: Yurai
) -> None:
    target = tmp_path / "out.txt"
    if before is not None:
        target.write_text(before, encoding="utf-8")
    said = yurai("export", demo_tree, halting, "--output", target)
    assert (said.code, "the tree is damaged" in said.err) == (2, True)
    assert [path.read_text("utf-8") for path in tmp_path.iterdir()] == ([] if before is None else [before])
    assert yurai("export", demo_tree, "croissant", "--output", target).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]


def test_links_pipes_and_permissions(tmp_path: Path) -> None:
    link, pipe, target = tmp_path / "link", tmp_path / "pipe", tmp_path / "target"
    link.symlink_to(target)
    with whole_file(link, FOR_OWNER) as whole:
        whole.write_bytes(b"one")
    assert link.is_symlink()
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"one", 0o600)
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    with whole_file(pipe) as whole:
        whole.write_bytes(b"two")
    reader.join()
    assert got == [b"two"]
    assert pipe.is_fifo()
