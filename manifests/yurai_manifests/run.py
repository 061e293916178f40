"""Read and write the run manifest, `run.json`: written last, so that its presence means done.

It names every delivered file with its sha256, the root manifest of every step, and the content digest of the whole.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from yurai_manifests.canonical import Json, canonical, sha256
from yurai_manifests.counts import SHAPE as COUNTS
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.plan import PLAN
from yurai_manifests.seal import broken
from yurai_manifests.shape import COUNT, TABLE, TEXT, Each, Fields, Many, parsed
from yurai_manifests.step import StepRecord, load_step, tasks
from yurai_manifests.store import Store
from yurai_manifests.takedown.tombstones import ENTRIES as TOMBSTONES
from yurai_manifests.takedown.tombstones import FIELD as TAKEDOWNS

RUN = "run.json"
_NAMED = Each(COUNT)
SUMS = ("candidates", "kept", "dropped", "failed", "tokens", "shards")
_SIDE = Fields({"count": COUNT, "bytes": COUNT, "digest": TEXT}, closed=True)
DELIVERED: Final = Fields({"name": TEXT, "sha256": TEXT, "bytes": COUNT, "rows": COUNT, "size": COUNT}, closed=True)
"""What a manifest says of a delivered file."""
SHAPE = Fields(
    {
        "schema_version": TEXT,
        "recipe": Fields({"stages": Many(Fields({"use": TEXT})), "sources": Many(TABLE)}),
        "fingerprint": TEXT,
        "steps": Many(Fields({"manifest": TEXT, "sha256": TEXT}, {"step": TEXT}, closed=True)),
        "sources": Fields({"count": COUNT}, {"bytes": COUNT, "digest": TEXT, "side": Each(_SIDE)}),
        "carried": Fields(
            optional={
                "stages": Many(Fields({"use": TEXT})),
                "other_records": _NAMED,
                "unreadable": Many(Fields({"file": TEXT, "offset": COUNT, "bytes": COUNT})),
                "digest": TEXT,
                "sources": Fields({"count": COUNT}),
                "tables": Many(TABLE),
            }
        ),
        "counts": Many(COUNTS, least=1),
        "totals": Fields({**dict.fromkeys(SUMS, COUNT), "other_records": _NAMED}),
        "files": Each(Many(DELIVERED)),
        "digest": TEXT,
    },
    {
        "facts": TABLE,
        "code": Fields(optional={"yurai": TEXT, "python": TEXT, "machine": TEXT, "packages": Each(TEXT)}),
        "plan": TEXT,
        TAKEDOWNS: TOMBSTONES,
    },
)
FOLDERS = ("documents", "extracted", "dropped", "evidence", "robots", "warcinfo", "index", "shards")


class SaidFile(TypedDict):
    """DELIVERED as it is read: the fields of Delivered."""

    name: str
    sha256: str
    bytes: int
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivered file: `folder/NNNNN.suffix`.

    `size` is bytes of text, or tokens. That of a `.bin` is its places for tokens, of which a takedown may have left
    some without a document; those of its `.idx` and `.parquet` are the tokens of documents.
    """

    name: str
    sha256: str
    bytes: int
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What run.json says."""

    value: dict[str, Any]

    @property
    def digest(self) -> str:
        """Content digest of the run."""
        return str(self.value["digest"])

    def files(self, folder: str) -> list[Delivered]:
        """Return the delivered files of one folder, in order."""
        return [Delivered(**entry) for entry in self.value["files"].get(folder, [])]

    @property
    def stages(self) -> list[StageCounts]:
        """Counts of each stage of the whole chain, in order; stages of an earlier tree come first."""
        return [StageCounts.of(counts) for counts in self.value["counts"]]

    @property
    def recipe_stages(self) -> list[dict[str, Any]]:
        """All stages with their settings, in order; those of an earlier tree come first."""
        return [*self.value["carried"].get("stages", []), *self.value["recipe"]["stages"]]

    @property
    def source_tables(self) -> list[dict[str, Any]]:
        """The [[source]] tables of the run, or of the earlier tree that it went on from."""
        return [*self.value["carried"].get("tables", []), *self.value["recipe"]["sources"]]

    def steps(self, store: Store) -> Iterator[StepRecord]:
        """Yield the root manifest of each step, its digest checked."""
        for entry in self.value["steps"]:
            yield load_step(store, entry["manifest"], entry["sha256"])

    def unreadable(self, store: Store) -> list[dict[str, Any]]:
        """Return every unreadable byte range: {file, offset, bytes}."""
        ranges = list(self.value["carried"].get("unreadable", []))
        for step in self.steps(store):
            if step.value["totals"]["bytes"].get("unreadable"):
                ranges += [
                    {"file": task.source, "offset": offset, "bytes": count}
                    for task in tasks(store, step)
                    for offset, count in task.unreadable
                ]
        return ranges


def token_shards(files: Iterable[Delivered]) -> list[Delivered]:
    """Return the file of each token shard that holds its ids: its `.bin`, or the only one it has, its `.parquet`."""
    named = {file.name: file for file in files}
    return [
        file
        for name, file in named.items()
        if name.endswith(".bin") or (name.endswith(".parquet") and f"{name[:-8]}.bin" not in named)
    ]


def token_sum(files: Iterable[Delivered]) -> int:
    """Return the tokens of the documents of all shards, as their indexes say: a `.bin` may have gaps among them."""
    return sum(file.size for file in files if file.name.endswith(".parquet"))


def content_digest(files: Mapping[str, list[Delivered]]) -> str:
    """Return the digest of delivered content: sha256 of the sorted canonical list of (logical name, sha256)."""
    return sha256(canonical(sorted([file.name, file.sha256] for folder in FOLDERS for file in files.get(folder, []))))


def refuse_unended(store: Store) -> None:
    """Raise RecipeError where a run has begun to make a tree, and has not ended."""
    if store.size(RUN) is None and store.size(PLAN) is not None:
        raise RecipeError(
            f"{store.url}: the run that makes it has not ended; run its command again (`yurai status "
            f"{store.url}` names it), then go on from it"
        )


def load_run(store: Store) -> RunRecord:
    """Read the run manifest of an output tree.

    Raises:
        RecipeError: there is none: not an output tree, or the run has not ended.
        AuditError: it is not what a run writes.
    """
    try:
        data = store.read(RUN)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RecipeError(
            f"{store.url} has no run.json: the run has not ended (run the same command again to resume), "
            "or this is not an output"
        ) from error
    value, wrong = parsed(data, SHAPE)
    version = value.get("schema_version")
    if isinstance(version, str) and version.partition(".")[0] != "1":
        wrong = f"it is of schema {version!r}, and this version of Yurai reads 1"
    if wrong:
        raise AuditError(f"{store.url}/{RUN} is damaged: {wrong}; {_sealed(value)}restore it or run again")
    return RunRecord(value)


def _sealed(value: Mapping[str, Json]) -> str:
    """Say which fields a damaged run manifest has that are not as they were sealed."""
    names = broken(value)
    return f"edited since it was sealed: {', '.join(names)}; " if names else ""
