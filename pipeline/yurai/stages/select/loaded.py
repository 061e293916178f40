"""Load what documents are judged by, once in a process: the policy, rulings about domains, the calibration."""

import functools
from dataclasses import dataclass

from yurai.rights import Calibration, Policy, Rulings, load_policy, load_rulings, published
from yurai_manifests.canonical import Json
from yurai_manifests.errors import RecipeError


@dataclass(frozen=True)
class Law:
    """What documents are judged by."""

    policy: Policy
    rulings: Rulings
    calibration: Calibration


@dataclass(frozen=True)
class Rights:
    """Where policy and rulings lie, and the digests that they had when the recipe was read."""

    policy: str
    policy_sha256: str
    rulings: str = ""
    rulings_sha256: str = ""

    def json(self) -> dict[str, Json]:
        """Return what task keys are made of: digests, wherever the files lie."""
        return {"policy": self.policy_sha256, "rulings": self.rulings_sha256}

    def load(self) -> Law:
        """Return what they say.

        Raises:
            RecipeError: one is gone, or was changed since the recipe was read.
        """
        return _load(self)


@functools.lru_cache(maxsize=4)
def _load(rights: Rights) -> Law:
    policy = load_policy(rights.policy)
    if policy.sha256 != rights.policy_sha256:
        raise RecipeError(
            f"policy {rights.policy} was changed since the run began: its digest is {policy.sha256[:12]}, not "
            f"{rights.policy_sha256[:12]}; put it back, or run with --rebuild"
        )
    return Law(policy, load_rulings(rights.rulings, rights.rulings_sha256), published())
