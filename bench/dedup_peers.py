"""Other tools over the data of `bench/dedup.py`, in the same conditions: one core, one thread a library, CPU seconds.

    python bench/dedup_peers.py --documents 100000                            datasketch, in this interpreter
    python bench/dedup_peers.py --tools rensa datatrove --python PATH         tools that another interpreter has

All use word 5-grams and 112 hashes in 14 bands of 8, read JSONL and end with the ids that go. Where a tool has no
pipeline of its own (datasketch, rensa), documents come in order, and one goes if the index holds a kept one that
shares a band. None verifies a pair. The part that runs in another interpreter imports nothing but the tool.
"""

import argparse
import contextlib
import json
import re
import runpy
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

GRAM, BANDS, ROWS = 5, 14, 8
PIECES = 4
"""Files that datatrove's input is cut into; its tasks run one after the other."""


def rows(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (id, text) of each line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["id"], row["text"]


def grams(text: str) -> set[str]:
    """Return runs of five words of the lower-cased text, joined by spaces; of a shorter text the one run there is."""
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[at : at + GRAM]) for at in range(max(len(words) - GRAM + 1, 1))}


def datasketch(source: Path, _work: Path) -> dict[str, str]:
    """Run MinHash of the scheme affine32, shingles hashed in one batch a document, and MinHashLSH."""
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415 - as below: each interpreter has its own tools

    index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    gone: dict[str, str] = {}
    for name, text in rows(source):
        signature = MinHash(num_perm=BANDS * ROWS, seed=1, scheme="affine32")
        signature.update_batch([gram.encode("utf-8") for gram in grams(text)])
        near = index.query(signature)
        if near:
            gone[name] = str(min(near))
        else:
            index.insert(name, signature)
    return gone


def rensa(source: Path, _work: Path) -> dict[str, str]:
    """Run R-MinHash and its LSH index."""
    from rensa import RMinHash, RMinHashLSH  # noqa: PLC0415

    index = RMinHashLSH(threshold=0.8, num_perm=BANDS * ROWS, num_bands=BANDS)
    names: list[str] = []
    gone: dict[str, str] = {}
    for number, (name, text) in enumerate(rows(source)):
        names.append(name)
        signature = RMinHash(num_perm=BANDS * ROWS, seed=42)
        signature.update(list(grams(text)))
        near = index.query(signature)
        if near:
            gone[name] = names[min(near)]
        else:
            index.insert(number, signature)
    return gone


def datatrove(source: Path, work: Path) -> dict[str, str]:
    """Run the four stages of datatrove's MinHash dedup; it names no kept document."""
    from datatrove.executor import LocalPipelineExecutor  # noqa: PLC0415
    from datatrove.pipeline.dedup import minhash  # noqa: PLC0415
    from datatrove.pipeline.readers import JsonlReader  # noqa: PLC0415
    from datatrove.pipeline.writers import JsonlWriter  # noqa: PLC0415

    _cut(source, work / "in")
    config = minhash.MinhashConfig(n_grams=GRAM, num_buckets=BANDS, hashes_per_bucket=ROWS)
    signatures, buckets, clusters, kept = (str(work / name) for name in ("signatures", "buckets", "clusters", "kept"))
    again = [JsonlReader(str(work / "in")), minhash.MinhashDedupFilter(clusters), JsonlWriter(kept, compression=None)]
    stages: list[tuple[list[Any], int]] = [
        ([JsonlReader(str(work / "in")), minhash.MinhashDedupSignature(signatures, config=config)], PIECES),
        ([minhash.MinhashDedupBuckets(signatures, buckets, config=config)], BANDS),
        ([minhash.MinhashDedupCluster(buckets, clusters, config=config)], 1),
        (again, PIECES),
    ]
    for number, (pipeline, tasks) in enumerate(stages):
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=str(work / f"logs-{number}")).run()
    stay = {name for path in Path(kept).glob("*.jsonl") for name, _ in rows(path)}
    return {name: "" for name, _ in rows(source) if name not in stay}


def _cut(source: Path, folder: Path) -> None:
    """Deal the lines to files in pieces of consecutive ones."""
    folder.mkdir(parents=True)
    lines = source.read_bytes().splitlines(keepends=True)
    size = -(-len(lines) // PIECES)
    for number in range(PIECES):
        (folder / f"{number}.jsonl").write_bytes(b"".join(lines[number * size : (number + 1) * size]))


def text_dedup(source: Path, work: Path) -> dict[str, str]:
    """Run `text_dedup.minhash` as its users do; it names no kept document."""
    from datasets import load_from_disk  # noqa: PLC0415

    settings: dict[str, Any] = {
        "path": "json",
        "data_files": source,
        "split": "train",
        "cache_dir": work / "cache",
        "column": "text",
    }
    settings |= {"output": work / "out", "batch_size": 10_000, "num_perm": BANDS * ROWS, "ngram": GRAM, "b": BANDS}
    settings |= {"r": ROWS, "num_proc": 1, "hash_func": "xxh3", "hash_bits": 64}
    sys.argv[1:] = [str(part) for name, value in settings.items() for part in (f"--{name}", value)]
    with contextlib.suppress(SystemExit):
        runpy.run_module("text_dedup.minhash", run_name="__main__", alter_sys=True)
    stay = set(load_from_disk(str(work / "out"))["id"])
    return {name: "" for name, _ in rows(source) if name not in stay}


TOOLS: dict[str, Callable[[Path, Path], dict[str, str]]] = {
    "datasketch": datasketch,
    "rensa": rensa,
    "datatrove": datatrove,
    "text-dedup": text_dedup,
}


def arguments() -> argparse.ArgumentParser:
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--shards", type=int, default=16, help="names the data set, as in dedup.py; peers read JSONL")
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "yurai-bench")
    parser.add_argument("--tools", nargs="+", choices=sorted(TOOLS), default=["datasketch"])
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the tools")
    parser.add_argument("--threshold", type=float, default=0.8)
    parser.add_argument("--json", action="store_true", help="one line of JSON a tool")
    parser.add_argument("--child", nargs=3, type=Path, metavar=("JSONL", "WORK", "RESULT"), help=argparse.SUPPRESS)
    return parser


def main() -> int:
    """Run each tool in a process of its own and print what it took and how good it was."""
    options = arguments().parse_args()
    if options.child:
        source, work, result = options.child
        result.write_text(json.dumps(TOOLS[options.tools[0]](source, work)), "utf-8")
        return 0
    from dedup import show  # noqa: PLC0415 - the child's interpreter has none of this
    from dedup_data import measured, prepare, quality, similarities  # noqa: PLC0415

    data = prepare(options.data, options.documents, options.shards)
    show({"data": data.folder.name, **data.about}, as_json=options.json)
    for tool in options.tools:
        folder = Path(tempfile.mkdtemp(prefix="peer-", dir=options.data))
        try:
            parts = [data.jsonl, folder / "work", folder / "result.json"]
            took = measured([options.python, __file__, "--tools", tool, "--child", *map(str, parts)], folder / "log")
            gone = json.loads(parts[2].read_text("utf-8"))
            judged = quality(data, gone, similarities(data, gone), options.threshold)
            show({"tool": tool, "workers": 1, **took.rates(data.about), **judged}, as_json=options.json)
        finally:
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
