"""Define what a tree answers about training: the calls of `Tree` that make an order, and those that ask one."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from yurai.api.given import Where, place
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

if TYPE_CHECKING:
    from yurai.engine.progress import Reporter
    from yurai.tokens.order.policies import Policy
    from yurai.tokens.order.samples import Order


class OfTraining:
    """A part of `yurai.Tree`."""

    _store: Store
    _run: RunRecord

    def pack(
        self,
        sequence_length: int,
        *,
        policy: "Policy" = "concat",
        seed: int = 0,
        epochs: int = 1,
        weights: "Iterable[str]" = (),
        global_batch: int | None = None,
        name: str = "main",
        output: Where | None = None,
        workers: int | None = None,
        runner: str = "local",
        address: str = "local",
        reporter: "Reporter | None" = None,
    ) -> "Order":
        """Write the order of training: samples of `sequence_length` tokens, shuffled by `seed`; return it, open.

        `weights` are `PATTERN=2.5` for input files; a step has `global_batch` samples. It lies in `order/NAME`, or in
        `output`. The same call again resumes, or does nothing.

        Raises:
            RecipeError: a value means nothing, or there are no tokens.
            DriftError: the order of that name has other settings.
        """
        from yurai.api.packing import pack_tree

        return pack_tree(
            self._store,
            self._run,
            sequence_length,
            policy=policy,
            seed=seed,
            epochs=epochs,
            weights=weights,
            global_batch=global_batch,
            name=name,
            output=None if output is None else place(output, "output"),
            workers=workers,
            runner=runner,
            address=address,
            reporter=reporter,
        )
