"""Exports before the validators that others wrote for their standards."""

from __future__ import annotations

import importlib
import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from export_figures import ANSWERS, VALIDATOR
from yurai.api.tree import open as open_tree
from yurai_manifests.exports import croissant as croissant_export
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def text_of(out: Path, name: str, answers: dict[str, str] | None = None) -> str:
    return "".join(open_tree(out).export(name, ANSWERS.get(name) if answers is None else answers))


def delivered(out: Path) -> dict[str, str]:
    files = json.loads((out / "run.json").read_bytes())["files"].values()
    return {file["name"]: file["sha256"] for folder in files for file in folder}


def test_mlcroissant_finds_no_fault_and_reads_the_rows(tree: Path) -> None:
    croissant = pytest.importorskip("mlcroissant", reason=VALIDATOR)
    (tree / "croissant.json").write_text(text_of(tree, "croissant"), "utf-8")
    dataset = croissant.Dataset(tree / "croissant.json")
    issues = dataset.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    rows = [row["documents/doc_id"].decode() for row in dataset.records("documents")]
    assert rows == pq.read_table(tree / "documents", columns=["doc_id"])["doc_id"].to_pylist()
    said = {one.id: one.sha256 for one in dataset.metadata.distribution if isinstance(one, croissant.FileObject)}
    assert {name: said[name] for name in delivered(tree)} == delivered(tree)


def test_croissant_without_answers_is_valid_and_leaves_them_out(tree: Path) -> None:
    croissant = pytest.importorskip("mlcroissant", reason=VALIDATOR)
    value = json.loads(text_of(tree, "croissant", {}))
    assert not {"creator", "license", "url", "datePublished", "version"} & value.keys()
    (tree / "croissant.json").write_text(json.dumps(value), "utf-8")
    assert croissant.Dataset(tree / "croissant.json").metadata.ctx.issues.errors == set()


def test_croissant_of_very_many_files_has_sets_instead(demo_tree: Path) -> None:
    store = open_store(str(demo_tree))
    value = load_run(store).value
    one = value["files"]["documents"][0]
    many = [{**one, "name": f"extracted/{at:05}.parquet"} for at in range(croissant_export.MOST_FILES)]
    run = RunRecord({**value, "files": {**value["files"], "extracted": many}})
    made = json.loads("".join(croissant_export.croissant(store, run, {})))
    kinds = [(entry["@type"], entry["@id"]) for entry in made["distribution"]]
    assert [name for kind, name in kinds if kind == "cr:FileObject"] == ["run.json"]
    assert ("cr:FileSet", "extracted-files") in kinds


def test_in_toto_attestation_takes_the_statement(demo_tree: Path) -> None:
    pytest.importorskip("in_toto_attestation", reason=VALIDATOR)
    from google.protobuf.json_format import ParseDict
    from in_toto_attestation.v1 import statement_pb2
    from in_toto_attestation.v1.statement import Statement

    provenance = importlib.import_module("in_toto_attestation.predicates.provenance.v1.provenance_pb2")
    value = json.loads(text_of(demo_tree, "in-toto"))
    statement = Statement.copy_from_pb(ParseDict(value, statement_pb2.Statement()))
    statement.validate()
    assert {one.name: one.digest["sha256"] for one in statement.pb.subject if one.name != "run.json"} == delivered(
        demo_tree
    )
    made = ParseDict(value["predicate"], provenance.Provenance())  # which refuses a field that SLSA does not know
    sources = {line.split(",")[0]: line.split(",")[1] for line in text_of(demo_tree, "sources").splitlines()[1:]}
    named = {one.name: one.digest["sha256"] for one in made.build_definition.resolved_dependencies if one.digest}
    assert {name: named[name] for name in sources} == sources


def spdx_objects(text: str) -> Any:
    bindings = pytest.importorskip("spdx_python_model", reason=VALIDATOR).v3_0_1
    found = bindings.SHACLObjectSet()
    bindings.JSONLDDeserializer().deserialize_data(json.loads(text), found)
    bindings.JSONLDSerializer().write(found, io.BytesIO())  # which checks that each has what its class requires
    return found


def test_the_model_of_spdx_takes_the_document(demo_tree: Path) -> None:
    found = spdx_objects(text_of(demo_tree, "spdx"))
    assert found.missing_ids == set()
    files = {one.name: one.verifiedUsing[0].hashValue for one in found.foreach_type("software_File")}
    assert {name: files[name] for name in delivered(demo_tree)} == delivered(demo_tree)
    (document,) = found.foreach_type("SpdxDocument")
    assert any(profile.endswith("/dataset") for profile in document.profileConformance)
    (package,) = found.foreach_type("dataset_DatasetPackage")
    required = ("builtTime", "releaseTime", "originatedBy", "software_downloadLocation", "software_primaryPurpose")
    assert all(getattr(package, name) for name in required)
    kinds = [one.relationshipType.rpartition("/")[2] for one in found.foreach_type("Relationship")]
    assert sorted(kinds) == ["contains", "hasConcludedLicense", "hasDeclaredLicense"]


def test_spdx_claims_no_profile_that_it_does_not_fulfil(demo_tree: Path) -> None:
    found = spdx_objects(text_of(demo_tree, "spdx", {"created": "2026-11-28T09:00:00Z"}))
    (document,) = found.foreach_type("SpdxDocument")
    assert not any(profile.endswith("/dataset") for profile in document.profileConformance)


def test_prov_reads_it_and_knows_where_the_corpus_came_from(demo_tree: Path) -> None:
    model = pytest.importorskip("prov.model", reason=VALIDATOR)
    document = model.ProvDocument.deserialize(content=text_of(demo_tree, "prov"), format="json")
    assert model.ProvDocument.deserialize(content=document.serialize(format="json"), format="json") == document
    sources = [one for one in document.get_records(model.ProvEntity) if "source-" in one.identifier.localpart]
    assert len(sources) == json.loads((demo_tree / "run.json").read_bytes())["sources"]["count"]
    assert len([*document.get_records(model.ProvDerivation)]) == len(sources)


def test_rocrate_opens_the_tree_as_a_process_run_crate(tree: Path) -> None:
    rocrate = pytest.importorskip("rocrate.rocrate", reason=VALIDATOR)
    (tree / "ro-crate-metadata.json").write_text(text_of(tree, "ro-crate"), "utf-8")
    crate = rocrate.ROCrate(tree)
    action = crate.root_dataset["mentions"]
    assert (action.type, action["instrument"].type) == ("CreateAction", "SoftwareApplication")
    assert {one["name"]: one["sha256"] for one in action["result"] if one["name"] != "run.json"} == delivered(tree)
    named = {entity.id for entity in crate.get_entities()}
    assert {one["@id"] for one in references(json.loads(text_of(tree, "ro-crate"))["@graph"])} - named <= {
        "https://w3id.org/ro/crate/1.1"
    }


def references(value: Any) -> list[dict[str, str]]:
    if isinstance(value, dict):
        return [value] if value.keys() == {"@id"} else [one for part in value.values() for one in references(part)]
    return [one for part in value for one in references(part)] if isinstance(value, list) else []


def test_the_hub_reads_the_head_of_the_card(demo_tree: Path) -> None:
    from huggingface_hub import DatasetCard

    data = DatasetCard(text_of(demo_tree, "hf-card")).data.to_dict()
    assert data["language"] == sorted(data["language"])
    assert {"ja", "en"} <= set(data["language"])
    assert data["configs"][0]["config_name"] == "documents"
