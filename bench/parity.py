r"""Do our rules decide as datatrove 0.10.1's own filters do? Prints the Markdown tables of docs/parity.md.

    python bench/parity.py DATA --tree OUT --datatrove-python PATH [--only RULE]... [--texts N] [--pages N]

DATA is the shared data (its folders docs and web). Texts are extracted once, with the settings of recipe `fineweb`,
into the output tree OUT; later calls read them there, and datatrove's answers beside it. Every filter sees every text,
since in a pipeline a first reason masks the rest, and takes every text for English, as FineWeb's one tokenizer does.
datatrove runs in a Python of its own, because it pins other versions of what we use:

    python -m venv datatrove
    datatrove/bin/pip install "datatrove[multilingual]==0.10.1" \
        trafilatura==1.11 lxml_html_clean tldextract pyahocorasick

A new pair of filters is one entry of RULES (and one of MAKERS in bench/parity_worker.py).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

import yurai_filters as yf
from extraction import read_page
from yurai.engine.local import LocalRunner
from yurai.extraction.charset import decode_page
from yurai.run.recipe import make_recipe
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources

WORKER = Path(__file__).with_name("parity_worker.py")
ROWS = 256
EXTRACT = {
    "name": "parity",
    "stage": [
        {"use": "read"},
        {"use": "extract", "mode": "precision", "titles": False, "whole_page_links": 0},
        {"use": "language"},
        {"use": "measure", "taggers": ["characters"]},
    ],
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Our rule and datatrove's filter. `reasons` maps its reasons to ours; `editors` are applied to our texts first."""

    name: str
    theirs: str
    reasons: dict[str, str]
    settings: dict[str, Any] = field(default_factory=dict)
    editors: tuple[tuple[str, dict[str, Any]], ...] = ()


RULES = (
    Rule(
        "gopher-repetition",
        "GopherRepetitionFilter",
        {
            "dup_para_frac": "duplicate-paragraphs",
            "dup_para_char_frac": "duplicate-paragraph-characters",
            "dup_line_frac": "duplicate-lines",
            "dup_line_char_frac": "duplicate-line-characters",
            **{f"top_{n}_gram": f"common-{n}-gram" for n in (2, 3, 4)},
            **{f"duplicated_{n}_n_grams": f"duplicate-{n}-grams" for n in range(5, 11)},
        },
    ),
    Rule(
        "gopher-quality",
        "GopherQualityFilter",
        {
            "gopher_short_doc": "too-few-words",
            "gopher_long_doc": "too-many-words",
            "gopher_below_avg_threshold": "words-too-short",
            "gopher_above_avg_threshold": "words-too-long",
            "gopher_too_many_hashes": "too-many-hashes",
            "gopher_too_many_ellipsis": "too-many-ellipses",
            "gopher_too_many_bullets": "bullet-lines",
            "gopher_too_many_end_ellipsis": "ellipsis-lines",
            "gopher_below_alpha_threshold": "too-few-letter-words",
            "gopher_enough_stop_words": "too-few-stop-words",
        },
    ),
    Rule(
        "c4",
        "C4QualityFilter",
        {
            "lorem_ipsum": "lorem-ipsum",
            "curly_bracket": "curly-bracket",
            "too_few_sentences": "too-few-sentences",
        },
        editors=(("c4-lines", {"terminal_punctuation": False, "languages": ["*"]}),),
    ),
    Rule(
        "fineweb",
        "FineWebQualityFilter",
        {
            "empty": "no-lines",
            "line_punct_ratio": "few-end-marks",
            "short_line_ratio": "short-lines",
            "char_dup_ratio": "repeated-lines",
            "list_ratio": "too-many-newlines",
        },
    ),
    Rule(
        "url-words",
        "URLFilter",
        {
            "hard_blacklisted": "banned-word",
            "soft_blacklisted": "soft-banned-words",
            "blacklisted_subword": "banned-substring",
        },
        {"words": "banned_words.txt", "soft_words": "soft_banned_words.txt", "substrings": "banned_subwords.txt"},
    ),
)

Reasons = list[str | None]


