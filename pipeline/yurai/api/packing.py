"""Pack the tokens of a finished tree into samples: what `Tree.pack` and `yurai pack` stand on."""

from collections.abc import Iterable

from yurai.api.runners import open_runner
from yurai.engine.progress import Reporter
from yurai.run.pack.driver import pack
from yurai.run.pack.settings import Packing
from yurai.tokens.order.mix import Weight
from yurai.tokens.order.policies import Policy
from yurai.tokens.order.samples import Order
from yurai_manifests.derived import folder_of
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store, open_store


def pack_tree(
    out: Store,
    run: RunRecord,
    sequence_length: int,
    *,
    policy: Policy = "concat",
    seed: int = 0,
    epochs: int = 1,
    weights: Iterable[str] = (),
    global_batch: int | None = None,
    name: str = "main",
    output: str | None = None,
    workers: int | None = None,
    runner: str = "local",
    address: str = "local",
    reporter: Reporter | None = None,
) -> Order:
    """Write an order, and open it; errors as `yurai.run.pack.driver.pack` and `Packing`."""
    packing = Packing(sequence_length, policy, seed, epochs, tuple(Weight.of(one) for one in weights), global_batch)
    folder = output or f"{out.url.rstrip('/')}/{folder_of('order', name)}"
    with open_runner(runner, workers, address) as running:
        made = pack(out, run, folder, packing, running, reporter or Reporter(quiet=True))
    return Order(open_store(folder), made)
