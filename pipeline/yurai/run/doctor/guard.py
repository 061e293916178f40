"""Refuse tasks on a worker whose node joined after the survey, unless it is the same and sees OUT."""

import functools
import platform

from yurai.engine.ended import Ended
from yurai.engine.task import AnyTask, execute
from yurai.run.doctor.code import code_digest
from yurai_manifests.errors import ShardError
from yurai_manifests.store import open_store

PLAN = "plan.json"


def execute_alike(task: AnyTask, digest: str) -> Ended:
    """Run one task, as `execute` does, in a process whose Yurai has this digest and which sees the output.

    Raises:
        ShardError: this node runs other code, or has no such output; it names the node.
    """
    _refuse_stranger(task.store, digest)
    return execute(task)


@functools.cache
def _refuse_stranger(store: str, digest: str) -> None:
    node = platform.node()
    if code_digest() != digest:
        raise ShardError(
            f"node {node} runs another Yurai than the driver (digest {code_digest()[:12]}, not {digest[:12]}); "
            "start all nodes from one image, then run the same command to resume"
        )
    if open_store(store).size(PLAN) is None:
        raise ShardError(
            f"node {node} does not see {store}: no {PLAN} there; give every node the same storage, or an output "
            "such as s3://, then run the same command to resume"
        )