def extracted(data: Path, tree: Path, texts: int | None) -> pa.Table:
    """Rows of the tree with a text, which is made if it is not there."""
    if not (tree / "run.json").exists():
        runner = LocalRunner(2)
        sources = find_sources([str(data / "docs"), str(data / "web")])
        run_recipe(make_recipe(EXTRACT, where="bench"), sources, str(tree), runner)
        runner.close()
    columns = ["text", "url", "source", "warc_offset", "media_type"]
    table: pa.Table = ds.dataset(tree / "extracted", format="parquet").to_table(columns=columns)
    return table.set_column(0, "text", table["text"].cast(pa.string())).slice(0, texts)


def ours(rule: Rule, table: pa.Table) -> tuple[Reasons, float]:
    """Reasons of one of our rules, and the CPU seconds for its measures and its judgement."""
    found: Reasons = []
    start = time.process_time()
    for at in range(0, table.num_rows, ROWS):
        part = table.slice(at, ROWS)
        text: Any = part["text"].combine_chunks()
        for editor, settings in rule.editors:
            text = yf.edit(yf.EDITORS[editor], text, settings, _english(text)).text
        found += _judged(rule, {"text": text, "url": part["url"]})
    return found, time.process_time() - start


def _english(text: pa.StringArray) -> pa.StringArray:
    return pa.array(["en"] * len(text), pa.string())


def _judged(rule: Rule, columns: dict[str, Any]) -> Reasons:
    said = yf.FILTERS[rule.name]
    lang = _english(columns["text"])
    columns = columns | {"lang": lang}
    for tagger in yf.TAGGERS.values():
        if set(tagger.writes) & set(said.columns):
            columns |= yf.measure(tagger, columns, {})
    return yf.judge(said, columns, rule.settings, lang).reason.to_pylist()  # type: ignore[return-value] # of strings


@dataclass(frozen=True, slots=True)
class Datatrove:
    """The other side: its Python, and where its answers are kept, since they never change and take minutes."""

    python: str
    kept: Path

    def ask(self, task: str, names: str, rows: list[dict[str, Any]]) -> tuple[list[Any], dict[str, float]]:
        """Answers of the worker to each row, and its CPU seconds by name."""
        asked = "".join(json.dumps(row) + "\n" for row in rows)
        key = hashlib.sha256(f"{WORKER.read_text('utf-8')}\0{names}\0{asked}".encode()).hexdigest()[:16]
        answers = self.kept.with_name(f"{self.kept.name}-{task}-{key}.jsonl")
        if not answers.exists():
            command = [self.python, str(WORKER), task, names]
            done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
            answers.write_text(done.stdout, "utf-8")
        *found, last = map(json.loads, answers.read_text("utf-8").splitlines())
        return found, last["seconds"]

    def filters(self, rules: list[Rule], table: pa.Table) -> tuple[list[Any], dict[str, float]]:
        """Reasons of datatrove's filters for the texts and URLs of a table."""
        columns = (table[name].to_pylist() for name in ("text", "url"))
        rows = [{"text": text, "url": url} for text, url in zip(*columns, strict=True)]
        return self.ask("filters", ",".join(rule.theirs for rule in rules), rows)


def compared(rule: Rule, mine: Reasons, other: Reasons) -> list[str]:
    """One row of a table: how often both decide alike, and how often they give the same reason where both drop."""
    both = Counter((a is not None, b is not None) for a, b in zip(mine, other, strict=True))
    named = [(a, rule.reasons.get(b, b)) for a, b in zip(mine, other, strict=True) if a is not None and b is not None]
    alike = (both[True, True] + both[False, False]) / max(len(mine), 1)
    same = sum(a == b for a, b in named) / len(named) if named else 1.0
    counts = (both[False, False], both[True, True], both[True, False], both[False, True])
    return [f"`{rule.name}`", *(f"{count:,}" for count in counts), f"{alike:.2%}", f"{same:.2%}"]


def differences(rule: Rule, mine: Reasons, other: Reasons) -> list[list[str]]:
    """Where one drops and the other keeps: the reason and how often."""
    pairs = zip(mine, other, strict=True)
    seen = Counter(
        ("Yurai", a) if a is not None else ("datatrove", rule.reasons.get(b or "", b or ""))
        for a, b in pairs
        if (a is None) != (b is None)
    )
    return [[f"`{rule.name}`", who, f"`{why}`", str(count)] for (who, why), count in seen.most_common()]


