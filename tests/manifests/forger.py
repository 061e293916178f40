"""Change rows of delivered files and hash everything above them again, as a forger does who knows the manifests."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from yurai_manifests.canonical import canonical, fingerprint, sha256
from yurai_manifests.run import Delivered, content_digest
from yurai_manifests.seal import SEAL, SEALED, digests, sealed
from yurai_manifests.step import PART, manifest_key
from yurai_manifests.task import StepId

if TYPE_CHECKING:
    from collections.abc import Callable

Rows = list[dict[str, Any]]


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # delivered files are hard links to the work they were made from
    path.write_bytes(data)


def packed(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", row_group_size=1024)
    return sink.getvalue()


def change_rows(tree: Path, folder: str, change: Callable[[Rows], object], *, size: str = "") -> None:
    """Change the rows of the first file of a folder; `size` names the column that the size of the file sums up."""
    path = tree / folder / "00000.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    new = pa.Table.from_pylist(rows, schema=table.schema)
    change_file(
        tree, f"{folder}/00000.parquet", packed(new), len(rows), sum(row[size] for row in rows) if size else None
    )


def change_file(tree: Path, name: str, data: bytes, rows: int | None = None, size: int | None = None) -> None:
    """Replace a delivered file, and hash again: task, part, step, run.json with its digest and its seal."""
    value = json.loads((tree / "run.json").read_bytes())
    entry = next(one for one in value["files"][name.partition("/")[0]] if one["name"] == name)
    old = entry["sha256"]
    new = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    new |= {} if rows is None else {"rows": rows}
    new |= {} if size is None else {"size": size}
    put(tree / name, data)
    entry |= new
    for step in value["steps"]:
        step["sha256"] = rehash(tree, tree / step["manifest"], old, new, data)
    seal(tree, value)


def rehash(tree: Path, path: Path, old: str, new: dict[str, Any], data: bytes) -> str:
    root = json.loads(path.read_bytes())
    for part in root["parts"]:
        rows = pq.read_table(tree / part["path"]).to_pylist()
        for row in rows:
            task = json.loads(row["record"])
            for output in [one for one in task["outputs"] if one["sha256"] == old]:
                work = f".work/{root['step']}/data/{new['sha256'][:2]}/{new['sha256']}{Path(output['path']).suffix}"
                sums = root["totals"]["outputs"][output["name"]]
                for unit in new.keys() - {"sha256"}:
                    sums[unit] += new[unit] - output[unit]
                output |= {**new, "path": work}
                put(tree / work, data)
            row["record"] = canonical(task)
            row["manifest_sha256"] = sha256(row["record"])
            put(tree / f"stages/{root['step']}/{root['fingerprint'][:16]}/tasks/{row['task'][:2]}/{row['task']}.json",
                row["record"])  # fmt: skip
        table = packed(pa.Table.from_pylist(rows, schema=PART))
        part["sha256"] = sha256(table)
        put(tree / part["path"], table)
    put(path, canonical(root))
    return sha256(canonical(root))


def seal(tree: Path, value: dict[str, Any]) -> None:
    """Write run.json with the digest of its files, another last step, and a new seal."""
    files = {folder: [Delivered(**entry) for entry in entries] for folder, entries in value["files"].items()}
    value |= {"digest": content_digest(files)}
    *steps, last = value["steps"]
    if not last["step"].endswith("-seal"):  # taken away, or no longer the last
        return seal_alone(tree, value)
    manifest = json.loads((tree / last["manifest"]).read_bytes())
    manifest["identity"] = {SEALED: digests(value | {"steps": steps})}
    manifest["fingerprint"] = fingerprint(manifest["identity"])
    key = manifest_key(StepId(last["step"], manifest["fingerprint"]), [])
    put(tree / key, canonical(manifest))
    value["steps"] = [*steps, {**last, "manifest": key, "sha256": sha256(canonical(manifest))}]
    return seal_alone(tree, value)


def seal_alone(tree: Path, value: dict[str, Any]) -> None:
    """Write run.json with a new seal, the chain of steps left as it is."""
    put(tree / "run.json", canonical(sealed({name: value[name] for name in value if name != SEAL})))
