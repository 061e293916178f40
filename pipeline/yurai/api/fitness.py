"""Examine the nodes of a cluster before work begins on them."""

from collections.abc import Iterable, Sequence

from yurai.engine.use import AnyUse
from yurai.run.doctor import Ask, Check, ThisMachine, failures, survey, view
from yurai.sources.find import Source
from yurai.terminal import tell
from yurai_manifests.errors import RecipeError, ShardError


def asked(stages: Iterable[AnyUse], sources: Sequence[Source], output: str) -> Ask:
    """Return what every node is asked: the models of these stages, the first source, the output."""
    return Ask(tuple(use.json() for use in stages), sources[0].url if sources else "", output)


def examined(address: str, ask: Ask) -> list[Check]:
    """Examine this machine, or every node of the cluster at `address`."""
    if address == "local":
        return survey(ThisMachine(), ask)
    from yurai.ray.doctor import examine

    return examine(address, ask)


def refuse_unfit(address: str, stages: Iterable[AnyUse], sources: Sequence[Source], output: str) -> None:
    """Examine every node before a run on a cluster; a run on this machine alone needs no examination.

    What failed is shown as `yurai doctor` shows it; of a job, `yurai submit` shows it to its caller.

    Raises:
        RecipeError: naming every node that cannot take part.
        ShardError: the same, where nodes gave no answer and nothing else is wrong; they may be gone the next time.
    """
    if address == "local":
        return
    checks = examined(address, asked(stages, sources, output))
    if failed := failures(checks):
        view.tell_failures(checks)
        fleeting = all(check.check == "reach" for check in failed)
        raise (ShardError if fleeting else RecipeError)(view.refusal(checks))
    tell(f"doctor: {len({check.node for check in checks})} nodes can take part")
