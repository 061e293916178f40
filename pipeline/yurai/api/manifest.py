"""Say what run.json says, typed."""

from collections.abc import Mapping
from dataclasses import dataclass

from yurai_manifests.canonical import Json
from yurai_manifests.counts import StageCounts
from yurai_manifests.run import FOLDERS, Delivered, RunRecord


@dataclass(frozen=True, slots=True)
class Totals:
    """Rows of a whole run (candidates == kept + dropped + failed), its tokens and token shards."""

    candidates: int
    kept: int
    dropped: int
    failed: int
    tokens: int
    shards: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What run.json of a tree says; `value` is all of it, as the JSON has it."""

    value: Mapping[str, Json]
    schema_version: str
    recipe: str
    """Name of the recipe."""
    about: str
    """Its line for people."""
    digest: str
    """Content digest: equal for equal content, whatever ran it."""
    fingerprint: str
    """Of recipe, versions and models."""
    sources: int
    """Number of input files."""
    totals: Totals
    counts: tuple[StageCounts, ...]
    """What each stage kept, dropped and failed by reason, in order; of an earlier tree first."""
    stages: tuple[Mapping[str, Json], ...]
    """Each stage (`use`) with all its settings, in order; of an earlier tree first."""
    files: Mapping[str, tuple[Delivered, ...]]
    """Delivered files by folder, in order: name, sha256, bytes, rows, size (bytes of text, or tokens)."""

    @classmethod
    def of(cls, run: RunRecord) -> "Manifest":
        """Return what a run manifest says."""
        value, totals = run.value, run.value["totals"]
        return cls(
            value=value,
            schema_version=value["schema_version"],
            recipe=str(value["recipe"].get("name", "")),
            about=str(value["recipe"].get("about", "")),
            digest=run.digest,
            fingerprint=value["fingerprint"],
            sources=value["sources"]["count"],
            totals=Totals(**{name: totals[name] for name in Totals.__slots__}),
            counts=tuple(run.stages),
            stages=tuple(run.recipe_stages),
            files={folder: tuple(run.files(folder)) for folder in FOLDERS if run.files(folder)},
        )
