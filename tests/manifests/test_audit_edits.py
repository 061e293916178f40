"""Every single edit of run.json is named by the audit, and so is whatever is done to a file of the tree."""

from __future__ import annotations

import copy
import json
import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from manifests.forger import put, seal
from run_helpers import SMALL, finish, run, start
from yurai.run.recheck import means_of
from yurai.run.recipe import make_recipe
from yurai_manifests.audit import Finding, audit
from yurai_manifests.canonical import canonical
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.seal import SEAL, broken, needs_seal, sealed
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STAGES: list[dict[str, Any]] = [
    {"use": "read"},
    {"use": "extract"},
    {"use": "language"},
    {"use": "redact"},
    {"use": "measure"},
    {"use": "filter", "rules": [{"use": "length", "min_characters": 200}]},
    {"use": "tokenize", "tokenizer": "bytes"},
]
Path_ = tuple["str | int", ...]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tiny") / "out"
    run(out, SMALL[1:], recipe=make_recipe({"name": "tiny", "about": "a word", "stage": STAGES}, where="test"))
    value = value_of(out) | {"schema_version": "1.5.0"}  # from which on a seal is asked for
    seal(out, value)
    assert errors(out) == []
    return out


@pytest.fixture
def tree(tiny: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny, tmp_path / "tree"))


