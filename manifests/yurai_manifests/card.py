"""Write the dataset card of a tree, OUT/README.md, so that `datasets.load_dataset(OUT)` finds each folder as a config.

The card is drawn from run.json alone, so equal runs have equal cards, and it is in no digest. Its last line is the
sha256 of the rest: a page that somebody wrote or edited is told from one that a run wrote, and is never replaced.
Fields of the head: https://github.com/huggingface/hub-docs/blob/main/datasetcard.md
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from yurai_manifests.canonical import sha256
from yurai_manifests.clean import clean, clean_json
from yurai_manifests.crawl_schema import ROBOTS, WARCINFO
from yurai_manifests.markdown import code_block, columns, table, text
from yurai_manifests.run import RunRecord
from yurai_manifests.schema import DOCUMENT, DROPPED, EVIDENCE
from yurai_manifests.store import Store
from yurai_manifests.visible import escaped_json

CARD: Final = "README.md"
CONFIGS: Final = {
    "documents": (DOCUMENT, "the corpus: documents that the last stage kept"),
    "extracted": (DOCUMENT, "every page that has text, also if a later stage dropped it"),
    "dropped": (DROPPED, "every other candidate, with the stage and the reason"),
    "evidence": (EVIDENCE, "what pages say of licences and opt-outs, one row a mark"),
    "robots": (ROBOTS, "captures of robots.txt, one row a host and capture"),
    "warcinfo": (WARCINFO, "what the archives say of their crawl"),
}
"""Delivered folders that are configs of their own, the default one first, each with its columns and what is in it."""
SPLIT: Final = "train"
_SIZES: Final = (3, "1K"), (4, "10K"), (5, "100K"), (6, "1M"), (7, "10M"), (8, "100M"), (9, "1B"), (10, "10B")
_MARK: Final = b"\n<!-- sha256 of what stands above: "
_HOME: Final = "https://github.com/yurai-corpus/yurai"
_LICENCES: Final = """Yurai grants no licence. Each document comes from its own page and stands under the terms of that
page: see `evidence`, where every row is one mark (a licence claim, an opt-out, a notice), joined by `doc_id`, with what
was said and where. `declared_spdx` is the licence that the page itself declares; `concluded_spdx` and the verdicts are
filled where the recipe judges by a rights policy. They are signals, not legal advice."""


def card(run: RunRecord) -> bytes:
    """Return the card of a run, in UTF-8."""
    body = "\n".join((head(configs_of(run), rows_of(run, "documents")), *sections(run))).encode()
    return body + _mark(body)


def is_written(data: bytes) -> bool:
    """Whether a run wrote this card and nobody edited it since."""
    body, mark, _ = data.rpartition(_MARK)
    return bool(mark) and data == body + _mark(body)


def put_card(store: Store, run: RunRecord) -> None:
    """Write the card of a run that is published, unless somebody wrote or edited the page that is there."""
    data = card(run)
    there = read_card(store)
    if there is None or (there != data and is_written(there)):
        store.put(CARD, data)


def read_card(store: Store) -> bytes | None:
    """Return the page at OUT/README.md, None where there is none."""
    try:
        return store.read(CARD)
    except FileNotFoundError:
        return None


def _mark(body: bytes) -> bytes:
    return _MARK + sha256(body).encode() + b" -->\n"


def configs_of(run: RunRecord) -> list[str]:
    """Return the delivered folders that are configs."""
    return [name for name in CONFIGS if run.files(name)]


def rows_of(run: RunRecord, folder: str) -> int:
    """Return how many rows a folder has."""
    return sum(file.rows for file in run.files(folder))


def head(configs: Sequence[str], rows: int, more: Iterable[str] = ()) -> str:
    """Return the head of a card, which is YAML: its folders as configs, the first one default, of so many documents.

    `more` are lines of YAML that stand first. No word of the recipe is in it.
    """
    lines = ["---", *more, "license: other", "license_name: see-evidence", "tags:", "- yurai"]
    lines += ["size_categories:", f"- {_size(rows)}", "configs:"]
    for number, name in enumerate(configs):
        lines += [f"- config_name: {name}", *(["  default: true"] if number == 0 else [])]
        lines += ["  data_files:", f"  - split: {SPLIT}", f"    path: {name}/*.parquet"]
    return "\n".join([*lines, "---", ""])


def _size(rows: int) -> str:
    """Return the size category that the hub has for a number of rows."""
    lower = "n"
    for power, upper in _SIZES:
        if rows < 10**power:
            return f"{lower}<{upper}" if lower == "n" else f"{lower}<n<{upper}"
        lower = upper
    return "10B<n<100B" if rows < 10**11 else "100B<n<1T"


def recipe_block(run: RunRecord) -> str:
    """Return the stages of a run with their settings, as a block of JSON without secrets."""
    stages = clean_json(run.recipe_stages)
    return code_block(escaped_json(json.dumps(stages, ensure_ascii=False, indent=1, sort_keys=True)))


def sections(run: RunRecord) -> Iterator[str]:
    """Yield the sections below the head, as Markdown."""
    recipe, totals = run.value["recipe"], run.value["totals"]
    name, about = (text(clean(recipe.get(key, ""), longest=None)) for key in ("name", "about"))
    yield f"# {name or 'A corpus'}\n"
    yield f"{about}\n" if about else ""
    yield f"Made by [Yurai]({_HOME}) with recipe {name}. Content digest: `{run.digest}`.\n"
    yield f"## Licences\n\n{_LICENCES}\n"
    yield "## Counts\n"
    sums = ("candidates", "kept", "dropped", "failed", "tokens")
    yield table(("", "count"), *((key, f"{totals[key]:,}") for key in sums))
    rows = [(f"`{one}`", f"{rows_of(run, one):,}", CONFIGS[one][1]) for one in configs_of(run)]
    yield table(("config", "rows", "what it holds"), *rows)
    yield f"## Recipe\n\n{recipe_block(run)}"
    yield "## Columns\n"
    seen = dict.fromkeys(id(CONFIGS[one][0]) for one in configs_of(run))
    for key in seen:
        names = [one for one in configs_of(run) if id(CONFIGS[one][0]) == key]
        yield f"### {' and '.join(names)}\n\n{columns(CONFIGS[names[0]][0])}"
