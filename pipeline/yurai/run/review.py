"""List the domains with the most text of a tree, with pages and statements, for a person to rule on.

What is written is a file of rulings (`yurai.rights.rulings`) in which each domain is still to be ruled on: facts stand
beside the keys that a person fills in. Texts of the crawl are escaped, and cells that a spreadsheet would take for a
formula begin with an apostrophe.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, cast

from yurai.rights.rulings import KEYS
from yurai.run.recipe_text import toml_value
from yurai.stages.select.mixing import draw
from yurai_filters.hosts import host_of
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import RunRecord, load_run, token_shards
from yurai_manifests.store import Store
from yurai_manifests.visible import cell, escaped

Unit = Literal["tokens", "text_bytes"]
SAMPLE: Final = 20
"""Pages of each domain that are shown."""
MOST: Final = 200
"""Characters of a statement or its surroundings that are shown."""
_READ: Final = (
    "doc_id",
    "url",
    "registrable_domain",
    "text_bytes",
    "token_count",
    "declared_spdx",
    "concluded_status",
    "train_verdict",
)
_SAID: Final = ("doc_id", "kind", "channel", "norm", "raw", "subject_scope", "place", "ctx_left", "ctx_right")


@dataclass(slots=True)
class Domain:
    """A domain: the size of its documents, how many they are, what they declare, and a sample of them."""

    name: str
    size: int = 0
    documents: int = 0
    declared: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)
    pages: list[tuple[str, str]] = field(default_factory=list)
    """(doc_id, URL) of the sample."""
    statements: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Review:
    """The domains, largest first, of how many in all, what sizes count, and the share of text that needs care."""

    unit: Unit
    whole: int
    domains: tuple[Domain, ...]
    care: float | None


def review(store: Store, top: int, seed: int = 0) -> Review:
    """Return the `top` domains of the documents of a tree by tokens, or by bytes of text where nothing counts tokens.

    Tokens are those of column token_count, else of the token shards. The pages of a domain are drawn by a hash of the
    seed and their doc_ids. Memory: the names of all domains.

    Raises:
        RecipeError: not an output tree. ShardError: a file is damaged.
    """
    run = load_run(store)
    unit: Unit = "tokens" if run.files("shards") or _has_counts(store, run) else "text_bytes"
    sizes: dict[str, Domain] = {}
    for row, size in _sized(store, run, unit):
        name = _domain(row)
        one = sizes.setdefault(name, Domain(name))
        one.size, one.documents = one.size + size, one.documents + 1
    whole = sum(one.size for one in sizes.values())
    domains = sorted(sizes.values(), key=lambda one: (-one.size, one.name))[:top]
    _fill(store, run, {one.name: one for one in domains}, seed)
    return Review(unit, whole, tuple(domains), care_share(run))


def care_share(run: RunRecord) -> float | None:
    """Return the share of what the last stage select of a run kept that needs care; None where it had no such stage."""
    noted = [one["after-cap"] for _, one in sorted(run.value["facts"].items()) if "after-cap" in one]
    if not noted:
        return None
    sizes = {name.partition("_")[0]: int(size) for name, size in noted[-1].items() if not name.endswith("documents")}
    return sizes["care"] / (sum(sizes.values()) or 1)


def _domain(row: Mapping[str, object]) -> str:
    return str(row["registrable_domain"] or host_of(str(row["url"] or "")) or "")


def _rows(store: Store, run: RunRecord, folder: str, names: tuple[str, ...]) -> Iterator[Mapping[str, object]]:
    for file in run.files(folder):
        with store.open(file.name) as handle:
            for batch in read_rows(handle, list(names)):
                yield from cast("list[Mapping[str, object]]", batch.to_pylist())


def _has_counts(store: Store, run: RunRecord) -> bool:
    return any(row["token_count"] is not None for row in _rows(store, run, "documents", ("token_count",)))


def _sized(store: Store, run: RunRecord, unit: Unit) -> Iterator[tuple[Mapping[str, object], int]]:
    """Yield documents with their sizes; the index of token shards is parallel to documents."""
    rows = _rows(store, run, "documents", _READ)
    if unit == "text_bytes" or not run.files("shards"):
        name = "token_count" if unit == "tokens" else "text_bytes"
        yield from ((row, int(cast("int", row[name] or 0))) for row in rows)
        return
    yield from zip(rows, _tokens(store, run), strict=True)


def _tokens(store: Store, run: RunRecord) -> Iterator[int]:
    for file in token_shards(run.files("shards")):
        with store.open(f"{file.name.rpartition('.')[0]}.parquet") as handle:
            for batch in read_rows(handle, ["token_count"]):
                yield from cast("list[int]", batch.column(0).to_pylist())


def _fill(store: Store, run: RunRecord, domains: Mapping[str, Domain], seed: int) -> None:
    """Write what the documents of the chosen domains declare, and draw pages of each with what they say."""
    drawn: dict[str, list[tuple[int, str, str]]] = {name: [] for name in domains}
    for row in _rows(store, run, "documents", _READ):
        if (one := domains.get(_domain(row))) is None:
            continue
        one.declared[str(row["declared_spdx"] or "none")] += 1
        one.verdicts[str(row["train_verdict"] or row["concluded_status"] or "not judged")] += 1
        held = drawn[one.name]
        held.append((draw(seed, "review", str(row["doc_id"])), str(row["doc_id"]), str(row["url"] or "")))
        held.sort()
        del held[SAMPLE:]
    owner = {doc_id: domains[name] for name, held in drawn.items() for _, doc_id, _ in held}
    for name, held in drawn.items():
        domains[name].pages = [(doc_id, url) for _, doc_id, url in held]
    for row in _rows(store, run, "evidence", _SAID):
        if one := owner.get(str(row["doc_id"])):
            one.signals[f"{row['channel']}:{row['norm'] or '?'}"] += 1
            one.statements.append(_statement(row))


def _statement(row: Mapping[str, object]) -> str:
    around = " ".join(f"{row['ctx_left'] or ''} [{str(row['raw'])[:MOST]}] {row['ctx_right'] or ''}".split())
    where = f"{row['kind']} by {row['channel']}, scope {row['subject_scope']}, in {row['place']}"
    return f"{row['doc_id']} {where}: {around[: 3 * MOST]}"


def as_toml(found: Review) -> str:
    """Return the domains as a file of rulings, in TOML."""
    lines = [
        f"# The {len(found.domains)} largest domains of {found.whole:,} {found.unit}; pages are drawn by a hash.",
        "# Fill in licence (SPDX id, or NONE) or train, display, redistribute (allow, deny, unknown), then reviewer,",
        "# date and evidence; a domain without licence and verdicts is not ruled on. Stage select takes the file as",
        "# rulings.",
    ]
    for one in found.domains:
        lines += ["", "[[rule]]"]
        lines += [f"{key} = {_toml(value)}" for key, value in _entry(one, found.unit).items()]
        lines += ['licence = ""', "# train = ", 'reviewer = ""', "# date = ", 'evidence = ""']
    return "\n".join(lines) + "\n"


def as_csv(found: Review) -> str:
    """Return the domains as a file of rulings, in CSV."""
    out = io.StringIO(newline="")
    facts = [found.unit, "documents", "declared", "signals", "pages", "statements"]
    writer = csv.DictWriter(out, [*KEYS, *facts], lineterminator="\n")
    writer.writeheader()
    for one in found.domains:
        writer.writerow({key: _cell(value) for key, value in _entry(one, found.unit).items()})
    return out.getvalue()


def _entry(one: Domain, unit: Unit) -> dict[str, str | int | list[str]]:
    return {
        "domain": one.name,
        unit: one.size,
        "documents": one.documents,
        "declared": _counted(one.declared),
        "signals": _counted(one.signals),
        "pages": [f"{doc_id} {url}" for doc_id, url in one.pages],
        "statements": one.statements,
    }


def _counted(counts: Counter[str]) -> list[str]:
    return [f"{name} {count}" for name, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))]


def _toml(value: str | int | Iterable[str]) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return toml_value(escaped(value))
    return "[" + "".join(f"\n    {_toml(one)}," for one in value) + ("\n]" if value else "]")


def _cell(value: str | int | Iterable[str]) -> str:
    if isinstance(value, int):
        return str(value)
    return cell(value if isinstance(value, str) else " | ".join(value))
