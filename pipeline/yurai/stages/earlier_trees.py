"""Open the output trees of earlier runs, whose documents stay while copies of them go: setting `against`."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from yurai.engine.state import Shards, chained, of_files
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import open_store


class Against(Protocol):
    """Settings that name trees of earlier runs."""

    @property
    def against(self) -> tuple[str, ...]:
        """The trees."""


def digests(settings: Against) -> dict[str, str]:
    """Return {tree: content digest} of the runs that are compared with, which are checked by that."""
    return {tree: load_run(open_store(tree)).digest for tree in settings.against}


def documents(trees: Iterable[str]) -> Shards:
    """Return the documents of finished trees, file by file."""
    return chained([documents_of(tree, load_run(open_store(tree))) for tree in trees])


def documents_of(tree: str, run: RunRecord) -> Shards:
    """Return the documents of one run; files are named by its digest: where a tree lies differs between machines."""
    shards = of_files(open_store(tree), run.files("documents"))
    return replace(
        shards, read=lambda: (shard._replace(source=f"{run.digest[:16]}/{shard.path}") for shard in shards.read())
    )
