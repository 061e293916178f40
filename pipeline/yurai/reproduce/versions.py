"""Hold the versions that a run recorded against those that are here: what may make a row come out otherwise."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import yurai
from yurai.declare.stage import Identity, stage_of
from yurai.engine.use import AnyUse
from yurai_manifests.canonical import Json
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.plan import PLAN, load_plan
from yurai_manifests.run import RunRecord
from yurai_manifests.schema import SCHEMA_VERSION
from yurai_manifests.store import Store

CODE = ""
"""The stage of what all stages share: Python, this package, packages that run.json names."""
_FIELDS = ("version", "settings", "rules", "models", "packages")
_KINDS = {"settings": "setting ", "models": "model "}
_ABSENT = "not here"


@dataclass(frozen=True, slots=True)
class Change:
    """A version that is another one now: of the stage (CODE: of all), what it is the version of, then and now."""

    stage: str
    what: str
    then: str
    now: str

    def __str__(self) -> str:
        """Return it as a sentence's part."""
        name = f"{self.stage} {self.what}".strip()
        return f"{name}: {self.then} then, {self.now} now"


def changes(store: Store, run: RunRecord, uses: Sequence[AnyUse]) -> list[Change]:
    """Return the versions that differ: of code, and of what the plan of the run says of its stages.

    What stages of an earlier tree depended on, the plan of that tree says; a plan that cannot be read says nothing,
    which is a change of its own.
    """
    found = list(_of_code(run))
    try:
        plan = load_plan(store)
    except AuditError as error:
        return [*found, Change(CODE, PLAN, "written by the run", str(error))]
    if plan is None:
        return [*found, Change(CODE, PLAN, "written by the run", _ABSENT)]
    named = [str(one["stage"]) for one in plan["stages"]]
    for use in uses:
        if use.name in named:  # of two stages of one name, the first stands for the first
            place = named.index(use.name)
            named[place] = ""
            found += _of_stage(use, plan["stages"][place])
    return found


def _of_code(run: RunRecord) -> Iterator[Change]:
    code = run.value.get("code")
    then = dict(code) if isinstance(code, Mapping) else {}
    packages = then.pop("packages", {})
    here = {"yurai": yurai.__version__, "python": platform.python_version(), "machine": platform.machine()}
    yield from _differing(CODE, then, here)
    yield from _differing(CODE, packages, {name: _version(name) for name in packages})
    yield from _differing(CODE, {"schema": run.value["schema_version"]}, {"schema": SCHEMA_VERSION})


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return _ABSENT


def _of_stage(use: AnyUse, then: Identity) -> Iterator[Change]:
    try:
        now = stage_of(use).identity(use.settings, "")
    except (RecipeError, importlib.metadata.PackageNotFoundError) as error:
        yield Change(use.name, "what it needs", "there", f"{_ABSENT} ({error})")
        return
    for name in _FIELDS:
        yield from _differing(use.name, _flat(name, then.get(name)), _flat(name, now.get(name)))


def _flat(name: str, value: Json) -> dict[str, str]:
    """Return the leaves of an identity's field by what they are called."""
    if name == "rules" and isinstance(value, list):
        rules = [one for one in value if isinstance(one, dict)]
        return {f"rule {one['use']}": f"{one['version']} {one['package_version'] or ''}".strip() for one in rules}
    if isinstance(value, dict):
        return {_KINDS.get(name, "") + key: _plain(one) for key, one in value.items()}
    return {name: str(value)}


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _differing(stage: str, then: Mapping[str, object], now: Mapping[str, object]) -> Iterator[Change]:
    for name in sorted({*then, *now}):
        before, after = (str(one.get(name, _ABSENT)) for one in (then, now))
        if before != after:
            yield Change(stage, name, before, after)
