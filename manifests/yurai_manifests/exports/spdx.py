"""Write export `spdx`: an SPDX 3.0.1 document with a DatasetPackage, as JSON-LD (https://spdx.github.io/spdx-spec/v3.0.1)."""

from collections.abc import Iterator
from typing import Final

from yurai_manifests.answers import Answers, Question
from yurai_manifests.asks import CREATOR, HOME, TIME, check_form, check_published
from yurai_manifests.export import asking_export
from yurai_manifests.facts import Facts, facts_of
from yurai_manifests.facts.figures import figures
from yurai_manifests.facts.words import crawlers, period, personal_data, rights, treatment
from yurai_manifests.json_text import json_lines
from yurai_manifests.run import RUN, RunRecord
from yurai_manifests.store import Store

CONTEXT: Final = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_UTC: Final = "2026-01-31T09:00:00Z"
CREATED: Final = Question("created", f"when this document is made, as {_UTC}", required=True)
BUILT: Final = Question("built", f"when the run ended, as {_UTC}")
RELEASED: Final = Question("released", f"when the corpus was made public, as {_UTC}")
ASKS: Final = (CREATED, BUILT, RELEASED, CREATOR, HOME)
_DATASET: Final = (BUILT, RELEASED, CREATOR, HOME)
"""What the profile Dataset requires beside what a manifest says; without all of it the document does not claim it."""
_INFO: Final = "_:creation"
_NO_LICENCE: Final = "expandedlicensing_NoAssertionLicense"


@asking_export("spdx", media_type="application/spdx+json", asks=ASKS)
def spdx(store: Store, run: RunRecord, answers: Answers) -> Iterator[str]:
    """SPDX 3.0.1 document with a DatasetPackage and the delivered files, as JSON-LD.

    The standard needs a time of creation, which `--with FILE` says. The profile Dataset is claimed where it also says
    when the run ended, when it was released, by whom and where. Licences are NOASSERTION: a corpus has as many as
    pages; their mix is among the figures, which are properties (extension of CycloneDX).
    """
    check_form(answers, (CREATED, BUILT, RELEASED), TIME, _UTC)
    check_published(answers)
    facts = facts_of(store, run)
    yield from json_lines({"@context": CONTEXT, "@graph": _Graph(facts, run, answers).elements()})


class _Graph:
    """The elements of one document; each has an IRI that begins with the content digest."""

    def __init__(self, facts: Facts, run: RunRecord, answers: Answers) -> None:
        self.facts, self.run, self.answers = facts, run, answers

    def elements(self) -> Iterator[dict[str, object]]:
        yield {
            "type": "CreationInfo",
            "@id": _INFO,
            "specVersion": "3.0.1",
            "created": self.answers[CREATED.key],
            "createdBy": [self._iri("yurai")],
        }
        yield self._element("yurai", "SoftwareAgent", name=f"Yurai {self.facts.tools.get('yurai', '')}".rstrip())
        yield self._document()
        if CREATOR.key in self.answers:
            yield self._element("creator", "Organization", name=self.answers[CREATOR.key])
        yield self._package()
        for name, sha256 in self._files():
            hashed = {"type": "Hash", "algorithm": "sha256", "hashValue": sha256}
            yield self._element(name, "software_File", name=name, verifiedUsing=[hashed])
        yield self._relation("contains", (self._iri(name) for name, _ in self._files()))
        yield self._relation("hasDeclaredLicense", [_NO_LICENCE])
        yield self._relation("hasConcludedLicense", [_NO_LICENCE])

    def _document(self) -> dict[str, object]:
        whole = all(one.key in self.answers for one in _DATASET)
        profiles = ["core", "software", "extension", *(["dataset"] if whole else [])]
        root = self._iri("dataset")
        return self._element("document", "SpdxDocument", rootElement=[root], profileConformance=profiles)

    def _package(self) -> dict[str, object]:
        facts, answers = self.facts, self.answers
        properties = [
            {
                "type": "extension_CdxPropertyEntry",
                "extension_cdxPropName": one.name,
                "extension_cdxPropValue": str(one.value),
            }
            for one in figures(facts)
        ]
        said = {
            "builtTime": answers.get(BUILT.key),
            "releaseTime": answers.get(RELEASED.key),
            "originatedBy": [self._iri("creator")] if CREATOR.key in answers else None,
            "software_downloadLocation": answers.get(HOME.key),
            "description": facts.about or None,
            "dataset_dataCollectionProcess": _collection(facts) or None,
            "dataset_anonymizationMethodUsed": [personal_data(facts)] if facts.uses("redact") else None,
        }
        return self._element(
            "dataset",
            "dataset_DatasetPackage",
            name=facts.name,
            comment=rights(facts),
            software_packageVersion=facts.digest,
            software_primaryPurpose="data",
            dataset_datasetType=["text"],
            dataset_datasetSize=sum(file.bytes for file in self.run.files("documents")),
            dataset_dataPreprocessing=[f"{one.stage}: {one.kept} of {one.seen} kept" for one in facts.stages],
            dataset_hasSensitivePersonalInformation="noAssertion",
            extension=[{"type": "extension_CdxPropertiesExtension", "extension_cdxProperty": properties}],
            **{name: value for name, value in said.items() if value is not None},
        )

    def _files(self) -> Iterator[tuple[str, str]]:
        yield RUN, self.facts.manifest_sha256
        for folder in sorted(self.run.value["files"]):
            for file in self.run.files(folder):
                yield file.name, file.sha256

    def _relation(self, kind: str, to: object) -> dict[str, object]:
        values = {"from": self._iri("dataset"), "relationshipType": kind, "to": to}
        return {**self._element(kind, "Relationship"), **values}

    def _element(self, iri: str, kind: str, /, **values: object) -> dict[str, object]:
        return {"type": kind, "spdxId": self._iri(iri), "creationInfo": _INFO, **values}

    def _iri(self, name: str) -> str:
        return f"urn:yurai:{self.facts.digest}#{name}"


def _collection(facts: Facts) -> str:
    said = (("crawled by", crawlers(facts)), ("robots.txt", treatment(facts)), ("captured", period(facts)))
    return "; ".join(f"{what}: {words}" for what, words in said if words)
