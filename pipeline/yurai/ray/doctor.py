"""Ask every alive node of a cluster what it is, by one task pinned to each."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import TypedDict, TypeVar

import ray
from ray.exceptions import GetTimeoutError, RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from yurai.ray.connect import connect, is_loopback, resolved
from yurai.run.doctor import Ask, Check, Machine, Silent, survey
from yurai_manifests.errors import RecipeError

Answer = TypeVar("Answer")
ANSWER_SECONDS = 180.0
SHOWN = 8


class _Node(TypedDict):
    """What Ray says of a node."""

    NodeID: str
    NodeName: str
    NodeManagerAddress: str
    NodeManagerHostname: str
    Alive: bool
    Resources: dict[str, float]


class Nodes:
    """The alive nodes of the cluster that this process has joined."""

    def __init__(self) -> None:
        alive: list[_Node] = [node for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call] # Ray's own gap
        self.hosts = {node["NodeManagerAddress"] for node in alive}
        self.machines = tuple(sorted(map(_machine, alive), key=lambda one: (one.label, one.key)))

    def ask(
        self, function: Callable[..., Answer], arguments: Mapping[str, tuple[object, ...]]
    ) -> dict[str, Answer | Silent]:
        """Call `function` on each node that `arguments` has the id of; a node that is busy answers all the same."""
        remote = ray.remote(num_cpus=0, max_retries=0)(function)
        asked = {key: remote.options(scheduling_strategy=_on(key)).remote(*given) for key, given in arguments.items()}
        if asked:
            ray.wait(list(asked.values()), num_returns=len(asked), timeout=ANSWER_SECONDS)
        return {key: _answer(reference) for key, reference in asked.items()}


def _machine(node: _Node) -> Machine:
    name, address, key = node["NodeName"], node["NodeManagerAddress"], str(node["NodeID"])
    known = name if name != address else node["NodeManagerHostname"]
    drives = key == ray.get_runtime_context().get_node_id()
    return Machine(key, f"{known} ({address}, {key[:SHOWN]})", node["Resources"].get("CPU", 0) > 0, drives)


def _on(key: str) -> NodeAffinitySchedulingStrategy:
    return NodeAffinitySchedulingStrategy(key, soft=False)


def _answer(reference: "ray.ObjectRef[Answer]") -> Answer | Silent:
    try:
        answer: Answer = ray.get(reference, timeout=1.0)
    except RayTaskError as error:
        return Silent(f"cannot be examined: {type(error.cause).__name__}: {error.cause}", "code")
    except GetTimeoutError:
        ray.cancel(reference, force=True)
        return Silent(f"gave no answer in {ANSWER_SECONDS:.0f} s")
    except RayError as error:
        first = str(error).partition("\n")[0]  # Ray goes on for a page
        return Silent(f"cannot be examined: {type(error).__name__}: {first}")
    return answer


def examine(address: str, ask: Ask) -> list[Check]:
    """Return every check of every alive node of the cluster at `address`, which is joined first if need be.

    Raises:
        RecipeError: the cluster cannot be joined, or none of its nodes has a CPU.
        ShardError: this process itself cannot write to the output.
    """
    joined, address = ray.is_initialized(), resolved(address)
    if not joined:
        connect(None, address)
    try:
        nodes = Nodes()
        guarded = not is_loopback(address) or len(nodes.hosts) > 1
        if not any(one.runs_tasks for one in nodes.machines):
            raise RecipeError(f"no node of the cluster at {address} has a CPU for tasks yet; start workers, then again")
        return survey(nodes, dataclasses.replace(ask, cluster=True, guarded=guarded))
    finally:
        if not joined:
            ray.shutdown()