def markdown(head: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


HEAD = ("rule", "both keep", "both drop", "only Yurai drops", "only datatrove drops", "same decision", "same reason")


def rules_table(rules: list[Rule], datatrove: Datatrove, table: pa.Table) -> None:
    """Print agreement, disagreements and speed over the same texts."""
    answers, seconds = datatrove.filters(rules, table)
    agreement, apart, speed = [], [], []
    for rule in rules:
        mine, took = ours(rule, table)
        other = [answer[rule.theirs] for answer in answers]
        agreement.append(compared(rule, mine, other))
        apart += differences(rule, mine, other)
        speed.append((rule.name, seconds[rule.theirs], took))
    print(f"\n## The same texts ({table.num_rows:,})\n\n{markdown(HEAD, agreement)}")
    print(markdown(("rule", "dropped only by", "reason", "texts"), apart))
    speed.append(("together", sum(row[1] for row in speed), sum(row[2] for row in speed)))
    cells = [[f"`{name}`", f"{b:.1f}", f"{a:.1f}", f"{b / a:.1f}"] for name, b, a in speed]
    print(markdown(("rule", "datatrove, CPU s", "Yurai, CPU s", "times faster"), cells))


def pages_table(rules: list[Rule], datatrove: Datatrove, data: Path, table: pa.Table, pages: int) -> None:
    """Print agreement from HTML on: each side extracts the same pages and judges its own texts."""
    html = table.filter(pa.compute.equal(table["media_type"], "text/html"))
    step = max(html.num_rows // pages, 1)
    sample = html.take(pa.array(range(0, html.num_rows, step)))
    paths = {path.name: path for folder in ("docs", "web") for path in sorted((data / folder).glob("*.warc.gz"))}
    asked = []
    for row in sample.select(["source", "warc_offset", "url"]).to_pylist():
        page = read_page({"path": paths[Path(row["source"]).name], "offset": row["warc_offset"], "url": row["url"]})
        asked.append({"html": decode_page(page.body, page.http_charset).text})
    texts, _ = datatrove.ask("extract", "_", asked)
    swapped = sample.set_column(0, "text", pa.array([text["text"] for text in texts], pa.string()))
    answers, _ = datatrove.filters(rules, swapped)
    whole, alone = [], []
    for rule in rules:
        other = [answer[rule.theirs] for answer in answers]
        mine, _ = ours(rule, sample)
        whole.append(compared(rule, mine, other))
        alone.append(compared(rule, mine, ours(rule, swapped)[0]))
    print(f"\n## From HTML on, each with its own extractor ({sample.num_rows:,} pages)\n\n{markdown(HEAD, whole)}")
    print(f"Of that, extraction alone (our rules on both texts):\n\n{markdown(HEAD, alone)}")


def assets_of(python: str) -> Path:
    """Folder of the lists that datatrove carries."""
    command = [python, "-c", "import datatrove; print(datatrove.__path__[0])"]
    return Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()) / "assets"


def with_lists(rule: Rule, assets: Path) -> Rule:
    """The rule with the paths of datatrove's lists in the place of their names."""
    named = {key: str(assets / value) if str(value).endswith(".txt") else value for key, value in rule.settings.items()}
    return replace(rule, settings=named)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--tree", type=Path, required=True, help="output tree with the texts; made if it is missing")
    parser.add_argument("--datatrove-python", required=True, help="a Python that has datatrove 0.10.1")
    parser.add_argument("--only", action="append", choices=[rule.name for rule in RULES], help="these rules alone")
    parser.add_argument("--texts", type=int, help="the first N texts alone")
    parser.add_argument("--pages", type=int, default=500, help="pages that both sides extract; 0: none")
    arguments = parser.parse_args()
    datatrove = Datatrove(arguments.datatrove_python, arguments.tree)
    assets = assets_of(arguments.datatrove_python)
    rules = [with_lists(rule, assets) for rule in RULES if not arguments.only or rule.name in arguments.only]
    table = extracted(arguments.data, arguments.tree, arguments.texts)
    rules_table(rules, datatrove, table)
    if arguments.pages:
        pages_table(rules, datatrove, arguments.data, table, arguments.pages)


if __name__ == "__main__":
    main()
