"""Read the facts of a run: run.json, the identities of its steps, and one pass over columns of its documents."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, TypedDict, cast

from yurai_manifests.canonical import Json, sha256
from yurai_manifests.clean import clean, clean_json
from yurai_manifests.facts.domains import Domains
from yurai_manifests.facts.record import Crawl, Facts
from yurai_manifests.facts.sums import Sums, sums_of
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import RUN, RunRecord
from yurai_manifests.store import Store

_SAID: Final = ("user_agent", "operator", "robots", "is_part_of", "software")
MOST_CRAWLS: Final = 50
"""Different things that archives say of their crawl; those of most files are named, the others are one entry."""
OTHERS: Final = "(others)"


class _Sources(TypedDict, total=False):
    """What run.json says of its input files; a run of an earlier version says their number alone."""

    count: int
    bytes: int
    digest: str


def facts_of(store: Store, run: RunRecord) -> Facts:
    """Return the facts of a run.

    Raises:
        ShardError: a file of documents/ or warcinfo/ is missing or damaged.
        AuditError: a step is not as run.json names it.
    """
    with facts_and_domains(store, run) as (facts, _):
        return facts


@contextmanager
def facts_and_domains(store: Store, run: RunRecord) -> Iterator[tuple[Facts, Domains]]:
    """Give the facts of a run, and the ranks of its domains, which are streamed; errors as `facts_of`."""
    with sums_of(store, run) as sums:
        yield _gathered(store, run, sums), Domains(sums)


def _gathered(store: Store, run: RunRecord, sums: Sums) -> Facts:
    recipe, totals, sources = run.value["recipe"], run.value["totals"], _sources(run)
    whole, captured = sums.whole()
    return Facts(
        name=clean(recipe.get("name", "")),
        about=clean(recipe.get("about", "")),
        digest=run.digest,
        manifest_sha256=sha256(store.read(RUN)),
        root=cast("dict[str, str]", run.value.get("roots", {})).get("run"),
        documents=totals["kept"],
        **{name: totals[name] for name in ("candidates", "dropped", "failed", "tokens", "shards")},
        text_bytes=whole.text_bytes,
        payload_bytes=whole.payload_bytes,
        captured=captured,
        source_files=sources["count"],
        source_bytes=sources.get("bytes"),
        source_digest=sources.get("digest"),
        languages=sums.shares("lang"),
        licences=sums.shares("concluded_spdx"),
        declared=sums.shares("declared_spdx"),
        verdicts=sums.shares("train_verdict"),
        media_types=sums.shares("media_type"),
        policies=sums.shares("policy_id"),
        crawls=_crawls(store, run),
        tools=_tools(run),
        models=_models(store, run),
        stages=tuple(run.stages),
        recipe=_tables(run.recipe_stages),
        tables=_tables(run.source_tables),
        redacted=_redacted(run),
    )


def _sources(run: RunRecord) -> _Sources:
    """Return what is said of the input files, which an earlier tree may have read."""
    return cast("_Sources", run.value["carried"].get("sources") or run.value["sources"])


def _tables(tables: Sequence[Mapping[str, object]]) -> tuple[dict[str, Json], ...]:
    return tuple(cast("dict[str, Json]", clean_json(table)) for table in tables)


def _tools(run: RunRecord) -> dict[str, str]:
    """Return the versions of Yurai, Python and the packages that run.json names."""
    code = run.value.get("code", {})
    own = {name: code[name] for name in ("yurai", "python") if name in code}
    return {clean(name): clean(version) for name, version in {**own, **code.get("packages", {})}.items()}


def _models(store: Store, run: RunRecord) -> dict[str, str]:
    found: dict[str, str] = {}
    for step in run.steps(store):
        identity = step.value["identity"]
        for role, digest in (identity.get("models") or {}).items():
            found[f"{clean(identity.get('stage'))}/{clean(role)}"] = clean(digest)
    return dict(sorted(found.items()))


def _redacted(run: RunRecord) -> dict[str, int]:
    found: Counter[str] = Counter()
    for stage in run.stages:
        if stage.stage == "redact":
            found.update({clean(name): count for name, count in stage.notes.items()})
    return dict(sorted(found.items()))


def _crawls(store: Store, run: RunRecord) -> tuple[Crawl, ...]:
    found: Counter[tuple[str, ...]] = Counter()
    for file in run.files("warcinfo"):
        with store.open(file.name) as handle:
            for batch in read_rows(handle, [*_SAID]):
                found.update(tuple(clean(row[name]) for name in _SAID) for row in batch.to_pylist())
    ranked = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    named = [Crawl(said[0], said[1], said[2], said[3], said[4], files) for said, files in ranked[:MOST_CRAWLS]]
    rest = sum(files for _, files in ranked[MOST_CRAWLS:])
    return (*named, *([Crawl(OTHERS, OTHERS, OTHERS, OTHERS, OTHERS, rest)] if rest else []))
