"""Examine every machine before a run starts, and say by node what differs or is out of reach, and what to do.

`node` is what a machine finds out about itself, `code` the digests of what it runs, `survey` asks all machines and
compares, `guard` lets no task start on a node that joined later and is not the same. Nothing here knows Ray: the
machines of a cluster are asked by `yurai.ray.doctor`.
"""

from yurai.run.doctor.node import Ask
from yurai.run.doctor.survey import Check, Fleet, Machine, Silent, ThisMachine, failures, survey

__all__ = ["Ask", "Check", "Fleet", "Machine", "Silent", "ThisMachine", "failures", "survey"]
