"""Tell the gate of stage extract which languages the recipe keeps, and refuse what it cannot stand at.

The languages are in the recipe already, in `allow` of its filter "language"; they are written into the settings of
extract when the recipe is read, so that plan, manifest and fingerprint say for which languages the gate stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from yurai.declare.models import LID_176, check_model, model_digest
from yurai.declare.rules import rules_of
from yurai.engine.use import AnyUse
from yurai.extraction import ExtractOptions
from yurai.extraction.gate.settings import refused
from yurai_filters.settings import EVERY
from yurai_manifests.errors import RecipeError


def with_languages(settings: ExtractOptions, behind: Sequence[AnyUse]) -> ExtractOptions:
    """Return the settings with the languages that the stages behind keep, unless there is no gate or it has its own."""
    if settings.gate == "off" or settings.gate_languages:
        return settings
    return replace(settings, gate_languages=_kept(behind))


def _kept(behind: Sequence[AnyUse]) -> tuple[str, ...]:
    """Return the languages that the first filter "language" keeps which lists any, sorted; () where none does."""
    for one in (rule for use in behind for rule in rules_of(use.settings) if rule.name == "language"):
        codes = one.settings["allow"]
        assert isinstance(codes, tuple | list)  # a tuple as given, a list as restored
        if EVERY not in codes:
            return tuple(sorted({*codes}))
    return ()


def wrong_gate(settings: ExtractOptions, _: Sequence[AnyUse], behind: Sequence[AnyUse]) -> str | None:
    """Say why the gate cannot stand: no language, one that its model does not know, or one kept that it would stop."""
    if settings.gate == "off":
        return None
    if reason := refused(settings):
        return reason
    missing = sorted({*_kept(behind)} - {*settings.gate_languages})
    if not missing:
        return None
    return (
        f"the gate of extract would stop {missing[0]}, which filter language keeps; add it to gate_languages, or leave "
        "gate_languages out: the gate then takes the languages of the filter"
    )


def model_of_gate(settings: ExtractOptions) -> dict[str, str]:
    """Return the digest of the identifier that the gate asks.

    Raises:
        RecipeError: a gate without languages, which a stage that runs alone may have; or the model is not there.
    """
    if settings.gate == "off":
        return {}
    if reason := refused(settings):
        raise RecipeError(f"stage extract: {reason}")
    digest = model_digest(LID_176, "")
    check_model(LID_176, digest)
    return {LID_176: digest}
