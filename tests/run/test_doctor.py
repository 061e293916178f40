"""`yurai doctor`: this machine alone, and what comparing says; nodes of a cluster are in test_clusters.py."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ray_heads import change, copy_of_yurai
from run_helpers import SMALL
from yurai.run.doctor import Ask, Check, Machine, Silent, ThisMachine, failures, survey
from yurai.run.doctor import code as code_module
from yurai.run.doctor.guard import _refuse_stranger
from yurai.run.doctor.survey import ALIKE, CHECKS
from yurai_manifests.canonical import fingerprint
from yurai_manifests.errors import ShardError
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from run_helpers import Said

    Yurai = Callable[..., Said]


class Odd:
    """Machines of which one is asked something else than the others: it stands for a node where that is so."""

    def __init__(self, **other: Any) -> None:
        self.machines = (Machine("a", "node-a"), Machine("b", "node-b"))
        self._other = other

    def ask(self, function: Callable[..., Any], arguments: Mapping[str, tuple[Any, ...]]) -> dict[str, Any]:
        return {
            key: function(dataclasses.replace(ask, **self._other) if key == "b" else ask, *rest)
            for key, (ask, *rest) in arguments.items()
        }


class Mute(ThisMachine):
    def ask(self, function: Callable[..., Any], arguments: Mapping[str, tuple[Any, ...]]) -> dict[str, Any]:
        del function
        return dict.fromkeys(arguments, Silent("gave no answer in 180 s"))


def failed(checks: list[Check]) -> dict[tuple[str, str], str]:
    return {(check.node, check.check): check.said for check in failures(checks)}


def test_this_machine_is_like_itself(yurai: Yurai, tmp_path: Path) -> None:
    said_ = yurai("doctor", "plain", "--input", SMALL[0], "--output", tmp_path / "out", "--format", "json")
    found = json.loads(said_.out)
    assert (said_.code, found["ok"]) == (0, True)
    states = {check["check"]: check["state"] for check in found["checks"]}
    assert list(states) == list(CHECKS)
    assert states.pop("keepalive") == "skip"
    assert set(states.values()) == {"ok"}
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()], "notes are removed"
    text = yurai("doctor")
    assert "all of 1 can take part" in text.out


def test_a_model_that_is_not_as_the_recipe_says(yurai: Yurai, tmp_path: Path) -> None:
    recipe = tmp_path / "r.toml"
    recipe.write_text(
        'name = "r"\n[[stage]]\nuse = "read"\n[[stage]]\nuse = "extract"\n'
        f'[[stage]]\nuse = "language"\nmodel = "{tmp_path}/none.ftz"\nsha256 = "{"0" * 64}"\n'
    )
    found = yurai("doctor", recipe)
    assert found.code == 1
    assert f"model {tmp_path}/none.ftz does not exist" in found.out
    assert "put the file at that path on every node" in found.out


def test_a_node_that_does_not_see_the_output_makes_no_folder_of_that_name(tmp_path: Path) -> None:
    checks = survey(Odd(output=str(tmp_path / "elsewhere")), Ask(output=str(tmp_path / "out")))
    (((node, check), why),) = failed(checks).items()
    assert (node, check) == ("node-b", "output")
    assert "cannot see what the driver wrote" in why
    assert not (tmp_path / "elsewhere").exists()


def test_a_node_whose_notes_nobody_sees(tmp_path: Path) -> None:
    """It sees the driver's note, but what it writes stays with itself: a copy, or a cache that is not shared."""

    class Copy(Odd):
        def ask(self, function: Callable[..., Any], arguments: Mapping[str, tuple[Any, ...]]) -> dict[str, Any]:
            shutil.copytree(tmp_path / "out", tmp_path / "copy", dirs_exist_ok=True)
            return super().ask(function, arguments)

    found = failed(survey(Copy(output=str(tmp_path / "copy")), Ask(output=str(tmp_path / "out"))))
    assert found == {("node-b", "output"): "the driver does not see what it writes"}


def test_a_node_without_the_input(tmp_path: Path) -> None:
    shutil.copy(SMALL[0], tmp_path / "a.zst")
    shutil.copy(SMALL[1], tmp_path / "b.gz")
    ask = Ask(source=str(tmp_path / "a.zst"))
    found = failed(survey(Odd(source=str(tmp_path / "b.gz")), ask))
    assert found.keys() == {("node-b", "input")}
    assert "with the driver" in found["node-b", "input"]
    found = failed(survey(Odd(source=str(tmp_path / "none.gz")), ask))
    assert found.keys() == {("node-b", "input")}


