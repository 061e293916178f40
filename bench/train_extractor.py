"""Train honbun, the main-text extractor: `python bench/train_extractor.py DATA [--folds K] [--weights FILE]`.

With `--folds K` it prints the scores of honbun and judged on pages whose hosts were not trained on; with `--weights
FILE` it trains on all pages and writes the file that comes with the package: the same bytes from the same data and
versions, which it prints. Needs CatBoost, which only this script uses: `pip install catboost==1.2.10`. What is learned,
and from what: docs/honbun.md.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import io
import json
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from catboost import CatBoostClassifier, Pool
from catboost import __version__ as catboost_version
from extractor_data import SETS, Labelled, labelled

import extraction as bench
from yurai.extraction.extractors import ToRead, found_text
from yurai.extraction.honbun.context import context
from yurai.extraction.honbun.forest import UNIT, Forest
from yurai.extraction.honbun.layout import Layout
from yurai.extraction.honbun.model import Model
from yurai.extraction.honbun.page_type import TYPES, page_row
from yurai.extraction.options import ExtractOptions
from yurai.extraction.tree import parse

main_text = importlib.import_module("yurai.extraction.honbun.main_text")
EXTRACTORS = ("honbun", "judged")
INNER = 3
"""Folds in which the second stage sees first scores of pages that the first was not trained on."""
COMMON = {
    "l2_leaf_reg": 3,
    "random_seed": 0,
    "thread_count": 1,
    "border_count": 64,
    "bootstrap_type": "Bernoulli",
    "subsample": 0.7,
    "boosting_type": "Plain",
    "allow_writing_files": False,
    "verbose": 0,
}
BLOCKS = {"depth": 6, "learning_rate": 0.1, "rsm": 0.5, "loss_function": "CrossEntropy"}
FIRST, SECOND = {"iterations": 120}, {"iterations": 320}
PAGES = {
    "depth": 4,
    "learning_rate": 0.08,
    "rsm": 0.3,
    "iterations": 200,
    "loss_function": "MultiClass",
    "classes_count": 7,
}
MODERN = {"types": 1.5}
"""How much more than the root of its pages a set weighs: its pages are of today, and of seven types."""
TYPE_WEIGHT = {"docs": 40, "udhr": 10}
"""Pages that a set other than `types` counts as, all together; what is not here is articles and counts as this many:"""
ARTICLES = 25
Rows = npt.NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--weights", type=Path)
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        parser.exit(0, f"skipped: no labelled pages at {arguments.data}\n")
    pages = [page for name in SETS for page in labelled(arguments.data, name)]
    blocks = sum(len(page.blocks) for page in pages)
    print(f"{len(pages)} pages, {blocks} blocks; catboost {catboost_version}, numpy {np.__version__}")
    print(f"data {data_digest(pages)}")
    if arguments.folds:
        report(scores(pages, arguments.folds))
    if arguments.weights:
        arguments.weights.write_bytes(packed(train(pages)))
        print(f"weights {hashlib.sha256(arguments.weights.read_bytes()).hexdigest()}")


def data_digest(pages: list[Labelled]) -> str:
    """Digest of what is learned from: features, gold and weights of all pages, in order."""
    digest = hashlib.sha256()
    for page in pages:
        digest.update(page.row["id"].encode() + page.features.tobytes() + page.gold.tobytes() + page.weight.tobytes())
    return digest.hexdigest()


def train(pages: list[Labelled]) -> Model:
    """Both stages and the types; the second stage learns from scores of pages that the first had not seen."""
    seen: list[Rows | None] = [None] * len(pages)
    inner = [page.fold(INNER, salt=1) for page in pages]
    for fold in range(INNER):
        others = [page for page, own in zip(pages, inner, strict=True) if own != fold]
        first = blocks_forest(others, [page.features for page in others], FIRST)
        for place, page in enumerate(pages):
            if inner[place] == fold:
                seen[place] = with_context(page, first)
    second = blocks_forest(pages, [rows for rows in seen if rows is not None], SECOND)
    return Model(blocks_forest(pages, [page.features for page in pages], FIRST), second, pages_forest(pages))


def with_context(page: Labelled, first: Forest) -> Rows:
    """Rows of a page as the second stage sees them."""
    return np.concatenate([page.features, context(Layout.of(page.blocks), first.margins(page.features)[:, 0])], axis=1)


def blocks_forest(pages: list[Labelled], rows: list[Rows], settings: dict[str, Any]) -> Forest:
    """Boosted trees on blocks: the share of each that is gold. A set weighs as the root of its pages."""
    sizes = defaultdict(int)
    for page in pages:
        sizes[page.name] += 1
    parts, golds, weights = [], [], []
    for page, one in zip(pages, rows, strict=True):
        known = page.weight > 0
        if known.any():
            weight = page.weight[known]
            parts.append(one[known])
            golds.append(page.gold[known])
            of_set = MODERN.get(page.name, 1.0) / sizes[page.name] ** 0.5
            weights.append(weight / weight.sum() * min(known.sum(), 60) ** 0.3 * of_set)
    weight = np.concatenate(weights)
    return fitted({**BLOCKS, **settings}, np.concatenate(parts), np.concatenate(golds), weight / weight.mean())


def pages_forest(pages: list[Labelled]) -> Forest:
    """Boosted trees on pages: their type, where people gave one, else what a set is made of."""
    sizes = defaultdict(int)
    for page in pages:
        sizes[page.name] += 1
    names = [
        page.row.get("page_type") or ("documentation" if page.name in TYPE_WEIGHT else "article") for page in pages
    ]
    weights = [
        1.0 if page.row.get("page_type") else TYPE_WEIGHT.get(page.name, ARTICLES) / sizes[page.name] for page in pages
    ]
    rows = np.concatenate([page_row(page.features) for page in pages])
    return fitted(PAGES, rows, np.array([TYPES.index(name) for name in names]), np.array(weights))


def fitted(settings: dict[str, Any], rows: Rows, gold: npt.NDArray[Any], weight: npt.NDArray[np.float64]) -> Forest:
    """The forest that CatBoost grows, its leaves as integers."""
    model = CatBoostClassifier(**COMMON, **settings).fit(Pool(rows, gold, weight=weight))
    with tempfile.TemporaryDirectory() as folder:
        model.save_model(f"{folder}/model.json", format="json")
        grown = json.loads(Path(f"{folder}/model.json").read_text("utf-8"))
    place = {one["feature_index"]: one["flat_feature_index"] for one in grown["features_info"]["float_features"]}
    trees, (scale, bias) = grown["oblivious_trees"], grown["scale_and_bias"]
    depth = max(len(tree["splits"]) for tree in trees)
    columns, borders = np.zeros((depth, len(trees)), np.int16), np.full((depth, len(trees)), np.inf, np.float32)
    leaves = np.zeros((len(trees), 1 << depth, len(bias)), np.int32)
    for number, tree in enumerate(trees):
        for level, split in enumerate(tree["splits"]):
            columns[level, number], borders[level, number] = place[split["float_feature_index"]], split["border"]
        values = np.array(tree["leaf_values"]).reshape(-1, len(bias))
        leaves[number, : len(values)] = np.rint(values * scale * UNIT)
    return Forest(columns, borders, leaves, np.rint(np.array(bias) * UNIT).astype(np.int64))


def packed(trained: Model) -> bytes:
    """The file of weights; a zip file with one moment for all, so that equal weights are equal bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in ("first", "second", "kinds"):
            forest: Forest = getattr(trained, name)
            for part in ("columns", "borders", "leaves", "bias"):
                array = io.BytesIO()
                np.save(array, getattr(forest, part), allow_pickle=False)
                archive.writestr(
                    zipfile.ZipInfo(f"{name}.{part}.npy", (1980, 1, 1, 0, 0, 0)), array.getvalue(), zipfile.ZIP_DEFLATED
                )
    return file.getvalue()


