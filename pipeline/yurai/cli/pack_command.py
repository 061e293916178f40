"""Define `yurai pack`: the order of training of a finished tree."""

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from yurai.cli.options import Address, Format, Quiet, RunnerName, Tree, Workers

if TYPE_CHECKING:
    from yurai.tokens.order.samples import Order


def pack(
    out: Tree,
    sequence_length: Annotated[int, typer.Option(metavar="TOKENS", help="tokens of a sample")],
    policy: Annotated[
        Literal["concat", "best-fit", "no-split"],
        typer.Option(help="documents back to back; fitted, long ones cut; or fitted, none cut"),
    ] = "concat",
    seed: Annotated[int, typer.Option(help="seed of all shuffles")] = 0,
    epochs: Annotated[int, typer.Option(help="times that the whole mix is gone through")] = 1,
    weight: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN=W", help="times an epoch has what came from such input files; may be repeated"),
    ] = None,
    global_batch: Annotated[
        int | None, typer.Option(metavar="SAMPLES", help="samples of a training step; without, steps are not known")
    ] = None,
    name: Annotated[str, typer.Option(help="name of the order: it lies in OUT/order/NAME")] = "main",
    output: Annotated[str | None, typer.Option(metavar="FOLDER", help="write it there, not into the tree")] = None,
    runner: RunnerName = "local",
    workers: Workers = None,
    address: Address = "local",
    format: Format = "text",  # noqa: A002 - the option's name
    quiet: Quiet = False,
) -> None:
    """Write the order of training: which tokens of which documents are sample number p, shuffled by a seed.

    The tree is not changed, and no token is copied. Run the same command again to resume. Example: `yurai pack OUT
    --sequence-length 4096 --global-batch 1024 --epochs 2 --weight 'wiki-*=3'`, then `yurai step OUT 100`.
    """
    from yurai.api.tree import open as open_tree
    from yurai.cli.ending import reporter
    from yurai.terminal import put_json

    made = open_tree(out).pack(
        sequence_length,
        policy=policy,
        seed=seed,
        epochs=epochs,
        weights=weight or (),
        global_batch=global_batch,
        name=name,
        output=output,
        workers=workers,
        runner=runner,
        address=address,
        reporter=reporter(quiet=quiet or format == "json", verbose=False),
    )
    if format == "json":
        told = {"folder": made.store.url, "digest": made.made.digest, **made.made.settings, **made.made.facts}
        put_json(json.dumps(told, ensure_ascii=False, indent=2))
    elif not quiet:
        _say(made)


def _say(made: "Order") -> None:
    from yurai.terminal import say
    from yurai_manifests.words import plural

    facts = made.made.facts
    batch = made.global_batch
    steps = "steps are not known: no --global-batch" if batch is None else f"{made.steps:,} steps of {batch:,} samples"
    say((plural(made.size, "sample"), "bold"), f" of {made.sequence_length:,} tokens; {steps}")
    say(f"{facts['tokens']:,} tokens of {facts['occurrences']:,} documents, {facts['padding']:,} of padding")
    not_packed = facts["not_packed"]
    for reason, one in not_packed.items() if isinstance(not_packed, dict) else ():
        if isinstance(one, dict):
            say(f"not packed, {reason}: {one['tokens']:,} tokens of {one['documents']:,} documents")
    say(f"order {made.store.url}, digest {made.made.digest}")