def value_of(tree: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((tree / "run.json").read_bytes())
    return value


def errors(tree: Path) -> list[Finding]:
    store = open_store(str(tree))
    found = audit(store, full=True, means=lambda record: means_of(store, record)).findings
    return [one for one in found if one.severity == "error"]


def words(tree: Path) -> str:
    """What the command says of a tree that does not add up, or that holds what is not its own; "" of another."""
    store = open_store(str(tree))
    try:
        found = audit(store, full=True, means=lambda record: means_of(store, record)).findings
        told = (one for one in found if one.severity == "error" or one.check == "foreign")
        return "\n".join(f"{one.where}: {one.message}" for one in told)
    except (AuditError, RecipeError) as error:
        return str(error)


def nodes(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every table, list and leaf."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield from nodes(part, (*path, name))


def with_change(value: Any, path: Path_, change: Callable[[Any, str | int], None]) -> Any:
    new = copy.deepcopy(value)
    place = new
    for step in path[:-1]:
        place = place[step]
    change(place, path[-1])
    return new


def other(leaf: object) -> object:
    if isinstance(leaf, bool) or leaf is None:
        return not leaf
    return leaf + 1 if isinstance(leaf, int | float) else f"{leaf}x" if isinstance(leaf, str) else [leaf]


def edits(value: Any) -> Iterator[tuple[str, Path_, Any]]:
    """Every leaf edited, and made another kind; every entry taken away, renamed, added, said twice; every list turned."""
    for path, part in list(nodes(value))[1:]:
        leaf = not isinstance(part, dict | list)
        if leaf:
            yield "edited", path, with_change(value, path, lambda at, key, part=part: at.__setitem__(key, other(part)))
            yield "another kind", path, with_change(value, path, lambda at, key: at.__setitem__(key, {"a": 1}))
        yield "taken away", path, with_change(value, path, lambda at, key: at.pop(key))
        if isinstance(path[-1], str):
            yield "renamed", path, with_change(value, path, lambda at, key: at.__setitem__(f"{key}2", at.pop(key)))
        if isinstance(part, dict):
            yield "added", path, with_change(value, path, lambda at, key: at[key].__setitem__("more", 1))
        if isinstance(part, list):
            yield "added", path, with_change(value, path, lambda at, key: at[key].append(at[key][0] if at[key] else 1))
            if part != part[::-1]:
                yield "turned", path, with_change(value, path, lambda at, key: at[key].reverse())
    yield "added", ("more",), value | {"more": {}}


def test_every_single_edit_of_run_json_is_named(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where contents are not read: the tree stands for one that is too big."""
    monkeypatch.setattr("yurai_manifests.audit.case.FULL_HASH_BYTES", 0)
    tree = Path(shutil.copytree(tiny, tmp_path / "tree"))
    value = value_of(tree)
    made = list(edits(value))
    assert len(made) > 700
    wrong = []
    for kind, path, new in made:
        put(tree / "run.json", canonical(new))
        try:
            found = audit(open_store(str(tree))).findings
            text = "\n".join(one.message for one in found if one.severity == "error")
        except AuditError as error:
            text = str(error)
        if str(path[0]) not in text or (
            path[0] != SEAL and len(path) > 1 and isinstance(value[path[0]], dict) and str(path[1]) not in text
        ):
            wrong.append((kind, path, text))
    assert wrong == []


def test_the_command_ends_with_1(tree: Path) -> None:
    """Thirty-three edits of fields that people ask for, and each ends the command with 1 and names its field."""
    value = value_of(tree)
    paths: list[Path_] = [path for path, part in nodes(value) if path and not isinstance(part, dict | list)]
    chosen = random.Random(5).sample([path for path in paths if path[0] in ("recipe", "code", "sources")], 3)
    for path in chosen:
        put(tree / "run.json", canonical(with_change(value, path, lambda at, key: at.__setitem__(key, other(at[key])))))
        said = finish(start("audit", tree))
        assert said.code == 1
        assert str(path[0]) in said.out + said.err
        assert "Traceback" not in said.err


def field(*path: str | int, to: object) -> Callable[[dict[str, Any]], None]:
    def change(value: dict[str, Any]) -> None:
        place: Any = value
        for step in path[:-1]:
            place = place[step]
        assert place[path[-1]] != to
        place[path[-1]] = to

    return change


RESEALED = [
    (field("recipe", "name", to="other"), "recipe.name"),
    (field("recipe", "deliver", "text_bytes", to=5), "recipe.deliver"),
    (field("recipe", "stages", 3, "email", to="off"), "recipe.stages[3].email"),
    (field("recipe", "stages", 3, "use", to="measure"), "recipe.stages[3]"),
    (field("recipe", "stages", 1, "evidence", to=False), "recipe.stages[1].evidence"),
    (field("recipe", "stages", 2, "model", to="x.ftz"), "recipe.stages[2].model"),
    (field("recipe", "stages", 5, "rules", 0, "min_characters", to=1), "recipe.stages[5].rules[0].min_characters"),
    (field("recipe", "stages", 5, "rules", to=[]), "recipe.stages[5].rules"),
    (field("recipe", "stages", 6, "tokenizer", to="other.json"), "recipe.stages[6].tokenizer"),
    (lambda value: value["recipe"]["stages"].pop(3), "recipe.stages"),
    (lambda value: value["recipe"]["stages"].reverse(), "recipe.stages"),
    (lambda value: value["recipe"]["stages"][3].pop("email"), "recipe.stages[3].email"),
    (field("recipe", "sources", to=[{"match": "*", "licence": "CC0-1.0"}]), "recipe.sources"),
    (field("sources", "count", to=99), "sources.count"),
    (field("sources", "bytes", to=1 << 40), "sources.bytes"),
    (field("sources", "digest", to="0" * 64), "sources.digest"),
    (field("code", "packages", "warcio", to="0.1"), "code.packages.warcio"),
    (field("code", "packages", "trafilatura", to="0.1"), "code.packages.trafilatura"),
    (field("fingerprint", to="0" * 64), "fingerprint"),
    (field("plan", to="0" * 64), "plan"),
    (field("steps", 0, "step", to="00-other"), "00-other"),
    (lambda value: value["steps"].pop(1), "step"),
    (lambda value: value["steps"].reverse(), "steps"),
    (field("steps", 0, "sha256", to="0" * 64), "00-extract"),
    (field("counts", 1, "notes", to={"evidence:meta": 5}), "stage extract"),
    (field("counts", 0, "dropped", to={}), "stage read"),
    (field("totals", "kept", to=0), "totals.kept"),
    (field("totals", "tokens", to=1), "totals.tokens"),
    (field("totals", "other_records", to={}), "totals.other_records"),
    (field("facts", to={"05-filter": {"a": [[1]]}}), "facts.05-filter"),
    (field("files", "documents", 0, "rows", to=1), "documents/00000.parquet"),
    (field("files", "documents", 0, "size", to=1), "documents/00000.parquet"),
    (lambda value: value["files"].pop("evidence"), "evidence"),
    (lambda value: value["files"].update(other=[]), "files.other"),
    (field("carried", to={"digest": "0" * 64, "sources": {"count": 1}}), "carried"),
]


@pytest.mark.parametrize(("change", "said"), RESEALED, ids=[f"{at:02} {said}" for at, (_, said) in enumerate(RESEALED)])
def test_an_edit_that_was_sealed_again(change: Callable[[dict[str, Any]], object], said: str, tree: Path) -> None:
    """Who seals again contradicts plan.json, the identities of steps, or tasks, and the field is named by those."""
    value = value_of(tree)
    change(value)
    seal(tree, value)
    found = words(tree)
    assert said in found, found
    assert "as it was sealed" not in found


OUTSIDE = ("journal/", "report/", ".work/lease/", "ledger/", "README.md")


def names(tree: Path) -> list[str]:
    found = (str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file())
    return sorted(name for name in found if not name.startswith(OUTSIDE))


def tamper(tree: Path, chance: random.Random) -> tuple[str, list[str], dict[str, bytes]]:
    """Do one thing to one file or two; return what it was, the files that it concerns, and the bytes to put back."""
    what = chance.choice(["flip", "flip", "flip", "delete", "rename", "swap", "truncate", "duplicate", "add", "append"])
    name, second = chance.sample(names(tree), 2)
    held = {one: (tree / one).read_bytes() for one in (name, second)}
    data, path = held[name], tree / name
    if what == "swap" and held[name] != held[second]:
        put(path, held[second])
        put(tree / second, data)
        return what, [name, second], held
    new = f"{Path(name).parent / chance.choice(['copy', '00009', 'f' * 64])}{path.suffix}"
    if what in ("duplicate", "add", "rename"):
        put(tree / new, b"{}" if what == "add" else data)
    if what in ("delete", "rename"):
        path.unlink()
    if what == "truncate" or (what in ("flip", "swap") and not data):
        put(path, data[:-1] if data else b"x")
    elif what in ("flip", "swap"):
        place = chance.randrange(len(data))
        put(path, data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :])
    elif what == "append":
        put(path, data + b"\n")
    return what, [name, new], held


def test_two_hundred_changes_of_files_are_named(tree: Path) -> None:
    chance, before, wrong = random.Random(12), {*names(tree)}, []
    for number in range(220):
        what, concerned, held = tamper(tree, chance)
        said = words(tree)
        if not any(name in said for name in concerned):
            wrong.append((number, what, concerned, said))
        for name, data in held.items():
            put(tree / name, data)
        for name in {*names(tree)} - before:
            (tree / name).unlink()
    assert wrong == []
    assert words(tree) == ""


@pytest.mark.parametrize("name", ["journal", "report"])
def test_what_is_outside_is_said(name: str, tree: Path) -> None:
    (tree / name).mkdir(exist_ok=True)
    put(tree / name / "notes.json", b"other")
    assert errors(tree) == []
    said = finish(start("audit", tree))
    assert said.code == 0
    assert f"({name}/)" in said.out
    assert name in json.loads(finish(start("audit", tree, "--format", "json")).out)["outside"]


def test_work_may_be_removed(tree: Path) -> None:
    shutil.rmtree(tree / ".work")
    assert errors(tree) == []


def test_a_foreign_file_at_the_root_is_told(tree: Path) -> None:
    put(tree / "notes.txt", b"x")
    found = audit(open_store(str(tree))).findings
    assert [one.where for one in found if one.check == "foreign"] == ["notes.txt"]


DAMAGED = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"recipe": 1}',
    b"{}",
    b'{"sources":' + b"9" * 400 + b"}",
    b"[" * 5000,
]


@pytest.mark.parametrize("data", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_plan_is_one_clear_error(data: bytes, tree: Path, yurai: Callable[..., Any]) -> None:
    put(tree / "plan.json", data)
    assert "plan.json is damaged" in words(tree)
    said = yurai("run", "demo", "--input", SMALL[1], "--output", tree, "--runner", "local", "--no-report")
    assert said.code == 2
    assert said.err.splitlines()[-1].startswith("AuditError: ")
    assert "plan.json is damaged" in said.err
    assert "--rebuild" in said.err
    assert (tree / "plan.json").read_bytes() == data


def test_a_damaged_plan_is_written_again_by_rebuild(tree: Path) -> None:
    plan = (tree / "plan.json").read_bytes()
    put(tree / "plan.json", b"{")
    run(
        tree,
        SMALL[1:],
        recipe=make_recipe({"name": "tiny", "about": "a word", "stage": STAGES}, where="test"),
        rebuild=True,
    )
    assert (tree / "plan.json").read_bytes() == plan
    assert errors(tree) == []


@pytest.mark.parametrize("what", ["manifest", "part", "task"])
@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b"[1]", b'{"key": 1, "outputs": [{}]}'])
def test_a_damaged_manifest_of_a_step_or_task(what: str, data: bytes, tree: Path, yurai: Callable[..., Any]) -> None:
    step = tree / value_of(tree)["steps"][0]["manifest"]
    path = {"manifest": step, "part": step.parent / "00000.parquet"}.get(what) or next(
        step.parents[2].glob("tasks/*/*")
    )
    put(path, data)
    assert str(path.relative_to(tree)) in words(tree)
    (tree / "run.json").unlink()
    if what == "task":  # it is read when its step is committed again
        shutil.rmtree(step.parents[1])
    said = yurai("run", _recipe(tree.parent), *inputs(), "--output", tree, "--runner", "local", "--no-report")
    assert "Traceback" not in said.err
    if what != "part":
        assert said.code == 2
        assert str(path.relative_to(tree)) in said.err
        assert "damaged" in said.err


def _recipe(folder: Path) -> Path:
    lines = ['name = "tiny"', 'about = "a word"']
    for stage in STAGES:
        lines += ["[[stage]]", f'use = "{stage["use"]}"']
        lines += ['rules = [{ use = "length", min_characters = 200 }]'] if "rules" in stage else []
    (folder / "tiny.toml").write_text("\n".join(lines))
    return folder / "tiny.toml"


def inputs() -> list[object]:
    return [part for one in SMALL[1:] for part in ("--input", one)]


@pytest.mark.parametrize(
    ("version", "due"), [("1.4.0", False), ("1.5.0", True), ("1.5", True), ("1.10.2", True), ("1.x", True), ("", True)]
)
def test_from_which_schema_on_a_seal_is_due(version: str, due: bool) -> None:
    assert needs_seal(version) is due


def test_an_older_tree_without_a_seal_is_a_warning(tree: Path) -> None:
    value = value_of(tree) | {"schema_version": "1.4.0"}
    value["steps"].pop()  # which says the same digests
    put(tree / "run.json", canonical({name: value[name] for name in value if name not in (SEAL, "plan")}))
    found = audit(open_store(str(tree)))
    assert [(one.severity, one.check) for one in found.findings if one.check == "seal"] == [("warning", "seal")]
    assert found.ok


def test_a_seal_says_of_itself_when_it_was_edited() -> None:
    value = sealed({"a": {"b": 1, "c": {}}, "d": [1, 2], "e": {}})
    assert broken(value) == []
    assert broken(value | {"e": {"f": 1}}) == ["e"]
    assert broken(value | {"a": {"b": 1}}) == ["a.c"]
    assert broken(value | {"a": {"b": 1, "c": {}, "z": 0}}) == ["a.z"]
    assert broken(value | {"a": 5}) == ["a"]
    assert broken(value | {SEAL: {}}) == [SEAL]
    assert broken(value | {SEAL: {**value[SEAL], "sha256": "0"}}) == [SEAL]  # type: ignore[dict-item] # sealed wrote it


def test_equal_runs_have_equal_seals(tiny: Path, tmp_path: Path) -> None:
    recipe = make_recipe({"name": "tiny", "about": "a word", "stage": STAGES}, where="test")
    first, second = (run(tmp_path / name, SMALL[1:], recipe=recipe).value for name in ("a", "b"))
    assert canonical(first) == canonical(second)
