"""Run everything that has bytes to keep, and write down what it left, so that two checkouts can be compared.

    python bench/golden.py DATA GOLDEN.json       DATA: the shared test data, with web/ and dedup/

Runs the demo, a recipe of all stages over real pages, each stage alone in a chain, and near-dedup on real pairs, all on
the local runner. Of each tree it writes the content digest and the sha256 of run.json, plan.json, every step manifest
and every task manifest, whose name is the task key. Two files are equal if and only if no byte and no identity moved.
"""

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

WORK = Path(tempfile.gettempdir()) / "yurai-golden"
"""One place for both checkouts: a tree that near-dedup is compared with is named in its identity."""
TINY = 1 << 17
"""Bytes of memory that force every exchange, and rounds over the graph."""
FILTER = """rules = [
    { use = "nfc" }, { use = "length", min_characters = 120 }, { use = "url-words" },
    { use = "language", allow = ["en", "ja", "de", "fr", "es", "zh", "ru"], min_score = 0.3 },
    { use = "gopher-quality" }, { use = "gopher-repetition" }, { use = "c4-lines", terminal_punctuation = false },
    { use = "c4" }, { use = "fineweb" }]"""
STAGES = {
    "read": "",
    "extract": "",
    "language": "",
    "redact": "",
    "measure": "",
    "filter": FILTER,
    "dedup": 'method = "url"\nmemory_bytes = 131072',
    "line-dedup": "min_characters = 10\nmemory_bytes = 131072",
    "near-dedup": f"memory_bytes = {TINY}\nindex = true",
    "tokenize": 'format = "parquet"\nshard_tokens = 100000',
}


def main(data: Path, golden: Path) -> None:
    """Run all of it and write `golden`."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir()
    found = {tree.name: _of_tree(tree) for tree in _trees(data, WORK)}
    shutil.rmtree(WORK)
    golden.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")
    for name, seen in found.items():
        print(f"{name:<16} {seen['digest']}  {len(seen['files'])} manifests")


def _trees(data: Path, work: Path) -> Iterator[Path]:
    pages = str(data / "web" / "aeb.warc.gz")
    yield _run(work / "demo", "demo")
    whole = work / "whole.toml"
    whole.write_text('name = "whole"\n' + "".join(f'[[stage]]\nuse = "{n}"\n{s}\n' for n, s in STAGES.items()), "utf-8")
    yield _run(work / "whole", "run", str(whole), "--input", pages, "--runner", "local")
    yield _run(work / "fineweb", "run", "fineweb", "--input", pages, "--runner", "local")
    last = pages
    for name in list(STAGES)[1:]:
        tree = work / f"chain-{name}"
        yield _run(tree, name, "--recipe", str(whole), "--input", last, "--runner", "local")
        last = str(tree)
    rows = work / "texts.jsonl"
    rows.write_bytes(gzip.decompress((data / "dedup" / "texts.jsonl.gz").read_bytes()))
    stages = ("read", "extract", "language", "measure")
    plain = work / "plain.toml"
    plain.write_text('name = "texts"\n' + "".join(f'[[stage]]\nuse = "{name}"\n' for name in stages), "utf-8")
    yield _run(work / "texts", "run", str(plain), "--input", str(rows), "--runner", "local")
    for name, words in {
        "near": [],
        "near-estimate": ["--verify", "estimate", "--preset", "curator"],
        "near-tiny": ["--memory-bytes", str(TINY), "--threshold", "0.6", "--index"],
        "near-annotate": ["--annotate", "--unit", "characters", "--keep", "longest"],
        "near-against": ["--threshold", "0.6", "--set", f"against=[{str(work / 'near-tiny')!r}]"],
    }.items():
        yield _run(work / name, "near-dedup", "--input", str(work / "texts"), "--runner", "local", *words)
    yield _run(work / "workers", "line-dedup", "--input", str(work / "texts"), "--runner", "local", "--workers", "2")


def _run(tree: Path, *words: str) -> Path:
    command = [sys.executable, "-m", "yurai", *words, "--output", str(tree), "--no-report"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return tree


def _of_tree(tree: Path) -> dict[str, object]:
    kept = [tree / "run.json", tree / "plan.json", *sorted((tree / "stages").rglob("*.json"))]
    files = {str(path.relative_to(tree)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}
    return {"digest": json.loads((tree / "run.json").read_text("utf-8"))["digest"], "files": files}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
