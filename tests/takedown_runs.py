"""Take down planted pages, look at what is left, and kill a takedown at a place."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from typing import TYPE_CHECKING, Any, Final

import pyarrow.parquet as pq

from takedown_corpus import HOME
from yurai.engine.local import LocalRunner
from yurai.run.takedown.decide import Order
from yurai.run.takedown.driver import take_down
from yurai.run.takedown.selectors import selector
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from yurai_manifests.takedown.modes import Mode

KEY: Final = bytes(range(32))


def order(case: str = "2026-1", url: str = HOME, **more: Any) -> Order:
    return Order(case, "copyright", (selector("url", url),), KEY, **more)


def urls(out: Path, folder: str = "documents") -> set[str]:
    return {url for file in (out / folder).glob("*.parquet") for url in pq.read_table(file)["url"].to_pylist()}


def digests(out: Path) -> dict[str, str]:
    """{name: sha256} of all that is neither work, journal nor report."""
    files = (path for path in out.rglob("*") if path.is_file())
    names = {str(path.relative_to(out)): path for path in files}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in names.items()
        if not name.startswith((".work/", "journal/"))
    }


def holding(out: Path, passage: str) -> list[str]:
    """Name the files in whose bytes, or in whose cells or tokens as text, a passage is."""
    found = []
    for path in (path for path in out.rglob("*") if path.is_file()):
        said = path.read_bytes()
        if path.suffix == ".parquet":
            said += b"".join(str(row).encode() for row in pq.read_table(path).to_pylist())
        if path.suffix == ".bin":  # tokens of recipe `planted` are bytes, two a token
            said += said[::2]
        if passage.encode() in said:
            found.append(str(path.relative_to(out)))
    return sorted(found)


def killed_at(place: str, out: Path, mode: Mode = "compact") -> int | None:
    """Take down in a forked process that dies at `place`; return its exit code."""
    child = multiprocessing.get_context("fork").Process(target=_die, args=(place, str(out), mode))
    child.start()
    child.join()
    return child.exitcode


def _die(place: str, out: str, mode: Mode) -> None:
    os.environ["YURAI_FAILPOINT"] = place
    take_down(out, order(mode=mode), LocalRunner(1))


def step_of(out: Path) -> str:
    return f"{int(load_run(open_store(str(out))).value['steps'][-1]['step'][:2]) + 1:02}"
