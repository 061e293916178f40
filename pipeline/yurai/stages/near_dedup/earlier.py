"""Open the runs that near-dedup compares with, and refuse those whose signatures cannot be compared."""

from yurai.declare.stage import restored_use
from yurai.engine.state import Shards, chained, of_files
from yurai.stages.earlier_trees import documents_of
from yurai.stages.near_dedup.settings import NearDedup
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import open_store


def runs(near: NearDedup) -> dict[str, RunRecord]:
    """Return the run of each tree that `near` is against.

    Raises:
        RecipeError: a tree without an index, one of other signatures, or one of other documents.
    """
    return {tree: _checked(tree, near) for tree in near.against}


def _checked(tree: str, near: NearDedup) -> RunRecord:
    run = load_run(open_store(tree))
    uses = [restored_use(value) for value in run.recipe_stages if value["use"] == "near-dedup"]
    made = [use.settings for use in uses if isinstance(use.settings, NearDedup)]
    if not made or not made[-1].index:
        raise RecipeError(f"{tree} has no index of signatures; make it with near-dedup and index = true")
    if made[-1].signed_as() != near.signed_as():
        raise RecipeError(
            f"{tree} was signed as {made[-1].signed_as()}, this run signs as {near.signed_as()}; use its settings"
        )
    if [file.rows for file in run.files("index")] != [file.rows for file in run.files("documents")]:
        raise RecipeError(f"{tree} has another index than documents; give the tree that near-dedup itself wrote")
    return run


def earlier(near: NearDedup) -> tuple[Shards, Shards]:
    """Return the documents of the trees to compare with, and their signatures, file by file.

    Raises:
        RecipeError: as `runs`.
    """
    made = runs(near)
    index = [of_files(open_store(tree), run.files("index")) for tree, run in made.items()]
    return chained([documents_of(tree, run) for tree, run in made.items()]), chained(index)
