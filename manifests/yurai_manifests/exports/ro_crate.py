"""Write export `ro-crate`: ro-crate-metadata.json of RO-Crate 1.1 with the profile Process Run Crate 0.5.

https://www.researchobject.org/ro-crate/specification/1.1/ and https://w3id.org/ro/wfrun/process/0.5
"""

from collections.abc import Iterator
from typing import Final

from yurai_manifests.answers import Answers
from yurai_manifests.asks import CREATOR, HOME, LICENCE, PUBLISHED, check_published
from yurai_manifests.export import asking_export
from yurai_manifests.facts import Facts, facts_of
from yurai_manifests.facts.figures import figures
from yurai_manifests.input_files import input_files
from yurai_manifests.json_text import json_lines
from yurai_manifests.run import RUN, RunRecord
from yurai_manifests.store import Store

CRATE: Final = "https://w3id.org/ro/crate/1.1"
PROFILE: Final = "https://w3id.org/ro/wfrun/process/0.5"
_CONTEXT: Final = (f"{CRATE}/context", "https://w3id.org/ro/terms/workflow-run/context")
_DESCRIPTOR: Final = "ro-crate-metadata.json"
_SOFTWARE: Final = "#yurai"
_FORMATS: Final = {"parquet": "application/vnd.apache.parquet", "json": "application/json"}
_NO_LICENCE: Final = "Not stated: each text stands under the terms of its own page, see the columns of documents/."
ASKS: Final = (PUBLISHED._replace(required=True), CREATOR, HOME, LICENCE)


@asking_export("ro-crate", media_type="application/ld+json", asks=ASKS)
def ro_crate(store: Store, run: RunRecord, answers: Answers) -> Iterator[str]:
    """RO-Crate 1.1 with Process Run Crate 0.5: delivered files, and the run as one action from its input files.

    Write it as ro-crate-metadata.json into the tree. The standard needs a date of publication, which `--with FILE`
    says; it wants times of the action too, which no manifest has. Figures are properties that the root measures.
    """
    check_published(answers)
    facts = facts_of(store, run)
    yield from json_lines({"@context": _CONTEXT, "@graph": _graph(store, run, facts, answers)})


def _graph(store: Store, run: RunRecord, facts: Facts, answers: Answers) -> Iterator[dict[str, object]]:
    yield {"@id": _DESCRIPTOR, "@type": "CreativeWork", "about": _id("./"), "conformsTo": _id(CRATE)}
    yield _root(run, facts, answers)
    yield {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    if CREATOR.key in answers:
        yield {"@id": "#creator", "@type": "Organization", "name": answers[CREATOR.key]}
    yield {
        "@id": _SOFTWARE,
        "@type": "SoftwareApplication",
        "name": "Yurai",
        "url": "https://github.com/yurai-corpus/yurai",
        "softwareVersion": facts.tools.get("yurai", "unknown"),
        "softwareRequirements": [f"{name} {version}" for name, version in facts.tools.items() if name != "yurai"],
    }
    yield {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"Run of recipe {facts.name}",
        "instrument": _id(_SOFTWARE),
        "object": (_id(f"#source-{at}") for at, _ in enumerate(input_files(store, run))),
        "result": (_id(name) for name, _, _ in _files(run, facts)),
    }
    for at, source in enumerate(input_files(store, run)):
        yield {
            "@id": f"#source-{at}",
            "@type": "CreativeWork",
            "name": source.name,
            "sha256": source.sha256,
            "size": source.bytes,
        }
    for name, sha256, size in _files(run, facts):
        kind = _FORMATS.get(name.rpartition(".")[2], "application/octet-stream")
        length = {} if size is None else {"contentSize": str(size)}
        yield {"@id": name, "@type": "File", "name": name, "encodingFormat": kind, "sha256": sha256, **length}
    for one in figures(facts):
        yield {
            "@id": f"#figure-{one.name}",
            "@type": "PropertyValue",
            "name": one.name,
            "value": one.value,
            "description": one.about,
        }


def _root(run: RunRecord, facts: Facts, answers: Answers) -> dict[str, object]:
    root: dict[str, object] = {
        "@id": "./",
        "@type": "Dataset",
        "name": facts.name,
        "description": facts.about or f"A corpus that Yurai made with recipe {facts.name}",
        "datePublished": answers[PUBLISHED.key],
        "license": _id(answers[LICENCE.key]) if LICENCE.key in answers else _NO_LICENCE,
        "conformsTo": _id(PROFILE),
        "identifier": facts.digest,
        "mentions": _id("#run"),
        "hasPart": (_id(name) for name, _, _ in _files(run, facts)),
        "variableMeasured": [_id(f"#figure-{one.name}") for one in figures(facts)],
    }
    if HOME.key in answers:
        root["url"] = answers[HOME.key]
    if CREATOR.key in answers:
        root["creator"] = _id("#creator")
    return root


def _files(run: RunRecord, facts: Facts) -> Iterator[tuple[str, str, int | None]]:
    """Yield run.json and the delivered files: name, sha256, bytes."""
    yield RUN, facts.manifest_sha256, None
    for folder in sorted(run.value["files"]):
        for file in run.files(folder):
            yield file.name, file.sha256, file.bytes


def _id(name: str) -> dict[str, str]:
    return {"@id": name}
