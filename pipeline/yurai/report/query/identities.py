"""Tell by what each stage was made: its version, those of its rules and packages, the digests of its models."""

from collections.abc import Iterator
from typing import NamedTuple, cast

from yurai_manifests.canonical import Json
from yurai_manifests.plan import load_plan
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store


class Identity(NamedTuple):
    """What a stage was made by; `number` is its place in the chain, those of an earlier tree counted."""

    number: int
    stage: str
    kind: str
    """stage, rule, model or package."""
    name: str
    version: str


def identity_rows(store: Store, run: RunRecord) -> Iterator[Identity]:
    """Yield what plan.json says each stage was made by; stages of an earlier tree are in its own plan.

    Raises:
        AuditError: plan.json is damaged.
    """
    plan = load_plan(store)
    stages = [] if plan is None else plan["stages"]
    first = len(run.stages) - len(stages)
    for number, value in enumerate(stages, first):
        stage = str(value["stage"])
        yield Identity(number, stage, "stage", stage, str(value["version"]))
        for rule in cast("list[dict[str, Json]]", value["rules"]):
            package = f" of {rule['package']} {rule['package_version']}" if rule["package_version"] else ""
            yield Identity(number, stage, "rule", str(rule["use"]), f"{rule['version']}{package}")
        for kind in ("model", "package"):
            for name, version in sorted(cast("dict[str, str]", value[f"{kind}s"]).items()):
                yield Identity(number, stage, kind, name, version)
