"""Write export `croissant`: Croissant 1.1 with the vocabulary RAI 1.0, as JSON-LD.

https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html and .../croissant-rai-spec.html
"""

from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from yurai_manifests.answers import Answers
from yurai_manifests.asks import CITED, CREATOR, HOME, LICENCE, PUBLISHED, VERSION, check_published
from yurai_manifests.export import asking_export
from yurai_manifests.facts import Facts, facts_of
from yurai_manifests.facts.figures import figures
from yurai_manifests.facts.words import crawlers, mix, personal_data, rights
from yurai_manifests.json_text import json_lines
from yurai_manifests.run import RUN, RunRecord
from yurai_manifests.schema import DOCUMENT
from yurai_manifests.store import Store

PARQUET: Final = "application/x-parquet"
MOST_FILES: Final = 10_000
"""Delivered files that are named one by one; of more, a set of each folder, and run.json names them with sha256."""
ASKS: Final = (CREATOR, HOME, LICENCE, PUBLISHED, VERSION, CITED)
_CONFORMS: Final = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
_TYPES: Final = {"string": "sc:Text", "large_string": "sc:Text", "bool": "sc:Boolean", "float": "sc:Float"}
_ONE_WORD: Final = (
    "citeAs column conformsTo equivalentProperty extract field fileProperty fileObject fileSet format includes "
    "isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate "
    "separator source subField transform arrayShape containedIn isArray"
)
_CONTEXT: Final[dict[str, object]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    **{word: f"cr:{word}" for word in _ONE_WORD.split()},
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
}


@asking_export("croissant", media_type="application/ld+json", asks=ASKS)
def croissant(store: Store, run: RunRecord, answers: Answers) -> Iterator[str]:
    """Croissant 1.1 with RAI 1.0, as JSON-LD: delivered files with sha256, columns of documents/, how they were made.

    Write it into the folder of the tree. Creator, address, licence, date and version are what `--with FILE` says, and
    left out where it does not. Figures are variables that the dataset measures. Of more than 10,000 files a set of each
    folder stands for them.
    """
    check_published(answers)
    facts = facts_of(store, run)
    yield from json_lines(
        {
            "@context": _CONTEXT,
            "@type": "sc:Dataset",
            "name": facts.name,
            "description": facts.about or f"A corpus that Yurai made with recipe {facts.name}",
            "conformsTo": _CONFORMS,
            "identifier": facts.digest,
            "isLiveDataset": False,
            **_published(answers),
            **_rai(facts),
            "inLanguage": [share.name for share in facts.languages if share.name not in ("", "und")],
            "variableMeasured": (
                {"@type": "PropertyValue", "name": one.name, "value": one.value, "description": one.about}
                for one in figures(facts)
            ),
            "distribution": _distribution(run, facts),
            "recordSet": [_records()] if run.files("documents") else [],
        }
    )


def _published(answers: Answers) -> dict[str, object]:
    names = ((HOME, "url"), (LICENCE, "license"), (PUBLISHED, "datePublished"), (VERSION, "version"), (CITED, "citeAs"))
    said: dict[str, object] = {name: answers[one.key] for one, name in names if one.key in answers}
    if CREATOR.key in answers:
        said["creator"] = {"@type": "Organization", "name": answers[CREATOR.key]}
    return said


def _rai(facts: Facts) -> dict[str, object]:
    crawled, frame = crawlers(facts), [date for date in facts.captured[:2] if date]
    return {
        "rai:dataCollection": f"Texts of web archives{f', crawled by {crawled}' if crawled else ''}. {rights(facts)}",
        "rai:dataCollectionType": ["Web Scraping"],
        **({"rai:dataCollectionTimeframe": frame} if frame else {}),
        "rai:dataCollectionRawData": f"{facts.source_files} input files, digest {facts.source_digest or 'unknown'}",
        "rai:dataPreprocessingProtocol": [f"{one.stage}: {one.kept} of {one.seen} kept" for one in facts.stages],
        "rai:machineAnnotationTools": [f"{name} {version}" for name, version in facts.tools.items()],
        "rai:personalSensitiveInformation": [personal_data(facts)],
        "rai:dataLimitations": [f"Licences, as the rights policy concludes (documents): {mix(facts.licences)}"],
    }


def _distribution(run: RunRecord, facts: Facts) -> Iterator[dict[str, object]]:
    yield _file(RUN, facts.manifest_sha256, "application/json")
    folders = sorted(run.value["files"])
    if sum(len(run.value["files"][folder]) for folder in folders) <= MOST_FILES:
        for folder in folders:
            for one in run.files(folder):
                kind = PARQUET if one.name.endswith(".parquet") else "application/octet-stream"
                yield {**_file(one.name, one.sha256, kind), "contentSize": f"{one.bytes} B"}
    for folder in folders:
        if any(one.name.endswith(".parquet") for one in run.files(folder)):
            yield {
                "@type": "cr:FileSet",
                "@id": f"{folder}-files",
                "name": f"{folder}-files",
                "encodingFormat": PARQUET,
                "includes": f"{folder}/*.parquet",
            }


def _file(name: str, sha256: str, kind: str) -> dict[str, object]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "encodingFormat": kind,
        "sha256": sha256,
    }


def _records() -> dict[str, object]:
    """Return the columns of documents/ that are no tables of their own."""
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"documents/{field.name}",
            "name": field.name,
            "description": (field.metadata or {}).get(b"doc", b"").decode(),
            "dataType": kind,
            "source": {"fileSet": {"@id": "documents-files"}, "extract": {"column": field.name}},
        }
        for field in DOCUMENT
        if (kind := _kind(field.type))
    ]
    about = "One row a document. Columns that hold lists are described in docs/schema.md of Yurai."
    return {"@type": "cr:RecordSet", "@id": "documents", "name": "documents", "description": about, "field": fields}


def _kind(kind: pa.DataType) -> str | None:
    return "sc:Integer" if pa.types.is_integer(kind) else _TYPES.get(str(kind))
