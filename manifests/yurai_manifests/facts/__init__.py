"""Gather what a run says of itself, once, for all exports: nothing here is guessed, and nothing holds a secret."""

from yurai_manifests.facts.gather import facts_of
from yurai_manifests.facts.record import Facts

__all__ = ["Facts", "facts_of"]
