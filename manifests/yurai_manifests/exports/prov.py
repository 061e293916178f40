"""Write export `prov`: W3C PROV as PROV-JSON (https://www.w3.org/submissions/prov-json/)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from yurai_manifests.export import export
from yurai_manifests.facts import Facts, facts_of
from yurai_manifests.facts.figures import figures
from yurai_manifests.input_files import input_files
from yurai_manifests.json_text import Pairs, json_lines
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

TERMS: Final = "https://github.com/yurai-corpus/yurai/blob/main/docs/exports.md#"
CORPUS: Final = "run:corpus"
_SOFTWARE: Final = "run:yurai"


@export("prov", media_type="application/json")
def prov(store: Store, run: RunRecord) -> Iterator[str]:
    """W3C PROV as PROV-JSON: input files, what each stage used and made, the corpus, and the software.

    A stage is an activity, without times: these are no part of a manifest. Figures are attributes of the corpus.
    """
    facts = facts_of(store, run)
    last = len(facts.stages) - 1
    yield from json_lines(
        {
            "prefix": {"yurai": TERMS, "run": f"urn:yurai:{facts.digest}:"},
            "entity": Pairs(_entities(store, run, facts)),
            "activity": Pairs((f"run:stage-{at}", _activity(facts, at)) for at in range(last + 1)),
            "agent": {_SOFTWARE: _software(facts)},
            "used": Pairs(_used(store, run, last)),
            "wasGeneratedBy": Pairs(
                (f"_:made-{at}", {"prov:entity": _made(at, last), "prov:activity": f"run:stage-{at}"})
                for at in range(last + 1)
            ),
            "wasDerivedFrom": Pairs(
                (f"_:from-{at}", {"prov:generatedEntity": CORPUS, "prov:usedEntity": f"run:source-{at}"})
                for at, _ in enumerate(input_files(store, run))
            ),
            "wasAssociatedWith": Pairs(
                (f"_:by-{at}", {"prov:activity": f"run:stage-{at}", "prov:agent": _SOFTWARE}) for at in range(last + 1)
            ),
        }
    )


def _made(at: int, last: int) -> str:
    """Return what a stage makes: the last one makes the corpus."""
    return CORPUS if at == last else f"run:kept-{at}"


def _entities(store: Store, run: RunRecord, facts: Facts) -> Iterator[tuple[str, object]]:
    yield (
        CORPUS,
        {
            "prov:label": facts.name,
            "prov:type": {"$": "prov:Collection", "type": "prov:QUALIFIED_NAME"},
            **{f"yurai:{_local(one.name)}": one.value for one in figures(facts)},
        },
    )
    for at, stage in enumerate(facts.stages[:-1]):
        yield _made(at, len(facts.stages) - 1), {"prov:label": f"kept by {stage.stage}", "yurai:documents": stage.kept}
    for at, file in enumerate(input_files(store, run)):
        yield f"run:source-{at}", {"prov:label": file.name, "yurai:sha256": file.sha256, "yurai:bytes": file.bytes}


def _activity(facts: Facts, at: int) -> dict[str, object]:
    stage = facts.stages[at]
    out = {"dropped": stage.dropped, "failed": stage.failed}
    reasons = {f"yurai:{what}.{_local(name)}": count for what, names in out.items() for name, count in names.items()}
    return {"prov:label": stage.stage, "yurai:seen": stage.seen, "yurai:kept": stage.kept, **reasons}


def _software(facts: Facts) -> dict[str, object]:
    kind = {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"}
    return {"prov:type": kind, "prov:label": f"Yurai {facts.tools.get('yurai', '')}".rstrip()}


def _used(store: Store, run: RunRecord, last: int) -> Iterator[tuple[str, object]]:
    for at, _ in enumerate(input_files(store, run)):
        yield f"_:used-source-{at}", {"prov:activity": "run:stage-0", "prov:entity": f"run:source-{at}"}
    for before, at in pairwise(range(last + 1)):
        yield f"_:used-{at}", {"prov:activity": f"run:stage-{at}", "prov:entity": _made(before, last)}


def _local(name: str) -> str:
    """Return the name of a figure or reason as the local part of a qualified name: a second colon is none of it."""
    return name.replace(":", ".")
