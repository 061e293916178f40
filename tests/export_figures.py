"""Read the figures of a run out of each export by what its standard says, and work them out again from the tree."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Reader = Callable[[str], dict[str, Any]]

ANSWERS: dict[str, dict[str, str]] = {
    "croissant": {
        "creator": "A Lab",
        "url": "https://lab.example/corpus",
        "licence": "https://creativecommons.org/publicdomain/zero/1.0/",
        "published": "2026-11-28",
        "version": "1.0.0",
        "cite_as": "A Lab, 2026",
    },
    "ro-crate": {"published": "2026-11-28", "creator": "A Lab"},
    "spdx": {
        "created": "2026-11-28T09:00:00Z",
        "built": "2026-11-27T09:00:00Z",
        "released": "2026-11-28T08:00:00Z",
        "creator": "A Lab",
        "url": "https://lab.example/corpus",
    },
}
VALIDATOR = "it is the validator of this standard; install yurai[dev]"


def in_the_tree(out: Path) -> dict[str, Any]:
    """The figures as run.json and the rows of documents/ have them, by a way of their own."""
    data = (out / "run.json").read_bytes()
    value = json.loads(data)
    names = ["lang", "concluded_spdx", "train_verdict", "capture_date", "text_bytes", "body_bytes"]
    rows = [
        row for path in sorted((out / "documents").iterdir()) for row in pq.read_table(path, columns=names).to_pylist()
    ]
    dates = sorted(row["capture_date"] for row in rows if row["capture_date"])
    mixes = {"language": "lang", "licence": "concluded_spdx", "train": "train_verdict"}
    counted = {kind: Counter(row[column] or "unknown" for row in rows) for kind, column in mixes.items()}
    code = value["code"]
    tools = {"yurai": code["yurai"], "python": code["python"]} | code["packages"]
    return {
        "documents": len(rows),
        "tokens": value["totals"]["tokens"],
        "text-bytes": sum(row["text_bytes"] for row in rows),
        "payload-bytes": sum(row["body_bytes"] for row in rows),
        "candidates": value["totals"]["candidates"],
        "dropped": value["totals"]["dropped"],
        "failed": value["totals"]["failed"],
        "source-files": value["sources"]["count"],
        "source-bytes": value["sources"]["bytes"],
        "source-digest": value["sources"]["digest"],
        "content-digest": value["digest"],
        "run-json-sha256": hashlib.sha256(data).hexdigest(),
        "merkle-root": value["roots"]["run"],
        "first-capture": dates[0],
        "last-capture": dates[-1],
        **{f"{kind}:{name}": count for kind, names in counted.items() for name, count in names.items()},
        **{f"tool:{name}": version for name, version in tools.items()},
    }


def of_markdown(text: str) -> dict[str, Any]:
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (?:.+?) \|$", text.partition("| figure | value |")[2], re.MULTILINE)
    return {re.sub(r"\\(.)", r"\1", name): re.sub(r"\\(.)", r"\1", value) for name, value in rows if name != "---"}


def of_eu_json(text: str) -> dict[str, Any]:
    return json.loads(text)["figures"]


def of_hf_card(text: str) -> dict[str, Any]:
    from huggingface_hub import DatasetCard, DatasetCardData

    card = DatasetCard(text)
    assert isinstance(card.data, DatasetCardData)
    return of_markdown(card.text)


def of_croissant(text: str) -> dict[str, Any]:
    rdflib = pytest.importorskip("rdflib", reason="it reads JSON-LD; install yurai[dev]")
    schema = rdflib.Namespace("https://schema.org/")
    graph = rdflib.Graph().parse(data=text, format="json-ld")
    measured = graph.objects(None, schema.variableMeasured)
    return {str(graph.value(one, schema.name)): graph.value(one, schema.value).toPython() for one in measured}


def of_in_toto(text: str) -> dict[str, Any]:
    statement = json.loads(text)
    (manifest,) = statement["predicate"]["runDetails"]["byproducts"]
    return manifest["annotations"]


def of_spdx(text: str) -> dict[str, Any]:
    bindings = pytest.importorskip("spdx_python_model", reason=VALIDATOR).v3_0_1
    found = bindings.SHACLObjectSet()
    bindings.JSONLDDeserializer().deserialize_data(json.loads(text), found)
    (package,) = found.foreach_type("dataset_DatasetPackage")
    entries = package.extension[0].extension_cdxProperty
    return {one.extension_cdxPropName: one.extension_cdxPropValue for one in entries}


def of_prov(text: str) -> dict[str, Any]:
    model = pytest.importorskip("prov.model", reason=VALIDATOR)
    document = model.ProvDocument.deserialize(content=text, format="json")
    (corpus,) = document.get_record("run:corpus")
    said = {name.localpart.replace(".", ":", 1): value for name, value in corpus.attributes}
    return {
        name if name.partition(":")[0] in MIXED else name.replace(":", ".", 1): value for name, value in said.items()
    }


def of_ro_crate(text: str) -> dict[str, Any]:
    rocrate = pytest.importorskip("rocrate.rocrate", reason=VALIDATOR)
    crate = rocrate.ROCrate(json.loads(text))
    return {one["name"]: one["value"] for one in crate.root_dataset["variableMeasured"]}


MIXED = ("language", "licence", "train", "tool", "model")
READERS: dict[str, Reader] = {
    "ab2013": of_markdown,
    "croissant": of_croissant,
    "eu-summary": of_markdown,
    "eu-summary-json": of_eu_json,
    "hf-card": of_hf_card,
    "in-toto": of_in_toto,
    "principle-code": of_markdown,
    "prov": of_prov,
    "ro-crate": of_ro_crate,
    "spdx": of_spdx,
}
"""How a reader of each standard finds the figures."""
