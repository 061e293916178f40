"""An export: how many documents a run kept, dropped and failed, one line each."""

from collections.abc import Iterator

from yurai_manifests.export import export
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store


@export("outcomes", media_type="text/tab-separated-values")
def outcomes(_: Store, run: RunRecord) -> Iterator[str]:
    """Kept, dropped and failed documents of the run, tab-separated."""
    for outcome in ("kept", "dropped", "failed"):
        yield f"{outcome}\t{run.value['totals'][outcome]}\n"
