"""Write export `in-toto`: a Statement v1 with SLSA provenance v1, unsigned, about all delivered files.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and https://slsa.dev/spec/v1.0/provenance
"""

from collections.abc import Iterator
from typing import Final

from yurai_manifests.export import export
from yurai_manifests.facts import Facts, facts_of
from yurai_manifests.facts.figures import figures
from yurai_manifests.input_files import input_files
from yurai_manifests.json_text import json_lines
from yurai_manifests.run import RUN, RunRecord
from yurai_manifests.signing.statement import STATEMENT
from yurai_manifests.store import Store

SLSA: Final = "https://slsa.dev/provenance/v1"
HOME: Final = "https://github.com/yurai-corpus/yurai"
BUILD: Final = f"{HOME}/blob/main/docs/exports.md#in-toto"


@export("in-toto", media_type="application/vnd.in-toto+json")
def in_toto(store: Store, run: RunRecord) -> Iterator[str]:
    """in-toto Statement v1 with SLSA provenance v1: delivered files, recipe, and inputs, models and tools it used.

    The builder is the software: who ran it, on which machine and when is in no manifest, and `yurai sign` says who
    stands for a run. Figures are annotations of run.json.
    """
    facts = facts_of(store, run)
    yield from json_lines(
        {
            "_type": STATEMENT,
            "subject": _subjects(run, facts),
            "predicateType": SLSA,
            "predicate": {
                "buildDefinition": {
                    "buildType": BUILD,
                    "externalParameters": {
                        "recipe": {"name": facts.name, "about": facts.about, "stages": facts.recipe}
                    },
                    "internalParameters": {"fingerprint": run.value["fingerprint"]},
                    "resolvedDependencies": _dependencies(store, run, facts),
                },
                "runDetails": {
                    "builder": {"id": HOME, "version": facts.tools},
                    "byproducts": [{**_digest(RUN, facts.manifest_sha256), "annotations": _annotations(facts)}],
                },
            },
        }
    )


def _digest(name: str, sha256: str) -> dict[str, object]:
    return {"name": name, "digest": {"sha256": sha256}}


def _annotations(facts: Facts) -> dict[str, int | str]:
    return {one.name: one.value for one in figures(facts)}


def _subjects(run: RunRecord, facts: Facts) -> Iterator[dict[str, object]]:
    yield _digest(RUN, facts.manifest_sha256)
    for folder in sorted(run.value["files"]):
        for file in run.files(folder):
            yield _digest(file.name, file.sha256)


def _dependencies(store: Store, run: RunRecord, facts: Facts) -> Iterator[dict[str, object]]:
    for file in input_files(store, run):
        yield {**_digest(file.name, file.sha256), "annotations": {"bytes": file.bytes}}
    for name, sha256 in facts.models.items():
        yield _digest(f"model:{name}", sha256)
    for name, version in facts.tools.items():
        if name != "python":
            yield {"name": name, "uri": f"pkg:pypi/{name}@{version}"}
