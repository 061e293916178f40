"""A case file proves a takedown to who has no tree, and no other one."""

from __future__ import annotations

import base64
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from run_helpers import run
from takedown_corpus import HOME, planted, recipe, write_crawl
from yurai.engine.local import LocalRunner
from yurai.run.takedown.case_proof import finish
from yurai.run.takedown.decide import Order
from yurai.run.takedown.driver import take_down
from yurai.run.takedown.selectors import selector
from yurai_manifests.canonical import canonical
from yurai_manifests.errors import AuditError
from yurai_manifests.run import load_run
from yurai_manifests.signing.envelope import sealed
from yurai_manifests.signing.keys import load_secret, new_key
from yurai_manifests.store import open_store
from yurai_manifests.takedown.case_file import read_case
from yurai_manifests.takedown.tombstones import load_tombstones

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]
PAGES = planted(background=6)
TEXT = next(page.text for page in PAGES if page.kind == "source")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tree `whole`, and the secret key `me`."""
    folder = tmp_path_factory.mktemp("case")
    run(folder / "whole", [write_crawl(PAGES, folder / "crawl")], recipe=recipe())
    new_key(folder / "me")
    return folder


def words(places: Path, out: Path, case: str) -> list[object]:
    ask = ["takedown", out, "--url", HOME, "--case", "2026-1", "--basis", "copyright", "--received", "2026-11-02"]
    return [*ask, "--case-key", places / "case-key", "--proof", places / case, "--key", places / "me"]


@pytest.fixture(scope="module")
def case(places: Path) -> Path:
    out, file = Path(shutil.copytree(places / "whole", places / "taken")), places / "case.json"
    order = Order("2026-1", "copyright", (selector("url", HOME),), bytes(32), received="2026-11-02")
    take_down(str(out), order, LocalRunner(1), proof=file)
    finish(open_store(str(out)), file, "2026-1", load_secret(places / "me"))
    return file


def test_it_is_verified_without_the_tree(case: Path, places: Path, yurai: Yurai, tmp_path: Path) -> None:
    alone = Path(shutil.copy(case, tmp_path / "case.json"))
    store = open_store(str(places / "taken"))
    stone = load_tombstones(store, load_run(store).value)[0]
    found = read_case(alone.read_bytes())
    assert found.tombstone == stone.value
    assert set(found.proved) == {one["doc_id"] for one in stone.value["documents"]}
    before = load_run(open_store(str(places / "whole"))).value["roots"]["run"]
    assert (found.before["root"], found.after["root"]) == (before, load_run(store).value["roots"]["run"])
    said = yurai("verify", alone, "--key", places / "me.pub", "--root", found.after["root"])
    assert (said.code, "received 2026-11-02" in said.out) == (0, True), said.err
    assert yurai("verify", alone, "--root", before).code == 1
    payload = base64.b64decode(json.loads(alone.read_bytes())["payload"])
    assert b"author.example" not in payload
    assert " ".join(TEXT.split()[:6]).encode() not in payload


def changed(case: Path, key: Path, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return the case with its statement changed, and signed again."""
    statement = json.loads(base64.b64decode(json.loads(case.read_bytes())["payload"]))
    change(statement["predicate"])
    return canonical(sealed(canonical(statement), load_secret(key)))  # type: ignore[arg-type] # an envelope is JSON


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda said: said["tombstone"].update(basis="policy"), "another sha256"),
        (lambda said: said.update(before=said["after"]), "old proof is of the run root"),
        (lambda said: said.update(after=said["before"]), "new proof is of the run root"),
        (lambda said: said["after"]["claims"].pop(), "damaged"),
        (lambda said: said.update(more=1), "no signed case"),
    ],
)
def test_what_is_signed_and_wrong(case: Path, places: Path, change: Any, message: str) -> None:
    with pytest.raises(AuditError, match=message):
        read_case(changed(case, places / "me", change))


def test_a_byte_that_was_changed(case: Path, places: Path) -> None:
    new_key(places / "other")
    envelope = json.loads(case.read_bytes())
    other = json.loads(changed(case, places / "other", lambda _: None))
    with pytest.raises(AuditError, match="did not sign"):
        read_case(canonical({**envelope, "signatures": other["signatures"]}))


def test_a_call_that_was_killed_signs_in_the_end(places: Path, yurai: Yurai, monkeypatch: pytest.MonkeyPatch) -> None:
    out = Path(shutil.copytree(places / "whole", places / "killed"))
    child = os.fork()
    if child == 0:
        monkeypatch.setenv("YURAI_FAILPOINT", "takedown-published")
        yurai(*words(places, out, "late.json"))
        os._exit(0)
    assert os.waitpid(child, 0)[1] != 0
    assert yurai("verify", places / "late.json", "--key", places / "me.pub").code == 1, "nobody signed it yet"
    assert yurai(*words(places, out, "other.json")).code == 2, "what the first call proved cannot be proved any more"
    assert yurai(*words(places, out, "late.json")).code == 0
    assert yurai("verify", places / "late.json", "--key", places / "me.pub").code == 0
    assert "taken down before" in yurai(*words(places, out, "late.json")).err