def scores(pages: list[Labelled], folds: int) -> dict[str, list[float]]:
    """Scores by set and by type, of pages that the model was not trained on."""
    found = defaultdict(list)
    for fold in range(folds):
        trained = train([page for page in pages if page.fold(folds) != fold])
        main_text.load = lambda trained=trained: trained
        for page in (page for page in pages if page.fold(folds) == fold):
            for name in EXTRACTORS:
                tree, _ = parse(page.markup, 512)
                options = ExtractOptions(extractor=name)
                text = found_text(ToRead(tree, page.markup, page.row["url"], options, linear=False))
                score = bench.score(page.row, text.text)
                found[f"{name:8} {page.name}"].append(score)
                found[f"{name:8} share by {text.extractor}"].append(1.0)
                if page.row.get("page_type"):
                    found[f"{name:8} types, {page.row['page_type']}"].append(score)
                    found["type told right"].append(float(text.page_type == page.row["page_type"]))
        print(f"fold {fold + 1} of {folds}", flush=True)
    return found


def report(found: dict[str, list[float]]) -> None:
    for name, values in sorted(found.items()):
        spread = 1.96 * float(np.std(values)) / len(values) ** 0.5
        print(f"{name:32} {len(values):5} {np.mean(values):.4f} +- {spread:.4f}")
    for name in EXTRACTORS:
        means = [np.mean(found[f"{name:8} {one}"]) for one in SETS]
        print(f"{name:8} {'mean of sets':23} {len(SETS):5} {np.mean(means):.4f}")


if __name__ == "__main__":
    main()