def test_a_driver_on_the_odd_node_names_itself(tmp_path: Path) -> None:
    others = [Machine(key, f"node-{key}") for key in "cde"]
    fleet = Odd()
    fleet.machines = (Machine("b", "node-b", drives=True), *others)
    ask = Ask(output=str(tmp_path / "out"))
    assert failed(survey(fleet, ask)) == {}

    class Elsewhere(Odd):
        def ask(self, function: Callable[..., Any], arguments: Mapping[str, tuple[Any, ...]]) -> dict[str, Any]:
            there = dataclasses.replace(ask, output=str(tmp_path / "elsewhere"))
            return {key: function(first if key == "b" else there, *rest) for key, (first, *rest) in arguments.items()}

    fleet = Elsewhere()
    fleet.machines = (Machine("b", "node-b", drives=True), *others)
    found = failed(survey(fleet, ask))
    assert found.keys() == {("node-b", "driver"), *((one.label, "output") for one in others)}
    assert "most other nodes differ" in found["node-b", "driver"]


def test_a_head_without_cpus_needs_no_data(tmp_path: Path) -> None:
    fleet = Odd(output=str(tmp_path / "elsewhere"))
    fleet.machines = (fleet.machines[0], Machine("b", "head", runs_tasks=False))
    checks = survey(fleet, Ask(output=str(tmp_path / "out")))
    assert failed(checks) == {}
    assert {check.check for check in checks if (check.node, check.said) == ("head", "runs no tasks")} >= {"output"}


def test_a_node_that_says_nothing() -> None:
    assert failed(survey(Mute(), Ask())) == {("this machine", "reach"): "gave no answer in 180 s"}


def test_open_clusters_and_tokens_for_all_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tmp_path / "token"
    token.write_text("t")
    token.chmod(0o644)
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(token))
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    ask = Ask(cluster=True, guarded=True)
    found = failed(survey(ThisMachine(), ask))
    assert "mode 0644" in found["this machine", "auth"]
    token.chmod(0o600)
    assert ("this machine", "auth") not in failed(survey(ThisMachine(), ask))
    monkeypatch.delenv("RAY_AUTH_MODE")
    assert "can run code" in failed(survey(ThisMachine(), ask))["this machine", "auth"]


@pytest.mark.parametrize(("value", "fails"), [("10000", False), ("30000", False), ("30001", True), ("", True)])
def test_keepalive(value: str, fails: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAY_grpc_client_keepalive_time_ms", "RAY_grpc_client_keepalive_timeout_ms"):
        monkeypatch.setenv(name, value)
    assert (("this machine", "keepalive") in failed(survey(ThisMachine(), Ask(cluster=True)))) is fails


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("yurai.run.doctor.node.FREE_BYTES", 1 << 60)
    assert "free at" in failed(survey(ThisMachine(), Ask(output=str(tmp_path))))["this machine", "disk"]


def test_a_changed_file_is_another_code(tmp_path: Path) -> None:
    copy_of_yurai(tmp_path)
    folders = {name: tmp_path / name for name in code_module.OURS}
    before = dict(code_module.digests(folders))
    assert fingerprint(before) == code_module.code_digest()
    (tmp_path / "yurai/__pycache__").mkdir(exist_ok=True)
    (tmp_path / "yurai/__pycache__/__init__.pyc").write_text("compiled")
    assert dict(code_module.digests(folders)) == before
    change(tmp_path)
    after = dict(code_module.digests(folders))
    assert {name for name in after if after[name] != before[name]} == {"yurai/__init__.py"}


def test_a_node_that_joined_later_runs_nothing_before_it_is_known(tmp_path: Path) -> None:
    _refuse_stranger.cache_clear()
    with pytest.raises(ShardError, match=r"runs another Yurai than the driver .* start all nodes from one image"):
        _refuse_stranger(str(tmp_path), "0" * 64)
    with pytest.raises(ShardError, match=r"does not see .*: no plan\.json there"):
        _refuse_stranger(str(tmp_path), code_module.code_digest())
    assert not (tmp_path / ".work").exists()
    open_store(str(tmp_path)).put("plan.json", b"{}")
    _refuse_stranger(str(tmp_path), code_module.code_digest())


def test_packages_that_output_depends_on_are_compared() -> None:
    found = code_module.packages()
    assert {"warcio", "fasttext-predict", "tokenizers", "trafilatura", "pyarrow", "ray"} <= found.keys()
    assert "not installed" not in found.values()
    assert "sped up" in found["trafilatura"]
    assert set(ALIKE) <= set(CHECKS)
