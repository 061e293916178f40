"""Compare two runs: what they were made by, their inputs, their documents, and what comes from what."""

from dataclasses import dataclass
from typing import Final

from yurai.report.changes.causes import Caused, cause_of
from yurai.report.changes.made import Difference, differences
from yurai.report.changes.rows import TABLES, Inputs, changes_of, inputs_of, prepare
from yurai.report.query.database import opened
from yurai_manifests.canonical import Json
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import Store
from yurai_manifests.takedown.tombstones import FIELD as TAKEDOWNS

SIDE_STAGE: Final = "extract"
"""The stage that reads side inputs."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs between an older and a newer run."""

    old: RunRecord
    new: RunRecord
    made: tuple[Difference, ...]
    """Of recipe, versions and models."""
    inputs: dict[str, Inputs]
    """Input files by what became of them: added, removed, changed."""
    side: tuple[Difference, ...]
    """Of side inputs, such as archives of robots.txt."""
    code: tuple[Difference, ...]
    """Of the machine and its packages: no difference by itself, where the content is the same."""
    changes: tuple[Caused, ...]

    @property
    def equal(self) -> bool:
        """Whether content, recipe, versions, models and inputs are the same."""
        return self.old.digest == self.new.digest and not (self.made or self.inputs or self.side or self.changes)

    def json(self) -> dict[str, Json]:
        """Return the comparison as `yurai diff --format json` writes it."""
        runs: dict[str, Json] = {
            name: {"digest": run.digest, "fingerprint": run.value["fingerprint"], "totals": run.value["totals"]}
            for name, run in (("old", self.old), ("new", self.new))
        }
        made: dict[str, Json] = {
            name: [{**one._asdict()} for one in found]
            for name, found in (("made_by", self.made), ("side_inputs", self.side), ("code", self.code))
        }
        inputs: dict[str, Json] = {
            name: {"files": one.files, "first": [*one.names]} for name, one in self.inputs.items()
        }
        changes: list[Json] = [
            {**one.change._asdict(), "examples": [*one.change.examples], "cause": one.cause} for one in self.changes
        ]
        return {"equal": self.equal, **runs, **made, "inputs": inputs, "changes": changes}


def compare(old: Store, new: Store) -> Compared:
    """Compare two finished trees; documents are the same where their doc_id is: same input file name, same place in it.

    The rows of both are joined in bounded memory, and beside it there is a line for each kind of change.

    Raises:
        RecipeError: one is no finished tree, or package duckdb is missing.
        ShardError, AuditError: a file of one is missing or damaged.
    """
    runs = load_run(old), load_run(new)
    made = differences((old, runs[0]), (new, runs[1]))
    with opened(TABLES, new, old) as database:
        prepare(database)
        inputs, changes = inputs_of(database), changes_of(database)
    stages = [str(use["use"]) for use in runs[1].recipe_stages]
    sides = [run.value["sources"].get("side", {}) for run in runs]
    side = _named("side input", sides[0], sides[1], SIDE_STAGE)
    cases = sorted(_cases(runs[0]) ^ _cases(runs[1]))
    caused = (
        Caused(one, cause_of(one, [*side, *made], stages, other_inputs=bool(inputs), cases=cases)) for one in changes
    )
    return Compared(*runs, tuple(made), inputs, tuple(side), tuple(_code(*runs)), tuple(caused))


def _cases(run: RunRecord) -> set[str]:
    return {str(entry["case"]) for entry in run.value.get(TAKEDOWNS, [])}


def _code(old: RunRecord, new: RunRecord) -> list[Difference]:
    """Return what differs in the code that ran, and under it."""
    values = [run.value.get("code", {}) for run in (old, new)]
    flat = [{name: one for name, one in value.items() if name != "packages"} for value in values]
    packages = [value.get("packages", {}) for value in values]
    return [*_named("code", flat[0], flat[1]), *_named("package", packages[0], packages[1])]


def _named(what: str, old: dict[str, Json], new: dict[str, Json], stage: str = "") -> list[Difference]:
    """Return the names whose values differ."""
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return [Difference(stage, f"{what} {name}", _value(old.get(name)), _value(new.get(name))) for name in names]


def _value(value: Json) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in sorted(value.items()))
    return "-" if value is None else str(value)
