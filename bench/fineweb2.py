r"""Does recipe `fineweb2-jpn` judge Japanese as datatrove 0.10.1 does? Prints the Markdown tables of docs/recipes.md.

    python bench/fineweb2.py DATA --tree OUT --datatrove-python PATH [--texts N]

DATA is the shared data (its folders docs and web). Texts are extracted once, as the recipe says, into the output tree
OUT; judged are all whose language is `ja`, each by every filter, since in a pipeline a first reason masks the rest.
Ours have the settings of the recipe as it is shipped, with its splitter; datatrove's are made with the arguments of
FineWeb-2's own call and configs/jpn_Jpan.yml. A text is equal where both keep it, or both drop it for the same reason.
datatrove runs in a Python of its own:

    python -m venv datatrove
    datatrove/bin/pip install "datatrove[multilingual]==0.10.1" tldextract trafilatura==1.11 lxml_html_clean
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from parity import ROWS, RULES, Datatrove, Reasons, markdown

import yurai_filters as yf
from yurai.engine.local import LocalRunner
from yurai.run.recipe import load_recipe, make_recipe, shipped
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources
from yurai.stages.filter.settings import Filter
from yurai_filters.check import given_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yurai.declare.rules import RuleUse

RECIPE = "fineweb2-jpn"
LANGUAGE = "jpn_Jpan"
THEIRS: dict[str, dict[str, Any]] = {
    "GopherRepetitionFilter": {
        "language": LANGUAGE,
        "dup_para_frac": 0,
        "dup_line_char_frac": 0,
        "dup_para_char_frac": 0,
        "dup_line_frac": 0.328,
        "top_n_grams": [[2, 0.239], [3, 0.196], [4, 0.172]],
        "dup_n_grams": [[5, 0.243], [6, 0.225], [7, 0.207], [8, 0.19], [9, 0.175], [10, 0.159]],
    },
    "FineWebQualityFilter": {
        "language": LANGUAGE,
        "short_line_thr": 999,
        "char_duplicates_ratio": 0.1,
        "line_punct_thr": 0.096,
        "new_line_ratio": 0.13,
    },
    "GopherQualityFilter": {
        "language": LANGUAGE,
        "max_avg_word_length": 6,
        "min_avg_word_length": 1,
        "stop_words": [*"のにをはたてがとで年し・月れさ"],
        "max_non_alpha_words_ratio": 0.759,
        "min_stop_words": 2,
    },
}
"""Arguments of datatrove's filters in huggingface/fineweb-2, fineweb-2-pipeline.py and configs/jpn_Jpan.yml."""


class Compared(NamedTuple):
    """One filter: how many texts there are, datatrove drops, and both answer alike; and the kinds of the others."""

    rule: str
    texts: int
    dropped: int
    equal: int
    apart: Counter[tuple[str, str]]
    """How often by (our reason, datatrove's in our words); `keeps` is none."""


def japanese(table: pa.Table) -> pa.Table:
    """Return the rows whose language is Japanese."""
    return table.filter(pc.equal(table["lang"], "ja"))


def texts_of(data: Path, tree: Path) -> pa.Table:
    """Return text and language of the pages of DATA, extracted into the tree where they are not there."""
    if not (tree / "run.json").exists():
        value = tomllib.loads(shipped()[RECIPE].read_text("utf-8"))
        value["stage"] = [one for one in value["stage"] if one["use"] in {"read", "extract", "language"}]
        runner = LocalRunner(2)
        sources = find_sources([str(data / "docs"), str(data / "web")])
        run_recipe(make_recipe(value, where=RECIPE), sources, str(tree), runner)
        runner.close()
    table: pa.Table = ds.dataset(tree / "documents", format="parquet").to_table(columns=["doc_id", "text", "lang"])
    table = table.sort_by("doc_id")
    return table.set_column(1, "text", table["text"].cast(pa.string()))


def ours(use: RuleUse, splitter: str | None, table: pa.Table) -> Reasons:
    """Return the reasons of one filter of the recipe."""
    return [
        reason
        for at in range(0, table.num_rows, ROWS)
        for reason in judged(use, splitter, table.slice(at, ROWS).combine_chunks())
    ]


def judged(use: RuleUse, splitter: str | None, table: pa.Table) -> Reasons:
    """Return the reasons of a filter for some rows with `text` and `lang`, measured with the splitter."""
    columns: dict[str, Any] = {name: table[name].combine_chunks() for name in ("text", "lang")}
    for tagger in yf.TAGGERS.values():
        if set(tagger.writes) & set(use.rule.columns):
            columns |= yf.measure(tagger, columns, given_to(tagger, {"splitter": splitter}))
    return yf.judge(use.rule, columns, use.settings, columns["lang"]).reason.to_pylist()  # type: ignore[return-value] # of strings


def compare(datatrove: Datatrove, table: pa.Table) -> Iterator[Compared]:
    """Compare each filter of the recipe that datatrove has with it, over the texts of a table."""
    rows = [{"text": text, "url": ""} for text in table["text"].to_pylist()]
    answers, _ = datatrove.ask("filters", json.dumps(THEIRS), rows)
    uses, splitter = judging()
    for rule in RULES:
        if rule.theirs in THEIRS:
            mine = ours(uses[rule.name], splitter, table)
            words = {"empty": "no-text", **rule.reasons}
            theirs = [words.get(answer[rule.theirs], answer[rule.theirs]) for answer in answers]
            yield compared(rule.name, mine, theirs)


def judging() -> tuple[dict[str, RuleUse], str | None]:
    """Return the filters of the recipe by name, and its splitter of words."""
    stages = load_recipe(RECIPE).stages
    splitter = next(use.settings.json()["splitter"] for use in stages if use.name == "measure")
    rules = [rule for use in stages if isinstance(use.settings, Filter) for rule in use.settings.rules]
    return {rule.name: rule for rule in rules}, None if splitter is None else str(splitter)


def compared(name: str, mine: Reasons, theirs: Reasons) -> Compared:
    """Return how often two lists of reasons are equal, and by kinds where not."""
    pairs = [(a or "keeps", b or "keeps") for a, b in zip(mine, theirs, strict=True)]
    apart = Counter(pair for pair in pairs if pair[0] != pair[1])
    dropped = sum(reason is not None for reason in theirs)
    return Compared(name, len(pairs), dropped, len(pairs) - apart.total(), apart)


def tables(found: list[Compared]) -> str:
    """Return both tables: equal answers by filter, and the others by kind."""
    equal = [
        [f"`{c.rule}`", f"{c.texts:,}", f"{c.dropped:,}", f"{c.equal:,}", f"{c.equal / max(c.texts, 1):.2%}"]
        for c in found
    ]
    kinds = [
        [f"`{c.rule}`", f"`{mine}`", f"`{theirs}`", str(count)]
        for c in found
        for (mine, theirs), count in sorted(c.apart.items(), key=lambda item: (-item[1], item[0]))
    ]
    heads = ("filter", "texts", "datatrove drops", "equal", "share"), ("filter", "Yurai", "datatrove", "texts")
    return f"{markdown(heads[0], equal)}\n{markdown(heads[1], kinds)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--tree", type=Path, required=True, help="output tree with the texts; made if it is missing")
    parser.add_argument("--datatrove-python", required=True, help="a Python that has datatrove 0.10.1 and SudachiPy")
    parser.add_argument("--texts", type=int, help="the first N texts alone")
    given = parser.parse_args()
    table = japanese(texts_of(given.data, given.tree)).slice(0, given.texts)
    print(tables(list(compare(Datatrove(given.datatrove_python, given.tree), table))))


if __name__ == "__main__":
    main()
