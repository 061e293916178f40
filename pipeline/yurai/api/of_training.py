"""Define what a tree answers about training: the calls of `Tree` that make an order, and those that ask one."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from yurai.api.given import Where, place
from yurai.api.looked_up import LookedUp

if TYPE_CHECKING:
    from yurai.engine.progress import Reporter
    from yurai.report.training.steps import Step, Steps
    from yurai.tokens.order.policies import Policy
    from yurai.tokens.order.samples import Order


class OfTraining(LookedUp):
    """A part of `yurai.Tree`."""

    def step(self, number: int, order: str = "main") -> "Step":
        """Return what step `number` of an order saw: its documents, by tokens, with URL, licence and verdicts.

        Raises:
            RecipeError: no such order or step, or its steps are not known.
        """
        from yurai.report.training.steps import step

        return step(self._lookup(), order, number)

    def steps(self, page: str | None = None, *, token: str | None = None, order: str = "main") -> "list[Steps]":
        """Return where an order has a page (URL or doc_id), or token N of a shard: `token="00000:1234"`.

        Some kilobytes are read. Where steps are not known, `step` is None.

        Raises:
            RecipeError: no such order, page or token.
        """
        from yurai.report.training.steps import steps_of
        from yurai_manifests.errors import RecipeError

        if (page is None) == (token is None):
            raise RecipeError('steps takes a URL or doc_id, or token="SHARD:N"')
        return steps_of(self._lookup(), order, page=page, token=token)

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
