"""Keep apart the named scores of stages: each stage of a recipe writes its own into column `quality`.

A stage that may stand more than once, each time with another model, takes setting `name`, and its scores begin with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from yurai.declare.stage import stage_of
from yurai.engine.use import AnyUse, Settings
from yurai_filters import TAGGERS
from yurai_manifests.schema import DOCUMENT

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


def check_name(name: str) -> None:
    """Raise ValueError unless scores may be called `name`: a-z, 0-9 and underscores, and no column of documents."""
    if not _NAME.fullmatch(name) or name in DOCUMENT.names:
        raise ValueError(
            "name must be a-z, 0-9 and underscores, at most 40, from a letter on, and no column of documents, not "
            f"{name!r}"
        )


def written_by_tagger(stage: str, name: str) -> str | None:
    """Return what is wrong if a tagger writes the score that `stage` would write."""
    if name in {one for tagger in TAGGERS.values() for one in tagger.writes}:
        return f"a tagger writes the score {name!r}; give stage {stage} another name"
    return None


def name_of(settings: Settings) -> str:
    """Return the `name` that a stage's settings give its scores, "" where they have none."""
    return getattr(settings, "name", "")


def shared_score(before: Sequence[AnyUse], use: AnyUse) -> str | None:
    """Return what is wrong if a stage writes scores that one of those before it writes too."""
    own = stage_of(use).scores(use.settings)
    for other in before if own else ():
        for taken in sorted(stage_of(other).scores(other.settings)):
            for name in sorted(own):
                if _meet(name, taken):
                    return (
                        f"stage {use.name} would write over the scores {_shown(max(name, taken, key=len))} that stage "
                        f"{other.name} before it writes; give one of them another `name`"
                    )
    return None


def _meet(one: str, other: str) -> bool:
    """Tell whether two names are of one score: a name that ends in `_` is of all that begin so."""
    return one == other or any(a.endswith("_") and b.startswith(a) for a, b in ((one, other), (other, one)))


def _shown(name: str) -> str:
    return f"{name}..." if name.endswith("_") else name
